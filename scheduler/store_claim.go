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

// claim is the right to decide on an occurrence, while attempt is current.
type claim struct {
	Occurrence
	attempt int
}

// watched is a schedule with the newest firing that has been looked at.
type watched struct {
	scheduleRow
	Seen sql.NullTime `db:"seen"`
}

// watch lists the schedules for one look at the clock. What was fired under a
// clock that ran ahead of now doesn't count as seen, or a schedule would sleep
// until then.
func (s *Store) watch(ctx context.Context, now time.Time) ([]watched, error) {
	var rows []watched
	err := s.db.SelectContext(ctx, &rows, `
		SELECT `+scheduleColumns+`, o.due_at AS seen
		  FROM schedules s
		  LEFT JOIN LATERAL (SELECT due_at FROM occurrences
		                      WHERE schedule_id = s.id AND due_at <= $1
		                      ORDER BY due_at DESC LIMIT 1) o ON true
		 ORDER BY s.id`, now.UTC())
	if err != nil {
		return nil, fmt.Errorf("look at the schedules: %w", err)
	}
	return rows, nil
}

// past is a firing that is recorded with a decision at once.
type past struct {
	Firing
	state    string
	decision Decision
}

// record writes firings that nobody runs. One that is there already stays.
func (s *Store) record(ctx context.Context, tx *postgres.Tx, scheduleID int64, owner string, fs []past) error {
	for _, f := range fs {
		id, err := s.insert(ctx, tx, scheduleID, owner, f.Firing, f.state, 0)
		if err != nil {
			return err
		}
		if id == 0 {
			continue
		}
		if err := s.log(ctx, tx, id, f.decision); err != nil {
			return err
		}
	}
	return nil
}

// claim records missed firings and claims f, all or nothing. It answers 0 when
// another node was first.
func (s *Store) claim(ctx context.Context, scheduleID int64, owner string, lease time.Duration, missed []past, f Firing) (id int64, err error) {
	err = postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		if err := s.record(ctx, tx, scheduleID, owner, missed); err != nil {
			return err
		}
		id, err = s.insert(ctx, tx, scheduleID, owner, f, "claimed", lease)
		return err
	})
	return id, err
}

// hold records firings of which none is run.
func (s *Store) hold(ctx context.Context, scheduleID int64, owner string, fs []past) error {
	return postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		return s.record(ctx, tx, scheduleID, owner, fs)
	})
}

func (s *Store) insert(ctx context.Context, tx *postgres.Tx, scheduleID int64, owner string, f Firing, state string, lease time.Duration) (id int64, err error) {
	err = tx.GetContext(ctx, &id, `
		INSERT INTO occurrences (schedule_id, wall, zone, due_at, state, owner, lease_until)
		VALUES ($1, $2::timestamp, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7))
		ON CONFLICT DO NOTHING
		RETURNING id`, scheduleID, f.Wall, f.Zone, f.UTC, state, owner, lease.Seconds())
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("record the firing %s of schedule %d: %w", f.Wall, scheduleID, err)
	}
	return id, nil
}

// takeOver claims an occurrence whose claimer let its lease run out.
func (s *Store) takeOver(ctx context.Context, owner string, lease time.Duration, now time.Time) (claim, bool, error) {
	var row struct {
		ID           int64     `db:"id"`
		ScheduleID   int64     `db:"schedule_id"`
		NewsletterID int64     `db:"newsletter_id"`
		Wall         time.Time `db:"wall"`
		Zone         string    `db:"zone"`
		DueAt        time.Time `db:"due_at"`
		Attempt      int       `db:"attempt"`
		Lateness     float64   `db:"lateness"`
	}
	err := s.db.GetContext(ctx, &row, `
		UPDATE occurrences o
		   SET attempt = o.attempt + 1, owner = $1, lease_until = clock_timestamp() + make_interval(secs => $2)
		  FROM schedules s
		 WHERE s.id = o.schedule_id
		   AND o.id = (SELECT id FROM occurrences
		                WHERE state = 'claimed' AND lease_until < clock_timestamp()
		                ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING o.id, o.schedule_id, s.newsletter_id, o.wall, o.zone, o.due_at, o.attempt,
		          extract(epoch FROM s.max_lateness)::float8 AS lateness`, owner, lease.Seconds())
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return claim{}, false, nil
	case err != nil:
		return claim{}, false, fmt.Errorf("take over an occurrence: %w", err)
	}
	late := now.Sub(row.DueAt)
	return claim{attempt: row.Attempt, Occurrence: Occurrence{
		ID: row.ID, ScheduleID: row.ScheduleID, NewsletterID: row.NewsletterID,
		Wall: row.Wall.UTC(), Zone: row.Zone, DueAt: row.DueAt.UTC(),
		Late: late, TooLate: late > time.Duration(row.Lateness*float64(time.Second)),
	}}, true, nil
}

// renew makes a claim last for lease from now; false when it is no longer ours.
// A claim that its holder has stopped working on is given up that way too: it
// is taken over when lease has passed.
func (s *Store) renew(ctx context.Context, c claim, lease time.Duration) (bool, error) {
	r, err := s.db.ExecContext(ctx, `
		UPDATE occurrences SET lease_until = clock_timestamp() + make_interval(secs => $3)
		 WHERE id = $1 AND attempt = $2 AND state = 'claimed'`, c.ID, c.attempt, lease.Seconds())
	if err != nil {
		return false, fmt.Errorf("renew the claim on occurrence %d: %w", c.ID, err)
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// decide ends an occurrence; false when the claim is no longer ours, and then
// nothing is written.
func (s *Store) decide(ctx context.Context, c claim, d Decision) (mine bool, err error) {
	state := "done"
	if d.Verdict == Held || d.Verdict == Failed {
		state = "held"
	}
	err = postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		var id int64
		err := sqlx.GetContext(ctx, tx, &id, `
			UPDATE occurrences SET state = $3, lease_until = clock_timestamp()
			 WHERE id = $1 AND attempt = $2 AND state = 'claimed' RETURNING id`, c.ID, c.attempt, state)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("end occurrence %d: %w", c.ID, err)
		}
		mine = true
		return s.log(ctx, tx, c.ID, d)
	})
	return mine && err == nil, err
}

func (s *Store) log(ctx context.Context, tx *postgres.Tx, occurrenceID int64, d Decision) error {
	candidates := []byte("[]")
	if len(d.Candidates) > 0 {
		var err error
		if candidates, err = json.Marshal(d.Candidates); err != nil {
			return fmt.Errorf("candidates of occurrence %d: %w", occurrenceID, err)
		}
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO decisions (occurrence_id, verdict, reason, issue_id, candidates)
		VALUES ($1, $2, $3, $4, $5)`,
		occurrenceID, string(d.Verdict), d.Reason, sql.NullInt64{Int64: d.IssueID, Valid: d.IssueID != 0}, string(candidates))
	if err != nil {
		return fmt.Errorf("write the decision on occurrence %d: %w", occurrenceID, err)
	}
	return nil
}
