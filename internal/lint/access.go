package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// access checks what listening to a mail takes, its pictures and its preheader
// (HTML-6, HTML-7, HTML-10).
func (m *mail) access() {
	m.preheader()
	if m.html.broken {
		return
	}
	m.language()
	m.tables()
	m.pictures()
	m.withoutPictures()
	m.linkTexts()
	m.headingOrder()
}

// longestPreheader is in characters (HTML-6).
const longestPreheader = 150

// stuffing is a chain of characters that nobody sees.
var stuffing = regexp.MustCompile(`(?:[\x{200c}\x{200b}\x{034f}\x{00ad}\x{feff}\x{2007}][\s\x{a0}]*){4}|(?:\x{a0}\s*){6}`)

func (m *mail) preheader() {
	const edit = `broadsheet article edit ID --preheader "…"`
	p := strings.TrimSpace(m.in.Mail.Preheader)
	switch n := utf8.RuneCountInString(p); {
	case p == "":
		m.add("HTML-6", "The mail has no preheader.", "Write the line that follows the subject in the inbox: "+edit+".")
	case n > longestPreheader:
		m.add("HTML-6", fmt.Sprintf("The preheader has %d characters, more than %d.", n, longestPreheader), "Shorten it: "+edit+".")
	}
	for _, t := range m.tokens {
		if f := stuffing.FindStringIndex(t.text); f != nil {
			m.report.in("HTML-6", inHTML, t.at, "The HTML part pads the preheader with invisible characters, which filters count and screen readers spell.", "Leave them out.")
			return
		}
	}
}

func (m *mail) language() {
	root, wrapper := -1, false
	for _, t := range m.tokens {
		switch {
		case t.name == "html" && t.attr("lang") != "" && t.attr("dir") != "":
			root = t.at
		case t.name != "html" && t.name != "body" && slices.Contains(m.html.langs, t.at) && slices.Contains(m.html.dirs, t.at):
			wrapper = true
		}
	}
	if root < 0 {
		m.report.in("HTML-7", inHTML, 0, "The HTML part doesn't say its language and direction.", `Give <html> lang and dir.`)
	}
	if !wrapper {
		m.report.in("HTML-7", inHTML, 0, "Language and direction are not repeated inside the body, which Gmail replaces.", "Give the element around everything lang and dir too.")
	}
	if m.html.title == "" {
		m.report.in("HTML-7", inHTML, 0, "The HTML part has no title.", "Give it a <title>.")
	}
}

func (m *mail) tables() {
	if n := len(m.html.layouts); n > 0 {
		m.report.in("HTML-7", inHTML, m.html.layouts[0], fmt.Sprintf("Tables that only place things (%d) don't say so.", n), `Give each role="presentation"; give tables of data their <th>.`)
	}
}

func (m *mail) pictures() {
	for _, i := range m.html.images {
		number, where, known := m.articleImage(i.src)
		note := func(rule, message, fix string) {
			d := m.report.in(rule, inHTML, i.at, message, fix)
			if known {
				m.locate(d, number, where.Place)
			}
		}
		name := "The picture " + fileName(i.src)
		if i.alt == "" && !(i.hasAlt && i.decoration) {
			note("HTML-7", name+" has no alt text.", "Say in words what it shows: broadsheet article edit ID --image N --alt \"…\".")
		}
		if fix := m.insecure(i.src); fix != "" {
			note("HTML-14", name+" has no https address.", fix)
		}
		if !i.width || !i.height {
			note("HTML-10", name+" doesn't say how wide and high it is.", "Give the article the picture's width and height, or have them read from its file: broadsheet article measure ID.")
		}
	}
}

// insecure says what to do about the address of a picture that webmail may
// not show; "" where there is nothing to be done. What is inside the mail
// (data:) is HTML-1's.
func (m *mail) insecure(src string) string {
	u, ok := webURL(src)
	switch {
	case strings.HasPrefix(strings.ToLower(strings.TrimSpace(src)), "data:"):
		return ""
	case !ok:
		return "Give the article the picture's whole address, which begins with https://."
	case u.Scheme == "http" && !m.in.Policy.Local:
		return "Give the address at which your site serves it by https, or keep it with broadsheet media add."
	}
	return ""
}

// fewestLetters is how much a mail with images has to say in text; a heading
// and a footer have more.
const fewestLetters = 200

// withoutPictures checks that a mail isn't made of images (HTML-10).
func (m *mail) withoutPictures() {
	letters := 0
	for _, r := range m.html.sure {
		letters += one(unicode.IsLetter(r))
	}
	if len(m.html.images) > 0 && letters < fewestLetters {
		m.report.in("HTML-10", inHTML, m.html.images[0].at, fmt.Sprintf("With images off the mail says next to nothing (%d letters).", letters), "Write as text what stands in the images.")
	}
}

// fileName is the last piece of an address.
func fileName(address string) string {
	u, ok := webURL(address)
	if !ok {
		return "“" + short(address) + "”"
	}
	return "“" + short(u.Path[strings.LastIndexByte(u.Path, '/')+1:]) + "”"
}

// vague are link texts that say nothing, alone.
var vague = regexp.MustCompile(`(?i)^(?:click|click here|here|click this|this|this link|link|more|read more|read|go|details|tap here|hier|hier klicken|klick hier|mehr|weiterlesen|link hier|ici|cliquez ici|cliquer ici|lire la suite|plus|aquí|haz clic aquí|clic aquí|más|leer más|aqui|clique aqui|mais|leia mais|qui|clicca qui|altro|leggi)[.!…»>→:]*$`)

func (m *mail) linkTexts() {
	for _, l := range m.html.links {
		if l.word {
			continue
		}
		message := ""
		switch {
		case l.text == "":
			message = "The link to " + host(l.href) + " has no text."
		case vague.MatchString(l.text):
			message = fmt.Sprintf("The link text “%s” doesn't say where it leads.", short(l.text))
		default:
			continue
		}
		d := m.report.in("HTML-7", inHTML, l.at, message, "Name what is behind it: broadsheet article edit ID --link "+l.href+" --link-text \"…\".")
		for n, a := range m.in.Articles {
			m.locate(d, n, placeOf(a, l.href))
		}
	}
}

func (m *mail) headingOrder() {
	tops, last := 0, 0
	for _, h := range m.html.headings {
		if h.level == 1 {
			if tops++; tops == 2 {
				m.report.in("HTML-7", inHTML, h.at, fmt.Sprintf("“%s” is a second heading of the first level.", short(h.text)), "Leave the first level to the title.")
			}
		}
		if last > 0 && h.level > last+1 {
			m.report.in("HTML-7", inHTML, h.at, fmt.Sprintf("The heading “%s” skips from level %d to %d.", short(h.text), last, h.level), "Use the next level.")
		}
		last = h.level
	}
	if tops == 0 && strings.TrimSpace(m.in.Mail.Title) != "" {
		m.report.in("HTML-7", inHTML, 0, "The HTML part has no heading of the first level.", "Make the title one.")
	}
}
