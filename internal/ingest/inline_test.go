package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestTidyText(t *testing.T) {
	type text = article.Text
	brk := article.Span{Break: true}
	tests := []struct {
		name     string
		in, want text
	}{
		{"spaces", text{{Text: "  a \n b"}, {Text: " c "}}, text{{Text: "a b c"}}},
		{"looks stay apart", text{{Text: "a "}, {Text: " b ", Bold: true}, {Text: " c"}}, text{{Text: "a "}, {Text: "b ", Bold: true}, {Text: "c"}}},
		{"breaks", text{brk, {Text: "a "}, brk, brk, {Text: " b"}, brk}, text{{Text: "a"}, brk, {Text: "b"}}},
		{"no-break space", text{{Text: "5\u00a0km \u00a0"}}, text{{Text: "5\u00a0km"}}},
		{"nothing", text{{Text: " \n"}, brk}, nil},
		{"controls", text{{Text: "a\x00\x07b\u0085c"}}, text{{Text: "ab c"}}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, tidyText(tt.in)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func TestAutolink(t *testing.T) {
	for in, want := range map[string][]string{
		"see https://example.org/a_(b), or www.example.org.": {"https://example.org/a_(b)", "https://www.example.org"},
		"(https://example.org/x)":                            {"https://example.org/x"},
		"http:// and https://nodot and ftp://example.org":    nil,
		"<https://example.org/?a=b&c=d>":                     {"https://example.org/?a=b&c=d"},
	} {
		var got []string
		text := autolink(in)
		for _, s := range text {
			if s.Href != "" {
				got = append(got, s.Href)
			}
		}
		if d := cmp.Diff(want, got); d != "" || text.String() != in {
			t.Errorf("autolink(%q) = %q (-want +got):\n%s", in, text, d)
		}
	}
}

func TestSentences(t *testing.T) {
	for in, want := range map[string][]string{
		"One. Two? Three!": {"One.", "Two?", "Three!"},
		"Dr. Lee and Mr. Ray met, e.g. on Sunday. Ok.": {"Dr. Lee and Mr. Ray met, e.g. on Sunday.", "Ok."},
		"It (see p. 3. Really) works. Yes.":            {"It (see p. 3. Really) works.", "Yes."},
		"Version 2.5 is out. B. longum helps.":         {"Version 2.5 is out.", "B. longum helps."},
		"“Go.” She went.":                              {"“Go.”", "She went."},
		"これは文です。次の文です。":                                {"これは文です。", "次の文です。"},
		"": nil,
	} {
		var got []string
		for _, s := range sentencesOf(in) {
			if in[s.from:s.to] != s.text {
				t.Errorf("%q: %q does not stand at [%d, %d)", in, s.text, s.from, s.to)
			}
			got = append(got, s.text)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("sentencesOf(%q) (-want +got):\n%s", in, d)
		}
	}
}

func TestStandsAlone(t *testing.T) {
	f := newFilter(&article.Article{Language: "en-GB", Blocks: article.Blocks{&article.Pick{Name: "Solvanta Panel 10", Label: "Editor's Choice"}}})
	for _, s := range []string{"Repairing your gut starts with food.", "Not all small lamps move the clock.", "If you sleep badly, walk in the morning light for three weeks.", "A \"Late Clock\" means that body and alarm disagree."} {
		if !f.standsAlone(s, false) {
			t.Errorf("%q does not stand alone", s)
		}
	}
	for _, s := range []string{
		"This is why it works so well.", "It helps with sleep and mood.", "Does a daylight lamp actually work?", "These habits add up over time.", "Yes, but distance matters a lot.",
		"We tested ten lamps for a month.", "Buy the lamp before winter comes.", "The Solvanta Panel 10 is quiet and flat.", "The lamp costs $40 in most shops.", "Too short.",
		"because nobody sleeps before midnight here.", "Your body attacks these invaders every day.", "Symptoms (tiredness and headache are common.", "We may earn a commission on sales.", "When they are out of balance, trouble follows.",
	} {
		if f.standsAlone(s, false) {
			t.Errorf("%q is taken as it stands", s)
		}
	}
}

func TestLanguage(t *testing.T) {
	for want, s := range map[string]string{
		"en": "The lamp stands beside the plate and is warm at the edges, which is why it can be left on for an hour.",
		"de": "Die Lampe steht neben dem Teller und ist an den Rändern warm, weshalb sie eine Stunde an bleiben kann.",
		"fr": "La lampe est posée à côté de l’assiette et reste tiède sur les bords, ce qui permet de la laisser une heure.",
		"ru": "Лампа стоит рядом с тарелкой и остаётся тёплой по краям, поэтому её можно не выключать целый час.",
		"":   "Aro 10 Bex 20 Cyl 30",
	} {
		if got := parse(t, "a.txt", s+"\n", Options{}).Article.Language; got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}
