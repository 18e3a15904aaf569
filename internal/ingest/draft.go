package ingest

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
)

// draft is an article in the making. A reader fills blocks and whatever the
// source says about itself; the shaping passes take out of the blocks what is
// no body text. Until the title is settled headings may be of level 1.
type draft struct {
	name   string
	format Format
	src    string // repaired
	base   *url.URL
	// wantTitle is the title the caller asked for.
	wantTitle string

	title     string
	author    article.Author
	published *time.Time
	// dateOfChange: published is when it was last changed.
	dateOfChange bool
	language     string
	canonical    string
	preheader    string
	disclosures  []article.Notice
	disclaimers  []article.Notice
	takeaways    []article.Takeaway
	standing     standing // of the notice being read
	blocks       article.Blocks
	diagnostics  []article.Diagnostic

	priced    bool            // headings give prices beside the names of products
	codePicks []*article.Pick // of the source's codes, until they are in the blocks
	products  []known         // of a page's own data
	roles     map[article.Block]role
	frontFAQ  []asked                   // of the front matter
	dataFAQ   []asked                   // of a page's own data
	answers   map[string]article.Blocks // of dataFAQ, by the letters of the question

	// asks holds blocks right before a field to type something into.
	asks map[article.Block]bool

	relative []article.Place // where addresses were that cannot be resolved
}

// note adds a diagnostic about a part of the source that could not be used.
func (d *draft) note(s article.Severity, line int, message, fix string) {
	d.diagnostics = append(d.diagnostics, article.Diagnostic{
		Rule: "ART-4", Severity: s, Place: article.Place{Block: -1, Line: line}, Message: message, Fix: fix,
	})
}

// asked notes that a field to type into comes after the last block.
func (d *draft) asked() {
	if len(d.blocks) == 0 {
		return
	}
	if d.asks == nil {
		d.asks = make(map[article.Block]bool)
	}
	d.asks[d.blocks[len(d.blocks)-1]] = true
}

// sameSite: the address is one of the article's own site.
func (d *draft) sameSite(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	own := d.base
	if c, err := url.Parse(d.canonical); err == nil && c.Host != "" {
		own = c
	}
	return own != nil && strings.TrimPrefix(u.Host, "www.") == strings.TrimPrefix(own.Host, "www.")
}

// noteRelative says which addresses were left out for want of a base.
func (d *draft) noteRelative() {
	if len(d.relative) == 0 {
		return
	}
	what := "1 link or picture has a relative address and was left out"
	if n := len(d.relative); n > 1 {
		what = fmt.Sprintf("%d links or pictures have relative addresses and were left out", n)
	}
	d.note(article.Warn, d.relative[0].Line, what+", since the article's own address is unknown.",
		"Say where the article stands on the site (canonical_url in its front matter) and read it again.")
}

// at is a place in the source outside the blocks.
func at(line, column int) article.Place { return article.Place{Block: -1, Line: line, Column: column} }
