package public_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

// TestLookingChangesNothing: scanners open every link, with GET and HEAD, and
// may follow what they find (BOT-1).
func TestLookingChangesNothing(t *testing.T) {
	f := setUp(t)
	for _, p := range []keyring.Purpose{keyring.Unsubscribe, keyring.OneClick} {
		a := f.get(t, f.link(p))
		a.want(t, 200, "Unsubscribe from Gut &lt;b&gt;Letter&lt;/b&gt;?", "a•••@example.org", `<form method="post"><button`)
		if strings.Contains(a.body, "ada@example.org") || strings.Contains(a.body, "<script") || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the page says or keeps too much: %v\n%s", a.Header, a.body)
		}
		f.send(t, "HEAD", f.link(p), "", "").want(t, 200)
		f.get(t, f.link(p)+"?act=leave&List-Unsubscribe=One-Click").want(t, 200, "<form")
	}
	if got := f.history(t); got != untouched {
		t.Errorf("looking did something: %s", got)
	}
}

// TestOneClick is the mailbox provider's POST (RFC 8058 §3.1, HDR-3).
func TestOneClick(t *testing.T) {
	multi := func() (contentType, body string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		if err := w.WriteField("List-Unsubscribe", "One-Click"); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return w.FormDataContentType(), b.String()
	}
	const form = "application/x-www-form-urlencoded"
	multiType, multiBody := multi()
	for name, c := range map[string]struct{ contentType, body, how string }{
		"form":              {form, "List-Unsubscribe=One-Click", "one-click"},
		"multipart":         {multiType, multiBody, "one-click"},
		"parameters":        {form + "; charset=utf-8", "List-Unsubscribe=One-Click", "one-click"},
		"no body":           {"", "", "unsubscribe page"},
		"a body of garbage": {multiType, "--x\r\ngarbage", "unsubscribe page"},
		"too much body":     {form, "x=" + strings.Repeat("y", 100_000), "unsubscribe page"},
	} {
		t.Run(name, func(t *testing.T) {
			f := setUp(t)
			for range 2 { // the second time changes nothing and says the same
				a := f.send(t, "POST", f.link(keyring.OneClick), c.contentType, c.body)
				a.want(t, 200)
				if len(a.Cookies()) != 0 || c.how == "one-click" && a.body != "Unsubscribed.\n" {
					t.Errorf("got %v, %q", a.Header, a.body)
				}
			}
			if got := f.history(t); got != "gut withdrawn by "+c.how+", gut unsubscribed, news active" {
				t.Errorf("history: %s", got)
			}
		})
	}
}

// TestOneClickFromAnotherSite: webmail may send it from its own pages.
func TestOneClickFromAnotherSite(t *testing.T) {
	f := setUp(t)
	req, err := http.NewRequestWithContext(t.Context(), "POST", f.server.URL+f.link(keyring.OneClick), strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://mail.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 200 || !strings.Contains(f.history(t), "gut unsubscribed") {
		t.Errorf("%d, %s", resp.StatusCode, f.history(t))
	}
}

func TestButtonAndUndo(t *testing.T) {
	f := setUp(t)
	path := f.link(keyring.Unsubscribe)
	f.post(t, path, "act", "leave").want(t, 200, "You’re unsubscribed", "a•••@example.org", `value="return"`)
	f.get(t, path).want(t, 200, "You’re unsubscribed")
	f.post(t, path, "act", "return").want(t, 200, "You’re subscribed again", `value="leave"`)
	f.get(t, path).want(t, 200, "Unsubscribe from")
	if got := f.history(t); got != "gut withdrawn by unsubscribe page, gut granted by unsubscribe page, undone, gut active, news active" {
		t.Errorf("history: %s", got)
	}
}

// TestUndoIsNoWayRound: who never confirmed, or is suppressed, doesn't come on
// by the undo button.
func TestUndoIsNoWayRound(t *testing.T) {
	f := setUp(t)
	bob := f.add(t, "gut", "bob@example.org", false)
	path := "/unsubscribe/" + f.ring.Token(keyring.Unsubscribe, bob, gut)
	f.post(t, path, "act", "return").want(t, 409, "has not been confirmed yet")
	a := f.post(t, path)
	a.want(t, 200, "You’re unsubscribed")
	if strings.Contains(a.body, `value="return"`) {
		t.Error("a button that can't work is shown")
	}
	f.post(t, path, "act", "return").want(t, 409, "signing up and confirming again")

	f.do(t, func(tx *postgres.Tx) error {
		_, err := f.Suppress(t.Context(), tx, "ada@example.org", "complaint", "")
		return err
	})
	f.post(t, f.link(keyring.Unsubscribe)).want(t, 200, "You’re unsubscribed")
	f.post(t, f.link(keyring.Unsubscribe), "act", "return").want(t, 409, "signing up and confirming again")
}

// TestErasedReaders get the same answers as ever.
func TestErasedReaders(t *testing.T) {
	f := setUp(t)
	if _, err := f.db.ExecContext(t.Context(), `DELETE FROM subscribers WHERE id = $1`, f.ada); err != nil {
		t.Fatal(err)
	}
	f.get(t, f.link(keyring.Unsubscribe)).want(t, 200, "You’re unsubscribed", "this address")
	f.post(t, f.link(keyring.Unsubscribe), "List-Unsubscribe", "One-Click").want(t, 200, "Unsubscribed.")
	f.post(t, f.link(keyring.Unsubscribe), "act", "return").want(t, 404)
	f.get(t, f.link(keyring.Preferences)).want(t, 200, "on none of our lists")
	f.post(t, f.link(keyring.Preferences), "act", "leave-all").want(t, 200, "on none of our lists")
}

func TestWrongTokens(t *testing.T) {
	f := setUp(t)
	good := f.ring.Token(keyring.Unsubscribe, f.ada, gut)
	changed := []byte(good)
	changed[5] ^= 1
	for name, token := range map[string]string{
		"one bit":         string(changed),
		"cut":             good[:len(good)-2],
		"other purpose":   f.ring.Token(keyring.Preferences, f.ada, gut),
		"suppression":     f.ring.Token(keyring.Suppression, f.ada, gut),
		"one id":          f.ring.Token(keyring.Unsubscribe, f.ada),
		"three ids":       f.ring.Token(keyring.Unsubscribe, f.ada, gut, 1),
		"no newsletter":   f.ring.Token(keyring.Unsubscribe, f.ada, 8),
		"markup":          "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
		"percent newline": good + "%0A",
		"long":            strings.Repeat("A", 10_000),
	} {
		for _, method := range []string{"GET", "POST"} {
			a := f.send(t, method, "/unsubscribe/"+token, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
			if a.StatusCode != 404 || !strings.Contains(a.body, "This link does not work") || strings.Contains(a.body, "<script>") {
				t.Errorf("%s, %s: %d %s", name, method, a.StatusCode, a.body)
			}
		}
	}
	for _, p := range []keyring.Purpose{keyring.Unsubscribe, keyring.OneClick} {
		f.get(t, "/preferences/"+f.ring.Token(p, f.ada, gut)).want(t, 404)
		f.post(t, "/preferences/"+f.ring.Token(p, f.ada, gut), "act", "leave-all").want(t, 404)
	}
	if got := f.history(t); got != untouched {
		t.Errorf("a wrong token did something: %s", got)
	}
}
