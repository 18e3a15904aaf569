package newsletter

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/scheduler"
)

// warned keeps an article with two warnings: no author (ART-2) and a health
// claim (LAW-8).
func (w *world) warned(name string) int64 {
	w.t.Helper()
	return w.keep(&article.Article{
		Title: "About " + name, Language: "en", CanonicalURL: "https://example.org/" + name,
		Disclosures: []article.Notice{{Text: article.Plain("We may earn a commission if you purchase through our links.")}},
		Takeaways:   []article.Takeaway{{Text: "Wash with lukewarm water.", Origin: article.Explicit}},
		Blocks: article.Blocks{
			&article.Paragraph{Text: article.Plain("Skin is better at repairing itself than any serum is."), Place: article.Place{Block: 0, Line: 1, Column: 1}},
			&article.Paragraph{Text: article.Plain("This balm heals your skin in a day."), Place: article.Place{Block: 1, Line: 3, Column: 1}},
			&article.Pick{Label: "Editor's Choice", Name: "Mossbank Balm", Blurb: article.Plain("A plain balm."), CTA: "View at Mossbank",
				URL: "https://www.shareasale.com/r.cfm?b=1&u=2&m=3", Merchant: "Mossbank", Place: article.Place{Block: 2, Line: 5, Column: 1}},
		},
	})
}

// strict makes the newsletter want its warnings acknowledged.
func (w *world) strict() {
	w.t.Helper()
	w.n.Strict = true
	w.tx(func(tx *sqlx.Tx) error { return w.service.Edit(context.Background(), tx, w.n) })
}

func (w *world) review(issue int64) Review {
	w.t.Helper()
	r, err := w.service.Review(context.Background(), issue)
	w.must(err)
	return r
}

// rules lists the rules of the warnings that are open.
func openRules(list []Finding) string {
	var ids []string
	for _, f := range open(list) {
		ids = append(ids, f.Rule)
	}
	return strings.Join(ids, " ")
}

// A warning stops nothing unless the newsletter is strict; the receipt names it.
func TestReceiptSaysWhatPassed(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", "ada@a.example")
	issue := w.issue(w.warned("balm"))
	if _, _, err := w.service.Receipt(ctx, issue); err == nil || !strings.Contains(err.Error(), "has never been approved") {
		t.Errorf("the receipt of a draft: %v", err)
	}
	w.must(w.service.Approve(ctx, issue, "Ada"))
	r, standing, err := w.service.Receipt(ctx, issue)
	w.must(err)
	if standing != Holds || r.ApprovedBy != "Ada" || !r.ApprovedAt.Equal(w.now) || r.Newsletter != "weekly" || r.Subject != "About balm" {
		t.Errorf("%s: %+v", standing, r)
	}
	if got := openRules(r.Findings); got != "ART-2 LAW-8" || r.Open() != 2 {
		t.Errorf("passed: %q", got)
	}
	if len(r.Rules) != len(lint.Rules()) || r.Edition != lint.Edition() || r.Rules[1].ID != "ART-2" || r.Rules[1].Findings != 1 || r.Rules[1].VerifiedOn == "" {
		t.Errorf("rules: %+v", r.Rules[:2])
	}
	preview, err := w.service.Preview(ctx, issue)
	w.must(err)
	if r.Bytes.Message != hashOf(preview.Sample) || r.Bytes.HTML != hashOf([]byte(preview.HTML)) || r.Bytes.MessageSize != len(preview.Sample) {
		t.Errorf("bytes: %+v", r.Bytes)
	}
	if !r.Proof.OK() || len(r.Proof.HTML) == 0 || len(r.Proof.Text) == 0 {
		t.Fatalf("proof: %+v", r.Proof)
	}
	for _, l := range r.Proof.HTML {
		if !strings.Contains(preview.HTML[l.Disclosure:l.At], "earn a commission") {
			t.Errorf("no disclosure between %d and %d", l.Disclosure, l.At)
		}
	}
	_, err = w.service.Send(ctx, issue, "Ada")
	w.must(err)
	if _, standing, err := w.service.Receipt(ctx, issue); err != nil || standing != Holds {
		t.Errorf("after the launch: %s, %v", standing, err)
	}
	if _, err := w.db.Exec(`UPDATE issue_receipts SET receipt = '{}'`); err == nil {
		t.Error("a receipt was changed")
	}
}

