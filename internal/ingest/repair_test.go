package ingest

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// misread takes the UTF-8 of s for a code page, as broken software does.
func misread(s string, p codePage) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < 0x80 {
			b.WriteByte(c)
			continue
		}
		r := defined(p, c)
		if r == 0 {
			r = defined(cp1252, c)
		}
		if r == 0 {
			r = rune(c)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// wellFormed are sentences with the characters that damage touches: written
// for this test, right as they are.
var wellFormed = map[string][]string{
	"English":    {"It’s a “quiet” morning—tea first… then toast.", "Costs €5 or £4, café open 9–5 ☕.", "Steps → bed ✅ ✍️ • done™", "Naïve façade, 20 °C, ½ cup × 2"},
	"French":     {"L’été, c’est « déjà vu » à Évian ; où ça ?", "Œuvre naïve : garçon, forêt, Noël — 5 €.", "À la fin, « élève » dit : « être »…", "“CAFÉ” et SOCIÉTÉ® : É, È, À."},
	"German":     {"„Äpfel“, ‚Öl‘ und Übermut: Straße, groß.", "„Ä“ ist ein Buchstabe; „Ü“ auch – größer…", "Füße, Maß, Weißbier “süß”"},
	"Spanish":    {"¿Qué tal? ¡Mañana será otro día! Pingüino.", "El niño pidió “agua” — ¿sí?"},
	"Portuguese": {"A maçã é boa, não? Coração, pão e avó.", "“MAÇÔ e “NÃO” em caixa alta."},
	"Italian":    {"Perché no? Città, però, più caffè…"},
	"Polish":     {"Zażółć gęślą jaźń — „łąka” i «źdźbło»…", "Święta w Łodzi: śnieg, żółw, ćma."},
	"Czech":      {"Příliš žluťoučký kůň úpěl ďábelské ódy.", "Tříšť, ještě, Úžasný Žďár – „ano“."},
	"Hungarian":  {"Árvíztűrő tükörfúrógép „őz”."},
	"Turkish":    {"Şişli’de ılık çay içtik; İğde ağacı, göğüs.", "“GÜNAYDIN” dedi Ayşe…"},
	"Romanian":   {"Ţară, știință, câine, Î, â, ROMÂNIA®."},
	"Swedish":    {"Å i ÅÄÖ: “Å” är en bokstav – räksmörgås."},
	"Russian":    {"Рёбра, ёлка и съёмка — «хорошо»…", "Мама сказала: “Всё в порядке”.", "Сила и Рим, № 5"},
	"Ukrainian":  {"Рік, Сік, Її, Єва, ґанок — «їжа» РІК."},
	"Serbian":    {"Њива, љубав, Ђорђе, здравље… „коњ”"},
	"Greek":      {"Καλημέρα, «κόσμε»· τι κάνεις; Ωραία…", "Το Β΄ μέρος, “ΑΒ” και «ΩΒ». Ήταν ‘εδώ’.", "Β’ Γυμνασίου — ΄Ολα"},
	"Hebrew":     {"שלום “עולם” — 5 ₪"},
	"Arabic":     {"مرحبا بالعالم، كيف الحال؟"},
	"Chinese":    {"你好，世界！“引号”——真的…"},
	"Japanese":   {"日本語のテスト「括弧」です。"},
	"Korean":     {"안녕하세요 “세계” 여러분."},
	"emoji":      {"📖 ✅ 👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ 1️⃣ 🏋️‍♀️ ★ ♥ ■ ◆ ☎"},
	"maths":      {"√π ≈ 1.77, x√2, ¬a, Δt = 5 µs, α–β, 10 Ω, ±½, ∂x/∂t"},
	"boxes":      {"├── été ──┤ │ a │ └─┘ ▓▒░"},
}

func TestRightTextIsLeftAlone(t *testing.T) {
	for language, texts := range wellFormed {
		for _, s := range texts {
			s = norm.NFC.String(s)
			if got := repair(s); got.text != s || len(got.losses) > 0 {
				t.Errorf("%s: repair(%q) = %q, %v", language, s, got.text, got.losses)
			}
		}
	}
}

func TestDamageIsUndone(t *testing.T) {
	for language, texts := range wellFormed {
		if language == "boxes" || language == "maths" {
			continue
		}
		for _, s := range texts {
			s = norm.NFC.String(s)
			for p := range pages {
				if p == latin2 && (language == "Spanish" || language == "Portuguese") {
					continue // reads as well through windows-1250: nothing tells them apart
				}
				if got := repair(misread(s, p)); got.text != s {
					t.Errorf("%s through page %d:\n read %q\n got  %q\n want %q", language, p, misread(s, p), got.text, s)
				}
			}
		}
	}
}

func TestRepair(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"one dash among right text", "faceβ€”it • ✍️ stays", "face—it • ✍️ stays"},
		{"emoji through Greek, with bytes Greek lacks", "πŸ“– Contents, βœ… done", "📖 Contents, ✅ done"},
		{"currency", "PriceΒ£17.99 or ¬£18, Â£19", "Price£17.99 or £18, £19"},
		{"twice", misread(misread("it’s — “so”", cp1252), cp1252), "it’s — “so”"},
		{"three times through three pages", misread(misread(misread("café – né", cp1252), macRoman), cp1251), "café – né"},
		{"closing quote whose last byte was dropped", "â€œquotedâ€ text", "“quoted” text"},
		{"arrow whose last byte was dropped", "β† Back to the listβ€”now", "← Back to the list—now"},
		{"no-break space turned into a space", "Ã la carte, voilÃ  lâ€™Ã©tÃ©", "à la carte, voilà  l’été"},
		{"stray controls", "it\u0092s \u0093so\u0094 \u0081x", "it’s “so” x"},
		{"zero-width junk", "zero\u200bwidth \ufeffand\u00ad soft\u2060", "zerowidth and soft"},
		{"decomposed letters", "cafe\u0301", "café"},
		{"controls and private use", "a\x00b\x07c\uf0c9d", "abcd"},
		{"a trademark after capitals", "CAFÉ™ and NESTLÉ® remain", "CAFÉ™ and NESTLÉ® remain"},
		{"hidden tags", "plain\U000E0041\U000E0042 text", "plain text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := repair(tt.in); got.text != tt.want {
				t.Errorf("repair(%q)\n got  %q\n want %q", tt.in, got.text, tt.want)
			}
		})
	}
}

