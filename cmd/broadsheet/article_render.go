package main

import (
	"errors"
	"fmt"

	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/render"
)

type articleRenderCmd struct {
	articleSource
	measuring
	More    []string `arg:"" optional:"" name:"more" help:"More articles, for a digest."`
	Out     string   `help:"Folder for preview.html, message.eml, message.html, message.txt, web.html and diagnostics.json." required:"" placeholder:"DIR"`
	Layout  string   `help:"article, excerpt, digest or letter. Default: article, or digest for several." placeholder:"LAYOUT"`
	Subject string   `help:"Subject of the mail and title of a digest. Default: the article's title."`
	Intro   string   `help:"Words of your own before everything else, a paragraph a line." placeholder:"TEXT"`
	Theme   string   `help:"The theme: editorial, hearth, ink or one of your own." default:"editorial"`
	Name    string   `help:"The newsletter's name." default:"Your Newsletter"`
	Postal  string   `help:"The sender's postal address." default:"Example Media, 100 Example Street, Portland, OR 97201, USA"`
	Amazon  string   `help:"via_article or direct." default:"via_article"`
}

func (articleRenderCmd) Help() string {
	return `What a newsletter would say (sender, address, links, reader) is filled in with samples. Exits 0 also when diagnostics.json holds errors; article lint is the one that doesn't. Of a feed a digest takes every article.

Examples:
  broadsheet article render article.txt --title "A Title" --out preview
  broadsheet article render article.md --layout excerpt --out preview
  broadsheet article render one.md two.md three.md --subject "Three Short Reads" --out preview`
}

// Validate refuses what can be meant for one article only.
func (c *articleRenderCmd) Validate() error {
	if len(c.More) > 0 && (c.Title != "" || c.Base != "" || c.Item != nil) {
		return errors.New("--title, --base and --item are for one article; leave them out, or render one")
	}
	content := newsletter.Content{Articles: []int64{1}, Layout: c.Layout, Subject: c.Subject, Intro: c.Intro}
	for n := range c.More {
		content.Articles = append(content.Articles, int64(n)+2)
	}
	return content.Check()
}

func (c *articleRenderCmd) Run(a *app) error {
	rs, err := c.sources(a)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if !c.wanted(c.File) {
			break
		}
		if err := a.measureLoose(r.Article); err != nil {
			return err
		}
	}
	m, err := a.compile(newsletter.Input{
		Newsletter: sampleNewsletter(c.Name, c.Postal, c.Theme, c.Amazon), Layout: c.Layout, Subject: c.Subject, Intro: c.Intro,
	}, rs...)
	if err != nil {
		return err
	}
	if err := writeMail(c.Out, m); err != nil {
		return err
	}
	a.findings(m.Diagnostics)
	a.say("written to %s: preview.html, message.eml, message.html, message.txt, web.html, diagnostics.json", c.Out)
	return nil
}

// sources reads the articles: one, or those of a digest.
func (c *articleRenderCmd) sources(a *app) ([]ingest.Result, error) {
	if len(c.More) == 0 && c.Layout != render.Digest {
		r, err := c.read(a)
		return []ingest.Result{r}, err
	}
	var out []ingest.Result
	for n, file := range append([]string{c.File}, c.More...) {
		source := articleSource{File: file}
		if n == 0 {
			source = c.articleSource
		}
		rs, err := source.chosen(a)
		if err != nil {
			return nil, err
		}
		out = append(out, rs...)
	}
	if n := len(out); n > newsletter.MaxArticles {
		return nil, fmt.Errorf("%d articles are more than a digest holds; choose at most %d", n, newsletter.MaxArticles)
	}
	return out, nil
}
