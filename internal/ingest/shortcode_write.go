package ingest

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// codeMark begins the comments that stand for a product until the blocks are
// read.
const codeMark = "broadsheet-pick:"

var (
	keyImage    = list(`image|img|src|photo|picture|thumbnail|image_url|img_src`)
	keyQuestion = list(`question|q|pregunta|frage`)
	keyAnswer   = list(`answer|a|respuesta|antwort`)
	keyCodeURL  = append(keyURL, list(`affiliate|amazon|affiliate_href|button_href|cta_href|cta_link|to`)...)
	noticeCode  = compile(`disclos|disclaim|affiliate_?notice|transparen`)
	noText      = compile(`sign_?up|newsletter|subscribe|optin|form|share|social|related|toc|advert`)
	splitMark   = compile(`(?m)^---[a-z]+---[ \t]*$`)
	headMark    = compile(`(?m)^(#{1,6})[ \t]`)
)

// codeWriter writes the source with its codes read.
type codeWriter struct {
	d     *draft
	src   string
	codes []code
	close closings
	b     strings.Builder
	lines []int          // the source's line for each line written
	line  int            // of the source
	quote bool           // in a box of takeaways
	end   map[int]string // what a closing becomes
	level int            // of the last heading
}

// readCodes reads the codes of a Markdown source: products into comments that
// stand for picks, the rest into Markdown. of gives for each line, from 0, the
// line of the source it comes from.
func (d *draft) readCodes(src string) (out string, of []int) {
	src, data := exportedData(src)
	src = directives(withoutCodes(src))
	cs := scanCodes(src, data)
	if len(cs) == 0 {
		return src, nil
	}
	w := &codeWriter{d: d, src: src, codes: cs, close: closingsOf(cs), line: 1, lines: []int{1}, end: map[int]string{}, level: 2}
	at := 0
	for i := range cs {
		c := &cs[i]
		w.source(src[at:c.from])
		w.write(i, c)
		w.line += strings.Count(src[c.from:c.to], "\n")
		at = c.to
	}
	w.source(src[at:])
	return w.b.String(), w.lines
}

// source copies text of the source.
func (w *codeWriter) source(s string) {
	for _, m := range headMark.FindAllStringSubmatch(s, -1) {
		w.level = len(m[1])
	}
	w.text(s, true)
}

func (w *codeWriter) text(s string, own bool) {
	for i, part := range strings.Split(s, "\n") {
		if i > 0 {
			w.b.WriteByte('\n')
			if own {
				w.line++
			}
			w.lines = append(w.lines, w.line)
			if w.quote {
				w.b.WriteString("> ")
			}
		}
		w.b.WriteString(part)
	}
}

// put writes what a code becomes.
func (w *codeWriter) put(s string) { w.text(s, false) }

func (w *codeWriter) write(i int, c *code) {
	if c.closing {
		s, ok := w.end[i]
		if w.quote && s == "\n\n" {
			w.quote = false
		}
		if ok {
			w.put(s)
		} else if w.block(c) {
			w.put("\n\n")
		}
		return
	}
	end := w.close.of(w.codes, i)
	inner := ""
	if end > 0 {
		inner = w.src[c.to:w.codes[end].from]
	}
	if c.from >= 2 && strings.HasSuffix(w.src[:c.from], "](") {
		w.put(w.target(c))
		return
	}
	switch {
	case w.picture(c), w.takeaways(c, inner, end), w.question(c, inner, end), w.notice(c, inner), w.products(c, end), w.verdict(c, inner, end), w.sides(c, end):
	default:
		w.other(c, inner, end)
	}
}

// block: nothing but the code stands on its line.
func (w *codeWriter) block(c *code) bool {
	from := strings.LastIndexByte(w.src[max(0, c.from-200):c.from], '\n') + 1
	before := w.src[max(0, c.from-200)+from : c.from]
	after, _, _ := strings.Cut(w.src[c.to:min(len(w.src), c.to+200)], "\n")
	return strings.TrimSpace(before) == "" && (strings.TrimSpace(after) == "" || strings.ContainsAny(after[:min(1, len(after))], "<{["))
}