// The receipt is about bytes: others in their place are noticed, an edit voids it.
func TestReceiptIsBoundToTheBytes(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	a, other := w.article("water"), w.article("sun")
	issue, second := w.issue(a), w.issue(other)
	w.must(w.service.Approve(ctx, issue, "test"))
	w.must(w.service.Approve(ctx, second, "test"))
	before := w.review(issue)
	if !before.Frozen || before.Standing != Holds || before.Subject != "About water" {
		t.Errorf("approved: %+v", before.Standing)
	}
	preview, err := w.service.Preview(ctx, issue)
	w.must(err)
	if before.HTML != preview.HTML || before.Text != preview.Text {
		t.Error("the frozen parts are not what was compiled")
	}
	if _, err := w.db.Exec(`UPDATE issues SET template = (SELECT template FROM issues WHERE id = $1) WHERE id = $2`, second, issue); err != nil {
		t.Fatal(err)
	}
	if _, standing, err := w.service.Receipt(ctx, issue); err != nil || standing != Broken {
		t.Errorf("with another template: %s, %v", standing, err)
	}
	w.correct(other, library.Correction{Title: ptr("Something Else")})
	after := w.review(second)
	if after.Frozen || after.Standing != Void || after.Subject != "Something Else" || after.Receipt == nil {
		t.Errorf("after an edit: %+v", after.Standing)
	}
}

func TestStrictWantsAcknowledgements(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.strict()
	a := w.warned("balm")
	issue := w.issue(a)
	var unsaid *UnacknowledgedError
	if err := w.service.Approve(ctx, issue, "test"); !errors.As(err, &unsaid) || len(unsaid.Findings) != 2 || !strings.Contains(err.Error(), "and 1 more") {
		t.Fatalf("approving: %v", err)
	}
	for _, c := range []struct {
		rule, reason string
		nth          int
		says         string
	}{
		{"LAW-8", " ", 0, "say why"},
		{"LAW-8", "two\nlines", 0, "line break"},
		{"LAW-99", "because", 0, "there is no rule"},
		{"HTML-10", "because", 0, "has no warning of HTML-10"},
		{"LAW-8", "because", 2, "no number 2"},
	} {
		var r *RefusedError
		if _, err := w.service.Acknowledge(ctx, issue, c.rule, c.nth, c.reason, "Ada"); !errors.As(err, &r) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %d %q: %v", c.rule, c.nth, c.reason, err)
		}
	}
	done, err := w.service.Acknowledge(ctx, issue, "law-8", 0, "The study is in the article.", "Ada")
	if err != nil || len(done) != 1 || done[0].Excerpt != "This balm heals your skin in a day." {
		t.Fatalf("acknowledging: %+v, %v", done, err)
	}
	if _, err := w.service.Acknowledge(ctx, issue, "LAW-8", 0, "again", "Ada"); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("again: %v", err)
	}
	r, err := w.service.ApproveAcknowledging(ctx, issue, "Ben", "No byline by design.")
	w.must(err)
	said := map[string]string{}
	for _, f := range r.Findings {
		if f.Acknowledged != nil {
			said[f.Rule] = f.Acknowledged.Actor + ": " + f.Acknowledged.Reason
		}
	}
	if r.Open() != 0 || !r.Strict || said["LAW-8"] != "Ada: The study is in the article." || said["ART-2"] != "Ben: No byline by design." {
		t.Errorf("receipt: %v", said)
	}
	if got := w.acts(issue); got != "drafted, refused, acknowledged, acknowledged, approved" {
		t.Errorf("acts: %s", got)
	}
	if _, err := w.db.Exec(`DELETE FROM issue_acknowledgements`); err == nil {
		t.Error("acknowledgements were deleted")
	}
}

