package audience

import "strings"

// commonDomains are the mailbox providers whose names are most often mistyped.
var commonDomains = []string{
	"gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com",
	"icloud.com", "aol.com", "live.com", "msn.com", "proton.me", "gmx.de",
	"gmx.net", "web.de", "t-online.de", "yahoo.fr", "orange.fr", "libero.it",
	"hotmail.fr", "hotmail.co.uk", "yahoo.co.uk", "comcast.net", "verizon.net",
}

// notTypos are real domains that look like a mistyped one.
var notTypos = map[string]bool{
	"gmail.co": true, "mail.com": true, "email.com": true, "gmx.com": true,
	"gmx.at": true, "gmx.ch": true, "ymail.com": true, "yahoo.co": true,
	"aol.de": true, "live.de": true, "live.nl": true, "live.fr": true, "olive.com": true,
	"love.com": true, "msn.co": true, "yahoo.ca": true, "yahoo.de": true,
	"yahoo.it": true, "yahoo.es": true, "hotmail.de": true, "hotmail.es": true,
	"hotmail.it": true, "proton.ch": true, "web.com": true, "me.com": true,
	"outlook.fr": true, "outlook.de": true, "outlook.es": true, "outlook.it": true,
}

// Typo suggests what a mistyped address was perhaps meant to be ("ada@gmial.com"
// gives "ada@gmail.com"), or "". It is for a note to a person: nothing is ever
// changed or refused because of it.
func Typo(a Address) string {
	at := strings.LastIndexByte(a.Key, '@')
	if at < 0 {
		return ""
	}
	domain := a.Key[at+1:]
	if notTypos[domain] {
		return ""
	}
	best := ""
	for _, c := range commonDomains {
		if c == domain {
			return ""
		}
		if best == "" && oneSlip(domain, c) {
			best = c
		}
	}
	if best == "" {
		return ""
	}
	return a.Key[:at+1] + best
}

// oneSlip says whether a becomes b when one character is added, dropped or
// replaced, or two neighbours are swapped.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return false
	}
	return a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
