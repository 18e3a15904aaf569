package audience

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// Import reads people from a CSV file and puts them onto a list. Its report is
// valid with an error, too: it then says what was written before. A
// *RefusedError or *NotFoundError is for the person who asked.
func (s *Store) Import(ctx context.Context, r io.Reader, o ImportOptions) (ImportReport, error) {
	t := target{consent: Consent{Source: o.Consent, Confirmed: o.Confirmed}}
	if err := checkConsent(&t.consent); err != nil {
		return ImportReport{}, err
	}
	var err error
	if t.list, err = listByID(ctx, s.db, o.ListID); err != nil {
		return ImportReport{}, err
	}
	csv, cols, err := openCSV(r, o.Map)
	if err != nil {
		return ImportReport{}, err
	}
	report := ImportReport{Ignored: cols.ignored}
	t.at = s.now()
	if !o.DryRun {
		err := s.db.GetContext(ctx, &t.importID, `
			INSERT INTO imports (list_id, file_name, consent, confirmed, started_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			o.ListID, strings.ToValidUTF8(strings.ReplaceAll(o.FileName, "\x00", ""), "\uFFFD"), t.consent.Source, o.Confirmed, t.at)
		if err != nil {
			return report, fmt.Errorf("begin import: %w", err)
		}
		report.ID = t.importID
	}
	file := &fileReader{csv: csv, cols: cols, checker: s.checker(), seen: make(map[uint64]struct{})}
	if err := s.importLots(ctx, file, t, o, &report); err != nil {
		return report, err
	}
	if o.DryRun {
		return report, nil
	}
	if _, err := s.db.ExecContext(ctx, `UPDATE imports SET finished_at = $2 WHERE id = $1`, t.importID, s.now()); err != nil {
		return report, fmt.Errorf("end import %d: %w", t.importID, err)
	}
	return report, nil
}

// writers is how many lots are written at once, while the next is being read.
const writers = 2

// importLots takes the file's lots through the writers and counts them in the
// file's order.
func (s *Store) importLots(ctx context.Context, file *fileReader, t target, o ImportOptions, report *ImportReport) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	lots, done := make(chan *lot), make(chan *lot)
	go file.lots(reading, lots)
	writer := &lotWriter{Store: s, target: t, dryRun: o.DryRun}
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for l := range lots {
				if l.err == nil {
					l.err = writer.write(ctx, l)
				}
				done <- l
			}
		})
	}
	go func() { wg.Wait(); close(done) }()

	var failed error
	waiting, counted := make(map[int]*lot), 0
	for l := range done {
		if l.err != nil {
			stop()
		}
		waiting[l.n] = l
		for next := waiting[counted]; next != nil; next = waiting[counted] {
			delete(waiting, counted)
			counted++
			if next.err == nil {
				report.count(next, &o)
			} else if failed == nil {
				failed = next.err
			}
		}
	}
	if ctx.Err() != nil { // the driver's word for it is another
		failed = ctx.Err()
	}
	return soFar(failed, report, o)
}

// lotWriter writes the lots of one import.
type lotWriter struct {
	*Store
	target
	dryRun  bool
	hopeful atomic.Bool // the last lot held nothing but new people
}

// write is one transaction; when it fails nothing of the lot is there.
func (w *lotWriter) write(ctx context.Context, l *lot) error {
	if w.dryRun {
		if err := w.settle(ctx, w.db, w.target, l.people); err != nil {
			return err
		}
		l.refuse()
		return nil
	}
	hopeful := w.hopeful.Load()
	err := w.try(ctx, l, hopeful)
	if hopeful && isTaken(err) {
		err = w.try(ctx, l, false)
	}
	return err
}

func (w *lotWriter) try(ctx context.Context, l *lot, hopeful bool) error {
	return postgres.InTx(ctx, w.db, func(tx *sqlx.Tx) error {
		allNew, err := w.put(ctx, tx, w.target, l.people, hopeful)
		if err != nil {
			return err
		}
		w.hopeful.Store(allNew)
		l.refuse()
		return record(ctx, tx, w.importID, l)
	})
}

// record keeps the refused lines and the counts.
func record(ctx context.Context, tx *sqlx.Tx, importID int64, l *lot) error {
	if len(l.rejects) > 0 {
		var lines []int64
		var emails, reasons []string
		for _, r := range l.rejects {
			lines, emails, reasons = append(lines, r.Line), append(emails, r.Email), append(reasons, r.Reason)
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO import_rows (import_id, line, email, reason)
			SELECT $1, line, email, reason FROM unnest($2::bigint[], $3::text[], $4::text[]) u(line, email, reason)`,
			importID, pq.Array(lines), pq.Array(emails), pq.Array(reasons))
		if err != nil {
			return fmt.Errorf("keep %d refused lines: %w", len(lines), err)
		}
	}
	var r ImportReport
	r.count(l, &ImportOptions{})
	_, err := tx.ExecContext(ctx, `
		UPDATE imports SET lines = lines + $2, created = created + $3, updated = updated + $4,
		       unchanged = unchanged + $5, rejected = rejected + $6, repeated = repeated + $7 WHERE id = $1`,
		importID, r.Lines, r.Created, r.Updated, r.Unchanged, r.Rejected, r.Repeated)
	if err != nil {
		return fmt.Errorf("count import %d: %w", importID, err)
	}
	return nil
}

// soFar adds to what went wrong, if anything, how far the import had come.
func soFar(err error, report *ImportReport, o ImportOptions) error {
	var refused *RefusedError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &refused):
		return fmt.Errorf("import stopped after %d lines: %w", report.Lines, err)
	case report.Lines == 0 || o.DryRun:
		return err
	}
	return refusedf("%s (%d records are in; importing the file again does not repeat them)", refused.Sentence, report.Lines)
}
