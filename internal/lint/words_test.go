package lint

import "testing"

// TestStatements: sentences that disclose, in how many words they do, and
// sentences that only look like it.
func TestStatements(t *testing.T) {
	for _, s := range append(spoken,
		"This article contains affiliate links, which means I may earn a small commission at no extra cost to you.",
		"Some links are affiliate links: if you buy something, we receive a percentage of the sale.",
		"We may be compensated when you click on links to products.",
		"The team gets a referral fee for purchases.",
		"NxtLifestyle may receive commissions from qualifying purchases.",
		"This post was sponsored by Fern & Vale, and we were paid by the brand.",
		"Mit * markierte Links sind Werbelinks: Für Käufe darüber bekommen wir eine Vergütung.",
		"Cet article contient des liens affiliés : nous touchons une commission sur vos achats.",
		"Wij ontvangen een commissie als je via onze links iets koopt.",
		"Este artículo contiene enlaces de afiliado por los que recibimos una comisión.",
	) {
		if got := statements(s, nil); len(got) != 1 || !got[0].money {
			t.Errorf("%q: %v", s, got)
		}
	}
	for _, s := range []string{"This post contains affiliate links.", "Dieser Artikel enthält Affiliate-Links.", "Contains partner links.", "Cet article contient des liens affiliés.", "Enthält Werbelinks.", "This page has sponsored links."} {
		if got := statements(s, nil); len(got) != 1 || got[0].money {
			t.Errorf("%q: %v", s, got)
		}
	}
	for _, s := range append(idle,
		"We never accept money from brands.", "We don't earn a commission from these links.", "Wir verdienen nichts an diesen Links.",
		"Commission E linked it to better sleep in an order of 1991.", "The European Commission checks products.", "Nous ne touchons aucune commission sur ces liens.",
		"Provision of links is optional.", "She earned a degree.", "Share this with a friend.", "(paid link)", "A fee-free shop.", "Cut the soap into cubes.",
	) {
		if got := statements(s, nil); len(got) != 0 {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// TestPaidMark: what marks a paid link, in the languages of the mails.
func TestPaidMark(t *testing.T) {
	for _, s := range []string{"(paid link)", "(bezahlter Link)", "(lien rémunéré)", "(enlace pagado)", "(link pago)", "(link a pagamento)", "(Anzeige)", "(ad)", "#ad"} {
		if !paidMark.MatchString(s) {
			t.Errorf("%q is no mark", s)
		}
	}
	for _, s := range []string{"(bad)", "paid link", "(a link)", "#adhesive"} {
		if paidMark.MatchString(s) {
			t.Errorf("%q is a mark", s)
		}
	}
}

// TestSentences: where sentences end.
func TestSentences(t *testing.T) {
	text := "One. Two!  Three\x1dfour\x1d\x1d five? (Six.) Seven"
	var got []string
	for _, s := range sentences(text) {
		got = append(got, plain(text[s[0]:s[1]]))
	}
	want := []string{"One.", "Two!", "Three", "four", "five?", "(Six.)", "Seven"}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
}
