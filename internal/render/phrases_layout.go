package render

// layoutPhrases is what the layouts say in words of their own.
type layoutPhrases struct {
	DigestKicker    string // above a digest's title
	InThisIssue     string // above the list of its stories
	StoryKicker     string // %d: number of the story
	ReadFull        string // leads from a story to its article
	ContinueReading string // on an excerpt's button
	AndMore         string // %s: the first title, %d: how many stories follow it
}

var englishLayout = layoutPhrases{
	DigestKicker: "The digest", InThisIssue: "In this issue", StoryKicker: "Story %d",
	ReadFull: "Read the full article", ContinueReading: "Continue reading the article", AndMore: "%s (and %d more)",
}

// layoutLanguages has the same languages as languages.
var layoutLanguages = map[string]layoutPhrases{
	"en": englishLayout,
	"he": {
		DigestKicker: "התקציר", InThisIssue: "בגיליון הזה", StoryKicker: "כתבה %d",
		ReadFull: "לכתבה המלאה", ContinueReading: "להמשך קריאה", AndMore: "%s (ועוד %d)",
	},
	"ar": {
		DigestKicker: "الموجز", InThisIssue: "في هذا العدد", StoryKicker: "مقال %d",
		ReadFull: "اقرأ المقال كاملاً", ContinueReading: "تابع القراءة", AndMore: "%s (و%d غيره)",
	},
	"de": {
		DigestKicker: "Der Überblick", InThisIssue: "In dieser Ausgabe", StoryKicker: "Beitrag %d",
		ReadFull: "Den ganzen Artikel lesen", ContinueReading: "Im Artikel weiterlesen", AndMore: "%s (und %d mehr)",
	},
	"fr": {
		DigestKicker: "La sélection", InThisIssue: "Dans ce numéro", StoryKicker: "Article %d",
		ReadFull: "Lire l’article en entier", ContinueReading: "Lire la suite de l’article", AndMore: "%s (et %d de plus)",
	},
	"es": {
		DigestKicker: "La selección", InThisIssue: "En este número", StoryKicker: "Artículo %d",
		ReadFull: "Leer el artículo completo", ContinueReading: "Seguir leyendo el artículo", AndMore: "%s (y %d más)",
	},
	"pt": {
		DigestKicker: "A seleção", InThisIssue: "Nesta edição", StoryKicker: "Artigo %d",
		ReadFull: "Ler o artigo completo", ContinueReading: "Continuar a ler o artigo", AndMore: "%s (e mais %d)",
	},
	"it": {
		DigestKicker: "La selezione", InThisIssue: "In questo numero", StoryKicker: "Articolo %d",
		ReadFull: "Leggi l’articolo completo", ContinueReading: "Continua a leggere l’articolo", AndMore: "%s (e %d in più)",
	},
}