// The word holds for what was found: an edit elsewhere leaves it, one of the
// place voids it.
func TestEditsVoidAcknowledgements(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	a := w.warned("balm")
	issue := w.issue(a)
	for _, rule := range []string{"LAW-8", "ART-2"} {
		_, err := w.service.Acknowledge(ctx, issue, rule, 0, "It is so.", "Ada")
		w.must(err)
	}
	again := func(change func(blocks article.Blocks) article.Blocks) string {
		t.Helper()
		e, err := w.library.Get(ctx, a)
		w.must(err)
		e.Article.Blocks = change(e.Article.Blocks)
		if id := w.keep(e.Article); id != a {
			t.Fatalf("another article: %d", id)
		}
		return openRules(w.review(issue).Findings)
	}
	if got := openRules(w.review(issue).Findings); got != "" {
		t.Errorf("open: %q", got)
	}
	got := again(func(bs article.Blocks) article.Blocks {
		for _, b := range bs {
			switch b := b.(type) {
			case *article.Paragraph:
				b.Place.Block, b.Place.Line = b.Place.Block+1, b.Place.Line+2
			case *article.Pick:
				b.Place.Block, b.Place.Line = b.Place.Block+1, b.Place.Line+2
			}
		}
		return slices.Insert(bs, 0, article.Block(&article.Paragraph{Text: article.Plain("A new beginning."), Place: article.Place{Block: 0, Line: 1}}))
	})
	if got != "" {
		t.Errorf("after an edit elsewhere: %q", got)
	}
	got = again(func(bs article.Blocks) article.Blocks {
		bs[2].(*article.Paragraph).Text = article.Plain("This balm heals your skin in an hour.")
		return bs
	})
	if got != "LAW-8" {
		t.Errorf("after an edit of the claim: %q", got)
	}
}

// Nothing lets an error stand.
func TestErrorsHaveNoOverride(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	a := w.keep(&article.Article{
		Title: "Nowhere", Language: "en",
		Disclosures: []article.Notice{{Text: article.Plain("We may earn a commission if you purchase through our links.")}},
		Blocks:      article.Blocks{&article.Pick{Name: "Balm", CTA: "View"}},
	})
	issue := w.issue(a)
	if _, err := w.service.Acknowledge(ctx, issue, "PICK-1", 0, "let me", "Ada"); err == nil || !strings.Contains(err.Error(), "nothing lets an error stand") {
		t.Errorf("acknowledging an error: %v", err)
	}
	var blocked *BlockedError
	if _, err := w.service.ApproveAcknowledging(ctx, issue, "Ada", "let me"); !errors.As(err, &blocked) {
		t.Errorf("approving: %v", err)
	}
	if got := w.acts(issue); got != "drafted, refused" {
		t.Errorf("acts: %s", got)
	}
}

// An issue that was approved before there were receipts still shows the bytes
// that were approved.
func TestReviewWithoutAReceipt(t *testing.T) {
	w := newWorld(t)
	a := w.warned("balm")
	issue := w.issue(a)
	w.must(w.service.Approve(context.Background(), issue, "test"))
	want := w.review(issue)
	for _, change := range []string{
		"ALTER TABLE issue_receipts DISABLE TRIGGER issue_receipts_append_only", "DELETE FROM issue_receipts",
	} {
		if _, err := w.db.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	if r := w.review(issue); !r.Frozen || r.Receipt != nil || string(r.Message) != string(want.Message) || r.Template != want.Template || len(r.Findings) != len(want.Findings) {
		t.Errorf("approved: frozen %v, %d findings", r.Frozen, len(r.Findings))
	}
	if _, _, err := w.service.Receipt(context.Background(), issue); err == nil || !strings.Contains(err.Error(), "wrote no receipts") {
		t.Errorf("its receipt: %v", err)
	}
	w.correct(a, library.Correction{Title: ptr("Something Else")})
	if r := w.review(issue); r.Frozen || r.Subject != "Something Else" {
		t.Errorf("edited: frozen %v, %q", r.Frozen, r.Subject)
	}
}

// A scheduled issue of a strict newsletter waits where warnings are open.
func TestStrictKeepsAScheduledIssueBack(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.strict()
	w.autoApprove()
	w.readers("", "ada@a.example")
	w.warned("balm")
	d, err := w.service.Run(ctx, w.occurrence(w.now, "Europe/Berlin"))
	w.must(err)
	if d.Verdict != scheduler.Issue || !strings.Contains(d.Reason, "waits for an editor") || !strings.Contains(d.Reason, "nobody has acknowledged") {
		t.Fatalf("decision %+v", d)
	}
	_, err = w.service.ApproveAcknowledging(ctx, d.IssueID, "Ada", "Fine for this once.")
	w.must(err)
	_, err = w.service.Send(ctx, d.IssueID, "Ada")
	w.must(err)
}
