package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file holds the words by which parts of an article are known, in
// English, German, French, Spanish, Portuguese and Italian. Patterns match
// text folded by fold.

// fold makes a string comparable: lower case, typographic quotes plain, no
// emoji, marks or numbering around it.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == '`':
			return '\''
		case r < utf8.RuneSelf:
			return r
		}
		switch r {
		case '’', '‘', '´':
			return '\''
		case '“', '”', '„', '«', '»':
			return '"'
		case '‑', '–', '—':
			return '-'
		case '\u00a0', '\u202f':
			return ' '
		case '\ufe0f', '\u200d':
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return strings.TrimFunc(s, func(r rune) bool {
		if 'a' <= r && r <= 'z' {
			return false
		}
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune("()[]#\"'?", r)
	})
}

func words(patterns ...string) *pattern {
	return compile(`^(?:` + strings.Join(patterns, "|") + `)$`)
}

// plainLower makes a text comparable for the notice patterns: small letters
// without accents, plain marks.
func plainLower(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '’', '‘':
			return '\''
		case '‑', '–':
			return '-'
		case '\u00a0', '\u202f':
			return ' '
		}
		if r >= utf8.RuneSelf {
			r = plainLetter(r)
		}
		return unicode.ToLower(r)
	}, s)
}

// plainPattern makes a pattern of alternatives for what plainLower made.
func plainPattern(patterns ...string) *pattern {
	return compile(strings.Map(plainLetter, strings.Join(patterns, "|")))
}

var contentsNames = words(
	`(the )?table of contents?`, `contents`, `toc`, `in this (article|post|guide|review|story)`, `what'?s in this (article|post|guide)`, `jump (to|ahead)( to)?( a)?( section)?`, `quick (links|navigation)`, `on this page`,
	`inhalt(sverzeichnis|sübersicht)?`, `in diesem (artikel|beitrag)`,
	`sommaire`, `table des matières`, `au sommaire`, `dans cet article`,
	`(tabla de |índice de )?contenidos?`, `índice`, `en este artículo`,
	`sumário`, `índice`, `conteúdo`, `neste artigo`,
	`indice( dei contenuti)?`, `sommario`, `in questo articolo`,
)

var takeawayNames = words(
	`(the |our |my )?(key|main|quick|top|big|biggest) (takeaways?|points?|findings|insights|learnings|lessons)`, `(the )?takeaways?`, `tl ?;? ?dr:?`, `at a glance`, `the short version`, `in (short|brief|a nutshell)`, `(key|main) takeaways (from|of) .{3,40}`, `the quick version`, `(article|post) (highlights|summary)`, `quick summary`, `summary`, `the gist`, `highlights`, `key facts`, `quick facts`, `fast facts`, `what you need to know`, `the bottom line up front`, `the essentials`,
	`das wichtigste( vorab| in kürze| auf einen blick| im überblick| zusammengefasst)?`, `auf einen blick`, `kurz (und knapp|gesagt|zusammengefasst|& knapp)`, `kurzfassung`, `zusammenfassung`, `(die )?kernaussagen`, `(die )?wichtigsten (punkte|erkenntnisse|fakten)( auf einen blick| im überblick)?`, `in kürze`, `zusammengefasst`, `(die )?kernpunkte`, `(die )?kernfakten`, `das nehmen (sie|wir) mit`,
	`(ce qu'il faut |points? )?à retenir`, `ce qu'il faut retenir`, `l'essentiel( à retenir| en bref)?`, `en (bref|résumé)`, `(les )?points (clés|essentiels|importants)( à retenir| de l'article)?`, `en un coup d'œil`, `résumé`, `l'article en bref`,
	`(los )?puntos (clave|principales|importantes)`, `(las )?(ideas|conclusiones) (clave|principales)`, `en (resumen|pocas palabras|breve)`, `lo más importante`, `lo esencial`, `de un vistazo`, `resumen( rápido)?`, `claves( del artículo)?`, `aspectos clave`, `en síntesis`, `lo que (debes|tienes que|hay que) saber`,
	`(os )?(principais )?(pontos|conclusões|destaques|aprendizados)([- ]chave| principais)?`, `pontos[- ]chave`, `em (resumo|poucas palavras)`, `resumo( rápido)?`, `o essencial`, `num relance`, `em síntese`, `resumindo`, `para (lembrar|recordar)`, `resumo do (artigo|post)`, `o que (você )?precisa saber`,
	`(i )?punti (chiave|principali|salienti)`, `in (breve|sintesi|poche parole)`, `da ricordare`, `(le )?(cose|idee) da ricordare`, `l'essenziale`, `riassunto`, `riassumendo`, `riepilogo`, `sintesi`, `cosa (ricordare|devi sapere|sapere)`, `a colpo d'occhio`, `in due parole`,
)