// target is the address a code stands for within a link.
func (w *codeWriter) target(c *code) string {
	for _, s := range append([]string{pickOf(c.values, keyCodeURL), c.values["path"]}, c.words...) {
		switch {
		case isWeb(s), strings.HasPrefix(s, "/"):
			return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29").Replace(s)
		case asin.MatchString(s):
			return w.numberTarget(s, c.values)
		}
	}
	if s := c.values["asin"]; asin.MatchString(s) {
		return w.numberTarget(s, c.values)
	}
	return "#"
}

func value(m map[string]string, keys []string) string {
	return oneLine(html.UnescapeString(pickOf(m, keys)))
}

// picture: the code shows a picture and nothing to buy.
func (w *codeWriter) picture(c *code) bool {
	src := pickOf(c.values, keyImage)
	if src == "" || value(c.values, keyCodeURL) != "" || value(c.values, keyName) != "" && c.values["caption"] == "" && c.name != "figure" || c.values["asin"] != "" || len(c.items) > 0 {
		return false
	}
	caption := oneLine(c.values["caption"])
	w.put(fmt.Sprintf("\n\n<figure><img src=\"%s\" alt=\"%s\"><figcaption>%s</figcaption></figure>\n\n",
		html.EscapeString(src), html.EscapeString(oneLine(c.values["alt"])), html.EscapeString(caption)))
	return true
}

// takeaways: a box whose title or name is one of a summary's.
func (w *codeWriter) takeaways(c *code, inner string, end int) bool {
	title := value(c.values, list(`title|heading|label|name|type`))
	named, loose := takeawayName(strings.NewReplacer("-", " ", "_", " ").Replace(snake(c.name)))
	if !named && !loose {
		named, loose = takeawayName(splitCamel(w.src[c.from:c.to]))
	}
	if strict, l := takeawayName(title); strict || l {
		named = true
	} else if named || loose {
		title = "Key takeaways"
	}
	if !named && !loose {
		return false
	}
	var b strings.Builder
	b.WriteString("\n\n> **" + title + "**\n>\n> ")
	for _, l := range c.lists {
		for _, s := range l {
			b.WriteString("- " + oneLine(s) + "\n> ")
		}
	}
	if s := value(c.values, keyText); s != "" {
		b.WriteString(s)
	}
	if end == 0 {
		if len(c.lists) > 0 || value(c.values, keyText) != "" {
			w.put(b.String() + "\n\n")
			return true
		}
		return false
	}
	w.put(b.String())
	w.quote, w.end[end] = len(inner) < 8000, "\n\n"
	return true
}

// splitCamel parts the name a code begins with into words.
func splitCamel(s string) string {
	s = strings.TrimLeft(s, "<{[% ")
	if i := strings.IndexAny(s, " \t\n/>}]"); i >= 0 {
		s = s[:i]
	}
	return strings.ReplaceAll(snake(s), "_", " ")
}

// notice: a disclosure that says so by its name.
func (w *codeWriter) notice(c *code, inner string) bool {
	if !noticeCode.MatchString(c.name) {
		return false
	}
	s := value(c.values, keyText)
	if s == "" {
		s = oneLine(c.values["text"])
	}
	if s == "" && strings.TrimSpace(inner) == "" {
		return true // the site's own words, which are not in the source
	}
	w.put("\n\n###### Affiliate disclosure\n\n" + s + "\n\n")
	return true
}

// products: each set of values that names a product becomes a pick.
func (w *codeWriter) products(c *code, end int) bool {
	n := 0
	for _, m := range append([]map[string]string{c.values}, c.items...) {
		p := w.d.codePick(m, w.line)
		if p == nil {
			continue
		}
		w.d.codePicks = append(w.d.codePicks, p)
		w.put(fmt.Sprintf("\n\n<!--%s%d-->\n\n", codeMark, len(w.d.codePicks)-1))
		n++
	}
	switch {
	case n > 0 && end > 0: // the words it encloses come first
		w.end[end] = "\n\n" + besidesProduct(c)
	case n > 0:
		w.put(besidesProduct(c))
	}
	return n > 0
}

