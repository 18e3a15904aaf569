package newsletter

import (
	"context"
	"strings"
	"testing"
)

// A paused issue sends nothing and goes on when told to; a cancelled one ends
// with everybody accounted for.
func TestPauseResumeCancel(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", addresses("a.example", 5)...)
	launch := func(name string) int64 {
		issue := w.issue(w.article(name))
		w.must(w.service.Approve(ctx, issue, "test"))
		_, err := w.service.Send(ctx, issue, "test")
		w.must(err)
		return issue
	}
	first := launch("paused")
	w.must(w.service.Pause(ctx, first, "wrong product"))
	if s := w.deliver(first); s.State != "paused" || s.Pending != 5 || s.Note != "wrong product" || w.inbox.Total() != 0 {
		t.Errorf("paused: %+v, %d mails", s, w.inbox.Total())
	}
	w.must(w.service.Resume(ctx, first))
	if s := w.deliver(first); s.State != "sent" || s.Sent != 5 {
		t.Errorf("resumed: %+v", s)
	}
	if err := w.service.Resume(ctx, first); err == nil {
		t.Error("an issue that is sent was resumed")
	}
	second := launch("cancelled")
	w.must(w.service.Cancel(ctx, second, "stale"))
	r, err := w.service.Reconcile(ctx, second)
	w.must(err)
	if s := w.deliver(second); s.State != "cancelled" || s.Skipped != 5 || !r.Balanced || w.inbox.Total() != 5 {
		t.Errorf("cancelled: %+v, balanced %v, %d mails", s, r.Balanced, w.inbox.Total())
	}
	if err := w.service.Pause(ctx, w.issue(w.article("draft")), ""); err == nil || !strings.Contains(err.Error(), "has not been launched") {
		t.Errorf("pausing a draft: %v", err)
	}
}
