package render

import (
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

func notices(texts ...string) []article.Notice {
	var out []article.Notice
	for _, t := range texts {
		out = append(out, article.Notice{Text: article.Plain(t)})
	}
	return out
}

func TestDisclosures(t *testing.T) {
	amazon := &article.Pick{Name: "Balm", URL: "https://www.amazon.com/dp/B000000000?tag=t-20"}
	const full = "https://pub.example/full"
	for _, c := range []struct {
		name string
		own  []article.Notice
		n    Newsletter
		pick *article.Pick
		want string // label|text with [linked words], paragraphs joined by a slash
	}{
		{"own label, own pointer", notices("Disclosure: We may earn a commission. Read our full disclosure."), Newsletter{DisclosureURL: full}, nil,
			"Disclosure:|We may earn a commission. [Read our full disclosure]."},
		{"pointer without an address", notices("Disclosure: We may earn a commission. Read our full disclosure."), Newsletter{}, nil,
			"Disclosure:|We may earn a commission. Read our full disclosure."},
		{"no label, no pointer", notices("We may earn a commission."), Newsletter{DisclosureURL: full}, nil,
			"Disclosure:|We may earn a commission. [Read our full disclosure]."},
		{"amazon's sentence before the pointer", notices("We may earn a commission. See our policy!"), Newsletter{DisclosureURL: full, AmazonMode: Direct}, amazon,
			"Disclosure:|We may earn a commission. As an Amazon Associate I earn from qualifying purchases. [See our policy]!"},
		{"amazon's sentence is there", notices("As an Amazon Associate I earn from qualifying purchases."), Newsletter{AmazonMode: Direct}, amazon,
			"Disclosure:|As an Amazon Associate I earn from qualifying purchases."},
		{"not needed via the article", notices("We may earn a commission."), Newsletter{}, amazon, "Disclosure:|We may earn a commission."},
		{"two, and one twice", notices("Advertising: We may earn money.", "We may earn a commission.", "advertising: we may earn money."), Newsletter{}, nil,
			"Advertising:|We may earn money./|We may earn a commission."},
		{"the default, for a pick", nil, Newsletter{DefaultDisclosure: "We are paid."}, amazon, "Disclosure:|We are paid."},
		{"no default without a pick", nil, Newsletter{DefaultDisclosure: "We are paid."}, nil, ""},
		{"none", nil, Newsletter{}, amazon, ""},
	} {
		a := &article.Article{Disclosures: c.own, CanonicalURL: "https://pub.example/a"}
		if c.pick != nil {
			a.Blocks = article.Blocks{c.pick}
		}
		comp := composerFor(t, &Issue{Newsletter: c.n, Articles: []*article.Article{a}})
		var got []string
		for _, n := range comp.disclosures(inMail) {
			text := ""
			for _, s := range n.Text.text {
				if s.Href != "" {
					s.Text = "[" + s.Text + "]"
				}
				text += s.Text
			}
			got = append(got, n.Label+"|"+text)
		}
		if strings.Join(got, "/") != c.want {
			t.Errorf("%s: got %s, want %s", c.name, strings.Join(got, "/"), c.want)
		}
	}
}

func TestCommissionBesideThePick(t *testing.T) {
	paid := offer{destination: destination{Paid: true}}
	amazon := offer{destination: destination{Paid: true, Amazon: true}}
	for _, c := range []struct {
		name  string
		own   []article.Notice
		offer offer
		want  string
	}{
		{"the article's own", notices("Disclosure: Not advice. We may earn a commission on sales. Read more."), paid, "We may earn a commission on sales."},
		{"ours where the own is only a label (LAW-7)", notices("This post contains affiliate links."), paid, english.Commission},
		{"ours where there is none", nil, paid, english.Commission},
		{"none where nothing is earned", nil, offer{}, ""},
		{"amazon's too", notices("We may earn a commission."), amazon, "We may earn a commission. " + english.Associate},
	} {
		if got := composerOf(t, &article.Article{Disclosures: c.own}).commission(c.offer); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDisclaimer(t *testing.T) {
	const both = "Disclosure: This is not medical advice. We may earn a commission. Read our full disclosure."
	for _, c := range []struct {
		name, want, standing    string
		disclosures, disclaimer []article.Notice
	}{
		{"of a paragraph that is both", "Medical disclaimer:|This is not medical advice. Ask a doctor.", "Ask a doctor.", notices(both), notices(both)},
		{"with its own label", "Health note:|Not advice.", "", nil, notices("Health note: Not advice.")},
		{"only the standing one", "Note:|Ask a doctor.", "Note: Ask a doctor.", nil, nil},
		{"said once", "Medical disclaimer:|Ask a doctor.", "Ask a  doctor.", nil, notices("Ask a doctor.")},
		{"none", "", "", notices("We may earn a commission."), nil},
	} {
		a := &article.Article{Disclosures: c.disclosures, Disclaimers: c.disclaimer}
		got := ""
		if n, ok := composerFor(t, &Issue{Newsletter: Newsletter{Disclaimer: c.standing}, Articles: []*article.Article{a}}).disclaimer(); ok {
			got = n.Label + "|" + n.Text.String()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestPhrasesAreComplete: every language has every phrase, and the sentences
// that the law asks for are recognised as what they are.
func TestPhrasesAreComplete(t *testing.T) {
	for lang, p := range languages {
		for name, s := range map[string]string{
			"Disclosure": p.Disclosure, "ReadDisclosure": p.ReadDisclosure, "PaidLink": p.PaidLink, "Disclaimer": p.Disclaimer, "By": p.By,
			"Minutes": p.Minutes, "KeyTakeaways": p.KeyTakeaways, "ViaArticle": p.ViaArticle, "ViewOn": p.ViewOn, "ViewProduct": p.ViewProduct,
			"Why": p.Why, "ViewInBrowser": p.ViewInBrowser, "Preferences": p.Preferences, "Unsubscribe": p.Unsubscribe, "Picture": p.Picture,
			"SkipLink": p.SkipLink, "InContents": p.InContents, "AboutAuthor": p.AboutAuthor, "Footer": p.Footer, "Subscribe": p.Subscribe,
			"FullDisclosure": p.FullDisclosure, "Privacy": p.Privacy, "quotes": p.quotes[3],
		} {
			if s == "" {
				t.Errorf("%s: %s is missing", lang, name)
			}
		}
		if !money.MatchString(p.Commission) {
			t.Errorf("%s: %q does not say that money is earned", lang, p.Commission)
		}
		if !associate.MatchString(p.Associate) {
			t.Errorf("%s: %q is not recognised", lang, p.Associate)
		}
		if !pointer.MatchString(p.ReadDisclosure) {
			t.Errorf("%s: %q is not recognised", lang, p.ReadDisclosure)
		}
		if !strings.Contains(p.Minutes, "%d") || !strings.Contains(p.ViewOn, "%s") || !strings.Contains(p.Why, "%s") {
			t.Errorf("%s: a phrase lacks its place holder", lang)
		}
	}
}
