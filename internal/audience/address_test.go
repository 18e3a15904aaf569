package audience

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseAddress(t *testing.T) {
	long := strings.Repeat("a", 64)
	for in, key := range map[string]string{
		"ada@example.org":                 "ada@example.org",
		"  Ada.Lovelace@Example.ORG\t":    "ada.lovelace@example.org",
		"o'brien+news@example.co.uk":      "o'brien+news@example.co.uk",
		"!#$%&'*+-/=?^_`{|}~@example.org": "!#$%&'*+-/=?^_`{|}~@example.org",
		"jörg@Bücher.example":             "jörg@xn--bcher-kva.example",
		"JÖRG@xn--bcher-kva.example":      "jörg@xn--bcher-kva.example",
		"jo\u0308rg@example.org":          "jörg@example.org", // combining marks
		"用户@例子.测试":                        "用户@xn--fsqu00a.xn--0zwm56d",
		"a@1and1.com":                     "a@1and1.com",
		"a@123.com":                       "a@123.com",
		long + "@example.org":             long + "@example.org",
		"a@faß.example":                   "a@xn--fa-hia.example",
		"\u212Aelvin@example.org":         "kelvin@example.org", // the Kelvin sign
	} {
		a, err := ParseAddress(in)
		if err != nil || a.Key != key {
			t.Errorf("%q: got key %q, %v; want %q", in, a.Key, err, key)
		}
		if a.Email != strings.TrimSpace(in) {
			t.Errorf("%q is mailed as %q", in, a.Email)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for in, part := range map[string]string{
		"":                                       "no address",
		"  ":                                     "no address",
		"ada":                                    "has no “@”",
		"@example.org":                           "nothing before",
		"ada@":                                   "nothing after",
		"ada@localhost":                          "ending",
		"ada@example..org":                       "not a domain",
		"ada@example.org.":                       "not a domain",
		"ada@-example.org":                       "not a domain",
		"ada@exa_mple.org":                       "not a domain",
		"ada@exam ple.org":                       "not a domain",
		"ada@xn--zz--zz.org":                     "not a domain",
		"ada@127.0.0.1":                          "not a domain",
		"ada@1.2":                                "not a domain",
		"ada@[127.0.0.1]":                        "IP number",
		"ada@[IPv6:::1]":                         "IP number",
		".ada@example.org":                       "dot too many",
		"ada.@example.org":                       "dot too many",
		"a..da@example.org":                      "dot too many",
		`"ada"@example.org`:                      "quoted names",
		"ada(comment)@example.org":               "comments",
		"ada lovelace@example.org":               "a space",
		"ada@b@example.org":                      "second “@”",
		"Ada <ada@example.org>":                  "a space",
		"<ada@example.org>":                      "“<”",
		"ada@exam\u00ADple.org":                  "invisible",
		"ada,bob@example.org":                    "“,”",
		"ada\r\nRCPT TO:<eve@x.org>@a.org":       "invisible",
		"ada@example.org\r\nDATA":                "invisible",
		"ada\x00@example.org":                    "invisible",
		"ada\u202Egpj@example.org":               "invisible",
		"ada\u200B@example.org":                  "invisible",
		"ad\xFFa@example.org":                    "not UTF-8",
		"ada@ex\xFFample.org":                    "not UTF-8",
		`"a> ORCPT=x"@e.org`:                     "can't stand",
		strings.Repeat("a", 65) + "@example.org": "longer than 64",
		"a@" + strings.Repeat("b", 64) + ".org":  "not a domain",
		"a@" + strings.Repeat("bbbbbbb.", 32):    "longer than",
	} {
		_, err := ParseAddress(in)
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: got %v, want something about %q", in, err, part)
		}
	}
}

// FuzzParseAddress: what is accepted has no way to break out of an SMTP command
// or a header, and a key is its own key.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ada@example.org", "Jörg@Bücher.example", "a b@c.d", "İ@i.tr", "ß@ß.de", "a@xn--a.b", "ǰ@x.y", "ΐ@x.y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			if !utf8.ValidString(err.Error()) || strings.ContainsAny(err.Error(), "\r\n\x00\x1b") || len(err.Error()) > 600 {
				t.Fatalf("%q: the sentence %q is not fit to be shown", s, err)
			}
			return
		}
		for _, text := range []string{a.Email, a.Key} {
			if !utf8.ValidString(text) || strings.ContainsAny(text, " \t\r\n\x00<>()[]:;,\\\"") || strings.Count(text, "@") != 1 {
				t.Fatalf("%q was accepted as %q", s, text)
			}
		}
		again, err := ParseAddress(a.Key)
		if err == nil && again.Key != a.Key {
			t.Fatalf("%q has the key %q, which has the key %q", s, a.Key, again.Key)
		}
		if err != nil && len(a.Key) <= len(s) {
			t.Fatalf("the key %q of %q is refused: %v", a.Key, s, err)
		}
	})
}

func TestTypo(t *testing.T) {
	for in, want := range map[string]string{
		"ada@gmial.com":    "ada@gmail.com",
		"ada@gmail.con":    "ada@gmail.com",
		"ada@gmai.com":     "ada@gmail.com",
		"ada@hotmaill.com": "ada@hotmail.com",
		"ada@gmail.com":    "",
		"ada@gmail.co":     "",
		"ada@mail.com":     "",
		"ada@gmx.at":       "",
		"ada@example.org":  "",
	} {
		a, err := ParseAddress(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := Typo(a); got != want {
			t.Errorf("%s: suggests %q, want %q", in, got, want)
		}
	}
	if Typo(Address{}) != "" {
		t.Error("no address has a suggestion")
	}
}

func TestCheckNewSubscriber(t *testing.T) {
	c := &checker{func(Address) []byte { return nil }, map[string]bool{}, map[string]string{}}
	ok := NewSubscriber{Email: "a@b.org", Name: " Ada “Countess” O'Lovelace 👩🏽‍💻 ", Zone: " America/Argentina/Buenos_Aires ", Language: "PT-br"}
	for range 2 { // the second time from memory
		p, err := c.check(ok)
		if err != nil || p.name != "Ada “Countess” O'Lovelace 👩🏽‍💻" || p.zone != "America/Argentina/Buenos_Aires" || p.language != "pt-BR" {
			t.Fatalf("got %+v, %v", p, err)
		}
	}
	for part, n := range map[string]NewSubscriber{
		"control":     {Name: "Ada\nBcc: eve@example.org"},
		"another con": {Name: "Ada\u202Eevol"},
		"not UTF-8":   {Name: "J\xF6rg"},
		"longer":      {Name: strings.Repeat("ä", 201)},
		"“Berlin”":    {Zone: "Berlin"},
		"“Local”":     {Zone: "Local"},
		"etc/passwd":  {Zone: "../../etc/passwd"},
		"right/Euro":  {Zone: "right/Europe/Berlin"},
		"“english!”":  {Language: "english!"},
	} {
		n.Email = "a@b.org"
		if _, err := c.check(n); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%+v: got %v, want something about %q", n, err, part)
		}
	}
}
