package ingest

import (
	"strconv"
	"strings"
	"time"
)

// months by the first letters that tell them in the six languages, without
// accents.
var months = monthNames()

func monthNames() map[string]time.Month {
	out := make(map[string]time.Month)
	for i, names := range []string{
		"january jan januar janner janvier janv enero ene janeiro gennaio genn gen",
		"february feb februar fevrier fevr fev febrero fevereiro febbraio febbr",
		"march mar marz mars marzo marco mrz",
		"april apr avril avr abril abr aprile",
		"may mai mayo maio maggio magg mag",
		"june jun juni juin junho junio giugno giu",
		"july jul juli juillet juil julio julho luglio lug",
		"august aug aout agosto ago ag",
		"september sep sept septembre septiembre setiembre setembro set settembre sett",
		"october oct oktober okt octobre octubre outubro out ottobre ott",
		"november nov novembre noviembre novembro",
		"december dec dezember dez decembre diciembre dic dezembro dicembre",
	} {
		for n := range strings.FieldsSeq(names) {
			out[n] = time.Month(i + 1)
		}
	}
	return out
}

const (
	monthWord = `([\p{L}]{3,10})`
	yearDigit = `((?:19|20)\d\d)`
)

var (
	dayFirst   = compile(`\b(\d{1,2})(?:\.|º|er|st|nd|rd|th)?\s+(?:of |de |di )?` + monthWord + `\.?,?\s+(?:de |del |do )?` + yearDigit + `\b`)
	monthFirst = compile(`(?:^|[^\p{L}])` + monthWord + `\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:de )?` + yearDigit + `\b`)
	isoDate    = compile(`\b` + yearDigit + `[-/](\d{1,2})[-/](\d{1,2})\b`)
	dotDate    = compile(`\b(\d{1,2})([./-])(\d{1,2})[./-]` + yearDigit + `\b`)
	// laterDate marks the date of a change.
	laterDate = compile(`(?i)\b(?:updated|modified|revised|reviewed|aktualisiert|geändert|stand|mis à jour|modifié|actualizado|actualización|modificado|atualizado|atualização|aggiornato|aggiornamento|modificato)\b|ltima (?:atualiza|actualiza|modifica)`)
)

// dayComesFirst: the line is in a language that writes the day first.
var dayComesFirst = compile(`(?i)(?:^|\s)(?:am|vom|le|el|em|il|von|par|por|di|da|publicado|pubblicato|publié|veröffentlicht|aggiornato|atualizado|actualizado|aktualisiert)\s`)

// dateIn is the first day a line names; false if it names none, or one that may
// be read in two ways (3/4/2025).
func dateIn(s string) (time.Time, bool) {
	if m := isoDate.FindStringSubmatch(s); m != nil {
		return day(m[1], m[2], m[3])
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		return named(m[3], m[2], m[1])
	}
	if m := monthFirst.FindStringSubmatch(s); m != nil {
		return named(m[3], m[1], m[2])
	}
	m := dotDate.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	a, _ := strconv.Atoi(m[1]) // two digits
	b, _ := strconv.Atoi(m[3])
	switch {
	case m[2] == "." || a > 12:
		return day(m[4], m[3], m[1])
	case b > 12:
		return day(m[4], m[1], m[3])
	case dayComesFirst.MatchString(s):
		return day(m[4], m[3], m[1])
	}
	return time.Time{}, false
}

func named(year, month, dayOf string) (time.Time, bool) {
	m, ok := months[phraseKey(month)]
	if !ok {
		return time.Time{}, false
	}
	return day(year, strconv.Itoa(int(m)), dayOf)
}

func day(year, month, dayOf string) (time.Time, bool) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(dayOf)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == d && int(t.Month()) == m && y > 1900
}

// dateLine: the line says when, how long to read and little else.
func dateLine(s string) bool {
	if len(s) > 110 || !strings.Contains(s, "20") && !strings.Contains(s, "19") {
		return false
	}
	rest := withoutDate(s)
	if rest == s {
		return false
	}
	if again := withoutDate(rest); again != rest {
		rest = again
	}
	left := 0
	for w := range strings.FieldsSeq(phraseKey(rest)) {
		if !dateWords[w] && !isNumber(w) {
			left++
		}
	}
	return left <= 1
}

// dateWords stand around dates and reading times.
var dateWords = wordsOf(`posted|published|updated|last|on|date|modified|reviewed|first|at|am|pm|min|mins|minute|minutes|read|reading|time|veroffentlicht|erstellt|aktualisiert|zuletzt|stand|vom|um|uhr|lesezeit|minuten|publie|mis|mise|jour|a|le|derniere|modifie|lecture|temps|de|publicado|actualizado|ultima|actualizacion|el|tiempo|lectura|minutos|atualizado|atualizacao|em|no|dia|as|leitura|tempo|pubblicato|aggiornato|ultimo|aggiornamento|il|alle|ore|di|lettura|minuti|data|fecha|datum|monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|domingo|segunda|terca|quarta|quinta|sexta|feira|lunedi|martedi|mercoledi|giovedi|venerdi|domenica|h|utc|gmt|est|edt|pst|cet|by|and|und|et|y|e|in|·|home|blog|news`)

// withoutDate cuts the first date out of a line.
func withoutDate(s string) string {
	for _, re := range []*pattern{isoDate, dayFirst, monthFirst, dotDate} {
		if m := re.FindStringIndex(s); m != nil {
			if _, ok := dateIn(s[m[0]:m[1]]); ok || re == dotDate {
				return s[:m[0]] + " " + s[m[1]:]
			}
		}
	}
	return s
}
