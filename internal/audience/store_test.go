package audience_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// fixture is an audience with one list in a database of its own.
type fixture struct {
	*audience.Store
	db   *pgtest.DB
	list audience.List
}

func setUp(t testing.TB, doubleOptIn bool) *fixture {
	t.Helper()
	db := pgtest.New(t)
	ring, err := keyring.Load(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{Store: audience.New(db.DB, ring, func() time.Time { return noon }), db: db}
	f.do(t, func(tx *postgres.Tx) (err error) {
		f.list, err = f.CreateList(t.Context(), tx, audience.List{Slug: "weekly", Name: "The Weekly", DoubleOptIn: doubleOptIn})
		return err
	})
	return f
}

// do runs an act that has to succeed.
func (f *fixture) do(t testing.TB, act func(*postgres.Tx) error) {
	t.Helper()
	if err := f.try(t, act); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) try(t testing.TB, act func(*postgres.Tx) error) error {
	t.Helper()
	return postgres.InTx(t.Context(), f.db.DB, act)
}

// refused is do for an act that must be refused with a sentence about part.
func (f *fixture) refused(t testing.TB, part string, act func(*postgres.Tx) error) {
	t.Helper()
	err := f.try(t, act)
	var refused *audience.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), part) {
		t.Errorf("got %v, want a refusal about %q", err, part)
	}
}

func (f *fixture) add(t testing.TB, n audience.NewSubscriber, confirmed bool) (audience.Subscriber, audience.Verdict) {
	t.Helper()
	var s audience.Subscriber
	var v audience.Verdict
	f.do(t, func(tx *postgres.Tx) (err error) {
		s, v, err = f.Add(t.Context(), tx, f.list.ID, n, audience.Consent{Source: "form", Confirmed: confirmed})
		return err
	})
	return s, v
}

