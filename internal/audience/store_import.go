package audience

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

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
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for l := range lots {
				if l.err == nil {
					l.err = s.importLot(ctx, t, l, o.DryRun)
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

// importLot is one transaction; when it fails nothing of the lot is there.
func (s *Store) importLot(ctx context.Context, t target, l *lot, dryRun bool) error {
	if dryRun {
		all := make([]*candidate, len(l.people))
		for i := range l.people {
			all[i] = &l.people[i]
		}
		if err := s.settle(ctx, s.db, t, all); err != nil {
			return err
		}
		l.refuse()
		return nil
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.put(ctx, tx, t, l.people); err != nil {
			return err
		}
		return record(ctx, tx, t.importID, l)
	})
}

// record keeps the refused lines and the counts.
func record(ctx context.Context, tx *sqlx.Tx, importID int64, l *lot) error {
	l.refuse()
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
