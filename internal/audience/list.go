package audience

import (
	"regexp"
	"strings"
)

var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func checkList(l *List) error {
	if !slug.MatchString(l.Slug) {
		return refusedf("“%s” can't be a list's short name; use small letters, digits and hyphens, such as weekly-letter", clip(l.Slug))
	}
	l.Name = strings.TrimSpace(l.Name)
	if l.Name == "" {
		return refusedf("the list needs a name that its readers see, such as “The Weekly Letter”")
	}
	if _, err := checkName(l.Name); err != nil {
		return refusedf("the list's name is longer than %d characters or holds a control character", maxName)
	}
	return nil
}
