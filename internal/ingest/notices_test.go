package ingest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

// disclosing are sentences in which a publisher says that somebody pays, as
// publishers write them.
var disclosing = []string{
	// English
	"Affiliate links used throughout.",
	"Contains affiliate links.",
	"Some links on this page are affiliate links, so I may get a few pence if you buy.",
	"This guide is reader-supported. When you buy through links on our site, we may earn an affiliate commission.",
	"When you purchase through links in our articles, we may earn a small commission.",
	"We independently review everything we recommend. We may get paid to link out to retailers.",
	"Products are chosen by our editors; purchases made through our links may earn us a commission.",
	"Heads up: links marked with an asterisk are affiliate links.",
	"As an Amazon Associate I earn from qualifying purchases.",
	"Kettlewise is a participant in the Amazon Services LLC Associates Program.",
	"The kettle was sent to us free of charge for review.",
	"This post is sponsored by Halden Kettles.",
	// German
	"Als Amazon-Partner verdiene ich an qualifizierten Verkäufen.",
	"Mit Sternchen (*) gekennzeichnete Links sind Affiliate-Links.",
	"Dieser Beitrag enthält Affiliate-Links.",
	"Kaufst du über einen dieser Links, bekommen wir eine kleine Provision.",
	"Wir erhalten eine Provision, wenn Sie über unsere Links einkaufen; für Sie ändert sich der Preis nicht.",
	"* Werbelink: Bei einem Kauf erhalten wir eine Vergütung vom Händler.",
	"Die mit * markierten Verweise sind Provisions-Links.",
	"Enthält Werbung und Affiliate-Links.",
	"Anzeige: Dieser Artikel entstand in Kooperation mit der Kesselwerke GmbH.",
	"Der Wasserkocher wurde uns kostenlos zur Verfügung gestellt.",
	// French
	"En tant que Partenaire Amazon, je réalise un bénéfice sur les achats remplissant les conditions requises.",
	"Cet article contient des liens affiliés.",
	"Les liens présents sur cette page sont des liens d'affiliation.",
	"Si vous achetez via nos liens, nous percevons une commission sans surcoût pour vous.",
	"Certains liens nous rapportent une petite commission.",
	"Liens partenaires : nous pouvons toucher une rémunération si vous achetez.",
	"Article sponsorisé par la maison Tanguy.",
	"Ce produit m'a été offert par la marque.",
	// Spanish
	"En calidad de Afiliado de Amazon, obtengo ingresos por las compras adscritas.",
	"Este artículo contiene enlaces de afiliado.",
	"Si compras a través de nuestros enlaces, recibimos una pequeña comisión.",
	"Algunos de los enlaces son de afiliados: a ti te cuesta lo mismo.",
	"Podemos ganar una comisión por las compras que hagas desde esta página.",
	"Nos llevamos una comisión si compras desde aquí, sin coste extra para ti.",
	"Contenido patrocinado por Cierzo.",
	"El producto ha sido cedido por la marca.",
	// Portuguese
	"Como Associado da Amazon, recebo por compras qualificadas.",
	"Como Associado Amazon, ganho com compras qualificadas.",
	"Este artigo contém links de afiliado.",
	"Este post contém links de afiliados: se comprar por eles, ganhamos uma pequena comissão.",
	"Podemos receber uma comissão pelas compras feitas através dos links desta página.",
	"Alguns links são de afiliados e não mudam o preço que você paga.",
	"Ao comprar pelos nossos links, você nos ajuda: recebemos uma comissão sem custo adicional.",
	"Publicidade: conteúdo patrocinado pela Serra Azul.",
	"O produto foi enviado gratuitamente pela marca.",
	"Participamos no Programa de Associados da Amazon.",
	// Italian
	"In qualità di Affiliato Amazon io ricevo un guadagno dagli acquisti idonei.",
	"In qualità di Affiliati Amazon riceviamo un guadagno per ciascun acquisto idoneo.",
	"Questo articolo contiene link di affiliazione.",
	"Questo articolo contiene link affiliati: se acquisti, potremmo ricevere una piccola commissione.",
	"Se acquisti tramite i nostri link riceviamo una commissione, senza costi aggiuntivi per te.",
	"Alcuni link sono affiliati e ci permettono di guadagnare una commissione.",
	"Potremmo percepire una commissione sugli acquisti effettuati dai link in questa pagina.",
	"I link contrassegnati con un asterisco sono link di affiliazione.",
	"Partecipiamo al Programma Affiliazione Amazon EU.",
	"Contenuto sponsorizzato da Fonderia Brunate.",
	"Il prodotto ci è stato inviato gratuitamente dall'azienda.",
}