// looseTakeawayNames also name a conclusion: they count only above a list.
var looseTakeawayNames = words(`summary`, `highlights`, `zusammenfassung`, `résumé`, `resumen`, `resumo`, `riassunto`, `en résumé`, `claves`, `en resumen`, `em resumo`, `resumindo`, `em síntese`, `en síntesis`, `riassumendo`, `riepilogo`, `sintesi`, `in sintesi`, `lo que (debes|tienes que|hay que) saber`, `cosa (devi sapere|sapere)`, `in due parole`, `(article|post) summary`, `what you need to know`, `at a glance`, `auf einen blick`)

var noticeNames = words(
	`(affiliate|advertis(er|ing)|amazon|fcc|ftc|full|medical|health|site)?( ?link)? ?(disclosures?|disclaimers?|notice)( policy| statement)?`, `(a )?note on (our )?(affiliate )?links`, `medical note`, `transparency( note)?`,
	`(affiliate-?|werbe-?)?(hinweis|offenlegung|haftungsausschluss)e?`, `transparenz(hinweis)?`, `medizinischer hinweis`, `werbung`,
	`(note de )?transparence`, `avertissement( médical)?`, `mention(s)? légales?`, `divulgation`,
	`(nota de |aviso de )?(transparencia|afiliados?|divulgación)`, `(aviso|descargo)( médico| legal| de responsabilidad)?`,
	`(nota de |aviso de )?(transparência|afiliados?|divulgação)`, `aviso( médico| legal)?`,
	`(nota di |informativa di )?(trasparenza|affiliazione)`, `avvertenz[ae]( medic[ahe]+)?`, `disclaimer`,
)

