package ingest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/broadsheet/broadsheet/internal/article"
)

// holdsInvariants checks what package article promises of every article.
func holdsInvariants(t testing.TB, a *article.Article) {
	t.Helper()
	texts := map[string]article.Text{}
	body := article.PlainText(a)
	check := func(where string, tx article.Text) { texts[where+": "+tx.String()] = tx }
	for _, n := range append(slices.Clone(a.Disclosures), a.Disclaimers...) {
		if n.Kind == "" || n.Position == "" {
			t.Errorf("the notice %q has kind %q and position %q", n.Text, n.Kind, n.Position)
		}
	}
	for _, n := range a.Disclosures {
		check("disclosure", n.Text)
		if strings.Contains(body, n.Text.String()) && len(n.Text.String()) > 40 {
			t.Errorf("the disclosure %q is repeated in the body", n.Text)
		}
	}
	for _, n := range a.Disclaimers {
		check("disclaimer", n.Text)
	}
	for i, b := range a.Blocks {
		if p := b.At(); p.Block != i {
			t.Errorf("block %d (%s) says it is block %d", i, b.Kind(), p.Block)
		}
		blockTexts(t, b, check)
	}
	for where, tx := range texts {
		sound(t, where, tx)
	}
	for _, tk := range a.Takeaways {
		if tk.Origin == article.Extracted && !strings.Contains(body, tk.Text) {
			t.Errorf("the takeaway %q does not stand in the article", tk.Text)
		}
		clean(t, "takeaway", tk.Text)
	}
	for _, s := range []string{a.Title, a.Author.Name, a.Author.Note, a.Preheader} {
		clean(t, "field", s)
	}
	for l := range a.Links() {
		u, err := url.Parse(l)
		if err != nil || !u.IsAbs() {
			t.Errorf("the link %q is not absolute (%v)", l, err)
		}
	}
	roundTrips(t, a)
}

func blockTexts(t testing.TB, b article.Block, check func(string, article.Text)) {
	switch b := b.(type) {
	case *article.Heading:
		if b.Level < 2 || b.Level > 6 {
			t.Errorf("the heading %q has level %d", b.Text, b.Level)
		}
		check("heading", b.Text)
	case *article.Paragraph:
		check("paragraph", b.Text)
	case *article.Quote:
		for _, p := range b.Paragraphs {
			check("quote", p)
		}
	case *article.List:
		itemTexts(t, b, check)
	case *article.Tips:
		if len(b.Cards) < 2 {
			t.Errorf("tips with %d cards", len(b.Cards))
		}
		for _, c := range b.Cards {
			check("tip", c.Text)
		}
	case *article.Table:
		for _, r := range b.Rows {
			if len(r) != len(b.Head) {
				t.Errorf("a row of %d cells under %d heads", len(r), len(b.Head))
			}
		}
	case *article.Pick:
		if b.Name == "" {
			t.Error("a pick without a name")
		}
		clean(t, "pick", b.Name)
		clean(t, "label", b.Label)
		clean(t, "button", b.CTA)
		if len(b.Blurb) > 0 {
			check("blurb", b.Blurb)
		}
	case *article.FAQ, *article.ProsCons, *article.Verdict:
		reviewTexts(t, b, check)
	}
}

// reviewTexts checks the blocks of reviews.
func reviewTexts(t testing.TB, b article.Block, check func(string, article.Text)) {
	within := func(bs article.Blocks) {
		if len(bs) == 0 {
			t.Errorf("%s: a question or verdict without words", b.Kind())
		}
		for _, in := range bs {
			switch in.(type) {
			case *article.Paragraph, *article.List, *article.Quote, *article.Table, *article.Image:
			default:
				t.Errorf("%s holds a %s", b.Kind(), in.Kind())
			}
			if in.At().Block != b.At().Block {
				t.Errorf("%s: a part says it is in block %d", b.Kind(), in.At().Block)
			}
			blockTexts(t, in, check)
		}
	}
	switch b := b.(type) {
	case *article.FAQ:
		for _, q := range b.Questions {
			clean(t, "question", q.Text)
			if q.Text == "" {
				t.Error("an empty question")
			}
			within(q.Answer)
		}
	case *article.ProsCons:
		if len(b.Pros.Items)+len(b.Cons.Items) == 0 {
			t.Error("pros and cons without points")
		}
		for _, side := range []article.Side{b.Pros, b.Cons} {
			clean(t, "side", side.Title)
			if len(side.Items) > 0 {
				itemTexts(t, &article.List{Items: side.Items}, check)
			}
		}
	case *article.Verdict:
		clean(t, "verdict", b.Title)
		within(b.Text)
	}
}

func itemTexts(t testing.TB, l *article.List, check func(string, article.Text)) {
	if len(l.Items) == 0 {
		t.Error("a list without items")
	}
	for _, it := range l.Items {
		check("item", it.Text)
		if it.Sub != nil {
			itemTexts(t, it.Sub, check)
		}
	}
}

// sound checks one text.
func sound(t testing.TB, where string, tx article.Text) {
	if tx.Empty() {
		t.Errorf("%s: an empty text", where)
	}
	for i, s := range tx {
		if s.Break {
			if s.Text != "" || i == 0 || i == len(tx)-1 {
				t.Errorf("%s: a break at %d of %d holds %q", where, i, len(tx), s.Text)
			}
			continue
		}
		clean(t, where, s.Text)
		if !norm.NFC.IsNormalString(s.Text) {
			t.Errorf("%s: %q is not in NFC", where, s.Text)
		}
	}
}

func clean(t testing.TB, where, s string) {
	if !utf8.ValidString(s) {
		t.Errorf("%s: %q is not UTF-8", where, s)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		t.Errorf("%s: %q holds control characters", where, s)
	}
}

// roundTrips: the article survives being kept as JSON.
func roundTrips(t testing.TB, a *article.Article) {
	first, err := json.Marshal(a)
	if err != nil {
		t.Errorf("marshal: %v", err)
		return
	}
	var back article.Article
	if err := json.Unmarshal(first, &back); err != nil {
		t.Errorf("unmarshal: %v", err)
		return
	}
	second, err := json.Marshal(&back)
	if err != nil || string(first) != string(second) {
		t.Errorf("the article does not survive JSON (%v):\n%s\n%s", err, first, second)
	}
}
