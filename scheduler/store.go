package scheduler

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// ErrNone says that a newsletter has no schedule.
var ErrNone = errors.New("this newsletter has no schedule; set one with `broadsheet schedule set`")

// Bounds of Schedule.MaxLateness.
const (
	DefaultLateness = 6 * time.Hour
	minLateness     = time.Minute
	maxLateness     = 7 * 24 * time.Hour
)

// Schedule is the rule of one newsletter.
type Schedule struct {
	ID, NewsletterID int64
	Rule             Rule
	// MaxLateness is how late a firing may still run.
	MaxLateness time.Duration
	// ActiveFrom is when the rule was set; it fires after that.
	ActiveFrom time.Time
}

// Logged is a firing with the decision on it.
type Logged struct {
	OccurrenceID int64 `json:"occurrence_id"`
	// Wall is the wall-clock time of the rule, as WallLayout writes it.
	Wall  string    `json:"wall"`
	Zone  string    `json:"zone"`
	DueAt time.Time `json:"due_at"`
	// Open says that there is no decision yet: a node is at work on it.
	Open bool `json:"open"`
	// DecidedAt is zero while Open.
	DecidedAt time.Time `json:"decided_at,omitzero"`
	Decision
}

// Store keeps schedules, occurrences and decisions.
type Store struct{ db *sqlx.DB }

// NewStore makes a Store.
func NewStore(db *sqlx.DB) *Store { return &Store{db: db} }

type scheduleRow struct {
	ID           int64     `db:"id"`
	NewsletterID int64     `db:"newsletter_id"`
	Rule         string    `db:"rule"`
	Zone         string    `db:"zone"`
	Lateness     float64   `db:"lateness"`
	ActiveFrom   time.Time `db:"active_from"`
}

const scheduleColumns = `s.id, s.newsletter_id, s.rule, s.zone, extract(epoch FROM s.max_lateness)::float8 AS lateness, s.active_from`

func (r scheduleRow) schedule() (Schedule, error) {
	rule, err := ParseRule(r.Rule, r.Zone)
	if err != nil {
		return Schedule{}, fmt.Errorf("schedule %d: %w", r.ID, err)
	}
	return Schedule{
		ID: r.ID, NewsletterID: r.NewsletterID, Rule: rule,
		MaxLateness: time.Duration(r.Lateness * float64(time.Second)), ActiveFrom: r.ActiveFrom.UTC(),
	}, nil
}

// Set gives a newsletter a schedule or changes the one it has, and answers how
// it is kept. MaxLateness 0 stands for DefaultLateness, a zero ActiveFrom for
// now by the database's clock; ID is not looked at.
func (s *Store) Set(ctx context.Context, tx *postgres.Tx, want Schedule) (Schedule, error) {
	lateness := orElse(want.MaxLateness, DefaultLateness)
	if lateness < minLateness || lateness > maxLateness {
		return Schedule{}, fmt.Errorf("a firing may be from 1 minute to 7 days late, not %s", span(lateness))
	}
	if want.Rule.spec == nil {
		return Schedule{}, errors.New("a schedule needs a rule; write for example \"every Tuesday at 08:00\"")
	}
	var row scheduleRow
	err := sqlx.GetContext(ctx, tx, &row, `
		INSERT INTO schedules AS s (newsletter_id, rule, zone, max_lateness, active_from)
		VALUES ($1, $2, $3, make_interval(secs => $4), coalesce($5, clock_timestamp()))
		ON CONFLICT (newsletter_id) DO UPDATE
		   SET rule = excluded.rule, zone = excluded.zone, max_lateness = excluded.max_lateness,
		       active_from = excluded.active_from, updated_at = now()
		RETURNING `+scheduleColumns, want.NewsletterID, want.Rule.String(), want.Rule.Zone(), lateness.Seconds(),
		sql.NullTime{Time: want.ActiveFrom.UTC(), Valid: !want.ActiveFrom.IsZero()})
	if err != nil {
		return Schedule{}, fmt.Errorf("store the schedule of newsletter %d: %w", want.NewsletterID, err)
	}
	return row.schedule()
}

