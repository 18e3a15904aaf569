package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/broadsheet/broadsheet/internal/media"
)

// shown is a picture with its public addresses.
type shownMedia struct {
	media.Item
	URL string `json:"url"`
	// ForMail is the address of the version for the full width of a mail.
	ForMail string       `json:"for_mail"`
	Smaller []shownMedia `json:"smaller,omitempty"`
}

func (a *app) mediaURL(i media.Item) string {
	return strings.TrimRight(a.set.PublicURL, "/") + i.Path()
}

func (a *app) shownMedia(i media.Item) shownMedia {
	s := shownMedia{Item: i, URL: a.mediaURL(i), ForMail: a.mediaURL(i.ForMail())}
	for _, v := range i.Smaller {
		s.Smaller = append(s.Smaller, shownMedia{Item: v, URL: a.mediaURL(v), ForMail: a.mediaURL(v)})
	}
	return s
}

type mediaAddCmd struct {
	File string `arg:"" help:"The picture: JPEG, PNG, GIF or WebP, at most 20 MB and 25 million pixels; - reads standard input."`
	JSON bool   `help:"Print JSON: every size with its address."`
}

func (mediaAddCmd) Help() string {
	return `The picture is written anew, upright and without what its metadata tells (place, camera); smaller versions are made at two pixels for each one a mail shows. The address printed is that for the full width of a mail. The same picture again is the same address. An SVG is kept too, to be saved and not to be shown.

Example:
  broadsheet media add balm.jpg`
}

func (c *mediaAddCmd) Run(a *app, b *backend) error {
	in, name := a.in, "standard input"
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("%s can't be read: %s", c.File, reason(err))
		}
		defer func() { _ = f.Close() }() // it was only read
		in, name = f, c.File
	}
	item, again, err := b.media.Add(a.ctx, name, in, a.byHand())
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(a.shownMedia(item))
	}
	verdict := "kept"
	if again {
		verdict = "was there already"
	}
	a.print("%s", a.mediaURL(item.ForMail()))
	a.say("%s: %s, %s", printable(item.Name), dimensions(item), verdict)
	if item.Format == media.SVG {
		a.say("an SVG can be saved from its address, but no mail can show it; save it as PNG for that")
	}
	return nil
}

// dimensions says how large a picture is.
func dimensions(i media.Item) string {
	size := fmt.Sprintf("%s, %d kB", i.Format, (i.Bytes+999)/1000)
	if i.Width == 0 {
		return size
	}
	return fmt.Sprintf("%d × %d %s", i.Width, i.Height, size)
}

type mediaListCmd struct {
	Before int64 `help:"Begin below this id (the last one shown)."`
	paging
	JSON bool `help:"Print JSON."`
}

func (mediaListCmd) Help() string { return "Example:\n  broadsheet media list --limit 5" }

func (c *mediaListCmd) Run(a *app, b *backend) error {
	items, err := b.media.List(a.ctx, c.Before, c.Limit)
	if err != nil {
		return err
	}
	list := make([]shownMedia, len(items))
	rows := make([][]string, len(items))
	for n, i := range items {
		list[n] = a.shownMedia(i)
		rows[n] = []string{fmt.Sprint(i.ID), short(i.Name, 30), dimensions(i), stamp(i.AddedAt), list[n].ForMail}
	}
	if c.JSON {
		return a.json(list)
	}
	a.table([]string{"ID", "NAME", "SIZE", "ADDED", "ADDRESS"}, rows)
	return nil
}

type mediaShowCmd struct {
	Picture string `arg:"" help:"Its id, its address, or the name of its file."`
	JSON    bool   `help:"Print JSON."`
}

func (mediaShowCmd) Help() string { return "Example:\n  broadsheet media show 3" }

func (c *mediaShowCmd) Run(a *app, b *backend) error {
	i, err := b.media.Get(a.ctx, c.Picture)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(a.shownMedia(i))
	}
	a.print("picture   %d, %s", i.ID, printable(i.Name))
	a.print("added     %s by %s", stamp(i.AddedAt), printable(i.Actor))
	a.print("whole     %s: %s", dimensions(i), a.mediaURL(i))
	for _, v := range i.Smaller {
		a.print("smaller   %s: %s", dimensions(v), a.mediaURL(v))
	}
	a.print("for mails %s", a.mediaURL(i.ForMail()))
	return nil
}