// history is the consent ledger of an address in short.
func (f *fixture) history(t testing.TB, email string) string {
	t.Helper()
	d, err := f.Show(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range d.Events {
		said = append(said, e.Kind+" by "+e.Source)
	}
	for _, s := range d.Subscriptions {
		said = append(said, s.ListSlug+" "+s.State)
	}
	return strings.Join(said, ", ")
}

// recipients runs the query of a launch.
func (f *fixture) recipients(t testing.TB) map[int64]string {
	t.Helper()
	query, args := f.Recipients(f.list.ID)
	rows, err := f.db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]string{}
	for rows.Next() {
		var id int64
		var zone string
		if err := rows.Scan(&id, &zone); err != nil {
			t.Fatal(err)
		}
		got[id] = zone
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestLists(t *testing.T) {
	f := setUp(t, true)
	ctx := t.Context()
	create := func(l audience.List) func(*postgres.Tx) error {
		return func(tx *postgres.Tx) error { _, err := f.CreateList(ctx, tx, l); return err }
	}
	f.refused(t, "there is a list “weekly” already", create(audience.List{Slug: "weekly", Name: "Again"}))
	f.refused(t, "small letters", create(audience.List{Slug: "Weekly Letter", Name: "x"}))
	f.refused(t, "small letters", create(audience.List{Slug: "", Name: "x"}))
	f.refused(t, "needs a name", create(audience.List{Slug: "a", Name: "  "}))
	f.refused(t, "control character", create(audience.List{Slug: "a", Name: "x\ny"}))

	got, err := f.ListBySlug(ctx, "weekly")
	if err != nil || got.ID != f.list.ID || !got.DoubleOptIn || !got.CreatedAt.Equal(noon) {
		t.Errorf("got %+v, %v", got, err)
	}
	var missing *audience.NotFoundError
	if _, err := f.ListBySlug(ctx, "nope"); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
	f.do(t, create(audience.List{Slug: "empty", Name: "Nobody's"}))
	f.add(t, audience.NewSubscriber{Email: "a@example.org"}, true)
	f.add(t, audience.NewSubscriber{Email: "b@example.org"}, false)
	all, err := f.Lists(ctx)
	if err != nil || len(all) != 2 || all[0].Slug != "empty" || all[0].Active != 0 || all[1].Active != 1 || all[1].Pending != 1 || all[1].Unsubscribed != 0 {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestAdd(t *testing.T) {
	f := setUp(t, true)
	ada := audience.NewSubscriber{Email: "Ada@Example.org", Name: "Ada", Zone: "Europe/London", Language: "en-GB"}
	s, v := f.add(t, ada, false)
	if v != audience.Created || s.Email != "Ada@Example.org" || s.Name != "Ada" || s.Zone != "Europe/London" || !s.CreatedAt.Equal(noon) {
		t.Fatalf("got %+v, %s", s, v)
	}
	if got := f.recipients(t); len(got) != 0 {
		t.Errorf("an unconfirmed person would be mailed: %v", got)
	}
	// The same person, spelled otherwise; nothing new, and empty changes nothing.
	again, v := f.add(t, audience.NewSubscriber{Email: "ada@EXAMPLE.ORG"}, false)
	if v != audience.Unchanged || again != s {
		t.Errorf("got %+v, %s", again, v)
	}
	if got := f.history(t, "ada@example.org"); got != "granted by form, weekly pending" {
		t.Errorf("history: %s", got)
	}
	changed, v := f.add(t, audience.NewSubscriber{Email: "ada@example.org", Name: "Ada L."}, true)
	if v != audience.Updated || changed.Name != "Ada L." || changed.Zone != "Europe/London" || changed.Email != "Ada@Example.org" {
		t.Errorf("got %+v, %s", changed, v)
	}
	if got := f.history(t, "ada@example.org"); got != "granted by form, confirmed by form, weekly active" {
		t.Errorf("history: %s", got)
	}
	if got := f.recipients(t); len(got) != 1 || got[s.ID] != "Europe/London" {
		t.Errorf("recipients %v", got)
	}
	p, err := f.Profiles(t.Context(), []int64{s.ID, 999})
	if want := (audience.Profile{ID: s.ID, Email: "Ada@Example.org", Name: "Ada L.", Zone: "Europe/London"}); err != nil || len(p) != 1 || p[s.ID] != want {
		t.Errorf("profiles %v, %v", p, err)
	}
}

func TestAddRefuses(t *testing.T) {
	f := setUp(t, false)
	add := func(list int64, n audience.NewSubscriber, source string) func(*postgres.Tx) error {
		return func(tx *postgres.Tx) error {
			_, _, err := f.Add(t.Context(), tx, list, n, audience.Consent{Source: source})
			return err
		}
	}
	ok := audience.NewSubscriber{Email: "ada@example.org"}
	f.refused(t, "where and how", add(f.list.ID, ok, "  "))
	f.refused(t, "UTF-8", add(f.list.ID, ok, "a\x00b"))
	f.refused(t, "“@”", add(f.list.ID, audience.NewSubscriber{Email: "ada"}, "form"))
	f.refused(t, "“Mars”", add(f.list.ID, audience.NewSubscriber{Email: "ada@example.org", Zone: "Mars"}, "form"))
	var missing *audience.NotFoundError
	if err := f.try(t, add(99, ok, "form")); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
	s, _ := f.add(t, ok, false)
	f.do(t, func(tx *postgres.Tx) error {
		_, err := f.Unsubscribe(t.Context(), tx, s.ID, f.list.ID, "one-click")
		return err
	})
	f.refused(t, "unsubscribed on 2027-03-01", add(f.list.ID, ok, "form"))
	f.do(t, func(tx *postgres.Tx) error {
		_, err := f.Suppress(t.Context(), tx, "bob@example.org", "bounce", "")
		return err
	})
	f.refused(t, "mail to it came back", add(f.list.ID, audience.NewSubscriber{Email: "BOB@example.org"}, "form"))
}

func TestUnsubscribeAndReturn(t *testing.T) {
	f := setUp(t, true)
	ctx := t.Context()
	ada, _ := f.add(t, audience.NewSubscriber{Email: "ada@example.org"}, true)
	bob, _ := f.add(t, audience.NewSubscriber{Email: "bob@example.org"}, false)
	leave := func(id int64) (already bool) {
		f.do(t, func(tx *postgres.Tx) (err error) {
			already, err = f.Unsubscribe(ctx, tx, id, f.list.ID, "one-click")
			return err
		})
		return already
	}
	if leave(ada.ID) || !leave(ada.ID) || !leave(12345) {
		t.Error("already: want false, then true, and true for somebody who is gone")
	}
	if got := f.history(t, "ada@example.org"); got != "confirmed by form, withdrawn by one-click, weekly unsubscribed" {
		t.Errorf("history: %s", got)
	}
	if got := f.recipients(t); len(got) != 0 {
		t.Errorf("recipients %v", got)
	}
	back := func(id int64) func(*postgres.Tx) error {
		return func(tx *postgres.Tx) error {
			_, err := f.Resubscribe(ctx, tx, id, f.list.ID, "preferences page")
			return err
		}
	}
	f.refused(t, "not been confirmed", back(bob.ID))
	leave(bob.ID)
	f.refused(t, "confirming again", back(bob.ID)) // or double opt-in could be got round
	f.refused(t, "never been", back(12345))
	f.do(t, back(ada.ID))
	f.do(t, back(ada.ID)) // idempotent
	if got := f.history(t, "ada@example.org"); got != "confirmed by form, withdrawn by one-click, granted by preferences page, weekly active" {
		t.Errorf("history: %s", got)
	}
	leave(ada.ID)
	f.do(t, func(tx *postgres.Tx) error {
		_, err := f.Suppress(ctx, tx, "ada@example.org", "complaint", "")
		return err
	})
	f.refused(t, "confirming again", back(ada.ID))
}

func TestSuppression(t *testing.T) {
	f := setUp(t, false)
	ctx := t.Context()
	ada, _ := f.add(t, audience.NewSubscriber{Email: "Ada@example.org"}, false)
	suppress := func(email, reason string) (already bool) {
		f.do(t, func(tx *postgres.Tx) (err error) {
			already, err = f.Suppress(ctx, tx, email, reason, "a note")
			return err
		})
		return already
	}
	if suppress("ada@EXAMPLE.org", "bounce") || !suppress("ada@example.org", "manual") || suppress("unknown@example.org", "manual") {
		t.Error("already: want false, true, false")
	}
	f.refused(t, "“because” is not a reason", func(tx *postgres.Tx) error {
		_, err := f.Suppress(ctx, tx, "a@b.org", "because", "")
		return err
	})
	if got := f.recipients(t); len(got) != 0 {
		t.Errorf("a suppressed person would be mailed: %v", got)
	}
	all, err := f.Suppressions(ctx, 0, 10)
	if err != nil || len(all) != 2 || all[0].Email != "Ada@example.org" || all[0].Reason != "bounce" || all[1].Email != "" {
		t.Errorf("got %+v, %v", all, err)
	}
	if page, err := f.Suppressions(ctx, all[0].ID, 10); err != nil || len(page) != 1 || page[0].ID != all[1].ID {
		t.Errorf("second page %+v, %v", page, err)
	}
	d, err := f.Show(ctx, "unknown@example.org")
	if err != nil || d.Subscriber != nil || d.Suppression == nil || d.Suppression.Reason != "manual" {
		t.Errorf("got %+v, %v", d, err)
	}
	// It outlives the person.
	if _, err := f.db.ExecContext(ctx, `DELETE FROM subscribers WHERE id = $1`, ada.ID); err != nil {
		t.Fatal(err)
	}
	f.refused(t, "suppression list", func(tx *postgres.Tx) error {
		_, _, err := f.Add(ctx, tx, f.list.ID, audience.NewSubscriber{Email: "ada@example.org"}, audience.Consent{Source: "form"})
		return err
	})
	f.do(t, func(tx *postgres.Tx) error {
		was, err := f.Unsuppress(ctx, tx, "ada@example.org")
		if err == nil && !was {
			t.Error("it was on the list")
		}
		return err
	})
	f.add(t, audience.NewSubscriber{Email: "ada@example.org"}, false)
	var missing *audience.NotFoundError
	if _, err := f.Show(ctx, "nobody@example.org"); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
}

func TestSubscribersPages(t *testing.T) {
	f := setUp(t, false)
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		f.add(t, audience.NewSubscriber{Email: n + "@example.org"}, false)
	}
	var seen []string
	after := int64(0)
	for {
		page, err := f.Subscribers(t.Context(), f.list.ID, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, m := range page {
			seen = append(seen, m.Email[:1]+m.State[:1])
		}
		after = page[len(page)-1].ID
	}
	if got := strings.Join(seen, " "); got != "aa ba ca da ea" {
		t.Errorf("got %s", got)
	}
}

// TestEntitlement: the view the outbox asks before each message agrees with
// what is said here.
func TestEntitlement(t *testing.T) {
	f := setUp(t, true)
	ctx := t.Context()
	var mailing int64
	if err := f.db.GetContext(ctx, &mailing, `
		INSERT INTO mailings (key, kind, list_id, relay, envelope_from, state, deadline_at)
		VALUES ('test', 'issue', $1, 'r', 'n@example.org', 'sending', now()) RETURNING id`, f.list.ID); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"active": "", "pending": "not confirmed", "gone": "unsubscribed", "bad": "suppressed"}
	for name := range want {
		s, _ := f.add(t, audience.NewSubscriber{Email: name + "@example.org"}, name != "pending")
		f.do(t, func(tx *postgres.Tx) (err error) {
			switch name {
			case "gone":
				_, err = f.Unsubscribe(ctx, tx, s.ID, f.list.ID, "x")
			case "bad":
				_, err = f.Suppress(ctx, tx, s.Email, "bounce", "")
			}
			return err
		})
		var reason string
		if err := f.db.GetContext(ctx, &reason, `
			SELECT coalesce(reason, '') FROM entitlement WHERE mailing_id = $1 AND recipient_id = $2`, mailing, s.ID); err != nil {
			t.Fatal(err)
		}
		_, in := f.recipients(t)[s.ID]
		if reason != want[name] || in != (reason == "") {
			t.Errorf("%s: reason %q, recipient %v", name, reason, in)
		}
	}
}

func TestConsentEventsAreAppendOnly(t *testing.T) {
	f := setUp(t, false)
	f.add(t, audience.NewSubscriber{Email: "a@example.org"}, false)
	for _, statement := range []string{`UPDATE consent_events SET source = 'x'`, `DELETE FROM consent_events`, `TRUNCATE consent_events`} {
		if _, err := f.db.ExecContext(context.Background(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