// disclosurePattern and the patterns beside it match text folded by
// plainLower: word boundaries would fail at accents. What earns must be the
// publisher, not a bank: the verbs are in the first person, or "we" is near.
var disclosurePattern = plainPattern(
	`as an amazon (associate|affiliate)`, `amazon (services llc )?associates program`, `affiliate (disclosure|disclaimer)\s?[:.–-]\s?[^|·•]{20}`,
	`\b(we|i|us|site|blog|page|post|article|publisher|team|guide|company|reviews?|llc|\.com)\b[^.!?]{0,90}\b(earns?|receives?|gets?|makes?|collects?|paid|compensated)\b[^.!?]{0,60}\b(commissions?|referral fees?|compensation|affiliate|qualifying purchases|small fee|percentage)`,
	`\b(we|i) (may |might |can |could |will )?(be|get|am|are) compensated\b[^.!?]{0,60}\b(links?|buy|purchase|shop)`, `\bthrough (my|our) links?\b[^.!?]{0,60}\b(i|we) (may |might |can |will )?(get|earn|receive|make)\b`,
	`\b(earn|receive|get|make|paid)s? (us |me )?(an? )?(small |tiny |little |affiliate )*(commission|referral fee)`, `\b(we|i) (may |might |can |could )?(get|be|are) paid (to link|by (the )?(retailers|merchants|brands|shops)|when you)`,
	`(contains?|includes?|use[sd]?|uses|has|have|some of (the|these|our|my)) [^.!?]{0,40}\baffiliate (links?|partner|marketing)`, `\blinks?\b[^.!?]{0,40}\bare affiliate`, `affiliate links? ((is|are) )?(used|marked|indicated|throughout|may)`, `participa(tes?|nt) in [^.!?]{0,60}(affiliate|associates)`,
	`(contains?|features?) (sponsored|paid) (content|links)`, `\bsponsored by\b[^.!?]{0,60}\b(post|article|content)`,
	`als amazon-?partner`, deLinks+`\b[^.!?]{0,80}\b(provision|verdien|erhalt|bekomm|gekennzeichnet|markiert|vergutung|kauf)`, `\b(sind|ist|enthalt|enthalten|handelt es sich|verwende\w*|nutze\w*|setze\w*)\b[^.!?]{0,60}\b`+deLinks,
	`\b(erhalten|verdienen|bekommen|erhalte|verdiene|bekomme)\b[^.!?]{0,60}\b(provision|vergutung|werbekostenerstattung)`, `\b(provision|vergutung|werbekostenerstattung)\b[^.!?]{0,60}\b(erhalten|verdienen|bekommen|erhalte|verdiene|bekomme)`,
	`en tant que partenaire amazon`, `\bliens?\b[^.!?]{0,24}\b(d'affiliation|affilies?|d'affilies?|partenaires?|sponsorises?|remuneres?)\b`,
	`\b(nous|je|on|nos|notre|mes|ce site|ce blog|me)\b[^.!?]{0,60}\b(touch|perc|rec[eo]|gagn|rapport|remuner|beneficie)\w*\b[^.!?]{0,60}\b(commissions?|remuneration)`, `programme (d'affiliation|partenaires?) (d'|d')?amazon`,
	`\bafiliad[oa]s? (de |d[ao] )?amazon`, `\b(enlaces?|links?)\b[^.!?]{0,24}\bafiliad`, `participa\w*\b[^.!?]{0,30}\bprograma de (afiliad|associad)`,
	`\b(recib(o|imos|iremos|ire)|gan(o|amos|aremos)|obten(go|emos|dremos)|cobr(o|amos|aremos)|percib(o|imos)|llev(o|amos|aremos)|(podemos|podriamos|puedo|podria|nos|me) (recibir|ganar|obtener|cobrar|percibir|llevar\w*|reportan?|generan?|dan?))\b[^.!?]{0,60}\bcomision`,
	`\bligac(ao|oes)\b[^.!?]{0,24}\bafiliad`, `\bassociad[oa]s? (d[ao] )?amazon`,
	`\b(receb(o|emos|eremos)|ganh(o|amos|aremos)|obt(enho|emos)|aufer(imos|iremos)|(podemos|poderemos|posso|poderei|nos|me) (receber|ganhar|obter|auferir|rende\w*|gera\w*|da\w*))\b[^.!?]{0,60}\bcomiss(ao|oes)`, `\bcomiss(ao|oes) (que )?(recebemos|ganhamos)`,
	`\baffiliat[oi] (di )?amazon`, `\blinks?\b[^.!?]{0,30}\b(affiliat[oi]|di affiliazione|sponsorizzati)\b`, `programma (di )?affiliazione`,
	`\b(ricev(o|iamo|eremo|ero)|guadagn(o|iamo|eremo|ero)|percep(iamo|isco|iremo)|otten(iamo|go|iamo)|incass(o|iamo)|(potremmo|possiamo|potrei|posso|ci|mi) (ricevere|guadagnare|percepire|ottenere|permett\w+|consent\w+|riconosc\w+|frutt\w+))\b[^.!?]{0,60}\bcommission[ei]`, `\b(ricev|ottien|guadagn)\w*\b[^.!?]{0,30}\bacquist[oi] idone[oi]`,
)

// deLinks are the German words for links that somebody pays for.
const deLinks = `(affiliate|werbe|provisions?|partner)[- ]?(links?|verweisen?)`

var disclaimerPattern = plainPattern(
	`\b(not|isn't|aren't|never|no|nor|nothing|none|n't)\b[^.!?]{0,80}\b(medical|professional medical|health|veterinary|nutritional|dietary) (or [a-z]+ )?advice`,
	`substitute for (professional |personal |qualified )?(medical|health|veterinary|veterinarian)`,
	`(informational|educational|information)( and (informational|educational|entertainment))? purposes( only)?`,
	`not (been )?evaluated by the (fda|food and drug)`, `not intended to (diagnose|treat|cure)`, `not a (doctor|physician|medical professional|dermatologist)\b[^.!?]{0,40}$`,
	`(kein(e|en)?|nicht)\b[^.!?]{0,60}\b(ersatz|ersetz\w*)\b[^.!?]{0,80}(ärzt|medizin|arzt)`, `ersetz\w*\b[^.!?]{0,60}\b(kein|nicht)\w*\b[^.!?]{0,60}(ärzt|medizin|arzt)`, `kein\w*\b[^.!?]{0,30}(medizinische|ärztliche)\w* (beratung|rat|empfehlung)`,
	`ne (remplac|constitu|se substitu)\w*\b[^.!?]{0,60}\b(avis|conseils?|consultation)\b[^.!?]{0,20}\b(médica|médecin)`,
	`no (sustituy|constituy|reemplaz|es un)\w*\b[^.!?]{0,60}\b(consejo|asesoramiento|opinión|consulta|diagnóstico)\b[^.!?]{0,20}\bm[ée]dic`,
	`não (substitu|constitu)\w*\b[^.!?]{0,60}\b(aconselhamento|conselho|orientação|consulta|avaliação)\b[^.!?]{0,20}\bmédic`,
	`non (sostitu|costitu|intend)\w*\b[^.!?]{0,60}\b(parere|consiglio|consigli|consulenza|consulto)\b[^.!?]{0,20}\bmedic`,
)

