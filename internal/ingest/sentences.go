package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	uax "github.com/clipperhouse/uax29/v2/sentences"
)

// sentence is a sentence and where it stands, in bytes, in the text it was
// cut from.
type sentence struct {
	text     string
	from, to int
}

// abbreviation: the sentence cannot end here, for the stop belongs to a word.
var abbreviation = compile(`(?:^|[\s(])(?:[A-Za-z]|Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|approx|No|Nr|Fig|Vol|ca|bzw|z\. ?B|d\. ?h|u\. ?a|usw|inkl|ggf|evtl|M|Mme|p\. ?ex|Sr|Sra|pág|núm|ej|p\. ?ej|dott|sig|ecc|L|B|S)\.$`)

// sentencesOf cuts a text into sentences by UAX #29, not after abbreviations
// and not inside brackets.
func sentencesOf(s string) []sentence {
	var out []sentence
	from, at := 0, 0
	it := uax.FromString(s)
	for it.Next() {
		piece := it.Value()
		at += len(piece)
		so := strings.TrimSpace(s[from:at])
		if so == "" || at < len(s) && (abbreviated(so) || openBracket(so) || !capitalNext(s[at:])) {
			continue
		}
		out = append(out, trimmed(s, from, at))
		from = at
	}
	if strings.TrimSpace(s[from:]) != "" {
		out = append(out, trimmed(s, from, len(s)))
	}
	return out
}

// abbreviated: s ends in an abbreviation.
func abbreviated(s string) bool {
	if !strings.HasSuffix(s, ".") {
		return false
	}
	if tail := len(s) - 12; tail > 0 {
		for tail > 0 && !utf8.RuneStart(s[tail]) {
			tail--
		}
		s = s[tail:]
	}
	return abbreviation.MatchString(s)
}

func trimmed(s string, from, to int) sentence {
	for from < to {
		r, n := utf8.DecodeRuneInString(s[from:to])
		if !unicode.IsSpace(r) {
			break
		}
		from += n
	}
	for from < to {
		r, n := utf8.DecodeLastRuneInString(s[from:to])
		if !unicode.IsSpace(r) {
			break
		}
		to -= n
	}
	return sentence{text: s[from:to], from: from, to: to}
}

func openBracket(s string) bool {
	return strings.Count(s, "(") > strings.Count(s, ")") && len(s)-strings.LastIndexByte(s, '(') < 120
}

// capitalNext: what follows may begin a sentence.
func capitalNext(s string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \t\u00a0\"'“„«‘(¿¡["))
	return !unicode.IsLower(r)
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}
