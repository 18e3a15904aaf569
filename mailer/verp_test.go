package mailer_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/mailer"
)

func verp(key string) mailer.VERP {
	return mailer.VERP{Domain: "bounce.example.org", MAC: func(data string) []byte {
		m := hmac.New(sha256.New, []byte(key))
		m.Write([]byte(data)) // a hash never errs
		return m.Sum(nil)
	}}
}

// TestVERP: an address comes back in any case, and no other is taken.
func TestVERP(t *testing.T) {
	v := verp("key")
	rapid.Check(t, func(t *rapid.T) {
		m, r := rapid.Int64Range(0, math.MaxInt64).Draw(t, "mailing"), rapid.Int64Range(0, math.MaxInt64).Draw(t, "recipient")
		a := v.Address(m, r)
		if local, _, _ := strings.Cut(a, "@"); len(local) > 64 {
			t.Fatalf("%s is too long", a)
		}
		for _, s := range []string{a, strings.ToUpper(a)} {
			if gm, gr, ok := v.Parse(s); !ok || gm != m || gr != r {
				t.Fatalf("%s gives %d %d %v", s, gm, gr, ok)
			}
		}
		if _, _, ok := verp("other").Parse(a); ok {
			t.Fatalf("%s is taken with another key", a)
		}
		at := rapid.IntRange(0, len(a)-1).Draw(t, "at")
		c := rapid.SampledFrom([]byte("abz29.+@-")).Draw(t, "c")
		if changed := a[:at] + string(c) + a[at+1:]; changed != a {
			if _, _, ok := v.Parse(changed); ok {
				t.Fatalf("%s is taken for %s", changed, a)
			}
		}
	})
	a := v.Address(7, 12)
	local, _, _ := strings.Cut(a, "@")
	for _, bad := range []string{
		"", "@", a + ".", strings.Replace(a, "b+", "c+", 1), strings.Replace(a, "b+7", "b+07", 1), strings.Replace(a, "b+7", "b++7", 1),
		local, local + "@example.org", strings.Replace(a, ".", "..", 1), "b+-7.c." + strings.Repeat("a", 16) + "@bounce.example.org",
		strings.Repeat("x", 10_000) + "@bounce.example.org",
	} {
		if _, _, ok := v.Parse(bad); ok {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, _, ok := (mailer.VERP{MAC: v.MAC}).Parse("b+7.c.x@"); ok {
		t.Error("no domain takes all")
	}
}
