package mailer_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/broadsheet/broadsheet/mailer"
)

func key(t testing.TB, selector string, kind mailer.KeyKind) *mailer.Key {
	t.Helper()
	k, err := mailer.GenerateKey("example.org", selector, kind)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// published answers as the DNS would.
func published(keys ...*mailer.Key) *dkim.VerifyOptions {
	return &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		for _, k := range keys {
			if at, record := k.Record(); at == strings.TrimSuffix(name, ".") {
				return []string{record}, nil
			}
		}
		return nil, fmt.Errorf("no record %s", name)
	}}
}

// newsletter is a message as it is sent, with hard cases in it.
func newsletter(t testing.TB) []byte {
	t.Helper()
	tmpl, err := mailer.Compile(mailer.Message{
		From: mail.Address{Name: "Die Wöchentliche", Address: "news@example.org"}, ReplyTo: &mail.Address{Address: "editor@example.org"},
		Subject: strings.Repeat("Ünïcode ", 15), ListID: "weekly.example.org", UnsubscribeURL: "https://example.org/u/" + mailer.Mark("token"),
		Text: "Hello " + mailer.Mark("who") + "\n.\n..\n \n  trailing  \n\n\n", HTML: "<p>Hello " + mailer.Mark("who") + "</p>\n" + strings.Repeat("<p>Some text of the newsletter.</p>\n", 700),
		Headers: []mailer.Header{{Name: "Feedback-ID", Value: "1:weekly:newsletter:example.org"}},
		Slots:   []mailer.Slot{{Name: "who", Max: 40, Kind: mailer.Plain}, {Name: "token", Max: 60}},
	})
	if err != nil {
		t.Fatal(err)
	}
	msg, err := tmpl.Splice(nil, mailer.Recipient{Address: "r@example.net", Name: strings.Repeat("Ägypten ", 12), MessageID: "1.2@example.org",
		Date: time.Unix(1_800_000_000, 0), Values: []string{"Jörg", "tok-en"}})
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

// TestSign: every signature verifies, covers what it should, and breaks when
// anything that it covers changes or is added.
func TestSign(t *testing.T) {
	old, young := key(t, "s2026", mailer.RSA), key(t, "ed", mailer.Ed25519)
	msg := newsletter(t)
	s := mailer.NewSigner(func() time.Time { return time.Unix(1_800_000_000, 0) }, old, young)
	out, err := s.Sign([]byte("before"), msg)
	if err != nil {
		t.Fatal(err)
	}
	out, ok := bytes.CutPrefix(out, []byte("before"))
	if !ok || !bytes.HasSuffix(out, msg) {
		t.Fatal("the message isn't what it was")
	}
	verify := func(out []byte) (valid int) {
		results, err := dkim.VerifyWithOptions(bytes.NewReader(out), published(old, young))
		if err != nil {
			t.Fatal(err)
		}
		if len(results) != 2 {
			t.Fatalf("%d signatures", len(results))
		}
		for _, r := range results {
			if r.Err == nil {
				valid++
			}
			for _, name := range []string{"From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Reply-To", "Feedback-ID", "Content-Type"} {
				if !slices.Contains(r.HeaderKeys, name) || r.Domain != "example.org" {
					t.Errorf("%s covers %q, not %s", r.Domain, r.HeaderKeys, name)
				}
			}
		}
		return valid
	}
	if n := verify(out); n != 2 {
		t.Errorf("%d of 2 signatures are valid", n)
	}
	for _, line := range strings.Split(string(out[:len(out)-len(msg)]), "\r\n") {
		if len(line) > 78 && !strings.Contains(line, "h=From:") { // its colons can't be folded at
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
	for _, change := range []string{"From: evil@example.com\r\n", "Subject: other\r\n", "List-Unsubscribe: <https://evil.example/>\r\n", "Reply-To: evil@example.com\r\n", "Cc: x@example.com\r\n"} {
		if n := verify(append([]byte(change), out...)); n != 0 {
			t.Errorf("%d signatures are valid with a second %s", n, change)
		}
	}
	if n := verify(bytes.Replace(out, []byte("Some text"), []byte("Sume text"), 1)); n != 0 {
		t.Errorf("%d signatures are valid with another body", n)
	}
	if n := verify(append([]byte("Received: by mx.example.net\r\nX-Spam: no\r\n"), out...)); n != 2 {
		t.Errorf("%d signatures are valid after a hop", n)
	}
	if _, err := s.Sign(nil, []byte("Subject: x\r\n")); err == nil {
		t.Error("half a message was signed")
	}
}

// TestSignAtOnce: one signer serves all connections.
func TestSignAtOnce(t *testing.T) {
	k := key(t, "ed", mailer.Ed25519)
	s, msg := mailer.NewSigner(time.Now, k), newsletter(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				out, err := s.Sign(nil, msg)
				if err != nil {
					t.Error(err)
					return
				}
				if r, err := dkim.VerifyWithOptions(bytes.NewReader(out), published(k)); err != nil || len(r) != 1 || r[0].Err != nil {
					t.Errorf("got %v %v", r, err)
				}
			}
		})
	}
	wg.Wait()
}

