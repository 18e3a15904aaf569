package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// ring has three link keys, of which 2 is newest.
func ring() *Ring {
	secret := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	return &Ring{
		signing: key{2, secret(2)},
		links:   map[uint64][]byte{1: secret(1), 2: secret(2), 200: secret(200)},
		lasting: lastingPool(secret(9)),
		none:    secret(0),
	}
}

var purposes = []Purpose{Unsubscribe, OneClick, Preferences, MessageID, Suppression}

func TestTokenRoundTrip(t *testing.T) {
	r := ring()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(purposes).Draw(t, "purpose")
		ids := rapid.SliceOfN(rapid.Int64(), 0, 8).Draw(t, "ids")
		token := r.Token(p, ids...)
		if len(token) > maxToken || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("token %q is too long or not URL-safe", token)
		}
		got, err := r.Parse(p, token, len(ids))
		if err != nil {
			t.Fatal(err)
		}
		for i := range ids {
			if got[i] != ids[i] {
				t.Fatalf("got %v, want %v", got, ids)
			}
		}
		for _, other := range purposes {
			if _, err := r.Parse(other, token, len(ids)); other != p && !errors.Is(err, ErrToken) {
				t.Fatalf("a token for %s was taken for %s", p, other)
			}
		}
		for n := range 10 {
			if _, err := r.Parse(p, token, n); n != len(ids) && !errors.Is(err, ErrToken) {
				t.Fatalf("a token with %d ids was taken for one with %d", len(ids), n)
			}
		}
	})
}

// TestOneBitChangesNeverVerify flips each bit of what is sent and each bit of
// what it stands for.
func TestOneBitChangesNeverVerify(t *testing.T) {
	r := ring()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.Int64(), 1, 3).Draw(t, "ids")
		token := r.Token(Unsubscribe, ids...)
		refused := func(changed string) {
			for n := range 5 {
				if got, err := r.Parse(Unsubscribe, changed, n); err == nil {
					t.Fatalf("%q verified as %v; the token is %q", changed, got, token)
				}
			}
		}
		for i := range len(token) * 8 {
			b := []byte(token)
			b[i/8] ^= 1 << (i % 8)
			refused(string(b))
		}
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(raw) * 8 {
			b := bytes.Clone(raw)
			b[i/8] ^= 1 << (i % 8)
			refused(base64.RawURLEncoding.EncodeToString(b))
		}
	})
}

func TestWrongTokens(t *testing.T) {
	r := ring()
	good := r.Token(Unsubscribe, 17, 3)
	for name, token := range map[string]string{
		"nothing":             "",
		"cut":                 good[:len(good)-1],
		"longer":              good + "A",
		"line break within":   good[:4] + "\n" + good[4:],
		"carriage return":     good + "\r",
		"padding":             good + "==",
		"the standard digits": strings.Repeat("+/", len(good)/2),
		"huge":                strings.Repeat("A", 1<<20),
		"only a signature":    strings.Repeat("A", 22),
		"key that is gone":    forge(key{77, bytes.Repeat([]byte{2}, 32)}),
		"the stand-in's key":  forge(key{77, r.none}),
	} {
		if got, err := r.Parse(Unsubscribe, token, 2); !errors.Is(err, ErrToken) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func forge(k key) string {
	return (&Ring{signing: k}).Token(Unsubscribe, 17, 3)
}

func TestOlderKeysGoOnVerifying(t *testing.T) {
	r := ring()
	old := ring()
	old.signing = key{200, old.links[200]}
	ids, err := r.Parse(Preferences, old.Token(Preferences, 5), 1)
	if err != nil || ids[0] != 5 {
		t.Fatalf("got %v, %v", ids, err)
	}
}

func TestHashAndMessageIDOutliveARotation(t *testing.T) {
	r, rotated := ring(), ring()
	rotated.signing = key{200, rotated.links[200]}
	if !bytes.Equal(r.Hash(Suppression, "ada@example.org"), rotated.Hash(Suppression, "ada@example.org")) {
		t.Error("a rotation changed the hash")
	}
	if len(r.Hash(Suppression, "")) != 32 || bytes.Equal(r.Hash(Suppression, "a"), r.Hash(Unsubscribe, "a")) {
		t.Error("hashes must be 32 bytes and differ by purpose")
	}
	id := r.MessageID(4, 99, "example.org")
	if id != rotated.MessageID(4, 99, "example.org") {
		t.Error("a rotation changed the Message-ID")
	}
	if id == r.MessageID(99, 4, "example.org") || id == r.MessageID(4, 98, "example.org") {
		t.Error("two deliveries have one Message-ID")
	}
	local, host, _ := strings.Cut(id, "@")
	if host != "example.org" || len(local) != 32 || local != strings.ToLower(local) {
		t.Errorf("Message-ID %q", id)
	}
}

func FuzzParse(f *testing.F) {
	r := ring()
	f.Add(r.Token(Unsubscribe, 1, 2), 2)
	f.Add("", 0)
	f.Add("____________________________", 1)
	f.Fuzz(func(t *testing.T, token string, n int) {
		n = min(max(n, 0), 8)
		ids, err := r.Parse(Unsubscribe, token, n)
		if err != nil {
			if !errors.Is(err, ErrToken) || ids != nil {
				t.Fatalf("got %v, %v", ids, err)
			}
			return
		}
		if again := r.Token(Unsubscribe, ids...); again != token {
			t.Fatalf("%q verified; its ids give %q", token, again)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	r := ring()
	token := r.Token(Unsubscribe, 123456, 7)
	for b.Loop() {
		if _, err := r.Parse(Unsubscribe, token, 2); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	r := ring()
	for b.Loop() {
		r.Hash(Suppression, "ada.lovelace@example.org")
	}
}
