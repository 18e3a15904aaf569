package lint

import (
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/render"
)

// FuzzRead: the walker takes any HTML without panicking, keeps its places
// inside its texts, in order, and its texts within the size of the source.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", "<", "<a", "<!--", "<!-->x", "<!--->", "<!--[if mso]>", "<!--[if mso]><a href=x>", "<!--[if !mso]><!-->a<!--<![endif]-->", "<![if !mso]>x<![endif]>",
		"<table><tfoot><tr><td>a</tfoot><a href=x>b</table>", "<style>@media{.a{color:red}</style><p class=a>x", "<style>{}}{</style>", "<p style='font:;;:;font-size:1e999px'>x",
		"<title><a href=x></title>", "<svg><style><a></svg>", "<a href=1><a href=2><h1>x<div><h2>y", "<p hidden>a<p>b\x1dc", "<font size=9 color=#12>x",
		"<b><p>" + strings.Repeat("<i>", 50), "<textarea><a href=x>", "<plaintext><a href=x>", "<img alt='Ã©' src=data:x>", "<!DOCTYPE html><html lang=en dir=ltr>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p := read(source)
		if p.broken {
			return
		}
		if limit := 6*len(source) + 64; len(p.any) > limit || len(p.sure) > limit || len(p.clear) > limit {
			t.Errorf("%d bytes of text from %d", len(p.any), len(source))
		}
		end := spot{len(p.any), len(p.sure), len(p.clear)}
		for _, l := range p.links {
			if l.at < 0 || l.at > len(source) {
				t.Errorf("link at %d of %d", l.at, len(source))
			}
			if !within(spot{}, l.from, l.to) || !within(l.from, l.to, end) || l.from.any < 0 {
				t.Errorf("link from %v to %v of %v", l.from, l.to, end)
			}
		}
		for _, h := range p.headings {
			if !within(h.from, h.to, end) || h.level < 1 || h.level > 6 {
				t.Errorf("heading %+v of %v", h, end)
			}
		}
	})
}

func within(a, b, c spot) bool {
	return a.any <= b.any && b.any <= c.any && a.sure <= b.sure && b.sure <= c.sure && a.clear <= b.clear && b.clear <= c.clear
}

// FuzzMail: nothing that a mail can hold makes the checks panic.
func FuzzMail(f *testing.F) {
	s := good()
	in := s.input(f)
	f.Add(in.Mail.HTML, in.Mail.Text, in.Message)
	f.Add("<a href='https://amzn.to/1'>", "https://amzn.to/1 πŸ“– â€™", []byte("Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--"))
	f.Add("", "", []byte("Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n=="))
	f.Fuzz(func(t *testing.T, html, text string, message []byte) {
		for _, mode := range []string{render.ViaArticle, render.Direct} {
			for _, msg := range [][]byte{nil, message} {
				in := Input{Articles: in.Articles, Mail: render.Mail{HTML: html, Text: text, Web: html}, Message: msg, Policy: s.Policy}
				in.Policy.AmazonMode = mode
				for _, d := range Mail(in) {
					if _, ok := Find(d.Rule); !ok || d.Message == "" || d.Byte < 0 {
						t.Errorf("%+v", d)
					}
				}
			}
		}
	})
}

// FuzzMojibake: right text that goes through the search stays in order, and
// every find is a piece of the text.
func FuzzMojibake(f *testing.F) {
	for _, s := range append(garbledTexts, rightTexts...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range findMojibake(s) {
			if !strings.Contains(string([]rune(s)), m.text) || m.meant == "" {
				t.Errorf("%+v in %q", m, s)
			}
		}
	})
}
