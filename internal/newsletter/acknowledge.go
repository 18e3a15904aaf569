package newsletter

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

// Acknowledgement is an editor's word that a warning may stand.
type Acknowledgement struct {
	Reason string    `json:"reason"`
	Actor  string    `json:"actor"`
	At     time.Time `json:"at"`
}

// maxReason is the longest reason, in characters.
const maxReason = 500

// Acknowledge lets the warnings of a rule stand, or the nth of them (from 1; 0
// is all), and gives those it is about. An edit that changes what was found, or
// what stands there, voids it. Nothing lets an error stand.
func (s *Service) Acknowledge(ctx context.Context, id int64, rule string, nth int, reason, actor string) ([]Finding, error) {
	if err := checkReason(reason); err != nil {
		return nil, err
	}
	known, ok := lint.Find(rule)
	if !ok {
		_, err := lint.Explain(rule)
		return nil, refused("%s", err)
	}
	var done []Finding
	err := postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		i, err := lockIssue(ctx, tx, id)
		if err != nil {
			return err
		}
		if i.State == Launched {
			return refused("issue %d has been launched; what was sent can't be acknowledged any more", id)
		}
		_, _, found, err := s.examine(ctx, tx, i)
		if err != nil {
			return err
		}
		if done, err = choose(id, found, known.ID, nth); err != nil {
			return err
		}
		return s.acknowledge(ctx, tx, id, done, reason, actor)
	})
	return done, err
}

// examine compiles an issue and lists its findings.
func (s *Service) examine(ctx context.Context, q postgres.Queryer, i Issue) (Input, *Compiled, []Finding, error) {
	in, err := s.input(ctx, q, i)
	if err != nil {
		return in, nil, nil, err
	}
	c, err := Compile(in)
	if err != nil {
		return in, nil, nil, err
	}
	said, err := acknowledgements(ctx, q, i.ID)
	return in, c, findings(in, c, said), err
}

// choose takes the warnings of a rule that are still open, or the nth of all
// of that rule.
func choose(id int64, found []Finding, rule string, nth int) ([]Finding, error) {
	var of []Finding
	for _, f := range found {
		if f.Rule == rule && f.Severity == article.Error {
			return nil, refused("%s is an error here, and nothing lets an error stand; mend it: %s %s", rule, f.Message, f.Fix)
		}
		if f.Rule == rule && f.Severity == article.Warn {
			of = append(of, f)
		}
	}
	switch {
	case len(of) == 0:
		return nil, refused("issue %d has no warning of %s; broadsheet issue preview %d lists those it has", id, rule, id)
	case nth > len(of) || nth < 0:
		return nil, refused("issue %d has %d of %s, so there is no number %d", id, len(of), rule, nth)
	case nth > 0:
		of = of[nth-1 : nth]
	}
	if of = open(of); len(of) == 0 {
		return nil, refused("this was acknowledged already; broadsheet issue preview %d shows by whom", id)
	}
	return of, nil
}

// acknowledge records the word on each of the findings.
func (s *Service) acknowledge(ctx context.Context, tx *postgres.Tx, id int64, list []Finding, reason, actor string) error {
	if len(list) == 0 {
		return nil
	}
	reason = strings.TrimSpace(reason)
	at := s.now()
	said := make([]article.Diagnostic, len(list))
	for n := range list {
		f := &list[n]
		if err := insertAcknowledgement(ctx, tx, id, f, reason, actor, at); err != nil {
			return err
		}
		f.Acknowledged = &Acknowledgement{reason, actor, at}
		said[n] = f.Diagnostic
	}
	return s.review(ctx, tx, id, actAcknowledged, actor, nil, said, reason)
}

func checkReason(reason string) error {
	switch n := len([]rune(reason)); {
	case strings.TrimSpace(reason) == "":
		return refused("say why the warning may stand; the reason is kept with the issue")
	case strings.ContainsFunc(reason, unicode.IsControl):
		return refused("the reason has a line break or control character in it; write it on one line")
	case n > maxReason:
		return refused("the reason is %d characters long; %d are allowed", n, maxReason)
	}
	return nil
}

