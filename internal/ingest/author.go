package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

const namePart = `[\p{Lu}][\p{L}\p{M}'’.\-]*`

var (
	// byline: "By Ann Lee", "Written by Dr. Ann Lee | 4 May 2026".
	byline = compile(`^(?:(?i:` + strings.Join([]string{
		`(?:(?:written|posted|reviewed|published|words|text|story|tested|edited) )?by`,
		`(?:(?:geschrieben|verfasst|veröffentlicht|getestet|ein (?:beitrag|artikel)|text) )?von`,
		`(?:(?:écrit|rédigé|publié|testé|un article|texte) )?par`,
		`(?:(?:escrito|publicado|redactado|redigido|texto|revisado|testado) )?por`,
		`(?:(?:scritto|pubblicato|testo|redatto|recensito|articolo) )?d[ai]|a cura di`,
		`(?:text|author|autor(?:in|a|ia)?|auteure?|autore|autrice|redakteur(?:in)?|rédaction|redacción|redação|redazione|por|di|de|par|von|by)\s?:`,
	}, `|`) + `))\s+` +
		`(` + namePart + `(?:\s+(?:(?:&|and|und|et|y|e|de|van|von|der|den|la|le|los|las|dos|das|da|do|di|del|della|du|bin|al)\s+)*(?:` + namePart + `|\d+)){0,7}(?:,\s(?:MD|PhD|RD|RDN|M\.D\.|Ph\.D\.|MS|DVM|RN))*)` +
		`\s*(?:$|[|·•,–—\-(/].{0,60}$)`)
	teamName  = compile(`(?i)\b(?:team|editors?|editorial|staff|redaktion|rédaction|redacción|redação|redazione|équipe|equipo|equipe)\b`)
	aboutUs   = words(`(about|meet) (the )?(authors?|us|our team|the team|the writer)`, `(the )?author`, `über (die autorin|den autor|uns)`, `(die autorin|der autor)`, `à propos (de l'auteur|de nous)`, `l'auteur`, `sobre (el autor|la autora|nosotros|o autor|a autora|nós)`, `(l'|sull')?autor[ei]`, `chi siamo`)
	firstHand = compile(`^(?:We|I|Our|Wir|Ich|Unser|Nous|Je|Nos|Nosotros|Somos|Nuestro|Nós|Noi|Il nostro)\b`)
	isSomeone = compile(`^(` + namePart + `(?:\s+(?:de\s+|van\s+|von\s+)?` + namePart + `){0,3})\s+(?:is|has|writes|holds|works|ist|schreibt|est|écrit|es|escribe|é|escreve|è|scrive|cammina|vive|lives|lebt|testet|tests|reviews|covers|cooks|vit|teste|prueba|testa|prova)(?:\s|$)`)
)

// bylineOf is the name in a byline, "" if the line is none.
func bylineOf(s string) string {
	if !short(s, 120) {
		return ""
	}
	s = strings.TrimSpace(s)
	m := byline.FindStringSubmatch(s)
	if m == nil && strings.IndexFunc(s, isDigit) >= 0 {
		// "Published on 4 May 2026 by Ann Lee": the date hides the name.
		if rest := withoutDate(s); rest != s {
			m = byline.FindStringSubmatch(strings.TrimSpace(datedAfter.ReplaceAllString(datedBefore.ReplaceAllString(rest, ""), "")))
		}
	}
	if m == nil || strings.HasSuffix(s, ".") && !strings.HasSuffix(m[1], ".") || len(strings.Fields(m[1])) < 2 && !teamName.MatchString(m[1]) {
		return ""
	}
	return strings.TrimRight(m[1], " ,-–—")
}

// datedBefore is what stands before a date and its byline.
var datedBefore = compile(`^\s*(?:(?i:(?:last )?(?:posted|published|updated|written)(?: on)?|(?:veröffentlicht|erstellt|aktualisiert)(?: am)?|(?:publié|mis à jour|écrit)(?: le)?|(?:publicado|actualizado|atualizado|escrito)(?: el| em)?|(?:pubblicato|aggiornato|scritto)(?: il)?)[:\s]*)?[\s,|·•–—-]*`)

// datedAfter is what stands between a byline and its date.
var datedAfter = compile(`\s+(?i:on|am|vom|le|el|em|il|du|den|dated|updated|published)?:?\s*(?:[|·•].*)?$`)

// bylineBlocks is how far down a byline is looked for.
const bylineBlocks = 6

// takeByline takes the line that names the author, and the lines about date
// and reading time around it, from above the text.
func (d *draft) takeByline() {
	drop := make(map[int]bool)
	headed := false
	for i, b := range d.blocks {
		_, ok := b.(*article.Paragraph)
		s := blockText(b)
		alone := i == 0 && d.title != "" && nameAlone.MatchString(s) && dateLine(blockText(next(d.blocks, 1)))
		if i >= bylineBlocks || ok && utf8.RuneCountInString(s) > 160 {
			break
		}
		if _, heading := b.(*article.Heading); heading {
			headed = true
		}
		if !ok && !alone {
			continue
		}
		name := bylineOf(s)
		if alone || name == "" && authorLink(said(b)) {
			name = strings.TrimSpace(s)
		}
		switch {
		case name != "":
			if d.author.Name == "" {
				d.author.Name = name
			}
		case !metaLine(s) || priceOnly(s) || headed && asideLine(s): // what stands below a heading is said of a product
			continue
		}
		drop[i] = true
		d.dated(s)
	}
	d.keep(func(i int, _ article.Block) bool { return !drop[i] })
}

// dated takes the day of publishing from a line above the text; the day of a
// change only if no other is found.
func (d *draft) dated(s string) {
	t, ok := dateIn(s)
	if ok && (d.published == nil || d.dateOfChange && !laterDate.MatchString(s)) {
		d.published, d.dateOfChange = &t, laterDate.MatchString(s)
	}
}

var authorAddress = compile(`(?i)/(?:authors?|profiles?|people|team|autor(?:en|es)?|auteurs?|autore|autori|contributors?|staff)/[^/]`)

// nameAlone is a line of two to four names and nothing else.
var nameAlone = compile(`^` + namePart + `(?: (?:(?:de|van|von|der|den|la|le|dos|das|da|do|di|del|della) ){0,2}` + namePart + `){1,2}$`)

// authorLink: the line is a name that links to its bearer's page.
func authorLink(t article.Text) bool {
	s := t.String()
	return short(s, 60) && len(strings.Fields(s)) <= 5 && titled(s) && authorAddress.MatchString(firstLink(t)) &&
		allSpans(t, func(s article.Span) bool { return s.Href != "" })
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
		if aboutUs.MatchString(fold(blockText(d.blocks[n-2]))) {
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
	if strings.EqualFold(name, d.author.Name) {
		evidence += 2
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
