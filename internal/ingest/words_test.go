package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestButtons(t *testing.T) {
	shops := map[string]string{
		"View on Amazon": "Amazon", "Check price on Amazon UK": "Amazon", "Buy on Amazon →": "Amazon", "Check latest price": "", "Shop now at Sephora": "Sephora",
		"Get it from Larkspur & Sons": "Larkspur & Sons", "Buy now": "", "Jetzt bei Douglas kaufen": "Douglas", "Preis bei OBI prüfen": "OBI", "Zum Angebot": "",
		"Voir le prix": "", "Acheter chez Fnac": "Fnac", "Ver en Amazon": "Amazon", "Comprar agora": "", "Vedi su Amazon": "Amazon", "View on Amazon: https://amzn.to/1": "Amazon",
	}
	for s, shop := range shops {
		if !ctaLine(s) {
			t.Errorf("%q is no button", s)
		}
		if got := shopIn(s); got != shop {
			t.Errorf("shopIn(%q) = %q, want %q", s, got, shop)
		}
	}
	for _, s := range []string{"View of the sea", "Buy less.", "How to get it from A to B", "Prices rose again", "", "Ver para crer", "We get milk from cows and goats in the valley behind the house every single day"} {
		if ctaLine(s) {
			t.Errorf("%q is taken for a button", s)
		}
	}
}

