package ingest

import (
	"net/url"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

var (
	// trackers are pictures that count readers.
	trackers = compile(`(?i)[/._-](?:pixel|beacon|tracking|tracker|spacer|1x1|count(?:er)?)[/._?-]|feeds\.feedburner\.com/~|feedsportal\.com|pixel\.wp\.com|stats\.wordpress\.com|feeds\.wordpress\.com|doubleclick\.net|ir-[a-z]{2}\.amazon-adsystem|assoc-amazon\.|google-analytics\.com|medium\.com/_/stat|\.gif\?[^/]*(?:feed|item|story)=`)

	// appearedFirst is what blog software puts below every item.
	appearedFirst = compile(`(?i)^(?:` + strings.Join([]string{
		`(?:the|this) (?:post|article|entry) .{1,250} (?:(?:first )?appeared (?:first )?|was (?:first|originally) published )(?:on|at|in) .{1,120}`,
		`(?:der |dieser )?(?:beitrag|artikel) .{1,250} (?:erschien|ist) (?:zuerst|erstmals)? ?(?:erschienen )?(?:auf|bei) .{1,120}`,
		`(?:l['’]article|cet article|le billet) .{1,250} est apparu en premier sur .{1,120}`,
		`(?:la entrada|el artículo|el post) .{1,250} (?:aparece primero en|se publicó primero en|apareció primero en) .{1,120}`,
		`(?:o post|o artigo|a publicação) .{1,250} (?:apareceu primeiro em|foi publicado primeiro em) .{1,120}`,
		`(?:l['’]articolo|questo articolo) .{1,250} (?:proviene da|sembra essere il primo su|è apparso per la prima volta su) .{1,120}`,
	}, `|`) + `)$`)

	// readMore asks the reader to go on at the site.
	readMore = words(
		`(continue|keep) reading.{0,160}`, `read (more|on|the rest|the full (article|post|story|review)|full (article|post|story)).{0,160}`, `(click here )?to read (more|the full).{0,100}`, `view (the )?(full|original) (article|post).{0,60}`, `more`,
		`(weiterlesen|weiter lesen|mehr lesen|zum (ganzen )?(artikel|beitrag)).{0,160}`, `(lire (la suite|plus|l'article)|continuer la lecture).{0,160}`, `(seguir|continuar|sigue) leyendo.{0,160}`, `leer más.{0,160}`,
		`(continue a ler|continuar (a ler|lendo)|leia mais|ler mais|continue lendo).{0,160}`, `(leggi (tutto|di più|l'articolo)|continua a leggere|continua la lettura).{0,160}`,
	)

	// cutShort ends a text that is only a beginning.
	cutShort = compile(`(?:\[\s*(?:…|\.{3})\s*\]|\(\s*(?:…|\.{3})\s*\)|…|\.{3})\s*(?:→|»|>>)?$`)

	// shareLine is a row of links to share the item with.
	shareLine = compile(`(?i)^(?:(?:share|tweet|pin|email|print|facebook|twitter|x|pinterest|whatsapp|reddit|linkedin|tumblr|buffer|pocket|digg|delicious|stumbleupon|google\+?|like|comments?|this|on|to|it|del\.icio\.us|[|·•,:&\s\d()+])\s*)+$`)
)

// dropFeedFurniture takes out what feeds add to a text: pictures that count
// readers, and lines at the end about where it appeared, to read on or to
// share. readOn reports a link to read on.
func (d *draft) dropFeedFurniture() (readOn bool) {
	d.keep(func(_ int, b article.Block) bool {
		i, ok := b.(*article.Image)
		return !ok || !trackers.MatchString(i.URL)
	})
	for n := len(d.blocks); n > 0; n-- {
		p, ok := d.blocks[n-1].(*article.Paragraph)
		if !ok {
			if l, ok := d.blocks[n-1].(*article.List); ok && n > 1 && linkList(l) && (d.ownLinks(l) || relatedLine(d.blocks[n-2])) {
				d.blocks = d.blocks[:n-1]
				continue
			}
			if isDivider(d.blocks[n-1]) {
				continue
			}
			return readOn
		}
		s := p.Text.String()
		switch {
		case appearedFirst.MatchString(s), relatedLine(p):
		case firstLink(p.Text) != "" && shareLine.MatchString(s):
		case firstLink(p.Text) != "" && short(s, 200) && readMore.MatchString(fold(strings.Trim(s, " .…[]()→»>"))):
			readOn = true
		default:
			return dropInlineMore(p) || readOn
		}
		d.blocks = d.blocks[:n-1]
	}
	return readOn
}

// dropInlineMore takes the link to read on off the end of the last paragraph.
func dropInlineMore(p *article.Paragraph) bool {
	k := len(p.Text)
	for k > 0 && p.Text[k-1].Href == "" && !hasWords(p.Text[k-1].Text) {
		k--
	}
	if k < 2 || p.Text[k-1].Href == "" || !readMore.MatchString(fold(strings.Trim(p.Text[k-1].Text, " .…[]()→»>"))) {
		return false
	}
	p.Text = tidyText(p.Text[:k-1])
	return true
}

// cutEnd: the text says itself that it goes on elsewhere.
func (d *draft) cutEnd(readOn bool) bool {
	if readOn && wordCount(d.blocks) < 2*excerptWords {
		return true
	}
	for n := len(d.blocks); n > 0; n-- {
		switch b := d.blocks[n-1].(type) {
		case *article.Paragraph:
			s := b.Text.String()
			return cutShort.MatchString(s) && (strings.HasSuffix(s, "]") || strings.HasSuffix(s, ")") || wordCount(d.blocks) < excerptWords)
		case *article.Image, *article.Divider:
		default:
			return false
		}
	}
	return false
}

// relatedNames announce links to other articles.
var relatedNames = words(
	`(related|similar|more|other|recommended|popular|recent|further) .{0,20}(articles?|posts?|guides?|reading|reviews?|stories|content|lists?|topics?)( .{1,30})?`, `(you (may|might) (also|like)|don'?t miss|also (read|see|check out)|read (also|next)|see also|more from .{1,40}|what to read next).{0,40}`, `related`,
	`(ähnliche|weitere|verwandte|mehr) (artikel|beiträge|themen|tests).{0,30}`, `(das könnte (dich|sie) auch|auch interessant|lesen sie auch|lies auch).{0,40}`,
	`(articles?|guides?) (similaires|liés|connexes|recommandés).{0,30}`, `(à lire aussi|lire aussi|vous aimerez aussi|à découvrir aussi).{0,40}`,
	`(artículos|entradas|guías) (relacionad[oa]s|similares|recomendad[oa]s).{0,30}`, `(también te puede|te puede|lee también|quizás te|más artículos).{0,40}`,
	`(artigos|posts|guias) (relacionados|semelhantes|recomendados).{0,30}`, `(leia também|você também pode|veja também|mais artigos).{0,40}`,
	`(articoli|post|guide) (correlat[ie]|simili|consigliat[ie]).{0,30}`, `(leggi anche|potrebbe (anche )?interessarti|vedi anche|altri articoli).{0,40}`,
)

// relatedLine: the block announces links to other articles.
func relatedLine(b article.Block) bool {
	s := blockText(b)
	return s != "" && short(s, 80) && relatedNames.MatchString(fold(strings.Trim(s, " .…:→»>")))
}

// ownLinks: all items lead to the site's own pages.
func (d *draft) ownLinks(l *article.List) bool {
	for _, it := range l.Items {
		if u, err := url.Parse(firstLink(it.Text)); err != nil || d.base == nil || u.Host != d.base.Host {
			return false
		}
	}
	return true
}

// linkList: every item is one link and nothing else.
func linkList(l *article.List) bool {
	for _, it := range l.Items {
		if it.Sub != nil || !allSpans(it.Text, func(s article.Span) bool { return s.Href != "" }) {
			return false
		}
		if _, paid := article.Affiliate(firstLink(it.Text)); paid {
			return false
		}
	}
	return len(l.Items) > 0
}