func TestLosses(t *testing.T) {
	tests := []struct {
		in   string
		want int
	}{
		{"caf\ufffd and th\ufffd\ufffd", 2}, {"the caf?s of Paris", 1}, {"???? ?????? was here", 2},
		{"What??? Really?", 0}, {"see example.org/a?b=c and x.php?id", 0}, {"Why? Because.", 0}, {"ï¿½", 1},
	}
	for _, tt := range tests {
		if got := repair("first\n" + tt.in); len(got.losses) != tt.want {
			t.Errorf("repair(%q) lost %v, want %d places", tt.in, got.losses, tt.want)
		} else if tt.want > 0 && got.losses[0].line != 2 {
			t.Errorf("repair(%q): the loss is in line %d", tt.in, got.losses[0].line)
		}
	}
}

// sentence draws words of one language, joined as people join them.
func drawSentence(t *rapid.T) string {
	languages := []string{"English", "French", "German", "Spanish", "Portuguese", "Italian", "Polish", "Czech", "Hungarian", "Turkish", "Romanian", "Swedish", "Russian", "Ukrainian", "Serbian", "Greek", "Hebrew", "Arabic", "Chinese", "Japanese", "emoji"}
	l := rapid.SampledFrom(languages).Draw(t, "language")
	words := strings.Fields(norm.NFC.String(strings.Join(wellFormed[l], " ")))
	n := rapid.IntRange(1, 8).Draw(t, "words")
	var b strings.Builder
	for range n {
		b.WriteString(rapid.SampledFrom(words).Draw(t, "word"))
		b.WriteString(rapid.SampledFrom([]string{" ", " ", ", ", "\n", " — ", "\u00a0", "… "}).Draw(t, "joint"))
	}
	return b.String()
}

func TestRepairProperties(t *testing.T) {
	t.Run("well-formed text is left alone", rapid.MakeCheck(func(t *rapid.T) {
		s := drawSentence(t)
		if got := repair(s).text; got != s {
			t.Fatalf("repair(%q) = %q", s, got)
		}
	}))
	t.Run("repairing twice changes nothing", rapid.MakeCheck(func(t *rapid.T) {
		s := drawSentence(t)
		for range rapid.IntRange(0, 3).Draw(t, "times") {
			s = misread(s, codePage(rapid.IntRange(0, int(pages)-1).Draw(t, "page")))
			if rapid.Bool().Draw(t, "mixed") {
				s += drawSentence(t)
			}
		}
		once := repair(s).text
		if twice := repair(once).text; twice != once {
			t.Fatalf("repair(%q) = %q, then %q", s, once, twice)
		}
	}))
	t.Run("any string", rapid.MakeCheck(func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := repair(s)
		if twice := repair(once.text).text; twice != once.text {
			t.Fatalf("repair(%q) = %q, then %q", s, once.text, twice)
		}
		if strings.Count(once.text, "\n") != strings.Count(s, "\n") {
			t.Fatalf("repair(%q) = %q moves lines", s, once.text)
		}
	}))
}
