package public_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

func TestPreferences(t *testing.T) {
	f := setUp(t)
	path := f.link(keyring.Preferences)
	list := func(slug string) string { return itoa(f.lists[slug]) }
	f.get(t, path).want(t, 200, "GUT &amp; &lt;Co&gt;", "NEWS &amp;", "a•••@example.org", "Leave all")
	f.post(t, path, "act", "leave", "list", list("news")).want(t, 200, "You are off “NEWS &amp; &lt;Co&gt;”.", `value="return"`)
	f.post(t, path, "act", "leave", "list", list("news")).want(t, 200)
	f.post(t, path, "act", "return", "list", list("news")).want(t, 200, "You are on “NEWS")
	f.post(t, path, "act", "leave-all").want(t, 200, "off all our lists")
	if got := f.history(t); got != "news withdrawn by preferences page, news granted by preferences page, "+
		"gut withdrawn by preferences page, news withdrawn by preferences page, gut unsubscribed, news unsubscribed" {
		t.Errorf("history: %s", got)
	}
}

func TestPreferencesRefuses(t *testing.T) {
	f := setUp(t)
	path := f.link(keyring.Preferences)
	f.do(t, func(tx *postgres.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO lists (slug, name) VALUES ('private', 'Private')`)
		return err
	})
	f.post(t, path, "act", "return", "list", "3").want(t, 404, "You are not on this list")
	f.post(t, path, "act", "return", "list", "1; DROP TABLE lists").want(t, 404)
	f.post(t, path, "act", "dance", "list", itoa(f.lists["gut"])).want(t, 400, "could not be read")
	f.post(t, path).want(t, 404)
	f.send(t, "POST", path, "application/x-www-form-urlencoded", "x="+strings.Repeat("y", 100_000)).want(t, 400)
	req, err := http.NewRequestWithContext(t.Context(), "POST", f.server.URL+path, strings.NewReader("act=leave-all"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 403 {
		t.Errorf("a form on another site: %d", resp.StatusCode)
	}
	if got := f.history(t); got != untouched {
		t.Errorf("history: %s", got)
	}
}
