package newsletter

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
)

func ptr[T any](v T) *T { return &v }

// From a draft that has an error to a ledger in which everybody stands.
func TestDraftBlockedFixedApprovedSent(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("Europe/Berlin", addresses("a.example", 7)...)
	a := w.keep(&article.Article{
		Title: "A Pick That Leads Nowhere", Author: article.Author{Name: "Ada"}, Language: "en",
		Disclosures: []article.Notice{{Text: article.Plain("We may earn a commission if you purchase through our links.")}},
		Blocks: article.Blocks{
			&article.Paragraph{Text: article.Plain("Skin repairs itself when it is left alone.")},
			&article.Pick{Label: "Editor's Choice", Name: "Balm", Blurb: article.Plain("Plain."), CTA: "View on Amazon", Merchant: "Amazon"},
		},
	})
	issue := w.issue(a)
	var blocked *BlockedError
	if err := w.service.Approve(ctx, issue, "test"); !errors.As(err, &blocked) || !slices.ContainsFunc(blocked.Diagnostics, func(d article.Diagnostic) bool { return d.Rule == "PICK-1" }) {
		t.Fatalf("approving a pick without an address: %v", err)
	}
	if _, err := w.service.Send(ctx, issue, "test"); err == nil || !strings.Contains(err.Error(), "has not been approved") {
		t.Fatalf("sending a draft: %v", err)
	}
	w.correct(a, library.Correction{CanonicalURL: ptr("https://example.org/nowhere")})
	w.must(w.service.Approve(ctx, issue, "test"))
	launched, err := w.service.Send(ctx, issue, "test")
	w.must(err)
	if launched.Recipients != 7 {
		t.Errorf("%d recipients", launched.Recipients)
	}
	s := w.deliver(issue)
	if s.State != "sent" || s.Sent != 7 || s.Pending != 0 {
		t.Errorf("status %+v", s)
	}
	r, err := w.service.Reconcile(ctx, issue)
	w.must(err)
	if !r.Balanced {
		t.Errorf("not balanced: %+v", r)
	}
	if got := w.inbox.Total(); got != 7 {
		t.Errorf("the inbox has %d mails", got)
	}
	if got := w.acts(issue); got != "drafted, refused, approved, launched" {
		t.Errorf("acts: %s", got)
	}
	again, err := w.service.Send(ctx, issue, "test")
	w.must(err)
	if !again.Again || again.Recipients != 7 {
		t.Errorf("sending again: %+v", again)
	}
}

