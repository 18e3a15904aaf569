package render

import (
	"slices"

	"golang.org/x/text/language"
)

// phrases is what a mail says in its own words, in one language.
type phrases struct {
	Disclosure     string // label of the commission notice
	ReadDisclosure string // the sentence that links to the full one, without its full stop
	Commission     string // beside a pick when the article's own notice can't be quoted
	Associate      string // AMZ-2, in Amazon's wording
	PaidLink       string // AMZ-2, beside the link
	Disclaimer     string // label of the not-medical-advice notice
	By             string // before the author's name
	Minutes        string // %d: reading time
	KeyTakeaways   string
	ViaArticle     string // after a button's text that leads to the article
	ViewOn         string // %s: a shop; the button of a pick without one
	ViewProduct    string
	Why            string // %s: the newsletter's name
	ViewInBrowser  string
	Preferences    string
	Unsubscribe    string
	Pros, Cons     string // titles of what speaks for and against it, where the author has none
	LinkList       string // over the text part's numbered links
	Picture        string // before a picture's alt text in the text part
	// The web page's own.
	SkipLink, InContents, AboutAuthor, Footer string
	Subscribe, FullDisclosure, Privacy        string
	// quotes are the outer and inner marks: “ ” ‘ ’.
	quotes [4]string
}

var english = phrases{
	Disclosure: "Disclosure:", ReadDisclosure: "Read our full disclosure",
	Commission: "We may earn a commission if you purchase through our links.",
	Associate:  "As an Amazon Associate I earn from qualifying purchases.", PaidLink: "(paid link)",
	Disclaimer: "Medical disclaimer:", By: "By", Minutes: "%d min read", KeyTakeaways: "Key takeaways",
	ViaArticle: "via our article", ViewOn: "View on %s", ViewProduct: "View the product",
	Why:           "You get this email because you signed up for %s and confirmed your address.",
	ViewInBrowser: "View in browser", Preferences: "Email preferences", Unsubscribe: "Unsubscribe", LinkList: "Links", Pros: "Pros", Cons: "Cons", Picture: "Picture",
	SkipLink: "Skip to the article", InContents: "In this article", AboutAuthor: "About the author", Footer: "Footer",
	Subscribe: "Get the letter", FullDisclosure: "Full disclosure", Privacy: "Privacy",
	quotes: [4]string{"“", "”", "‘", "’"},
}

