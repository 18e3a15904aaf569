package ingest

import (
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"

	xhtml "golang.org/x/net/html"

	"github.com/broadsheet/broadsheet/internal/article"
)

// WordPress exports hold what its editor keeps, not what readers see: short
// codes in square brackets, blocks in comments, and blank lines for paragraphs.

var (
	shortcode = compile(`\[(/?)([a-zA-Z][a-zA-Z0-9]*(?:[_-][a-zA-Z0-9_-]*)?)((?:\s+(?:[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'|&quot;.*?&quot;|&#82(?:20|21|43);.*?&#82(?:21|43);|[^\s\]"']+)|"[^"\]]*"|[\w-]+))*)\s*(/?)\]`)
	codeAttr  = compile(`([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s\]"']+))`)
	blockCode = compile(`(?s)<!--\s*wp:([a-z][a-z0-9/-]*)\s+(\{[^\n]*?\})\s*/-->`)
	codeQuote = strings.NewReplacer("&quot;", `"`, "&#8220;", `"`, "&#8221;", `"`, "&#8243;", `"`, "“", `"`, "”", `"`, "″", `"`, "&#038;", "&", "&amp;", "&")
)

// emptyCodes are short codes of machinery, which show nothing of the article.
var emptyCodes = list(`gallery|embed|video|audio|playlist|toc|ez-toc|lwptoc|contact-form|contact-form-7|gravityform|wpforms|ninja_form|mc4wp_form|newsletter|newsletter_form|rev_slider|social|share|sharethis|addtoany|jetpack-related-posts|related_posts|adsense|ad|ads|the_ad|adinserter|sidebar|menu|login|search|rating|ratings|yasr_overall_rating|more|nextpage`)

// keys of short codes, by what they mean.
var (
	keyURL    = list(`url|href|link|button_url|btn_url|affiliate_url|affiliate_link|aff_url|buy_url|product_url|cta_url|target_url|amazon_url|buttonurl|buttonlink|producturl|affiliateurl|buyurl`)
	keyName   = list(`name|product|product_name|productname|title|heading|headline`)
	keyLabel  = list(`label|badge|award|ribbon|verdict|tag_line|tagline`)
	keyText   = list(`description|desc|blurb|summary|content|excerpt|review`)
	keyButton = list(`button|button_text|buttontext|btn_text|btn|cta|cta_text|ctatext|text|anchor|caption`)
)

// expandShortcodes makes HTML of short codes and of blocks that exist only in
// comments. Addresses in them are never lost. In feeds, where the site has
// resolved its codes, only what has values or a closing is taken for one.
func expandShortcodes(d *draft, src string, export bool) string {
	if strings.Contains(src, "<!-- wp:") {
		src = blockCode.ReplaceAllStringFunc(src, func(m string) string {
			p := blockCode.FindStringSubmatch(m)
			return cardOf(blockValues(p[2]), "")
		})
	}
	if !strings.Contains(src, "[") {
		return src
	}
	found := shortcode.FindAllStringSubmatchIndex(src, -1)
	closing := make(map[string]int)
	for _, m := range found {
		if m[2] < m[3] {
			closing[src[m[4]:m[5]]]++
		}
	}
	var b strings.Builder
	var open []opened
	at := 0
	for i := 0; i < len(found); i++ {
		m := found[i]
		if m[0] < at {
			continue
		}
		name, attrs := strings.ToLower(src[m[4]:m[5]]), src[m[6]:m[7]]
		values := codeValues(attrs)
		if !export && len(values) == 0 && closing[src[m[4]:m[5]]] == 0 || quoted(src, m) {
			continue
		}
		b.WriteString(src[at:m[0]])
		at = m[1]
		if m[2] < m[3] { // a closing whose opening was read
			if n := len(open); n > 0 && open[n-1].name == name {
				b.WriteString(open[n-1].end)
				open = open[:n-1]
			}
			continue
		}
		if box, end := reviewCode(name, values); box != "" && closing[src[m[4]:m[5]]] > 0 && len(open) < maxInner {
			b.WriteString(box)
			open = append(open, opened{name, end})
			continue
		}
		inner := ""
		if to, end := innerOf(src, found[i+1:], src[m[4]:m[5]]); closing[src[m[4]:m[5]]] > 0 && end > 0 && m[8] == m[9] && enclosing(name, values) {
			closing[src[m[4]:m[5]]]--
			inner, at = src[m[1]:to], end
		}
		b.WriteString(d.codeHTML(name, values, inner))
	}
	b.WriteString(src[at:])
	for _, o := range slices.Backward(open) {
		b.WriteString(o.end)
	}
	return b.String()
}

