package ingest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// wrongPages are the code pages that software takes UTF-8 for, encoded here
// with x/text's tables alone, so that the table of pairs does not lean on the
// tables of the repair.
var wrongPages = []struct {
	name string
	page *charmap.Charmap
}{
	{"windows-1252", charmap.Windows1252}, {"windows-1253", charmap.Windows1253}, {"windows-1251", charmap.Windows1251},
	{"windows-1250", charmap.Windows1250}, {"windows-1254", charmap.Windows1254}, {"ISO 8859-1", charmap.ISO8859_1},
	{"ISO 8859-2", charmap.ISO8859_2}, {"Mac Roman", charmap.Macintosh}, {"code page 437", charmap.CodePage437},
}

// throughPage reads the UTF-8 of s as the page. A byte that the page leaves
// undefined becomes the C1 control of its number, as browsers have it.
func throughPage(s string, page *charmap.Charmap) string {
	var b strings.Builder
	for i := range len(s) {
		r := page.DecodeByte(s[i])
		if r == utf8.RuneError {
			r = rune(s[i])
		}
		b.WriteRune(r)
	}
	return b.String()
}

// rightTexts are what the pairs are made of.
var rightTexts = map[string][]string{
	"en":              {"It’s a “small” thing — isn’t it?", "Tea at £4.20, café au lait at €5…"},
	"de":              {"Größe und Güte: „Übung“ für Füße.", "Süßes Gebäck – schön mürbe."},
	"fr":              {"L’été à l’hôtel, où le garçon rêve.", "Déjà vu : « très bien », même à Noël."},
	"es":              {"¿Cuánto café queda? ¡Mañana más!", "El niño soñó con un pingüino."},
	"pt":              {"A maçã não é só pão, é coração.", "Três irmãs à mesa, à noite."},
	"it":              {"Perché così? La città è più bella.", "Però l’università è già là."},
	"pl":              {"Zażółć gęślą jaźń, „źródło” i łąka.", "Święta w Łodzi: śnieg, żółw, ćma."},
	"cs":              {"Příliš žluťoučký kůň úpěl ódy.", "Ještě dřív běžel – „až“ k řece."},
	"tr":              {"Şişli’de ılık çay içtik, göğüs.", "Güneş doğdu, kuşlar öttü; iğne, şık."},
	"el":              {"Καλημέρα κόσμε, τι κάνεις σήμερα;", "Ο ήλιος — «λαμπρός» — βγήκε ξανά."},
	"ru":              {"Съешь ещё этих мягких булок — «да».", "Ёлка стоит в углу, свет погашен."},
	"emoji and marks": {"📖 Contents ✅ done ⭐ best", "Steps → “rest” • repeat… ❤️ ™"},
}

// outOfReach says of a pair why the right text does not come back whole, ""
// if there is no reason. What is put right of such a text may be wrong in
// places, so the diagnostic asks to look it over; it is never further from the
// right text than the damaged one was.
func outOfReach(language, first, second string) string {
	pages := first + " " + second
	switch {
	case strings.Contains(pages, "ISO 8859-2") && (language == "es" || language == "pt" || language == "fr"):
		return "the two characters of é are Ê in windows-1250, those of ñ are ù: either reads well"
	case first == "Mac Roman" && language == "ru":
		return "the first byte of a Cyrillic letter becomes a dash there, and dashes beside symbols prove nothing"
	case first == "Mac Roman" && language == "emoji and marks":
		return "the first byte of an emoji becomes Apple's logo, which fonts have in the private use area and repair drops"
	case first == "windows-1253" && (language == "pl" || language == "tr"), language == "el" && strings.HasPrefix(first, "ISO 8859"):
		return "one capital at the head of a sentence became a Greek or Western capital with a control for its second half"
	case second == "windows-1253" && strings.HasPrefix(first, "ISO 8859") && language == "emoji and marks":
		return "the arrow's last two bytes became controls and were read again: what is left reads as Greek and marks"
	}
	return ""
}

// distance is how many characters of two texts differ: what is left of both
// when their longest common subsequence is taken out.
func distance(a, b string) int {
	x, y := strings.Split(a, ""), strings.Split(b, "")
	return len(x) + len(y) - 2*subsequence(x, y)
}

// TestPairs makes damaged texts of right ones, through every page once and
// through every two pages in a row, and wants the right ones back.
func TestPairs(t *testing.T) {
	pairs := 0
	beyond := make(map[string]int)
	for language, texts := range rightTexts {
		for _, right := range texts {
			right = norm.NFC.String(right)
			for _, p := range wrongPages {
				once := throughPage(right, p.page)
				pairs++
				checkPair(t, beyond, right, once, language, p.name, "")
				for _, q := range wrongPages {
					pairs++
					checkPair(t, beyond, right, throughPage(once, q.page), language, p.name, q.name)
				}
			}
		}
	}
	out := 0
	for why, n := range beyond {
		t.Logf("%d out of reach: %s", n, why)
		out += n
	}
	t.Logf("%d pairs, %d out of reach", pairs, out)
	if pairs < 300 || out > pairs/20 {
		t.Errorf("%d pairs, %d of them out of reach", pairs, out)
	}
}

func checkPair(t *testing.T, beyond map[string]int, right, damaged, language, first, second string) {
	t.Helper()
	got := repair(damaged)
	if again := repair(got.text).text; again != got.text {
		t.Errorf("%s through %s %s: repairing again makes %q of %q", language, first, second, again, got.text)
	}
	if got.text == right {
		return
	}
	if why := outOfReach(language, first, second); why == "" {
		t.Errorf("%s through %s %s:\n read %q\n got  %q\n want %q", language, first, second, damaged, got.text, right)
	} else {
		beyond[why]++
	}
	if was, is := distance(damaged, right), distance(got.text, right); is > was {
		t.Errorf("%s through %s %s: made worse (%d characters wrong, then %d):\n read %q\n got  %q", language, first, second, was, is, damaged, got.text)
	}
	if got.text != damaged && len(got.diagnostics()) == 0 && got.fixed > 0 {
		t.Errorf("%s through %s %s: changed without a word", language, first, second)
	}
}
