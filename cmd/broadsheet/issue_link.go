package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/web/preview"
)

// Bounds of how long the address of a preview opens.
const (
	usualPreview = 7 * 24 * time.Hour
	maxPreview   = 90 * 24 * time.Hour
)

// previewLink asks for the address of an issue's preview page.
type previewLink struct {
	Link bool          `help:"Print the address of the issue's preview page and nothing else."`
	For  time.Duration `help:"How long that address opens, such as 48h; at most 2160h." default:"168h" placeholder:"TIME"`
}

// Validate refuses what would never open, or for ever.
func (p previewLink) Validate() error {
	if p.For < time.Minute || p.For > maxPreview {
		return fmt.Errorf("--for is %s; it must be between 1m and %s", p.For, maxPreview)
	}
	return nil
}

func (p previewLink) print(a *app, b *backend, id int64) error {
	if _, err := b.newsletters.Issue(a.ctx, id); err != nil {
		return err
	}
	until := a.now().Add(p.For)
	a.print("%s%s", strings.TrimRight(a.set.PublicURL, "/"), preview.Path(b.ring, id, until))
	a.say("opens until %s, while serve or web is running", stamp(until))
	return nil
}