// opened is a short code that waits for its closing, and what that becomes.
type opened struct{ name, end string }

// reviewCode is the box a short code opens for a part of a review, and how it
// ends; "" for other codes.
func reviewCode(name string, values map[string]string) (box, end string) {
	if q := questionOf(name, values); q != "" {
		return detailsOf(q), detailsEnd
	}
	title := value(values, list(`title|heading|label`))
	if side := sideOfCode(name); side != "" {
		return boxOf(side, title), boxEnd
	}
	if verdictCode.MatchString(name) {
		return boxOf("verdict", title), boxEnd
	}
	return "", ""
}

// quoted: "[name]" is a link's text, a footnote or in quotation marks.
func quoted(src string, m []int) bool {
	return m[1] < len(src) && src[m[1]] == '(' || m[0] > 0 && (src[m[0]-1] == '[' || src[m[0]-1] == '=')
}

// maxInner is how many codes further on a closing is looked for.
const maxInner = 40

// innerOf finds where the closing of a code begins and ends, 0 if there is none.
func innerOf(src string, after [][]int, name string) (to, end int) {
	for _, m := range after[:min(len(after), maxInner)] {
		if src[m[4]:m[5]] != name {
			continue
		}
		if m[2] < m[3] {
			return m[0], m[1]
		}
		return 0, 0 // opens again
	}
	return 0, 0
}

// enclosing: what a code encloses is read with it; else it stays in the text.
func enclosing(name string, values map[string]string) bool {
	return name == "caption" || name == "wp_caption" || oneOf(name, emptyCodes) || pickOf(values, keyURL) != ""
}

func oneOf(s string, ss []string) bool {
	for _, x := range ss {
		if x == s {
			return true
		}
	}
	return false
}

// codeHTML is what a short code stands for.
func (d *draft) codeHTML(name string, values map[string]string, inner string) string {
	switch {
	case name == "caption" || name == "wp_caption":
		picture, text := splitCaption(inner)
		first(&text, html.EscapeString(values["caption"]))
		return "<figure>" + picture + "<figcaption>" + text + "</figcaption></figure>"
	case oneOf(name, emptyCodes):
		return "\n\n"
	}
	card := cardOf(values, inner)
	if card == "" {
		if p := d.codePick(values, 0); p != nil {
			d.codePicks = append(d.codePicks, p)
			return fmt.Sprintf("\n\n<div %s=\"%d\"></div>\n\n", pickAttribute, len(d.codePicks)-1)
		}
		if id := values["box"] + values["asin"] + values["item"]; asin.MatchString(id) && pickOf(values, keyName) == "" {
			d.note(article.Warn, 0, fmt.Sprintf("The product %s is named only by a code of the site's software and was left out.", id), "Give the product's name and address where the code stands.")
		}
		return "\n\n"
	}
	return card
}

var asin = compile(`^(?:B0[A-Z0-9]{8}|\d{9}[\dX])$`)