// noticeLead opens a paragraph that is a notice as a whole.
var noticeLead = plainPattern(`^\W{0,8}(?:(?:affiliate|advertis(?:er|ing)|amazon|ftc|full|medical|health)(?: link)? )?(?:disclosure|disclaimer|transparency(?: note)?|(?:affiliate-?|werbe-?|transparenz)hinweis|haftungsausschluss|(?:note de )?transparence|avertissement|(?:nota|aviso) (?:de )?(?:transpar[eê]ncia|afiliados?|médico)|nota di trasparenza|avvertenza)(?: statement| notice)?\s*[:.\-!]`)

var ctaPattern = compile(`^(?:` + strings.Join([]string{
	`(view|check|see|buy|shop|get|find|order|grab|compare|browse|read)\b.{0,40}\b(on|at|from|via) \S.{0,30}`,
	`(view|check|see|compare|latest|current|today'?s)\b.{0,24}\b(price|prices|pricing|deals?|offers?|availability|discounts?)\b.{0,20}`,
	`(buy|shop|order|get|grab|try)( it| yours?| one)?( now| here| today| online| directly)`, `(shop|get) (the )?(deal|offer|discount)`, `(buy|shop|get) .{1,30} (now|here|& save.{0,16})`, `claim .{0,30}(deal|offer|discount)`,
	`(jetzt )?(bei|auf) \S.{0,30} (ansehen|anschauen|kaufen|prüfen|bestellen|entdecken|shoppen)`, `(zum|zur) (angebot|shop|produkt|preisvergleich|aktuellen preis).{0,20}`, `(aktuellen )?preis(e)? (prüfen|ansehen|checken|vergleichen|(bei|auf) .{2,30})`, `jetzt (kaufen|bestellen|ansehen|sichern)`,
	`(voir|acheter|découvrir|vérifier|consulter|commander)\b.{0,40}\b(sur|chez) \S.{0,30}`, `voir (le|les) (prix|offre|offres)`, `(acheter|commander) (maintenant|ici)`, `voir l'offre`,
	`(ver|comprar|consultar|comprobar|compra)\b.{0,30}\b(en|na|no|em) \S.{0,30}`, `(ver|consultar|comprobar|verificar|conferir) (el |o )?(precio|preço|oferta).{0,16}`, `comprar (ahora|agora|aquí|aqui)`,
	`(vedi|acquista|compra|controlla|scopri|guarda|verifica)\b.{0,30}\b(su|da) \S.{0,30}`, `(vedi|controlla|scopri|verifica) (il )?(prezzo|l'offerta|offerta).{0,16}`, `(acquista|compra) (ora|qui|adesso)`,
}, `|`) + `)$`)

// merchantIn finds the shop a button names: what follows "on", "bei", "sur", …
var merchantIn = compile(`\b(?i:on|at|from|via|bei|auf|sur|chez|en|na|no|em|su|da)\s+([\p{Lu}\d][\p{L}\d&'’.+-]*(?:\s+(?:&\s+)?[\p{Lu}\d][\p{L}\d&'’.+-]*){0,3})`)

// knownShops are recognised anywhere in the text of a button.
var knownShops = []string{"Amazon", "Walmart", "Target", "Sephora", "Ulta", "eBay", "iHerb", "Etsy", "Best Buy", "Chewy", "Walgreens", "Costco", "Nordstrom", "Boots", "Douglas", "Fnac"}

// ctaLine: the line is the text of a button.
func ctaLine(s string) bool {
	if len(s) > 600 {
		return false
	}
	s, _ = cutAddress(s)
	if !short(s, 70) || strings.ContainsRune(".?", lastRune(strings.TrimRight(s, " ?"))) {
		return false
	}
	f := strings.TrimRight(fold(s), " ?")
	first := f
	if i := strings.IndexFunc(f, func(r rune) bool { return r != '\'' && !unicode.IsLetter(r) }); i >= 0 {
		first = f[:i]
	}
	return ctaStarts[first] && ctaPattern.MatchString(f)
}

