package ingest

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

const namePart = `[\p{Lu}][\p{L}\p{M}'’.\-]*`

var (
	// byline: "By Ann Lee", "Written by Dr. Ann Lee | 4 May 2026".
	byline = regexp.MustCompile(`^(?:(?:[Ww]ritten |[Pp]osted |[Rr]eviewed )?[Bb][Yy]|[Vv]on|[Pp]ar|[Pp]or|[Dd]i|[Tt]ext:|[Aa]uthor:|[Aa]utor(?:in)?:|[Aa]uteur:|[Aa]utore:)\s+` +
		`(` + namePart + `(?:\s+(?:&\s+|and\s+|und\s+|et\s+|y\s+|e\s+|de\s+|van\s+|von\s+|der\s+|la\s+)?(?:` + namePart + `|\d+)){0,7}(?:,\s(?:MD|PhD|RD|RDN|M\.D\.|Ph\.D\.|MS|DVM|RN))*)` +
		`\s*(?:$|[|·•,–—\-(].{0,60}$)`)
	teamName  = regexp.MustCompile(`(?i)\b(?:team|editors?|editorial|staff|redaktion|rédaction|redacción|redação|redazione|équipe|equipo|equipe)\b`)
	aboutUs   = words(`(about|meet) (the )?(authors?|us|our team|the team|the writer)`, `(the )?author`, `über (die autorin|den autor|uns)`, `(die autorin|der autor)`, `à propos (de l'auteur|de nous)`, `l'auteur`, `sobre (el autor|la autora|nosotros|o autor|a autora|nós)`, `(l'|sull')?autor[ei]`, `chi siamo`)
	firstHand = regexp.MustCompile(`^(?:We|I|Our|Wir|Ich|Unser|Nous|Je|Nos|Nosotros|Somos|Nuestro|Nós|Noi|Il nostro)\b`)
	isSomeone = regexp.MustCompile(`^(` + namePart + `(?:\s+(?:de\s+|van\s+|von\s+)?` + namePart + `){0,3})\s+(?:is|has|writes|holds|works|ist|schreibt|est|écrit|es|escribe|é|escreve|è|scrive)\b`)
)

// bylineOf is the name in a byline, "" if the line is none.
func bylineOf(s string) string {
	if !short(s, 120) {
		return ""
	}
	m := byline.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || strings.HasSuffix(s, ".") && !strings.HasSuffix(m[1], ".") || len(strings.Fields(m[1])) < 2 && !teamName.MatchString(m[1]) {
		return ""
	}
	return strings.TrimRight(m[1], " ,-–—")
}

// bylineBlocks is how far down a byline is looked for.
const bylineBlocks = 6

// takeByline takes the line that names the author, and the lines about date
// and reading time around it, from above the text.
func (d *draft) takeByline() {
	drop := make(map[int]bool)
	for i, b := range d.blocks {
		p, ok := b.(*article.Paragraph)
		if i >= bylineBlocks || ok && utf8.RuneCountInString(p.Text.String()) > 160 {
			break
		}
		if !ok {
			continue
		}
		s := p.Text.String()
		if name := bylineOf(s); name != "" {
			if d.author.Name == "" {
				d.author.Name = name
			}
			drop[i] = true
		} else if metaLine(s) && !priceOnly(s) {
			drop[i] = true
		}
	}
	d.keep(func(i int, _ article.Block) bool { return !drop[i] })
}

// takeAuthorBox takes the lines about the author from below the text: a name
// and a sentence, told from a section by the emoji or the words above them or
// by both being about a team.
func (d *draft) takeAuthorBox() {
	defer d.keep(func(_ int, b article.Block) bool { return !authorMark(blockText(b)) || hasWords(blockText(b)) })
	n := len(d.blocks)
	for n > 0 && isDivider(d.blocks[n-1]) {
		n--
	}
	if n == 0 {
		return
	}
	last, ok := d.blocks[n-1].(*article.Paragraph)
	if !ok || !short(last.Text.String(), 400) {
		return
	}
	note := last.Text.String()
	if n >= 2 {
		if f, _ := headingParts(d.blocks[n-2]); aboutUs.MatchString(f) {
			name := ""
			if m := isSomeone.FindStringSubmatch(note); m != nil {
				name = m[1]
			}
			d.setAuthor(name, note, n-2)
			return
		}
	}
	if n < 2 {
		return
	}
	name := blockText(d.blocks[n-2])
	if name == "" || !short(name, 60) || len(strings.Fields(name)) > 6 || strings.ContainsAny(name, "?:!") || !titled(name) || !short(note, 220) {
		return
	}
	from := n - 2
	evidence := 0
	if n >= 3 && (authorMark(blockText(d.blocks[n-3])) || aboutUs.MatchString(fold(blockText(d.blocks[n-3])))) {
		from = n - 3
		evidence = 2
	}
	if teamName.MatchString(name) {
		evidence++
	}
	if firstHand.MatchString(note) || isSomeone.MatchString(note) && strings.Contains(note, strings.Fields(name)[0]) {
		evidence++
	}
	if evidence >= 2 {
		d.setAuthor(name, note, from)
	}
}

// setAuthor sets what is not known yet and cuts the blocks off at from. A name
// that the source gave elsewhere stays.
func (d *draft) setAuthor(name, note string, from int) {
	if d.author.Name == "" {
		d.author.Name = name
	}
	if d.author.Name == "" {
		return
	}
	if d.author.Note == "" {
		d.author.Note = note
	}
	d.blocks = d.blocks[:from]
}

func isDivider(b article.Block) bool {
	_, ok := b.(*article.Divider)
	return ok
}
