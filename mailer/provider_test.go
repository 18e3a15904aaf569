package mailer_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

func TestProvider(t *testing.T) {
	for in, want := range map[string]string{
		"gmail.com": "gmail", "GoogleMail.com.": "gmail", "r@gmail.com": "gmail", "yahoo.de": "yahoo", "yahoo.co.uk": "yahoo", "aol.com": "yahoo",
		"hotmail.fr": "outlook", "live.com.mx": "outlook", "me.com": "icloud", "gmx.at": "gmx",
		"yahoo.example.org": "", "notgmail.com": "", "mail.gmail.com": "", "example.org": "", "": "", "live": "",
	} {
		if got := mailer.Provider(in); got != want {
			t.Errorf("%q is of %q, want %q", in, got, want)
		}
	}
}

func TestProviderOfMX(t *testing.T) {
	for _, c := range []struct {
		want  string
		hosts []string
	}{
		{"gmail", []string{"aspmx.l.google.com.", "alt1.aspmx.l.google.com."}},
		{"outlook", []string{"outlook-com.olc.protection.outlook.com."}},
		{"microsoft365", []string{"example-org.mail.protection.outlook.com."}},
		{"yahoo", []string{"mta5.am0.yahoodns.net."}},
		{"icloud", []string{"mx01.mail.icloud.com."}},
		{"gmail", []string{"mx.filter.example.", "aspmx.l.google.com."}},
		{"example.co.uk", []string{"mx1.post.example.co.uk.", "mx.other.example."}},
		{"notgoogle.com", []string{"mx.notgoogle.com"}},
		{"192.0.2.1", []string{"192.0.2.1"}},
		{"", []string{"."}}, // RFC 7505
		{"", nil},
	} {
		if got := mailer.ProviderOfMX(c.hosts...); got != c.want {
			t.Errorf("%q is of %q, want %q", c.hosts, got, c.want)
		}
	}
}

// TestProviders: each domain is looked up once, known ones never; failures are
// tried again after a while and harm nobody.
func TestProviders(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	now := time.Unix(0, 0)
	p := mailer.NewProviders(func(ctx context.Context, domain string) ([]*net.MX, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[domain]++
		switch domain {
		case "company.example":
			return []*net.MX{{Host: "aspmx.l.google.com."}}, nil
		case "none.example":
			return nil, &net.DNSError{IsNotFound: true}
		case "slow.example":
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return nil, errors.New("server misbehaving")
	}, func() time.Time { return now })

	ctx := t.Context()
	for range 3 {
		got := p.Of(ctx, "a@gmail.com", "a@company.example", "b@company.example", "COMPANY.example", "none.example")
		for d, want := range map[string]string{"a@gmail.com": "gmail", "a@company.example": "gmail", "b@company.example": "gmail", "COMPANY.example": "gmail", "none.example": "none.example"} {
			if got[d] != want {
				t.Errorf("%s is of %q, want %q", d, got[d], want)
			}
		}
	}
	if asked["company.example"] != 1 || asked["none.example"] != 1 || asked["gmail.com"] != 0 {
		t.Errorf("asked %v", asked)
	}
	now = now.Add(11 * time.Minute)
	p.Of(ctx, "company.example", "none.example")
	if asked["company.example"] != 1 || asked["none.example"] != 2 {
		t.Errorf("asked %v", asked)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if got := p.Of(short, "slow.example")["slow.example"]; got != "slow.example" {
		t.Errorf("got %q", got)
	}
	if got := p.Of(short, "company.example")["company.example"]; got != "gmail" {
		t.Errorf("what is known needs no time: %q", got)
	}
	if got := mailer.NewProviders(nil, time.Now).Of(ctx, "x@company.example"); got["x@company.example"] != "company.example" {
		t.Errorf("without look-ups: %v", got)
	}
}
