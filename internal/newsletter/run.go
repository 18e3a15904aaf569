package newsletter

import (
	"context"
	"errors"
	"fmt"

	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/scheduler"
)

// page is how many articles are looked at in one go, and listed in a decision
// at the most.
const page = 50

// scheduled is the actor of what the schedule does by itself.
const scheduled = "schedule"

// Run does what a firing is for (scheduler.Runner): it takes the newest
// articles that no issue of the newsletter has, makes an issue of them and,
// where the newsletter says so and there is no error, approves and launches it.
// It may be called again after breaking off anywhere.
func (s *Service) Run(ctx context.Context, o scheduler.Occurrence) (scheduler.Decision, error) {
	n, err := s.ByID(ctx, o.NewsletterID)
	if err != nil {
		return scheduler.Decision{}, err
	}
	issue, have, err := s.ofOccurrence(ctx, o.ID)
	if err != nil {
		return scheduler.Decision{}, err
	}
	var looked []scheduler.Candidate
	if !have {
		if o.TooLate {
			return scheduler.Decision{Verdict: scheduler.Held, Reason: "It broke off before an issue was made and is too late now; draft and send one by hand if it should still go out."}, nil
		}
		if any, err := s.anybody(ctx, s.db, n.ListID); err != nil || !any {
			return scheduler.Decision{Verdict: scheduler.Skipped, Reason: "There is nobody on its list to send to."}, err
		}
		var id int64
		var why string
		if id, looked, why, err = s.choose(ctx, n, o); err != nil {
			return scheduler.Decision{}, err
		}
		if id == 0 {
			return scheduler.Decision{Verdict: scheduler.Skipped, Reason: why, Candidates: looked}, nil
		}
		if issue, err = s.Issue(ctx, id); err != nil {
			return scheduler.Decision{}, err
		}
	}
	d, err := s.carryOn(ctx, n, issue, o)
	d.Candidates = looked
	return d, err
}

// choose takes the newest unused articles and makes the draft; if there are
// too few, id is 0 and why says so. The newsletter's row is locked meanwhile,
// so that two firings never take the same article.
func (s *Service) choose(ctx context.Context, n Newsletter, o scheduler.Occurrence) (id int64, looked []scheduler.Candidate, why string, err error) {
	err = postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		if err := lockNewsletter(ctx, tx, n.ID); err != nil {
			return err
		}
		id, looked, why = 0, nil, ""
		p := picker{most: n.Articles}
		var before int64
		for len(p.taken) < n.Articles {
			entries, err := s.library.Page(ctx, tx, before, page)
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				break
			}
			before = entries[len(entries)-1].ID
			found := len(p.taken)
			seen, err := s.consider(ctx, tx, n.ID, entries, &p)
			if err != nil {
				return err
			}
			if len(looked) < page || len(p.taken) > found {
				looked = append(looked, seen...)
			}
		}
		if len(p.taken) < n.AtLeast {
			why = tooFew(n, len(p.taken))
			for i := range looked {
				if looked[i].Taken {
					looked[i].Taken, looked[i].Reason = false, "has not been used, and waits until there are enough"
				}
			}
			return nil
		}
		id, err = s.insertDraft(ctx, tx, n.ID, Content{Articles: p.taken}, o.ID, scheduled)
		return err
	})
	return id, looked, why, err
}

func tooFew(n Newsletter, found int) string {
	switch {
	case found == 0:
		return "There is no article that this newsletter has not used."
	case found == 1:
		return fmt.Sprintf("There is 1 article that this newsletter has not used; it wants at least %d.", n.AtLeast)
	}
	return fmt.Sprintf("There are %d articles that this newsletter has not used; it wants at least %d.", found, n.AtLeast)
}

// picker takes articles until it has enough.
type picker struct {
	most  int
	taken []int64
}

// consider looks at articles, newest first, and takes unused ones.
func (s *Service) consider(ctx context.Context, tx *postgres.Tx, newsletterID int64, entries []library.Entry, p *picker) (seen []scheduler.Candidate, err error) {
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	used, err := usedIn(ctx, tx, newsletterID, ids)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		c := scheduler.Candidate{ArticleID: e.ID, Title: e.Article.Title}
		switch in, was := used[e.ID]; {
		case was && in.State == Launched:
			c.Reason = fmt.Sprintf("was sent in issue %d", in.ID)
		case was:
			c.Reason = fmt.Sprintf("waits in issue %d", in.ID)
		case len(p.taken) == p.most && p.most == 1:
			c.Reason = "a newer one was taken"
		case len(p.taken) == p.most:
			c.Reason = fmt.Sprintf("%d newer ones were taken", p.most)
		case len(p.taken) == 0:
			c.Taken, c.Reason = true, "the newest that has not been used"
		default:
			c.Taken, c.Reason = true, "the next newest that has not been used"
		}
		if c.Taken {
			p.taken = append(p.taken, e.ID)
		}
		seen = append(seen, c)
	}
	return seen, nil
}

// carryOn takes an occurrence's issue as far as it may go by itself.
func (s *Service) carryOn(ctx context.Context, n Newsletter, i Issue, o scheduler.Occurrence) (scheduler.Decision, error) {
	d := scheduler.Decision{Verdict: scheduler.Issue, IssueID: i.ID}
	switch {
	case i.State == Launched:
		d.Reason = fmt.Sprintf("Issue %d was launched.", i.ID)
		return d, nil
	case !n.AutoApprove:
		d.Reason = fmt.Sprintf("Issue %d waits for approval.", i.ID)
		return d, nil
	case o.TooLate:
		d.Reason = fmt.Sprintf("Issue %d waits for approval: it is too late to go out by itself.", i.ID)
		return d, nil
	}
	err := s.Approve(ctx, i.ID, scheduled)
	if err == nil {
		launched, serr := s.Send(ctx, i.ID, scheduled)
		if serr == nil {
			d.Reason = fmt.Sprintf("Issue %d was approved by itself and launched to %d recipients.", i.ID, launched.Recipients)
			return d, nil
		}
		err = serr
	}
	var blocked *BlockedError
	var unsaid *UnacknowledgedError
	var refusal *RefusedError
	switch {
	case errors.As(err, &blocked), errors.As(err, &unsaid):
		d.Reason = fmt.Sprintf("Issue %d waits for an editor: %s", i.ID, err.Error())
		return d, nil
	case errors.As(err, &refusal):
		d.Verdict, d.Reason = scheduler.Failed, refusal.Sentence
		return d, nil
	}
	return d, err
}
