package render

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"unicode/utf8"
)

// Outlook for Windows renders with Word, which knows neither max-width nor
// inline-block nor padding on a link. What it needs instead stands in
// conditional comments, which html/template would strip: so they come from
// here. Everything of the content in them is escaped here too.

// mso is one of the fixed pieces of markup for Word, by name. The pieces hold
// nothing of the content.
func (t *tokens) mso(piece string) (template.HTML, error) {
	l := t.Layout
	var inner string
	switch piece {
	case "settings": // else Word scales px, but not attributes, at 120 dpi
		inner = `<xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml>`
	case "page":
		inner = fmt.Sprintf(`<table %s width="%d" align="center"><tr><td>`, presentation, l.Width)
	case "/page", "/columns":
		inner = `</td></tr></table>`
	case "columns":
		inner = fmt.Sprintf(`<table %s width="%d"><tr><td width="%d" valign="top">`, presentation, l.Width-2*l.Gutter, l.Column)
	case "next column":
		inner = fmt.Sprintf(`</td><td width="%d"></td><td width="%d" valign="top">`, l.Gap, l.Column)
	case "next row":
		inner = fmt.Sprintf(`</td></tr><tr><td width="%d" valign="top">`, l.Column)
	case "wide columns":
		inner = fmt.Sprintf(`<table %s width="%d"><tr><td valign="top">`, presentation, l.Width-2*l.Gutter)
	case "next wide row":
		inner = `</td></tr><tr><td valign="top">`
	case "thumb":
		inner = fmt.Sprintf(`<table %s><tr><td width="%d" valign="top">`, presentation, thumb)
	case "beside thumb":
		inner = fmt.Sprintf(`</td><td width="%d"></td><td width="%d" valign="top">`, l.Gap, t.besideThumb())
	default:
		return "", fmt.Errorf("no piece %q for Word", piece)
	}
	return template.HTML("<!--[if mso]>" + inner + "<![endif]-->"), nil
}

// vmlButton is a button for Word. VML can't measure text, so its width is
// reckoned from the number of characters and kept within a card.
func (t *tokens) vmlButton(href, text string) template.HTML {
	width := (88*utf8.RuneCountInString(text) + 10*2*t.Space["s6"] + 9) / 10
	width = min(width, t.Layout.Width-2*t.Layout.Gutter-2*t.Space["s6"])
	arc := (100*t.Radius.Button + t.Tap.Height/2) / t.Tap.Height
	f := t.Type["button"]
	return template.HTML(fmt.Sprintf(`<!--[if mso]><v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w="urn:schemas-microsoft-com:office:word" href="%s" style="height:%dpx;v-text-anchor:middle;width:%dpx" arcsize="%d%%" stroke="f" fillcolor="%s"><w:anchorlock/><center style="color:%s;font-family:Arial,sans-serif;font-size:%dpx;font-weight:bold">%s</center></v:roundrect><![endif]-->`,
		html.EscapeString(href), t.Tap.Height, width, arc, t.Color.Light["accent"], t.Color.Light["on_accent"], f.Size, vmlText(text)))
}

// vmlText escapes text for inside a comment, where XML allows no "--".
func vmlText(s string) string {
	return strings.ReplaceAll(html.EscapeString(s), "--", "-&#45;")
}
