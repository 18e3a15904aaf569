package audience

import (
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines without a zone database, too
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

const maxName = 200 // characters

// NewSubscriber is what is known of a person when he comes onto a list.
type NewSubscriber struct {
	Email    string
	Name     string // as he is to be addressed; may be empty
	Zone     string // IANA name, such as Europe/Berlin; empty: the newsletter's zone
	Language string // BCP 47 tag, such as pt-BR; may be empty
}

// person is a NewSubscriber that has been checked.
type person struct {
	Address
	hash                 []byte
	name, zone, language string
}

// checker checks people, one after another, and remembers the zones and
// languages it has seen: loading a zone costs more than all the rest.
type checker struct {
	hash      func(Address) []byte
	zones     map[string]bool
	languages map[string]string // as written → in its canonical form
}

func (s *Store) checker() *checker {
	return &checker{s.hash, make(map[string]bool), make(map[string]string)}
}

// check says whether n can be kept, and if not, what about it is wrong.
func (c *checker) check(n NewSubscriber) (person, error) {
	a, err := ParseAddress(n.Email)
	if err != nil {
		return person{}, err
	}
	p := person{Address: a}
	if p.name, err = checkName(n.Name); err != nil {
		return person{}, err
	}
	if p.zone, err = c.zone(n.Zone); err != nil {
		return person{}, err
	}
	if p.language, err = c.language(n.Language); err != nil {
		return person{}, err
	}
	p.hash = c.hash(a)
	return p, nil
}

// checkName refuses what would break a header or turn the text around it.
func checkName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) {
		return "", refusedf("the name is not UTF-8 text; save the file as UTF-8")
	}
	if utf8.RuneCountInString(s) > maxName {
		return "", refusedf("the name is longer than %d characters", maxName)
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) {
			return "", refusedf("the name holds a line break or another control character")
		}
	}
	return s, nil
}

// zone accepts the names of the IANA time zone database; there are about 600.
func (c *checker) zone(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || c.zones[s] {
		return s, nil
	}
	// What a zoneinfo directory holds besides zones, and what means this machine.
	special := s == "Local" || s == "localtime" || s == "posixrules" || s == "Factory" ||
		strings.HasPrefix(s, "posix/") || strings.HasPrefix(s, "right/")
	if _, err := time.LoadLocation(s); err != nil || special {
		return "", refusedf("“%s” is not a time zone; write its IANA name, such as Europe/Berlin", clip(s))
	}
	c.zones[s] = true
	return s, nil
}

// language accepts BCP 47 tags.
func (c *checker) language(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if tag, known := c.languages[s]; known {
		return tag, nil
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und || len(s) > 35 {
		return "", refusedf("“%s” is not a language; write a tag such as en or pt-BR", clip(s))
	}
	if len(c.languages) < 1000 { // a file can invent any number of private ones
		c.languages[s] = tag.String()
	}
	return tag.String(), nil
}
