package lint

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/render"
)

// links that earn, as the property tests use them.
var affiliateLinks = []string{
	tagged, awin, "https://amzn.to/3abc", "https://shop.example/p?rfsn=1.2", "https://go.example/go/balm",
	"https://seedhealth.pxf.io/c/1/2/3",
}

// wrappers enclose markup without hiding or moving it.
var wrappers = []string{
	"%s", "<div>%s</div>", "<p>%s</p>", "<span>%s</span>", "<b>%s</b>", `<table role="presentation"><tr><td>%s</td></tr></table>`,
	"<ul><li>%s</li></ul>", "<center>%s</center>", `<div style="padding:9px;font-size:17px">%s</div>`, `<font color="#000000">%s</font>`,
	`<div style="background-color:#F6F0F2;color:#211A1D">%s</div>`, "<blockquote>%s</blockquote>", "<h2>%s</h2>", "<section><article>%s</article></section>",
	`<table role="presentation"><tfoot><tr><td>%s</td></tr></tfoot><tbody><tr><td>x</td></tr></tbody></table>`,
}

// veils enclose markup and keep it from some or all readers.
var veils = []string{
	`<div style="display:none">%s</div>`, `<div class="veil">%s</div>`, `<span style="color:#fff">%s</span>`, `<div style="font-size:8px">%s</div>`,
	`<div style="position:absolute;top:-99em">%s</div>`, `<div hidden>%s</div>`, `<div aria-hidden="true">%s</div>`, `<!--[if !mso]><!--><div>%s</div><!--<![endif]-->`,
	`<div style="max-height:0;overflow:hidden">%s</div>`, `<div style="visibility:hidden">%s</div>`, `<details>%s</details>`, `<div class="phone">%s</div>`,
}

const veilStyles = `<style>.veil{opacity:0} @media (max-width:600px){.phone{display:none!important}}</style>`

// words that disclose nothing, whatever they look like.
var idle = []string{
	"Oats are mild.", "We tried it for a month.", "Links between gut and skin are studied.", "The Commission E approved it for sale.",
	"You earn points when you shop.", "Buy less.", "It is not sponsored, and we earn nothing from this brand.",
}

var spoken = []string{
	discloses, "As an Amazon Associate I earn from qualifying purchases.", "If you buy through our links, we may receive a small fee.",
	"Wenn du über unsere Links kaufst, erhalten wir eventuell eine Provision.", "Nous pouvons percevoir une commission si vous achetez via nos liens.",
	"Podemos recibir una comisión si compras a través de nuestros enlaces.", "Podemos receber uma comissão se você comprar pelos nossos links.",
	"Potremmo ricevere una commissione se acquisti tramite i nostri link.",
}

func drawWrapped(t *rapid.T, inner string) string {
	for _, w := range rapid.SliceOfN(rapid.SampledFrom(wrappers), 0, 4).Draw(t, "wrappers") {
		inner = fmt.Sprintf(w, inner)
	}
	return inner
}

func drawIdle(t *rapid.T) string {
	var b strings.Builder
	for _, s := range rapid.SliceOfN(rapid.SampledFrom(idle), 0, 3).Draw(t, "idle") {
		b.WriteString(drawWrapped(t, s) + " ")
	}
	return b.String()
}

// proven reports whether the disclosure proof of both parts holds.
func proven(html, text string) (ok bool, found []article.Diagnostic) {
	m := newMail(Input{Mail: render.Mail{HTML: html, Text: text}, Policy: Policy{AmazonMode: render.Direct}})
	m.proof()
	for _, d := range m.found {
		if d.Rule == "LAW-6" {
			return false, m.found
		}
	}
	return true, m.found
}

// TestDisclosureAfterIsFound: whatever the markup, a disclosure that only
// comes after an affiliate link is no disclosure, and one before it is.
func TestDisclosureAfterIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom(spoken).Draw(t, "disclosure")
		said := drawWrapped(t, words)
		link := drawWrapped(t, `<a href="`+strings.ReplaceAll(rapid.SampledFrom(affiliateLinks).Draw(t, "link"), "&", "&amp;")+`">`+rapid.SampledFrom(idle).Draw(t, "text")+"</a>")
		a, b, c := drawIdle(t), drawIdle(t), drawIdle(t)
		frame := func(inner string) string { return "<html><body>" + inner + "</body></html>" }
		after := frame(strings.Join([]string{a, link, b, said, c}, " "))
		if ok, _ := proven(after, ""); ok {
			t.Fatalf("not found: %s", after)
		}
		before := frame(strings.Join([]string{a, said, b, link, c}, " "))
		if ok, found := proven(before, ""); !ok {
			t.Fatalf("found: %v in %s", found, before)
		}
		veiled := frame(veilStyles + a + drawWrapped(t, fmt.Sprintf(rapid.SampledFrom(veils).Draw(t, "veil"), words)) + b + link + c)
		if ok, _ := proven(veiled, ""); ok {
			t.Fatalf("passed though hidden: %s", veiled)
		}
	})
}

// TestDisclosureAfterIsFoundInText is the same for the text part.
func TestDisclosureAfterIsFoundInText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wrapped := func(s string) string {
			words, out, column := strings.Fields(s), "", 0
			width := rapid.IntRange(10, 72).Draw(t, "width")
			indent := rapid.SampledFrom([]string{"", "  ", "> ", "    "}).Draw(t, "indent")
			for _, w := range words {
				if column+len(w) > width {
					out, column = out+"\n"+indent, 0
				}
				out, column = out+w+" ", column+len(w)+1
			}
			return indent + strings.TrimSpace(out) + "\n\n"
		}
		fill := func(name string) string {
			var b strings.Builder
			for _, s := range rapid.SliceOfN(rapid.SampledFrom(idle), 0, 3).Draw(t, name) {
				b.WriteString(wrapped(s))
			}
			return b.String()
		}
		link := "  A balm:\n  " + rapid.SampledFrom(affiliateLinks).Draw(t, "link") + "\n\n"
		said := wrapped(rapid.SampledFrom(spoken).Draw(t, "disclosure"))
		a, b, c := fill("a"), fill("b"), fill("c")
		if ok, _ := proven("", a+link+b+said+c); ok {
			t.Fatalf("not found:\n%s", a+link+b+said+c)
		}
		if ok, found := proven("", a+said+b+link+c); !ok {
			t.Fatalf("found %v:\n%s", found, a+said+b+link+c)
		}
	})
}