// silent are sentences with the same words that disclose nothing.
var silent = []string{
	"The estate agent takes a commission of two per cent from the seller.",
	"The report was commissioned by the city council in 2019.",
	"Most bloggers begin with affiliate marketing because it needs no stock.",
	"A good sponsor pays on time.",
	"The kettle comes with a free sample of descaler.",
	"Our neighbours earn a living from bees.",
	"Die Europäische Kommission hat die Regeln im Mai verschärft.",
	"Der Makler verlangt eine Provision von drei Prozent.",
	"In der Werbung klingt jeder Wasserkocher leise.",
	"Ein Partner hält die Leiter, der andere schneidet.",
	"Die Anzeige zeigt die Temperatur auf ein Grad genau.",
	"La Commission européenne a proposé un chargeur unique.",
	"Le partenaire idéal du café est une eau peu calcaire.",
	"L'agence prend une commission de cinq pour cent.",
	"La publicité promet trente minutes, nous en avons mesuré vingt.",
	"La Comisión Europea aprobó la norma en marzo.",
	"El vendedor cobra una comisión del banco por cada venta.",
	"La publicidad promete silencio; el sonómetro dice otra cosa.",
	"A Comissão Europeia publicou as regras em maio.",
	"O banco cobra uma comissão por cada levantamento.",
	"A publicidade promete silêncio e o aparelho cumpre.",
	"La Commissione europea ha approvato il regolamento.",
	"La banca applica una commissione sui prelievi.",
	"La pubblicità parla di trenta minuti, noi ne abbiamo misurati venti.",
	"Gli associati del club pagano la metà.",
}

func TestDisclosures(t *testing.T) {
	for _, s := range disclosing {
		if !kindOfNotice(s).disclosure {
			t.Errorf("not found: %s", s)
		}
	}
	for _, s := range silent {
		if kindOfNotice(s).any() {
			t.Errorf("taken for a notice: %s", s)
		}
	}
}

// TestNoticesOfThePage: names of policies and lists of links are no notices,
// what the page's foot says is.
func TestNoticesOfThePage(t *testing.T) {
	const page = `Why Kettles Sing

Water sings before it boils because bubbles burst against the cold layer above them. The sound stops when the layer is warm, which is why a loud kettle is not yet a ready one.

Advertising Disclosure

Affiliate Disclosure | Privacy Policy | Contact

  • Affiliate Disclosure
  • Privacy Policy

© 2025 Kettlewise. Affiliate links used throughout.
`
	res, err := Parse(context.Background(), "kettles.txt", strings.NewReader(page), Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := article.Report(res.Article)
	if len(r.Disclosure) != 1 || r.Disclosure[0] != "© 2025 Kettlewise. Affiliate links used throughout." {
		t.Errorf("disclosures: %q", r.Disclosure)
	}
	if strings.Contains(r.Text, "Privacy") || strings.Contains(r.Text, "2025") {
		t.Errorf("the foot is left in the text: %s", r.Text)
	}
	const html = `<html><body><nav><p>Links marked * are affiliate links.</p><a href="/x">Affiliate Disclosure</a></nav>
<article><h1>Why Kettles Sing</h1><p>Water sings before it boils because bubbles burst against the cold layer above them. The sound stops when the layer is warm, which is why a loud kettle is not yet a ready one.</p></article>
<aside class="sidebar"><h3>Disclosure</h3><p>Se acquisti tramite i nostri link riceviamo una commissione.</p></aside>
<footer><ul><li><a href="/d">Affiliate disclosure</a></li><li><a href="/p">Privacy</a></li></ul><p>Como Associado da Amazon, recebo por compras qualificadas.</p></footer></body></html>`
	res, err = Parse(context.Background(), "kettles.html", bytes.NewReader([]byte(html)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	r = article.Report(res.Article)
	want := []string{"Links marked * are affiliate links.", "Se acquisti tramite i nostri link riceviamo una commissione.", "Como Associado da Amazon, recebo por compras qualificadas."}
	if strings.Join(r.Disclosure, "|") != strings.Join(want, "|") {
		t.Errorf("disclosures:\n got %q\nwant %q", r.Disclosure, want)
	}
}