func rsaPEM(t *testing.T, bits int) []byte {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0") // to make what must be refused
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)})
}

func TestKeys(t *testing.T) {
	k, err := mailer.ParseKey("News.Example.org.", "S2026", rsaPEM(t, 1024))
	if err != nil || !strings.Contains(k.Warning(), "only 1024 bits") || k.String() != "s2026._domainkey.news.example.org" {
		t.Fatalf("got %v %v", k, err)
	}
	again, err := mailer.ParseKey(k.Domain, k.Selector, k.PEM())
	if err != nil || !bytes.Equal(again.PEM(), k.PEM()) {
		t.Errorf("the key doesn't survive PEM: %v", err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", k, k, k), "private") {
		t.Error("a key shows itself")
	}
	e := key(t, "ed", mailer.Ed25519)
	if again, err = mailer.ParseKey(e.Domain, e.Selector, e.PEM()); err != nil || again.Warning() != "" {
		t.Errorf("got %v", err)
	}
	if name, value := e.Record(); name != "ed._domainkey.example.org" || !strings.HasPrefix(value, "v=DKIM1; k=ed25519; p=") {
		t.Errorf("record %s %s", name, value)
	}
	good := e.PEM()
	for _, c := range []struct {
		domain, selector, want string
		pem                    []byte
	}{
		{"example.org", "s", "768 bits, and what it signs is ignored", rsaPEM(t, 768)},
		{"example.org", "s", "no private key in PEM", []byte("hello")},
		{"example.org", "s", "can't be read", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("x")})},
		{"example.org", "a b", "can't be a selector", good},
		{"example.org", "", "can't be a selector", good},
		{"example.org", "-a", "can't be a selector", good},
		{"example", "s", "not a domain", good},
		{"exa mple.org", "s", "not a domain", good},
	} {
		if _, err := mailer.ParseKey(c.domain, c.selector, c.pem); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want …%s…", c.domain, c.selector, err, c.want)
		}
	}
	if _, err := mailer.GenerateKey("example.org", "s", "dsa"); err == nil {
		t.Error("a key of DSA was made")
	}
}

// BenchmarkSign is what a signature costs for a 25 KB mail.
func BenchmarkSign(b *testing.B) {
	msg := newsletter(b)
	for _, kind := range []mailer.KeyKind{mailer.RSA, mailer.Ed25519} {
		b.Run(string(kind), func(b *testing.B) {
			s := mailer.NewSigner(time.Now, key(b, "s", kind))
			var buf []byte
			b.SetBytes(int64(len(msg)))
			for b.Loop() {
				var err error
				if buf, err = s.Sign(buf[:0], msg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestFromDomain: a template tells whose keys sign it, also when it was stored.
func TestFromDomain(t *testing.T) {
	for _, m := range []mailer.Message{
		{From: mail.Address{Name: "Die Wöchentliche, \"neu\"", Address: "news@bücher.example"}},
		{From: mail.Address{Name: strings.Repeat("Näme ", 30), Address: "news@bücher.example"}, ListID: "x.y", UnsubscribeURL: "https://e.org/" + mailer.Mark("who")},
		{From: mail.Address{Address: "news@bücher.example"}, ReplyTo: &mail.Address{Address: "From@example.org"}},
	} {
		m.Subject, m.Text, m.HTML, m.Slots = "From: x@evil.example", mailer.Mark("who"), mailer.Mark("who"), []mailer.Slot{{Name: "who", Max: 4}}
		tmpl, err := mailer.Compile(m)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := tmpl.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var again mailer.Template
		if err := again.UnmarshalBinary(stored); err != nil {
			t.Fatal(err)
		}
		if a, b := tmpl.FromDomain(), again.FromDomain(); a != "xn--bcher-kva.example" || b != a {
			t.Errorf("%v: %q %q", m.From, a, b)
		}
	}
}