// cardOf shows the product or the button that values describe; "" if they
// describe none.
func cardOf(values map[string]string, inner string) string {
	address := pickOf(values, keyURL)
	name, label, text, button := pickOf(values, keyName), pickOf(values, keyLabel), pickOf(values, keyText), pickOf(values, keyButton)
	if t := values["text"]; text == "" && button != t {
		text = t
	}
	if address == "" && (name == "" || text == "") {
		return ""
	}
	plain := oneLine(unescapeXML(withoutTags(inner)))
	if address != "" && text == "" && (label == "" || name == "") && len(plain) <= 80 { // a button or a link
		for _, s := range []string{plain, button, label, name, address} {
			if s != "" {
				return "\n\n<p><a href=\"" + html.EscapeString(address) + "\">" + html.EscapeString(s) + "</a></p>\n\n"
			}
		}
	}
	var b strings.Builder
	title := name
	if label != "" && name != "" {
		title = label + ": " + name
	}
	first(&title, label)
	if title != "" {
		fmt.Fprintf(&b, "\n\n<h3>%s</h3>\n\n", html.EscapeString(title))
	}
	if text != "" {
		fmt.Fprintf(&b, "<p>%s</p>\n\n", html.EscapeString(text))
	}
	if plain != "" {
		b.WriteString("<div>" + inner + "</div>\n\n")
	}
	if address != "" {
		first(&button, name)
		first(&button, address)
		fmt.Fprintf(&b, "<p><a href=\"%s\">%s</a></p>\n\n<hr>\n\n", html.EscapeString(address), html.EscapeString(button))
	}
	return b.String()
}

// splitCaption parts the picture of a caption from the words below it.
func splitCaption(inner string) (picture, text string) {
	z := xhtml.NewTokenizer(strings.NewReader(inner))
	end, at := 0, 0
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			break
		}
		at += len(z.Raw())
		if kind == xhtml.TextToken {
			continue
		}
		if name, _ := z.TagName(); string(name) == "img" {
			end = at
		} else if string(name) == "a" && kind == xhtml.EndTagToken && end > 0 && strings.TrimSpace(inner[end:at-len(z.Raw())]) == "" {
			end = at
		}
	}
	return inner[:end], strings.TrimSpace(inner[end:])
}

// maxValues bounds the values of one code.
const maxValues = 60

// codeValues are the values of a short code, by their names in lower case.
func codeValues(attrs string) map[string]string {
	m := make(map[string]string)
	for _, a := range codeAttr.FindAllStringSubmatch(codeQuote.Replace(attrs), maxValues) {
		m[strings.ToLower(a[1])] = oneLine(unescapeXML(a[2] + a[3] + a[4]))
	}
	return m
}

// blockValues are the texts of a block's JSON.
func blockValues(raw string) map[string]string {
	m := make(map[string]string)
	var v map[string]any
	if json.Unmarshal([]byte(raw), &v) != nil {
		return m
	}
	for k, x := range v {
		if s, ok := x.(string); ok {
			m[strings.ToLower(k)] = htmlLine(s)
		}
	}
	return m
}

// pickOf is the first of the keys that has a value; an address must be one.
func pickOf(values map[string]string, keys []string) string {
	for _, k := range keys {
		if s := values[k]; s != "" && (&keys[0] != &keyURL[0] || isWeb(s) || strings.HasPrefix(s, "/")) {
			return s
		}
	}
	return ""
}

// paragraphs makes HTML paragraphs of blank lines and breaks of line ends, as
// WordPress does when it shows a post. What stands in tables, in <pre> and
// between blocks stays as it is.
func paragraphs(src string) string {
	var b strings.Builder
	b.Grow(len(src) + len(src)/8)
	z := xhtml.NewTokenizer(strings.NewReader(src))
	verbatim, table := 0, 0
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			return b.String()
		}
		raw := string(z.Raw())
		switch kind {
		case xhtml.StartTagToken, xhtml.EndTagToken:
			name, _ := z.TagName()
			step := 1
			if kind == xhtml.EndTagToken {
				step = -1
			}
			switch string(name) {
			case "pre", "script", "style", "textarea":
				verbatim = max(verbatim+step, 0)
			case "table":
				table = max(table+step, 0)
			}
			b.WriteString(raw)
		case xhtml.TextToken:
			if verbatim > 0 || table > 0 {
				b.WriteString(raw)
				continue
			}
			breakLines(&b, raw)
		default:
			b.WriteString(raw)
		}
	}
}

var blankLine = compile(`\n[ \t]*(?:\n[ \t]*)+`)

// breakLines writes text with its blank lines as paragraphs.
func breakLines(b *strings.Builder, s string) {
	for i, part := range blankLine.Split(s, -1) {
		if i > 0 {
			b.WriteString("\n<p>")
		}
		if strings.TrimSpace(part) == "" {
			b.WriteString(part)
			continue
		}
		b.WriteString(strings.ReplaceAll(part, "\n", "<br>\n"))
	}
}
