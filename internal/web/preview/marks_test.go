package preview

import (
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/newsletter"
)

// pieces are what HTML is made of, whole and broken.
var pieces = []string{
	"<!DOCTYPE html>", "<html><head><title>A title</title><style>p{color:red}@media (prefers-color-scheme: dark){p{color:blue}}</style></head><body>",
	"<table><tr><td>", "</td></tr></table>", "<p>", "</p>", "Wash with lukewarm water.", "“Quotes” &amp; dashes — here", "<img src=\"a.jpg\" alt=\"A tin\">",
	"<div style=\"display: none\">hidden", "</div>", "<!--[if mso]><table><![endif]-->", "<b>", "</b>", "<br>", "<", "&", "\xff", "<ul><li>", "</li></ul>", "</body></html>",
}

// Marks are the only thing that is added, and stand where text may stand.
func TestMarksOnlyAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(t, "pieces"), "")
		var found []newsletter.Finding
		for range rapid.IntRange(0, 4).Draw(t, "findings") {
			found = append(found, newsletter.Finding{
				Diagnostic: article.Diagnostic{Rule: "X-1", Severity: article.Warn, Part: rapid.SampledFrom([]string{"html", "text", ""}).Draw(t, "part"),
					Byte: rapid.IntRange(-1, len(source)+1).Draw(t, "byte"), Message: "<b>&\"x"},
				Excerpt: rapid.SampledFrom([]string{"", "wash with LUKEWARM", "quotes & dashes", "no such text"}).Draw(t, "excerpt"),
			})
		}
		marks := marksOf(source, found, sizes{Cut: rapid.IntRange(-1, len(source)).Draw(t, "cut")})
		out := dress(source, look{Mode: "own", Marks: "on"}, marks)
		for _, m := range marks {
			if !strings.Contains(out, m.html) {
				t.Fatalf("the mark %s is lost", m.html)
			}
			out = strings.Replace(out, m.html, "", 1)
		}
		out = strings.ReplaceAll(strings.ReplaceAll(out, `<span class="bs-marks"></span>`, ""), markStyle, "")
		if out != source+`<base target="_blank">` {
			t.Fatalf("the mail was changed:\n%q\n%q", source, out)
		}
		for _, mode := range choices["mode"] {
			dress(source, look{Mode: mode, Marks: "off"}, marks) // must only end
		}
	})
}

// A mark stands before the text it is about, never between a table and its rows.
func TestSpots(t *testing.T) {
	source := `<html><head><title>Wash it</title></head><body><div style="display:none">Wash now, it says.</div><table><tr><td><p>First.</p></td><td>Wash <b>with</b> water&nbsp;– now.</td></tr></table>Ende</body></html>`
	list := tokens(source)
	for excerpt, want := range map[string]string{"Wash with water - now": "Wash <b>", "First": "First.", "water": " water&nbsp;", "Ende": "Ende", "Wash it": "", "now, it says": "", "ab": ""} {
		at, ok := find(list, excerpt)
		if ok != (want != "") || ok && !strings.HasPrefix(source[at:], want) {
			t.Errorf("%q is found at %d (%v)", excerpt, at, ok)
		}
	}
	for place, want := range map[string]string{"<table>": "<table>", "<tr>": "<p>First", "</td><td>": "</td><td>", "<td>Wash": "Wash <b>", "Wash it": "<div style", "irst.": "First.", "</html>": ""} {
		at, ok := spot(list, strings.Index(source, place))
		if ok != (want != "") || ok && !strings.HasPrefix(source[at:], want) {
			t.Errorf("a mark for %q goes to %d (%v): %.20q", place, at, ok, source[at:])
		}
	}
}

func TestPrefer(t *testing.T) {
	const source = `<style>@media (Prefers-Color-Scheme : DARK){a{}} @media screen and (prefers-color-scheme:light){b{}}</style><p>(prefers-color-scheme:dark)</p>`
	dark, light := prefer(source, "dark"), prefer(source, "light")
	if !strings.HasPrefix(dark, `<style>@media (min-width:0px){a{}} @media screen and (max-width:0px){b{}}</style><p>(prefers-color-scheme:dark)</p>`) ||
		!strings.HasPrefix(light, `<style>@media (max-width:0px){a{}} @media screen and (min-width:0px){b{}}</style><p>(prefers-color-scheme:dark)</p>`) {
		t.Errorf("dark %s\nlight %s", dark, light)
	}
}

// Findings in other parts stand beside their lines and headers.
func TestLinesAndHeaders(t *testing.T) {
	p := page{look: lookOf(httptest.NewRequest("GET", "/preview/x", nil)), Lines: textLines("one\ntwo\n\nfour\n"), Headers: headers([]byte("From: a\r\nSubject: =?utf-8?q?W=C3=B6rld?=\r\n and\r\n\tmore\r\nDate: x\r\n\r\nbody: no"))}
	if len(p.Lines) != 4 || len(p.Headers) != 3 || p.Headers[1].Value != "Wörld and\tmore" {
		t.Fatalf("%+v %+v", p.Lines, p.Headers)
	}
	for at, want := range map[int]int{0: 1, 3: 1, 4: 2, 8: 3, 9: 4, 400: 4} {
		if got := p.markLine(at, 1); got != want {
			t.Errorf("byte %d is on line %d, want %d", at, got, want)
		}
	}
	if where, url := p.markHeader(20, 7); where != "the header Subject" || !strings.HasSuffix(url, "view=headers&at=7#mark-7") || p.Headers[1].Marks[0] != 7 {
		t.Errorf("%s %s", where, url)
	}
	if where, _ := p.markHeader(999, 8); where != "the headers" {
		t.Errorf("%s", where)
	}
}