// ctaStarts are the words ctaPattern can begin with; they spare most lines the
// pattern.
var ctaStarts = wordsOf(`view|check|see|buy|shop|get|find|order|grab|compare|browse|read|latest|current|today's|todays|try|claim|` +
	`jetzt|bei|auf|zum|zur|aktuellen|preis|preise|` +
	`voir|acheter|découvrir|vérifier|consulter|commander|` +
	`ver|comprar|consultar|comprobar|compra|verificar|conferir|` +
	`vedi|acquista|controlla|scopri|guarda|verifica`)

// shopIn names the shop of a button's text, "" if it names none.
func shopIn(cta string) string {
	low := strings.ToLower(cta)
	for _, s := range knownShops {
		if strings.Contains(low, strings.ToLower(s)) {
			return s
		}
	}
	if m := merchantIn.FindStringSubmatch(cta); m != nil {
		return strings.TrimRight(m[1], ".")
	}
	return ""
}

// cutAddress cuts an address off the end of a line: "View on Amazon: https://…".
func cutAddress(s string) (rest, address string) {
	if !strings.Contains(s, "://") && !strings.Contains(strings.ToLower(s), "www.") {
		return s, ""
	}
	loc := bareURL.FindStringIndex(s)
	if loc == nil {
		return s, ""
	}
	address = trimAddress(s[loc[0]:loc[1]])
	tail := strings.Trim(s[loc[0]+len(address):], " )>]")
	if tail != "" {
		return s, ""
	}
	return strings.TrimRight(s[:loc[0]], " :-–—(<["), address
}

var (
	metaStart = compile(`^(?:(?:our |user |overall )?(?:rating|score|price|estimated price)|(?:last )?updated|published|posted|date|tags?|categor(?:y|ies)|filed under|share(?: this)?|meta (?:title|description|keywords)|featured image|slug|(?:focus )?keywords?|aktualisiert|veröffentlicht|mis à jour|publié|actualizado|publicado|atualizado|aggiornato|pubblicato|bewertung|wertung|preis|prix|precio|preço|prezzo|note|valoración|puntuación|nota|avaliação|classificação|valutazione|voto|punteggio)\s*(?:on|am|le|el|em|il)?\s*[:|]`)
	readTime  = compile(`\b\d{1,3}[- ]?(?:min(?:ute|uto|uti|utos)?s?\.?(?: read| de (?:lecture|lectura|leitura)| di lettura)?|minuten(?: lesezeit)?)\b`)
	monthYear = compile(`^(?:(?:last )?(?:updated|published|posted|reviewed)(?: on)?:? )?(?:(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.? (?:\d{1,2}(?:st|nd|rd|th)?,? )?\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?:\b.{0,30})?$|^(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.? \d{1,2}(?:st|nd|rd|th)?$`)
	stars     = compile(`^(?:[★☆⭐✩✮🌟½\s]{2,}.{0,20}|\(?\d(?:[.,]\d)?\s?(?:/\s?(?:5|10)|out of (?:5|10)|[- ]stars?|sterne|étoiles|stelle|estrellas|estrelas|★|⭐).{0,30})$`)
)

// metaLine: the line is about the text: date, reading time, rating, price.
func metaLine(s string) bool {
	if !short(s, 90) {
		return false
	}
	f := fold(s)
	return metaStart.MatchString(f) || readTime.MatchString(f) && len(f) < 90 || monthYear.MatchString(f) || dateLine(s) || stars.MatchString(strings.TrimSpace(s)) || priceOnly(s)
}

var navPattern = compile(`^(?:skip to (?:main )?content|home|menu|search|subscribe|sign up|log ?in|share|print|advertisement|previous|next|back to .{3,30})$`)

// seoLine: a line for search engines, which an editor's tool left in the text.
var seoLine = compile(`^meta[ -](?:title|description|keywords)\s*:`)

// navLine: the line is part of a page's navigation.
func navLine(s string) bool {
	if !short(s, 120) {
		return false
	}
	for _, sep := range []string{" / ", " > ", " » ", " › ", " | "} {
		if strings.Count(s, sep) >= 2 {
			return !aboutText(s)
		}
	}
	return navPattern.MatchString(fold(s))
}

// aboutText: the line names who wrote the text, or when, between its bars.
func aboutText(s string) bool {
	_, dated := dateIn(s)
	return dated || bylineOf(s) != ""
}

// abbreviationEnd: the stop at the end belongs to the last word.
func abbreviationEnd(s string) bool {
	for _, a := range []string{" etc.", " Inc.", " Co.", " Jr.", " Sr.", " vs.", " Ltd.", " U.S.", " No."} {
		if strings.HasSuffix(s, a) {
			return true
		}
	}
	return false
}
