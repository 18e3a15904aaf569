package audience_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

func (f *fixture) options() audience.ImportOptions {
	return audience.ImportOptions{ListID: f.list.ID, FileName: "people.csv", Consent: "fair 2026"}
}

// people is a CSV file of n people with numbers from first.
func people(first, n int) string {
	var b strings.Builder
	b.WriteString("email,name,zone\n")
	for i := first; i < first+n; i++ {
		fmt.Fprintf(&b, "reader-%d@example.org,Reader %d,Europe/Berlin\n", i, i)
	}
	return b.String()
}

// sums are the counts of a report in short.
func sums(r audience.ImportReport) string {
	return fmt.Sprintf("%d lines: %d created, %d updated, %d unchanged (%d repeated), %d rejected",
		r.Lines, r.Created, r.Updated, r.Unchanged, r.Repeated, r.Rejected)
}

func (f *fixture) count(t testing.TB, table string) (n int) {
	t.Helper()
	if err := f.db.GetContext(t.Context(), &n, `SELECT count(*) FROM `+table); err != nil {
		t.Fatal(err)
	}
	return n
}

const mixed = "\xEF\xBB\xBFE-Mail;Name;Time zone;Plan\r\n" +
	"ada@example.org;Ada;Europe/London;gold\r\n" + // known, unchanged
	"bob@example.org;Robert;;\r\n" + // known, another name
	"carla@example.org;\"Carla; the\r\nsecond\";;\r\n" + // a line break in the name
	"dora@example.org;Dora;Europe/Nowhere;\r\n" +
	"\r\n" +
	"eve@example.org;Eve\r\n" +
	"frank at example.org;Frank;;\r\n" +
	"gina@example.org;\"Gina \"\"G\"\" Ä\";UTC;\r\n" +
	"GINA@Example.org;Other;;\r\n" + // again
	"left@example.org;;;\r\n" +
	"bad@example.org;;;\r\n" +
	"hu\"go@example.org;;;\r\n" +
	"<img src=x onerror=alert(1)>;;;\r\n" +
	"ida@example.org;;;"

func mixedFixture(t *testing.T) *fixture {
	f := setUp(t, true)
	f.add(t, audience.NewSubscriber{Email: "ada@example.org", Name: "Ada", Zone: "Europe/London"}, true)
	f.add(t, audience.NewSubscriber{Email: "bob@example.org", Name: "Bob", Zone: "UTC"}, true)
	left, _ := f.add(t, audience.NewSubscriber{Email: "left@example.org"}, true)
	f.do(t, func(tx *postgres.Tx) error {
		if _, err := f.Unsubscribe(t.Context(), tx, left.ID, f.list.ID, "one-click"); err != nil {
			return err
		}
		_, err := f.Suppress(t.Context(), tx, "bad@example.org", "complaint", "")
		return err
	})
	return f
}