// languages are the ones a mail's own words exist in, by base language; every
// other article gets English words around it.
var languages = map[string]phrases{
	"en": english, "he": hebrew, "ar": arabic,
	"de": {
		Disclosure: "Transparenzhinweis:", ReadDisclosure: "Zum vollständigen Hinweis",
		Commission: "Wenn du über unsere Links kaufst, erhalten wir eventuell eine Provision.",
		Associate:  "Als Amazon-Partner verdiene ich an qualifizierten Verkäufen.", PaidLink: "(bezahlter Link)",
		Disclaimer: "Medizinischer Hinweis:", By: "Von", Minutes: "%d Min. Lesezeit", KeyTakeaways: "Das Wichtigste in Kürze",
		ViaArticle: "über unseren Artikel", ViewOn: "Bei %s ansehen", ViewProduct: "Produkt ansehen",
		Why:           "Du bekommst diese E-Mail, weil du %s abonniert und deine Adresse bestätigt hast.",
		ViewInBrowser: "Im Browser ansehen", Preferences: "E-Mail-Einstellungen", Unsubscribe: "Abmelden", LinkList: "Links", Pros: "Vorteile", Cons: "Nachteile", Picture: "Bild",
		SkipLink: "Zum Artikel springen", InContents: "In diesem Artikel", AboutAuthor: "Über die Autorin oder den Autor", Footer: "Fußzeile",
		Subscribe: "Newsletter abonnieren", FullDisclosure: "Vollständiger Hinweis", Privacy: "Datenschutz",
		quotes: [4]string{"„", "“", "‚", "‘"},
	},
	"fr": {
		Disclosure: "Transparence :", ReadDisclosure: "Lire notre déclaration complète",
		Commission: "Nous pouvons percevoir une commission si vous achetez via nos liens.",
		Associate:  "En tant que Partenaire Amazon, je réalise un bénéfice sur les achats remplissant les conditions requises.", PaidLink: "(lien rémunéré)",
		Disclaimer: "Avertissement médical :", By: "Par", Minutes: "%d min de lecture", KeyTakeaways: "À retenir",
		ViaArticle: "via notre article", ViewOn: "Voir sur %s", ViewProduct: "Voir le produit",
		Why:           "Vous recevez cet e-mail parce que vous vous êtes inscrit à %s et avez confirmé votre adresse.",
		ViewInBrowser: "Voir dans le navigateur", Preferences: "Préférences", Unsubscribe: "Se désabonner", LinkList: "Liens", Pros: "Points forts", Cons: "Points faibles", Picture: "Image",
		SkipLink: "Aller à l’article", InContents: "Dans cet article", AboutAuthor: "À propos de l’auteur", Footer: "Pied de page",
		Subscribe: "S’abonner", FullDisclosure: "Déclaration complète", Privacy: "Confidentialité",
		quotes: [4]string{"«\u00a0", "\u00a0»", "‹\u00a0", "\u00a0›"},
	},
	"es": {
		Disclosure: "Transparencia:", ReadDisclosure: "Lee nuestro aviso completo",
		Commission: "Podemos recibir una comisión si compras a través de nuestros enlaces.",
		Associate:  "En calidad de Afiliado de Amazon, obtengo ingresos por las compras adscritas que cumplen los requisitos aplicables.", PaidLink: "(enlace pagado)",
		Disclaimer: "Aviso médico:", By: "Por", Minutes: "%d min de lectura", KeyTakeaways: "Puntos clave",
		ViaArticle: "desde nuestro artículo", ViewOn: "Ver en %s", ViewProduct: "Ver el producto",
		Why:           "Recibes este correo porque te suscribiste a %s y confirmaste tu dirección.",
		ViewInBrowser: "Ver en el navegador", Preferences: "Preferencias", Unsubscribe: "Darse de baja", LinkList: "Enlaces", Pros: "Ventajas", Cons: "Desventajas", Picture: "Imagen",
		SkipLink: "Ir al artículo", InContents: "En este artículo", AboutAuthor: "Sobre el autor", Footer: "Pie de página",
		Subscribe: "Suscríbete", FullDisclosure: "Aviso completo", Privacy: "Privacidad",
		quotes: [4]string{"«", "»", "“", "”"},
	},
	"pt": {
		Disclosure: "Transparência:", ReadDisclosure: "Leia o nosso aviso completo",
		Commission: "Podemos receber uma comissão se você comprar pelos nossos links.",
		Associate:  "Como participante do Programa de Associados da Amazon, sou remunerado pelas compras qualificadas efetuadas.", PaidLink: "(link pago)",
		Disclaimer: "Aviso médico:", By: "Por", Minutes: "%d min de leitura", KeyTakeaways: "Pontos principais",
		ViaArticle: "pelo nosso artigo", ViewOn: "Ver na %s", ViewProduct: "Ver o produto",
		Why:           "Você recebe este e-mail porque se inscreveu em %s e confirmou o seu endereço.",
		ViewInBrowser: "Ver no navegador", Preferences: "Preferências", Unsubscribe: "Cancelar inscrição", LinkList: "Links", Pros: "Vantagens", Cons: "Desvantagens", Picture: "Imagem",
		SkipLink: "Ir para o artigo", InContents: "Neste artigo", AboutAuthor: "Sobre o autor", Footer: "Rodapé",
		Subscribe: "Assine", FullDisclosure: "Aviso completo", Privacy: "Privacidade",
		quotes: [4]string{"“", "”", "‘", "’"},
	},
	"it": {
		Disclosure: "Trasparenza:", ReadDisclosure: "Leggi la nostra informativa completa",
		Commission: "Potremmo ricevere una commissione se acquisti tramite i nostri link.",
		Associate:  "In qualità di Affiliato Amazon io ricevo un guadagno dagli acquisti idonei.", PaidLink: "(link a pagamento)",
		Disclaimer: "Avvertenza medica:", By: "Di", Minutes: "%d min di lettura", KeyTakeaways: "Punti chiave",
		ViaArticle: "dal nostro articolo", ViewOn: "Vedi su %s", ViewProduct: "Vedi il prodotto",
		Why:           "Ricevi questa e-mail perché ti sei iscritto a %s e hai confermato il tuo indirizzo.",
		ViewInBrowser: "Vedi nel browser", Preferences: "Preferenze", Unsubscribe: "Annulla iscrizione", LinkList: "Link", Pros: "Pro", Cons: "Contro", Picture: "Immagine",
		SkipLink: "Vai all’articolo", InContents: "In questo articolo", AboutAuthor: "L’autore", Footer: "Piè di pagina",
		Subscribe: "Iscriviti", FullDisclosure: "Informativa completa", Privacy: "Privacy",
		quotes: [4]string{"“", "”", "‘", "’"},
	},
}

// rightToLeft are the base languages written from right to left.
var rightToLeft = []string{"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"}

// tongue is the language of an issue: a valid tag, its direction and its words.
type tongue struct {
	// Lang is a BCP 47 tag; Dir is "ltr" or "rtl".
	Lang, Dir string
	phrases
	layoutPhrases
}

// tongueOf finds the first of the tags that is a language; "en" if none is.
func tongueOf(tags ...string) tongue {
	for _, s := range tags {
		tag, err := language.Parse(s)
		if s == "" || err != nil {
			continue
		}
		base, _ := tag.Base()
		t := tongue{Lang: tag.String(), Dir: "ltr", phrases: english, layoutPhrases: englishLayout}
		if slices.Contains(rightToLeft, base.String()) {
			t.Dir = "rtl"
		}
		if p, ok := languages[base.String()]; ok {
			t.phrases, t.layoutPhrases = p, layoutLanguages[base.String()]
		}
		return t
	}
	return tongue{Lang: "en", Dir: "ltr", phrases: english, layoutPhrases: englishLayout}
}