// What was approved goes out to the byte, with each reader's own links.
func TestTheApprovedBytesAreSent(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	ids := w.readers("", "ada@a.example", "ben@a.example")
	issue := w.issue(w.article("water"))
	w.must(w.service.Approve(ctx, issue, "test"))
	preview, err := w.service.Preview(ctx, issue)
	w.must(err)
	_, err = w.service.Send(ctx, issue, "test")
	w.must(err)
	w.deliver(issue)
	var mailing int64
	w.must(w.db.Get(&mailing, "SELECT mailing_id FROM issues WHERE id = $1", issue))
	want, err := w.service.Slots(ctx, mailing, ids)
	w.must(err)
	seen := map[string]bool{}
	for _, m := range w.inbox.Mails(10) {
		i := slices.IndexFunc(ids, func(id int64) bool { return want[id].Address == m.To[0] })
		if i < 0 {
			t.Fatalf("a mail to %v", m.To)
		}
		to := want[ids[i]]
		date := m.Header("Date")
		sent, err := parseDate(date)
		w.must(err)
		to.Date = sent
		expected, err := preview.Template.Splice(nil, to)
		w.must(err)
		if !bytes.Equal(bytes.TrimRight(m.Raw, "\r\n"), bytes.TrimRight(expected, "\r\n")) {
			t.Errorf("the mail to %s is not what was approved", to.Address)
		}
		for _, v := range to.Values {
			if seen[v] {
				t.Errorf("two readers or purposes share the token %s", v)
			}
			seen[v] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d tokens", len(seen))
	}
}

func TestAnyEditVoidsTheApproval(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", "ada@a.example")
	for name, edit := range map[string]func(articleID int64){
		"article": func(id int64) { w.correct(id, library.Correction{Title: ptr("Something Else")}) },
		"newsletter": func(int64) {
			w.n.PostalAddress = "Another Street 1, Portland, OR 97201, USA"
			w.tx(func(tx *sqlx.Tx) error { return w.service.Edit(ctx, tx, w.n) })
		},
		"templates": func(int64) {
			dir := t.TempDir()
			w.must(os.Mkdir(filepath.Join(dir, "blocks"), 0o755))
			w.must(os.WriteFile(filepath.Join(dir, "blocks", "divider.txt"), []byte("~~~"), 0o644))
			themes, err := render.OpenThemes(dir)
			w.must(err)
			w.service.themes = themes
		},
	} {
		a := w.article(name)
		issue := w.issue(a)
		w.must(w.service.Approve(ctx, issue, "test"))
		edit(a)
		if s, err := w.service.Status(ctx, issue); err != nil || !strings.Contains(s.Note, "edited since its approval") {
			t.Errorf("%s: status %+v, %v", name, s, err)
		}
		_, err := w.service.Send(ctx, issue, "test")
		var r *RefusedError
		if !errors.As(err, &r) || !strings.Contains(err.Error(), "was edited after its approval") {
			t.Errorf("%s: %v", name, err)
		}
		i, err := w.service.Issue(ctx, issue)
		w.must(err)
		if i.State != Draft || i.Template != nil {
			t.Errorf("%s: the issue is %s", name, i.State)
		}
		if got := w.acts(issue); got != "drafted, approved, approval voided" {
			t.Errorf("%s: acts %s", name, got)
		}
	}
}

// How a newsletter is sent is not part of what was approved.
func TestARelayIsNotPartOfTheContent(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", "ada@a.example")
	issue := w.issue(w.article("relay"))
	w.must(w.service.Approve(ctx, issue, "test"))
	w.n.OnUnknown, w.n.AutoApprove = "resend", true
	w.tx(func(tx *sqlx.Tx) error { return w.service.Edit(ctx, tx, w.n) })
	if _, err := w.service.Send(ctx, issue, "test"); err != nil {
		t.Error(err)
	}
}

func TestAnIssueForNobodyIsRefused(t *testing.T) {
	w := newWorld(t)
	issue := w.issue(w.article("nobody"))
	w.must(w.service.Approve(context.Background(), issue, "test"))
	if _, err := w.service.Send(context.Background(), issue, "test"); err == nil || !strings.Contains(err.Error(), "nobody on the list") {
		t.Errorf("sent to nobody: %v", err)
	}
}

func TestTwoWhoSendLaunchOnce(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", addresses("a.example", 20)...)
	issue := w.issue(w.article("twice"))
	w.must(w.service.Approve(ctx, issue, "test"))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := w.service.Send(ctx, issue, "test"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s := w.deliver(issue); s.Sent != 20 || w.inbox.Total() != 20 {
		t.Errorf("status %+v, %d mails", s, w.inbox.Total())
	}
}

func TestWhoLeavesIsSkipped(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	ids := w.readers("", "ada@a.example", "ben@a.example", "cleo@a.example")
	issue := w.issue(w.article("leave"))
	w.must(w.service.Approve(ctx, issue, "test"))
	_, err := w.service.Send(ctx, issue, "test")
	w.must(err)
	// Ada leaves and Ben is suppressed after the launch, before anything is sent.
	w.tx(func(tx *sqlx.Tx) error {
		if _, err := w.audience.Suppress(ctx, tx, "ben@a.example", "manual", ""); err != nil {
			return err
		}
		_, err := w.audience.Unsubscribe(ctx, tx, ids[0], w.list.ID, "test")
		return err
	})
	if s := w.deliver(issue); s.Sent != 1 || s.Skipped != 2 {
		t.Errorf("status %+v", s)
	}
	list, err := w.service.Recipients(ctx, issue, "skipped", 0, 10)
	w.must(err)
	if len(list) != 2 || list[0].Reason != "unsubscribed" || list[1].Reason != "suppressed" {
		t.Errorf("skipped: %+v", list)
	}
	next := w.issue(w.article("next"))
	w.must(w.service.Approve(ctx, next, "test"))
	launched, err := w.service.Send(ctx, next, "test")
	w.must(err)
	if launched.Recipients != 1 {
		t.Errorf("the next issue goes to %d", launched.Recipients)
	}
}

func TestSlotMarksInAnArticleAreRefused(t *testing.T) {
	a := &article.Article{Title: "x", Blocks: article.Blocks{&article.Paragraph{Text: article.Text{
		{Text: "here", Href: "https://evil.example/?t=" + mailer.Mark(slotUnsubscribe)}}}}}
	if _, err := Compile(Input{Newsletter: Newsletter{Slug: "x", Name: "X", FromName: "X", FromEmail: "a@x.example", PostalAddress: "x"}, Articles: []*article.Article{a}, PublicURL: "https://x.example"}); err == nil {
		t.Error("a stranger's link would get the reader's token")
	}
}

func TestThePageIsThereOnceLaunched(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", "ada@a.example")
	issue := w.issue(w.article("page"))
	w.must(w.service.Approve(ctx, issue, "test"))
	if _, found, err := w.service.Page(ctx, issue); found || err != nil {
		t.Errorf("before the launch: %v, %v", found, err)
	}
	_, err := w.service.Send(ctx, issue, "test")
	w.must(err)
	page, found, err := w.service.Page(ctx, issue)
	w.must(err)
	if !found || !strings.Contains(page, "About page") || strings.Contains(page, "/unsubscribe/") {
		t.Errorf("found %v: %.200s", found, page)
	}
}

func TestWhatCanBeMistypedIsRefused(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	a := w.article("typo")
	for want, subject := range map[string]string{
		"line break": "a\nBcc: x@y.example", "pretends to be an answer": "RE: your order", "characters long": strings.Repeat("x", 151),
	} {
		if _, err := w.service.Draft(ctx, w.n.ID, Content{Articles: []int64{a}, Subject: subject}, "test"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", subject, err)
		}
	}
	var nf *library.NotFoundError
	if _, err := w.service.Draft(ctx, w.n.ID, Content{Articles: []int64{999}}, "test"); !errors.As(err, &nf) {
		t.Errorf("an article that isn't there: %v", err)
	}
	for want, change := range map[string]func(*Newsletter){
		"the slug":              func(n *Newsletter) { n.Slug = "Not A Slug" },
		"postal address is":     func(n *Newsletter) { n.PostalAddress = " " },
		"Mars/Phobos":           func(n *Newsletter) { n.Zone = "Mars/Phobos" },
		"the theme":             func(n *Newsletter) { n.Theme = "nope" },
		"Amazon mode":           func(n *Newsletter) { n.AmazonMode = "always" },
		"need Amazon's consent": func(n *Newsletter) { n.AmazonMode = "direct" },
		"hold or resend":        func(n *Newsletter) { n.OnUnknown = "panic" },
		"already":               func(n *Newsletter) { n.Slug = "weekly" },
		"is not a web":          func(n *Newsletter) { n.HomeURL = "example.org" },
		"is not an address":     func(n *Newsletter) { n.ReplyTo = "nobody" },
		"on one line":           func(n *Newsletter) { n.Why = "a\nb" },
		"there is no layout":    func(n *Newsletter) { n.Layout = "poster" },
		"1 to 20 articles":      func(n *Newsletter) { n.Articles = 21 },
		"can't wait for at":     func(n *Newsletter) { n.Articles, n.AtLeast = 2, 3 },
	} {
		n := w.n
		n.Slug = "other"
		change(&n)
		err := inTx(w, func(tx *sqlx.Tx) error { _, err := w.service.Create(ctx, tx, n); return err })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	for from, want := range map[string]string{
		"letter@example.org": "has no name", "X <me@gmail.com>": "mailbox provider", "X <me@localhost>": "full domain",
		"nonsense": "is not of the form", "Win 🎉 <a@example.org>": "pictograph",
	} {
		if _, _, err := ParseFrom(from); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", from, err)
		}
	}
}

// The states of the package doc are those of the table.
func TestStatesAreThoseOfTheTable(t *testing.T) {
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "00005_newsletter.sql"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`state\s+text NOT NULL CHECK \(state IN \('draft', ([^)]*)\)`).FindSubmatch(sql)
	if m == nil || string(m[1]) != "'approved', 'launched'" {
		t.Fatalf("the table has %q", m)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []State{Draft, Approved, Launched} {
		if !bytes.Contains(doc, []byte(s)) {
			t.Errorf("the package doc does not know %s", s)
		}
	}
}