func TestImport(t *testing.T) {
	f := mixedFixture(t)
	var told []audience.Reject
	o := f.options()
	o.OnReject = func(r audience.Reject) { told = append(told, r) }

	o.DryRun = true
	dry, err := f.Import(t.Context(), strings.NewReader(mixed), o)
	if err != nil || f.count(t, "imports") != 0 || f.count(t, "subscribers") != 3 {
		t.Fatalf("a dry run wrote something, or failed: %v", err)
	}
	told = nil
	o.DryRun = false
	r, err := f.Import(t.Context(), strings.NewReader(mixed), o)
	if err != nil {
		t.Fatal(err)
	}
	if want := "13 lines: 2 created, 1 updated, 2 unchanged (1 repeated), 8 rejected"; sums(r) != want {
		t.Errorf("got %s, want %s", sums(r), want)
	}
	if dry.ID = r.ID; cmp.Diff(dry, r) != "" {
		t.Errorf("the dry run said otherwise: %s", cmp.Diff(dry, r))
	}
	if diff := cmp.Diff([]string{"Plan"}, r.Ignored); diff != "" {
		t.Error(diff)
	}
	want := map[int64]string{
		4:  "carla@example.org: line break",
		6:  "dora@example.org: “Europe/Nowhere” is not a time zone",
		8:  "eve@example.org: it has 2 columns where the first line names 4",
		9:  "frank at example.org: no “@”",
		12: "left@example.org: unsubscribed on 2027-03-01",
		13: "bad@example.org: reported a mail as spam",
		14: ": quotation mark",
		15: "<img src=x onerror=alert(1)>: no “@”",
	}
	for _, got := range r.Rejects {
		email, reason, _ := strings.Cut(want[got.Line], ": ")
		if want[got.Line] == "" || got.Email != email || !strings.Contains(got.Reason, reason) {
			t.Errorf("line %d: %s: %s; want %q", got.Line, got.Email, got.Reason, want[got.Line])
		}
	}
	if diff := cmp.Diff(r.Rejects, told); diff != "" || len(told) != len(want) {
		t.Errorf("OnReject was told something else: %s", diff)
	}
	if n := f.count(t, "import_rows"); n != len(want) {
		t.Errorf("%d refused lines are kept", n)
	}
	for email, history := range map[string]string{
		"bob@example.org":  "confirmed by form, weekly active",
		"gina@example.org": "granted by fair 2026, weekly pending",
		"left@example.org": "confirmed by form, withdrawn by one-click, weekly unsubscribed",
	} {
		if got := f.history(t, email); got != history {
			t.Errorf("%s: %s; want %s", email, got, history)
		}
	}
	gina, err := f.Show(t.Context(), "gina@example.org")
	if err != nil || gina.Subscriber.Name != `Gina "G" Ä` || gina.Events[0].ImportID != r.ID {
		t.Errorf("got %+v, %v", gina, err)
	}
	var kept string
	if err := f.db.GetContext(t.Context(), &kept, `
		SELECT concat_ws(' ', file_name, consent, confirmed, lines, created, updated, unchanged, rejected, repeated, finished_at IS NOT NULL) FROM imports`); err != nil || kept != "people.csv fair 2026 f 13 2 1 2 8 1 t" {
		t.Errorf("the import is kept as %q, %v", kept, err)
	}
}

func TestImportConfirmed(t *testing.T) {
	f := setUp(t, true)
	o := f.options()
	if _, err := f.Import(t.Context(), strings.NewReader("mail\na@example.org\n"), o); err != nil {
		t.Fatal(err)
	}
	o.Confirmed = true
	r, err := f.Import(t.Context(), strings.NewReader("mail\na@example.org\nb@example.org\n"), o)
	if want := "2 lines: 1 created, 1 updated, 0 unchanged (0 repeated), 0 rejected"; err != nil || sums(r) != want {
		t.Errorf("got %s, %v; want %s", sums(r), err, want)
	}
	if n := len(f.recipients(t)); n != 2 {
		t.Errorf("%d recipients", n)
	}
	if got := f.history(t, "a@example.org"); got != "granted by fair 2026, confirmed by fair 2026, weekly active" {
		t.Errorf("history: %s", got)
	}
}

func TestImportRefuses(t *testing.T) {
	f := setUp(t, true)
	for part, change := range map[string]func(*audience.ImportOptions) string{
		"where and how":  func(o *audience.ImportOptions) string { o.Consent = ""; return people(0, 1) },
		"no list":        func(o *audience.ImportOptions) string { o.ListID = 99; return people(0, 1) },
		"empty":          func(o *audience.ImportOptions) string { return "" },
		"--map":          func(o *audience.ImportOptions) string { return "a,b\n1,2\n" },
		"no column “m”":  func(o *audience.ImportOptions) string { o.Map = map[string]string{"m": "email"}; return "a\n" },
		"line 3: a quot": func(o *audience.ImportOptions) string { return "email\na@b.org\n\"x\n" },
	} {
		o := f.options()
		_, err := f.Import(t.Context(), strings.NewReader(change(&o)), o)
		var refused *audience.RefusedError
		var missing *audience.NotFoundError
		if !(errors.As(err, &refused) || errors.As(err, &missing)) || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want something about %q", err, part)
		}
	}
	if n := f.count(t, "subscribers"); n != 0 {
		t.Errorf("%d people came in", n)
	}
}