// codePick is the product that values describe: a name, with an address, a
// product number or at least a price beside it. An address is never made of a
// bare product number: without the publisher's tag it would earn nothing.
func (d *draft) codePick(m map[string]string, line int) *article.Pick {
	name := value(m, list(`name|product_name|product|title|productname|heading`))
	address := pickOf(m, keyCodeURL)
	id := strings.ToUpper(m["asin"])
	if !asin.MatchString(id) {
		id = ""
	}
	_, paid := article.Affiliate(address)
	label := value(m, keyLabel)
	if !isBadge(label) {
		label = ""
	}
	known := m["price"] != "" || m["rating"] != "" || m["asin"] != "" || label != "" || pickOf(m, keyImage) != "" || value(m, keyText) != ""
	if name == "" || !hasWords(name) || address == "" && m["price"] == "" && m["asin"] == "" || !paid && !known || strings.HasSuffix(name, "?") {
		return nil
	}
	p := &article.Pick{Label: label, CTA: value(m, list(`button|button_text|btn_text|cta|cta_text|buttonlabel|button_label|link_text`)), Place: at(line, 0)}
	d.setName(p, name)
	if address != "" {
		p.URL, _ = d.resolve(address)
	}
	if p.Name == "" {
		return nil
	}
	if p.ASIN = id; id != "" && p.URL == "" {
		d.numberOnly(p, m, line)
	}
	if s := value(m, keyText); s != "" {
		d.setBlurb(p, tidyText(article.Plain(s)))
	}
	d.setAside(p, asidesOf(m))
	if src, _ := d.resolve(pickOf(m, keyImage)); strings.HasPrefix(src, "http") {
		setImage(p, &article.Image{URL: src, Alt: oneLine(m["alt"]), Place: at(line, 0)})
	}
	if p.Merchant == "" {
		p.Merchant = article.Merchant(p.URL)
	}
	if p.Merchant == "" {
		p.Merchant = oneLine(m["merchant"] + m["store"] + m["retailer"])
	}
	if p.Merchant == "" {
		p.Merchant = shopIn(p.CTA)
	}
	return p
}

// other keeps the text a code encloses, and an address it has as a link.
func (w *codeWriter) other(c *code, inner string, end int) {
	block := w.block(c)
	address := pickOf(c.values, keyCodeURL)
	words := value(c.values, append(append([]string{}, keyButton...), keyName...))
	if address != "" && !noText.MatchString(c.name) {
		if end > 0 && short(strings.TrimSpace(inner), 200) && !strings.Contains(strings.TrimSpace(inner), "\n") && strings.TrimSpace(inner) != "" {
			w.put(`<a href="` + html.EscapeString(address) + `">`)
			w.end[end] = "</a>"
			return
		}
		if words == "" {
			words = address
		}
		link := `<a href="` + html.EscapeString(address) + `">` + html.EscapeString(words) + `</a>`
		if block {
			link = "\n\n" + link + "\n\n"
		}
		w.put(link)
		return
	}
	if end > 0 && block {
		if s := value(c.values, list(`title|heading|summary`)); s != "" && len(inner) > 0 {
			w.put("\n\n**" + strings.ReplaceAll(s, "*", "") + "**\n\n")
			return
		}
	}
	if block {
		w.put("\n\n")
	}
}

// pickAttribute marks an element that stands for a pick, where comments do not
// last.
const pickAttribute = "data-broadsheet-pick"

// codePickAt gives the pick a comment stands for, once.
func (h *htmlReader) codePickAt(comment string) bool {
	s, ok := strings.CutPrefix(comment, codeMark)
	return ok && h.codePick(s)
}

// codePick gives the pick of a number, once.
func (h *htmlReader) codePick(s string) bool {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n >= len(h.d.codePicks) || h.d.codePicks[n] == nil {
		return true
	}
	h.flush()
	h.d.blocks = append(h.d.blocks, h.d.codePicks[n])
	h.d.codePicks[n] = nil
	return true
}
