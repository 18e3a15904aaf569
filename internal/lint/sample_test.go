package lint

import (
	"strings"
	"sync"
	"testing"
	"time"

	netmail "net/mail"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
)

// sample is an issue on its way: a good one unless a test spoils it.
type sample struct {
	Article    *article.Article
	Newsletter render.Newsletter
	Policy     Policy
	Subject    string
	From       netmail.Address
	// HTML, Text and Message change what was made.
	HTML, Text, Message, Web func(string) string
	NoMessage                bool
}

const (
	tagged    = "https://www.amazon.com/dp/B0FERNVALE?tag=quietskin-20"
	discloses = "We may earn a commission if you buy through our links."
	postal    = "Quiet Skin Publishing, 12 Harbour Lane, Bristol BS1 4QA, United Kingdom"
)

// line is a place in the source.
func line(n int) article.Place { return article.Place{Line: n, Column: 1} }

// good is an article and a newsletter that nothing can be said against.
func good() *sample {
	return &sample{
		Article: &article.Article{
			Title:        "Your Skin Barrier Is Tired. Here’s How to Let It Rest",
			Author:       article.Author{Name: "Maren Ilse", Note: "Maren writes about skin."},
			Language:     "en",
			CanonicalURL: "https://quietskin.example/tired-barrier",
			Disclosures:  []article.Notice{{Text: article.Plain("Disclosure: " + discloses), Place: line(1)}},
			Disclaimers:  []article.Notice{{Text: article.Plain("This is not medical advice."), Place: line(2)}},
			Takeaways:    []article.Takeaway{{Text: "Drop the acids for two weeks.", Origin: article.Extracted, Place: line(6)}},
			Blocks: article.Blocks{
				&article.Paragraph{Text: article.Plain("You bought the acids. You bought the retinoid. Now even plain water stings, and your cheeks are shiny by noon."), Place: line(4)},
				&article.Heading{Level: 2, Text: article.Plain("Two Weeks of Less"), Place: line(5)},
				&article.Paragraph{Text: article.Text{{Text: "Drop the acids for two weeks; the "}, {Text: "dermatologists' guide", Href: "https://skin.example/guide"}, {Text: " says so too."}}, Place: line(6)},
				&article.Image{URL: "https://quietskin.example/oats.jpg", Alt: "A bowl of oats", Width: 520, Height: 300, Place: line(7)},
				&article.Pick{Label: "Editor’s Choice", Name: "Fern & Vale Barrier Balm 50 Ceramides", Blurb: article.Plain("A plain balm in an aluminium tube."),
					CTA: "View on Amazon", URL: tagged, Merchant: "Amazon", Place: line(9)},
				&article.Heading{Level: 2, Text: article.Plain("Final Thoughts"), Place: line(11)},
				&article.Paragraph{Text: article.Plain("Skin mends at its own pace."), Place: line(12)},
			},
		},
		Newsletter: render.Newsletter{
			Name: "Quiet Skin", HomeURL: "https://quietskin.example/", DisclosureURL: "https://quietskin.example/disclosure",
			PostalAddress: postal, Language: "en",
		},
		Policy: Policy{PostalAddress: postal, DoubleOptIn: true},
		From:   netmail.Address{Name: "Quiet Skin", Address: "letter@quietskin.example"},
	}
}

// direct makes it a newsletter with links straight to Amazon.
func direct(s *sample) {
	s.Policy.AmazonMode, s.Newsletter.AmazonMode = render.Direct, render.Direct
}

// pick is the article's first pick.
func (s *sample) pick() *article.Pick {
	for _, p := range s.Article.Picks() {
		return p
	}
	return nil
}

// paragraph puts one more paragraph at the article's end.
func (s *sample) paragraph(t article.Text) {
	s.Article.Blocks = append(s.Article.Blocks, &article.Paragraph{Text: t, Place: line(20)})
}

// editorial is the theme, read once.
var editorial = sync.OnceValues(func() (*render.Theme, error) { return render.LoadTheme("editorial") })

// input composes the mail and its message.
func (s *sample) input(t testing.TB) Input {
	t.Helper()
	theme, err := editorial()
	if err != nil {
		t.Fatal(err)
	}
	const base = "https://mail.quietskin.example"
	m, err := render.Compose(render.Issue{
		Newsletter: s.Newsletter, Articles: []*article.Article{s.Article},
		Links: render.Links{View: base + "/archive/1", Preferences: base + "/preferences/" + mailer.Mark("preferences"), Unsubscribe: base + "/unsubscribe/" + mailer.Mark("unsubscribe")},
	}, theme)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []struct {
		edit func(string) string
		part *string
	}{{s.HTML, &m.HTML}, {s.Text, &m.Text}, {s.Web, &m.Web}} {
		if e.edit != nil {
			before := *e.part
			if *e.part = e.edit(before); *e.part == before {
				t.Fatal("the edit changed nothing")
			}
		}
	}
	in := Input{Articles: []*article.Article{s.Article}, Mail: m, Policy: s.Policy}
	if !s.NoMessage {
		in.Message = s.message(t, m)
	}
	return in
}

func (s *sample) message(t testing.TB, m render.Mail) []byte {
	t.Helper()
	subject := s.Subject
	if subject == "" {
		subject = "A subject"
	}
	msg := mailer.Message{
		From: s.From, Subject: subject, Text: m.Text, HTML: m.HTML, ListID: "Quiet Skin <skin.quietskin.example>",
		UnsubscribeURL: "https://mail.quietskin.example/unsubscribe/" + mailer.Mark("oneclick"),
		Headers:        []mailer.Header{{Name: "Feedback-ID", Value: "1:skin:newsletter:quietskin.example"}},
		Slots:          []mailer.Slot{{Name: "oneclick", Max: 64}},
	}
	for _, name := range []string{"unsubscribe", "preferences"} {
		if strings.Contains(m.HTML+m.Text, mailer.Mark(name)) {
			msg.Slots = append(msg.Slots, mailer.Slot{Name: name, Max: 64})
		}
	}
	var values []string
	for i, slot := range msg.Slots {
		values = append(values, strings.Repeat(string(rune('x'+i)), slot.Max))
	}
	template, err := mailer.Compile(msg)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := template.Splice(nil, mailer.Recipient{
		Address: "reader@example.org", Name: "A Reader", MessageID: "0123456789@quietskin.example",
		Date: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), Values: values,
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Message == nil {
		return raw
	}
	out := s.Message(string(raw))
	if out == string(raw) {
		t.Fatal("the edit changed nothing")
	}
	return []byte(out)
}

// findings are all of a sample.
func (s *sample) findings(t testing.TB) []article.Diagnostic {
	t.Helper()
	return append(Article(s.Article, s.Policy), Mail(s.input(t))...)
}

// replace is an edit that replaces every occurrence.
func replace(old, with string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, with) }
}

// onceOnly is an edit that replaces the first occurrence.
func onceOnly(old, with string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, with, 1) }
}

// inBody is an edit that puts markup before the end of the body.
func inBody(markup string) func(string) string { return onceOnly("</body>", markup+"</body>") }