// TestImportStopsAndGoesOn breaks a file in the third lot and imports it again,
// whole.
func TestImportStopsAndGoesOn(t *testing.T) {
	f := setUp(t, false)
	whole := people(0, 12000)
	broken := strings.Replace(whole, "reader-11000@", "\"reader-11000@", 1)
	r, err := f.Import(t.Context(), strings.NewReader(broken), f.options())
	if err == nil || !strings.Contains(err.Error(), "line 11002: a quotation mark is opened and never closed") || !strings.Contains(err.Error(), "10000 records are in") {
		t.Errorf("got %v", err)
	}
	if n := f.count(t, "subscribers"); n != 10000 || r.Lines != 10000 {
		t.Errorf("%d people are in, the report says %d", n, r.Lines)
	}
	lost := errors.New("disk gone")
	_, err = f.Import(t.Context(), io.MultiReader(strings.NewReader(whole[:len(whole)/2]), iotest.ErrReader(lost)), f.options())
	if !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	r, err = f.Import(t.Context(), strings.NewReader(whole), f.options())
	if want := "12000 lines: 2000 created, 0 updated, 10000 unchanged (0 repeated), 0 rejected"; err != nil || sums(r) != want {
		t.Errorf("got %s, %v; want %s", sums(r), err, want)
	}
	if n := f.count(t, "consent_events"); n != 12000 {
		t.Errorf("%d consent events", n)
	}
}

// TestImportIsCancelled: it ends where it is, leaves no half lot and no goroutine.
func TestImportIsCancelled(t *testing.T) {
	f := setUp(t, false)
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := f.options()
	o.Progress = func(lines int64) {
		if lines == 10000 {
			cancel()
		}
	}
	r, err := f.Import(ctx, strings.NewReader(people(0, 50000)), o)
	if !errors.Is(err, context.Canceled) || r.Lines < 10000 || r.Lines > 20000 {
		t.Errorf("got %d lines, %v", r.Lines, err)
	}
	if n := f.count(t, "subscribers"); n%5000 != 0 || n < int(r.Lines) {
		t.Errorf("%d people are in, %d were counted", n, r.Lines)
	}
	goleak.VerifyNone(t, before, goleak.IgnoreTopFunction("internal/poll.runtime_pollWait")) // pooled connections
}

// TestImportsAtOnce: several imports of overlapping files, while readers leave,
// neither block each other for ever nor bring anybody back.
func TestImportsAtOnce(t *testing.T) {
	f := setUp(t, false)
	gone, _ := f.add(t, audience.NewSubscriber{Email: "reader-7000@example.org"}, false)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			if i == 3 {
				errs[i] = f.try(t, func(tx *postgres.Tx) error {
					_, err := f.Unsubscribe(t.Context(), tx, gone.ID, f.list.ID, "one-click")
					return err
				})
				return
			}
			_, errs[i] = f.Import(t.Context(), strings.NewReader(people(i*3000, 12000)), f.options())
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n := f.count(t, "subscriptions WHERE state = 'active'"); n != 17999 {
		t.Errorf("%d active subscriptions", n)
	}
	if n := f.count(t, "consent_events WHERE kind = 'granted'"); n != 18000 {
		t.Errorf("%d consents", n)
	}
	if got := f.history(t, gone.Email); got != "granted by form, withdrawn by one-click, weekly unsubscribed" {
		t.Errorf("history: %s", got)
	}
}

// TestImportHopesInVain: after lots of nothing but new people come known ones,
// whom the importer did not reckon with.
func TestImportHopesInVain(t *testing.T) {
	f := setUp(t, false)
	if _, err := f.Import(t.Context(), strings.NewReader(people(12000, 3000)), f.options()); err != nil {
		t.Fatal(err)
	}
	r, err := f.Import(t.Context(), strings.NewReader(people(0, 25000)), f.options())
	if want := "25000 lines: 22000 created, 0 updated, 3000 unchanged (0 repeated), 0 rejected"; err != nil || sums(r) != want {
		t.Errorf("got %s, %v; want %s", sums(r), err, want)
	}
	for _, table := range []string{"subscribers", "subscriptions", "consent_events"} {
		if n := f.count(t, table); n != 25000 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
}