// Approve freezes the content of an issue: what is approved is what is sent. A
// *BlockedError says what stands in the way, an *UnacknowledgedError which
// warnings of a strict newsletter do.
func (s *Service) Approve(ctx context.Context, id int64, actor string) error {
	_, err := s.ApproveAcknowledging(ctx, id, actor, "")
	return err
}

// ApproveAcknowledging is Approve that lets every open warning stand for a
// reason; with "" they pass unacknowledged, unless the newsletter is strict,
// and the receipt says so. It gives the receipt that is kept with the issue.
func (s *Service) ApproveAcknowledging(ctx context.Context, id int64, actor, reason string) (Receipt, error) {
	if reason != "" {
		if err := checkReason(reason); err != nil {
			return Receipt{}, err
		}
	}
	var receipt Receipt
	var blocked error
	err := postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		receipt, blocked = Receipt{}, nil
		i, err := lockIssue(ctx, tx, id)
		if err != nil {
			return err
		}
		if i.State == Launched {
			return refused("issue %d has been launched; what was sent can't be approved again", id)
		}
		in, c, found, err := s.examine(ctx, tx, i)
		if err != nil {
			return err
		}
		errs := c.Errors()
		if reason != "" && len(errs) == 0 {
			if err := s.acknowledgeOpen(ctx, tx, id, found, reason, actor); err != nil {
				return err
			}
		}
		if blocked = obstacle(id, in.Newsletter.Strict, errs, found); blocked != nil {
			return s.refuse(ctx, tx, i, c, actor)
		}
		parts, errs, err := variants(in, c)
		if err != nil {
			return err
		}
		if blocked = obstacle(id, false, errs, nil); blocked != nil {
			c.Diagnostics = append(c.Diagnostics, errs...)
			return s.refuse(ctx, tx, i, c, actor)
		}
		if err := setApproved(ctx, tx, id, c, s.now()); err != nil {
			return err
		}
		if err := setVariants(ctx, tx, id, parts); err != nil {
			return err
		}
		sum := c.Template.SHA256()
		receipt = s.receipt(in, i, c, found, actor)
		receipt.Bytes.Variants = listed(i, parts)
		if err := insertReceipt(ctx, tx, id, sum[:], receipt); err != nil {
			return err
		}
		return s.review(ctx, tx, id, actApproved, actor, sum[:], c.Diagnostics, passed(found))
	})
	if err == nil {
		err = blocked
	}
	return receipt, err
}

// acknowledgeOpen lets every open warning stand; found says so afterwards.
func (s *Service) acknowledgeOpen(ctx context.Context, tx *postgres.Tx, id int64, found []Finding, reason, actor string) error {
	list := open(found)
	if err := s.acknowledge(ctx, tx, id, list, reason, actor); err != nil {
		return err
	}
	for _, done := range list {
		for n := range found {
			if found[n].key == done.key {
				found[n].Acknowledged = done.Acknowledged
			}
		}
	}
	return nil
}

// obstacle is what keeps an issue from being approved; nil if nothing does.
func obstacle(id int64, strict bool, errs []article.Diagnostic, found []Finding) error {
	if len(errs) > 0 {
		return &BlockedError{id, errs}
	}
	if list := open(found); strict && len(list) > 0 {
		return &UnacknowledgedError{id, list}
	}
	return nil
}

// refuse records that an issue was not approved. An earlier approval stays
// unless something was edited since.
func (s *Service) refuse(ctx context.Context, tx *postgres.Tx, i Issue, c *Compiled, actor string) error {
	if i.State == Approved && [len(c.Source)]byte(i.Source) != c.Source {
		if err := setDraft(ctx, tx, i.ID); err != nil {
			return err
		}
	}
	return s.review(ctx, tx, i.ID, actRefused, actor, nil, c.Diagnostics, "")
}

// passed says how many warnings an approval let pass.
func passed(found []Finding) string {
	if n := len(open(found)); n > 0 {
		return fmt.Sprintf("%d passed unacknowledged", n)
	}
	return ""
}