func TestBylines(t *testing.T) {
	for s, want := range map[string]string{
		"By Ann Lee": "Ann Lee", "Written by Dr. Ann Lee, MD | 4 May 2026": "Dr. Ann Lee, MD", "by The Kitchen Team": "The Kitchen Team", "Von Jörg Groß · 3 Min": "Jörg Groß",
		"Par Élise Petit": "Élise Petit", "By the sea we found a shell": "", "By Tuesday": "", "By 2030 Everything Changes": "", "Author: J. R. Smith": "J. R. Smith",
	} {
		if got := bylineOf(s); got != want {
			t.Errorf("bylineOf(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestABylineBetweenBarsIsNoMenu(t *testing.T) {
	for s, want := range map[string]bool{
		"Home | Shop | About us":                            true,
		"Home > Skin > Serums":                              true,
		"By Jane Doe | Updated March 12, 2026 | 7 min read": false,
		"di Giulia Ferri | Bellezza | 7 minuti":             false,
		"March 12, 2026 | Skin | 7 min read":                false,
	} {
		if got := navLine(s); got != want {
			t.Errorf("navLine(%q) = %t", s, got)
		}
	}
}

func TestMetaLines(t *testing.T) {
	for _, s := range []string{"Updated June 2026 · 9 min read", "Rating: 4.5/5", "★★★★☆", "4.7 out of 5 stars", "$79.00", "Estimated Price£17.99", "May 3, 2026", "2026-05-03", "Preis: 14 €"} {
		if !metaLine(s) {
			t.Errorf("%q says nothing about itself", s)
		}
	}
	for _, s := range []string{"May all your days be sunny", "Five stars in the sky", "A price worth paying", "Note the difference", "5 apples", "It costs $5 and lasts"} {
		if metaLine(s) {
			t.Errorf("%q is taken for a line about the text", s)
		}
	}
}

func TestNoticesInSixLanguages(t *testing.T) {
	disclosures := []string{
		"As an Amazon Associate I earn from qualifying purchases.", "We may earn a commission if you buy through our links.", "This post contains affiliate links.", "Our site gets a small referral fee on purchases.",
		"Als Amazon-Partner verdiene ich an qualifizierten Verkäufen.", "Wir erhalten eine Provision, wenn Sie über unsere Links kaufen.",
		"En tant que Partenaire Amazon, je réalise un bénéfice sur les achats remplissant les conditions requises.", "Cet article contient des liens affiliés.",
		"En calidad de Afiliado de Amazon, obtengo ingresos por las compras adscritas.", "Podemos recibir una comisión por las compras.",
		"Como associado da Amazon, ganho com compras qualificadas.", "Podemos receber uma comissão pelas compras.",
		"In qualità di Affiliato Amazon io ricevo un guadagno dagli acquisti idonei.", "Questa pagina contiene link di affiliazione.",
	}
	disclaimers := []string{
		"This is not medical advice.", "Nothing here is medical advice.", "It is no substitute for professional medical treatment.", "For informational purposes only.", "These statements have not been evaluated by the FDA.",
		"Dieser Text ersetzt nicht die ärztliche Beratung.", "Ces informations ne remplacent pas l’avis d’un médecin.", "Esta información no sustituye el consejo médico.",
		"Este texto não substitui a orientação médica.", "Queste informazioni non sostituiscono il parere medico.",
	}
	for _, s := range disclosures {
		if k := kindOfNotice(s); !k.disclosure || k.disclaimer {
			t.Errorf("%q is %+v, want a disclosure", s, k)
		}
	}
	for _, s := range disclaimers {
		if k := kindOfNotice(s); k.disclosure || !k.disclaimer {
			t.Errorf("%q is %+v, want a disclaimer", s, k)
		}
	}
	for _, s := range []string{
		"The commission published its report on water.", "He earns a living as a doctor.", "Ask your doctor before you start.", "Good advice is rare.", "The affiliate office closed.",
		"Medical research shows that sleep matters.", "We received 40 letters.", "Die Kommission tagte lange.", "La commission a rendu son avis.",
	} {
		if k := kindOfNotice(s); k.any() {
			t.Errorf("%q is taken for %+v", s, k)
		}
	}
}

func TestTakeawayNames(t *testing.T) {
	for _, s := range []string{
		"Key Takeaways", "🔑 Key takeaways:", "TL;DR", "tldr", "At a glance", "Key Takeaways: Best Probiotics", "The short version", "Das Wichtigste in Kürze", "Auf einen Blick",
		"À retenir", "L’essentiel", "En bref", "Puntos clave", "En resumen", "Pontos-chave", "Em resumo", "Punti chiave", "In breve",
	} {
		if strict, loose := takeawayName(s); !strict && !loose {
			t.Errorf("%q does not name takeaways", s)
		}
	}
	for _, s := range []string{"Top fryers at a glance", "Keys and locks", "Summary judgment", "Brief history", "Takeaway food in Leeds"} {
		if strict, loose := takeawayName(s); strict || loose {
			t.Errorf("%q is taken for a name of takeaways", s)
		}
	}
}

func TestExplicitTakeaways(t *testing.T) {
	tests := []struct {
		name, src string
		want      []string
	}{
		{"a list below a heading", "Intro.\n\n## Key takeaways\n\nHere they are:\n\n- One.\n- Two.\n\n## Next\n\nText.", []string{"One.", "Two."}},
		{"paragraphs below a heading", "Intro.\n\n## TL;DR\n\nShort it is.\n\n## Next\n\nText.", []string{"Short it is."}},
		{"a label in bold", "Intro.\n\n**À retenir**\n\n1. Un.\n2. Deux.\n\nText.", []string{"Un.", "Deux."}},
		{"a box set as a quotation", "> **Key points**\n>\n> - One.\n> - Two.\n\nText.", []string{"One.", "Two."}},
		{"one paragraph", "**TL;DR:** Buy nothing, mend everything.\n\nText.", []string{"Buy nothing, mend everything."}},
		{"at a glance above a table is none", "## At a glance\n\n| a | b |\n|---|---|\n| c | d |\n", nil},
		{"a summary in prose is none", "Text.\n\n## Summary\n\nAll in all it was a good year for apples.\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := parse(t, "a.md", tt.src, Options{}).Article
			var got []string
			for _, tk := range a.Takeaways {
				if tk.Origin == article.Explicit {
					got = append(got, tk.Text)
				}
				if tk.Place.Line == 0 {
					t.Errorf("%q has no place", tk.Text)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("takeaways (-want +got):\n%s", d)
			}
			for _, w := range tt.want {
				if strings.Contains(article.PlainText(a), w) {
					t.Errorf("%q is still in the body", w)
				}
			}
		})
	}
}
