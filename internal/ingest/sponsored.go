package ingest

// A notice need not speak of commissions: it may say that the article is paid
// for, or that the product was given away for the review.

// sponsoredStems: without one of these no text says so.
var sponsoredStems = stemsOf("werbung", "anzeige", "muster", "kooperation", "sample", "gifted", "complimentary", "free of charge", "for free", "in exchange", "kostenlos", "sponsor", "publicidad", "publi", "patrocin", "colaboraci", "omaggio", "offert", "partenariat", "collabora", "regala", "cedid", "parceria", "envoy", "enviad", "inviat", "oferecid", "fornit")

var sponsoredPattern = plainPattern(
	`^[\[(*]*(?:(?:bezahlte|unbezahlte|unbeauftragte) )?(?:werbung|anzeige|advertorial|publicidad|publicité|pubblicità|publicidade)(?:[\])*]*$|[\])*]* (?:für|wegen|da|mit|/|\||–|-) ?.{2,80}$)`,
	`\b(?:testmuster|produktmuster|pr-?muster|pressemuster|rezensionsexemplar|testexemplar|pr-? ?samples?|press samples?)\b`,
	`\b(?:kostenlos|kostenfrei|gratis|unentgeltlich)\b[^.!?]{0,40}\b(?:zur verfügung gestellt|zugeschickt|zugesandt|erhalten|überlassen)`,
	`\b(?:i|we|was|were|been|kindly)\b[^.!?]{0,40}\b(?:received|sent|gifted|given|provided)\b[^.!?]{0,80}\b(?:free of charge|for free|complimentary|for review|in exchange for|pr sample)`,
	`\b(?:gifted|complimentary) (?:items?|products?|by)\b`,
	`\bthis (?:post|article|review|page|video|content) (?:is|was|has been) (?:kindly )?(?:sponsored|(?:written |made |created )?in (?:paid )?(?:partnership|collaboration) with)`,
	`\b(?:in bezahlter|bezahlte) (?:kooperation|partnerschaft)\b`,
	`\b(?:article|billet|contenu) sponsorisé\b`, `\b(?:collaboration commerciale|partenariat rémunéré)\b`, `\bproduits?\b[^.!?]{0,30}\b(?:offerts?|envoyés? (?:gratuitement|par la marque))\b`,
	`\b(?:post|artículo|contenido|entrada) patrocinad[oa]\b`, `\bcolaboración (?:pagada|remunerada)\b`, `\b(?:muestras?|productos?)\b[^.!?]{0,30}\b(?:cedid|regalad)[oa]s?\b`,
	`\b(?:post|conteúdo|artigo) patrocinado\b`, `\bparceria paga\b`, `\bpubli(?:post|editorial)\b`,
	`\b(?:articolo|contenuto|post) sponsorizzato\b`, `\bcollaborazione (?:pagata|retribuita)\b`, `\bprodott[oi]\b[^.!?]{0,30}\b(?:in omaggio|ricevut[oi] gratuitamente)`,
	`\b(?:entstand|entstanden|erstellt|geschrieben|in freundlicher|in bezahlter)\b[^.!?]{0,30}\b(?:kooperation|zusammenarbeit) mit`, `^\W*(?:(?:dieser|der) (?:beitrag|artikel|post) )?enth(?:a|ae)lt (?:un)?(?:bezahlte |beauftragte )?werbung\b`,
	`\b(?:offerts?|offertes?|envoyes?|fournis?|pretes?) (?:gracieusement |gratuitement )?par (?:la marque|le fabricant|l'editeur)`,
	`\b(?:cedid|regalad|enviad|prestad|oferecid|fornecid|ofertad|emprestad)[oa]s? (?:gratuitamente|gratis|de forma gratuita|pela|pelo|por la marca|por el fabricante|por la empresa)`,
	`\b(?:inviat|fornit|offert|regalat|omaggiat|prestat)[oaie] (?:gratuitamente|in omaggio|dal brand|dal marchio|dal produttore|dall'azienda|in prova)`,
)

// sponsored: the folded text says that somebody paid for the article or gave
// the product.
func sponsored(f string) bool {
	return sponsoredStems.in(f) && sponsoredPattern.MatchString(f)
}