// OfNewsletter is the schedule of a newsletter, or ErrNone.
func (s *Store) OfNewsletter(ctx context.Context, newsletterID int64) (Schedule, error) {
	var row scheduleRow
	err := s.db.GetContext(ctx, &row, `SELECT `+scheduleColumns+` FROM schedules s WHERE s.newsletter_id = $1`, newsletterID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Schedule{}, ErrNone
	case err != nil:
		return Schedule{}, fmt.Errorf("read the schedule of newsletter %d: %w", newsletterID, err)
	}
	return row.schedule()
}

// All lists every schedule by newsletter.
func (s *Store) All(ctx context.Context) ([]Schedule, error) {
	var rows []scheduleRow
	if err := s.db.SelectContext(ctx, &rows, `SELECT `+scheduleColumns+` FROM schedules s ORDER BY s.newsletter_id`); err != nil {
		return nil, fmt.Errorf("list the schedules: %w", err)
	}
	out := make([]Schedule, 0, len(rows))
	for _, r := range rows {
		sched, err := r.schedule()
		if err != nil {
			return nil, err
		}
		out = append(out, sched)
	}
	return out, nil
}

// Decisions lists what became of a newsletter's firings, newest first: those
// with an occurrence id below before (0 for the newest).
func (s *Store) Decisions(ctx context.Context, newsletterID, before int64, limit int) ([]Logged, error) {
	var rows []struct {
		OccurrenceID int64          `db:"occurrence_id"`
		Wall         time.Time      `db:"wall"`
		Zone         string         `db:"zone"`
		DueAt        time.Time      `db:"due_at"`
		State        string         `db:"state"`
		At           sql.NullTime   `db:"at"`
		Verdict      sql.NullString `db:"verdict"`
		Reason       sql.NullString `db:"reason"`
		IssueID      sql.NullInt64  `db:"issue_id"`
		Candidates   []byte         `db:"candidates"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		SELECT o.id AS occurrence_id, o.wall, o.zone, o.due_at, o.state,
		       d.at, d.verdict, d.reason, d.issue_id, d.candidates
		  FROM schedules s
		  JOIN occurrences o ON o.schedule_id = s.id
		  LEFT JOIN decisions d ON d.occurrence_id = o.id
		 WHERE s.newsletter_id = $1 AND ($2 = 0 OR o.id < $2)
		 ORDER BY o.id DESC LIMIT $3`, newsletterID, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list the decisions of newsletter %d: %w", newsletterID, err)
	}
	out := make([]Logged, 0, len(rows))
	for _, r := range rows {
		l := Logged{
			OccurrenceID: r.OccurrenceID, Wall: r.Wall.UTC().Format(WallLayout), Zone: r.Zone, DueAt: r.DueAt.UTC(),
			Open:     r.State == "claimed",
			Decision: Decision{Verdict: Verdict(r.Verdict.String), Reason: r.Reason.String, IssueID: r.IssueID.Int64},
		}
		if r.At.Valid {
			l.DecidedAt = r.At.Time.UTC()
		}
		if len(r.Candidates) > 0 {
			if err := json.Unmarshal(r.Candidates, &l.Candidates); err != nil {
				return nil, fmt.Errorf("candidates of occurrence %d: %w", r.OccurrenceID, err)
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// Occurrence gives a firing by its id, as it was claimed; Late is not set.
func (s *Store) Occurrence(ctx context.Context, q sqlx.QueryerContext, id int64) (Occurrence, error) {
	var row struct {
		ScheduleID   int64     `db:"schedule_id"`
		NewsletterID int64     `db:"newsletter_id"`
		Wall         time.Time `db:"wall"`
		Zone         string    `db:"zone"`
		DueAt        time.Time `db:"due_at"`
	}
	err := sqlx.GetContext(ctx, q, &row, `
		SELECT o.schedule_id, s.newsletter_id, o.wall, o.zone, o.due_at
		  FROM occurrences o JOIN schedules s ON s.id = o.schedule_id WHERE o.id = $1`, id)
	if err != nil {
		return Occurrence{}, fmt.Errorf("read occurrence %d: %w", id, err)
	}
	return Occurrence{ID: id, ScheduleID: row.ScheduleID, NewsletterID: row.NewsletterID,
		Wall: row.Wall.UTC(), Zone: row.Zone, DueAt: row.DueAt.UTC()}, nil
}
