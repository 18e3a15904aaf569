package scheduler

import (
	"context"
	"time"
)

// Occurrence is one firing that wants a decision.
type Occurrence struct {
	ID, ScheduleID, NewsletterID int64
	// Wall is the wall-clock time of the rule as if it were in UTC; Instant
	// gives its instant in a zone.
	Wall time.Time
	// Zone is the schedule's zone, or Reader.
	Zone string
	// DueAt is the instant it was due; for Reader in the earliest zone.
	DueAt time.Time
	// Late is how long ago that was when it was claimed.
	Late time.Duration
	// TooLate says that an earlier claimer broke off and the schedule's
	// lateness has passed since: report what was done, begin nothing new.
	TooLate bool
}

// Verdict is what became of a firing.
type Verdict string

// Verdicts, as table decisions has them.
const (
	// Issue: an issue was made.
	Issue Verdict = "issue"
	// Skipped: there was nothing to do.
	Skipped Verdict = "skipped"
	// Held: it waits for a person.
	Held Verdict = "held"
	// Failed: it could not be done; it waits for a person.
	Failed Verdict = "failed"
)

// Candidate is one article that was looked at.
type Candidate struct {
	ArticleID int64  `json:"article_id"`
	Title     string `json:"title"`
	Taken     bool   `json:"taken"`
	// Reason says why it was taken or not.
	Reason string `json:"reason"`
}

// Decision is what became of a firing, and why.
type Decision struct {
	Verdict Verdict `json:"verdict"`
	// Reason is a sentence.
	Reason string `json:"reason"`
	// IssueID is the issue made, 0 if none.
	IssueID    int64       `json:"issue_id,omitempty"`
	Candidates []Candidate `json:"candidates"`
}

// Runner does what a firing is for.
type Runner interface {
	// Run must be idempotent per occurrence: it may be called again after a
	// call that broke off anywhere, and then reports what that call did. Its
	// context ends when the claim is lost. An error means that it could not
	// tell and should be asked again; what an editor has to know is a Decision.
	Run(ctx context.Context, o Occurrence) (Decision, error)
}
