package newsletter

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// oneLaunch makes launches come one by one: of two at the same moment the
// second must see whom the first is for.
func oneLaunch(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('broadsheet launch'))`); err != nil {
		return fmt.Errorf("wait for another launch: %w", err)
	}
	return nil
}

// setVariants keeps the variants of an approved issue in place of earlier ones.
func setVariants(ctx context.Context, tx *postgres.Tx, issue int64, list []variant) error {
	if err := dropVariants(ctx, tx, issue); err != nil {
		return err
	}
	for _, v := range list {
		stored, err := v.template.MarshalBinary()
		if err != nil {
			return err
		}
		sum := v.template.SHA256()
		_, err = tx.ExecContext(ctx, `INSERT INTO issue_variants (issue_id, had, template, sha256) VALUES ($1, $2, $3, $4)`, issue, v.had, stored, sum[:])
		if err != nil {
			return fmt.Errorf("keep variant: %w", err)
		}
	}
	return nil
}

func dropVariants(ctx context.Context, tx *postgres.Tx, issue int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM issue_variants WHERE issue_id = $1`, issue); err != nil {
		return fmt.Errorf("drop variants: %w", err)
	}
	return nil
}

// issueVariants reads the variants that were approved.
func issueVariants(ctx context.Context, q sqlx.QueryerContext, issue int64) ([]variant, error) {
	var rows []struct {
		Had      int64  `db:"had"`
		Template []byte `db:"template"`
	}
	err := sqlx.SelectContext(ctx, q, &rows, `SELECT had, template FROM issue_variants WHERE issue_id = $1 ORDER BY had`, issue)
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", err)
	}
	out := make([]variant, len(rows))
	for n, r := range rows {
		var t mailer.Template
		if err := t.UnmarshalBinary(r.Template); err != nil {
			return nil, fmt.Errorf("read variant %d of issue %d: %w", r.Had, issue, err)
		}
		out[n] = variant{r.Had, &t}
	}
	return out, nil
}

// insertCarried notes which articles each launched variant holds.
func insertCarried(ctx context.Context, tx *postgres.Tx, variants []int64, articles [][]int64) error {
	for n, v := range variants {
		_, err := tx.ExecContext(ctx, `INSERT INTO variant_articles (article_id, variant_id) SELECT a, $2 FROM unnest($1::bigint[]) a`, pq.Array(articles[n]), v)
		if err != nil {
			return fmt.Errorf("note the articles of a variant: %w", err)
		}
	}
	return nil
}

// noteHad fills a table had(recipient_id, had) for this transaction: who has
// had which of the articles, in any mailing. Sent and unknown count, and so do
// those who are still to get it in a mailing under way: frozen and neither
// failed nor skipped. Everything is grouped, not joined, as the planner can't
// know how many recipients a batch holds.
func noteHad(ctx context.Context, tx *postgres.Tx, articles []int64) (some bool, err error) {
	_, err = tx.ExecContext(ctx, `CREATE TEMP TABLE had (recipient_id bigint PRIMARY KEY, had bigint NOT NULL) ON COMMIT DROP`)
	if err != nil {
		return false, fmt.Errorf("make room for who has had what: %w", err)
	}
	res, err := tx.ExecContext(ctx, `
		WITH carried AS (SELECT va.variant_id, v.mailing_id, m.state, bit_or(1::bigint << (a.n - 1)::int) AS bits
		                   FROM unnest($1::bigint[]) WITH ORDINALITY a(id, n)
		                   JOIN variant_articles va ON va.article_id = a.id
		                   JOIN variants v ON v.id = va.variant_id JOIN mailings m ON m.id = v.mailing_id
		                  GROUP BY va.variant_id, v.mailing_id, m.state),
		got AS (SELECT d.recipient_id, c.mailing_id, c.bits FROM carried c JOIN batches b ON b.mailing_id = c.mailing_id AND b.variant_id = c.variant_id
		          JOIN deliveries d ON d.mailing_id = c.mailing_id AND d.batch_id = b.id AND d.outcome IN (1, 4)),
		frozen AS (SELECT r.id AS recipient_id, c.mailing_id, c.bits FROM carried c
		             JOIN batches b ON b.mailing_id = c.mailing_id AND b.variant_id = c.variant_id AND NOT b.done
		            CROSS JOIN LATERAL unnest(b.recipient_ids) r(id) WHERE c.state IN ('sending', 'paused')
		           UNION ALL
		           SELECT t.recipient_id, c.mailing_id, c.bits FROM carried c
		             JOIN retries t ON t.mailing_id = c.mailing_id AND t.variant_id = c.variant_id AND t.batch_id IS DISTINCT FROM 0
		            WHERE c.state IN ('sending', 'paused')),
		settled AS (SELECT d.recipient_id, c.mailing_id FROM (SELECT DISTINCT mailing_id FROM carried) c
		             JOIN deliveries d ON d.mailing_id = c.mailing_id AND d.outcome IN (2, 3)),
		each AS (SELECT recipient_id, bit_or(bits) AS bits, bool_or(missed) AS missed
		           FROM (SELECT recipient_id, mailing_id, bits, false AS missed FROM got
		                 UNION ALL SELECT recipient_id, mailing_id, bits, false FROM frozen
		                 UNION ALL SELECT recipient_id, mailing_id, 0, true FROM settled) x
		          GROUP BY recipient_id, mailing_id)
		INSERT INTO had (recipient_id, had)
		SELECT recipient_id, bit_or(bits) FROM each WHERE NOT missed GROUP BY recipient_id`, pq.Array(articles))
	if err != nil {
		return false, fmt.Errorf("look who has had what: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// countHad counts an audience by what its readers have had.
func countHad(ctx context.Context, tx *postgres.Tx, to outbox.Audience) (map[int64]int64, error) {
	var rows []struct {
		Had int64 `db:"had"`
		N   int64 `db:"n"`
	}
	err := tx.SelectContext(ctx, &rows, `
		SELECT coalesce(h.had, 0) AS had, count(*) AS n FROM (`+to.SQL+`) a LEFT JOIN had h ON h.recipient_id = a.recipient_id GROUP BY 1`, to.Args...)
	if err != nil {
		return nil, fmt.Errorf("count who has had what: %w", err)
	}
	out := make(map[int64]int64, len(rows))
	for _, r := range rows {
		out[r.Had] = r.N
	}
	return out, nil
}

// withHad gives each reader of an audience his variant: had is what its Others
// leave out, and who has had all is not among them. Where nothing is stored
// for what somebody has had, he gets the whole.
func withHad(to outbox.Audience, had []int64, all int64) outbox.Audience {
	n := len(to.Args)
	third := ""
	if len(to.Others) > 0 {
		third = fmt.Sprintf(", coalesce(array_position($%d::bigint[], h.had), 0) AS variant", n+2)
	}
	to.SQL = fmt.Sprintf(`SELECT a.recipient_id, a.not_before%s FROM (%s) a
		LEFT JOIN had h ON h.recipient_id = a.recipient_id WHERE coalesce(h.had, 0) <> $%d::bigint`, third, to.SQL, n+1)
	to.Args = append(append(make([]any, 0, n+2), to.Args...), all)
	if third != "" {
		to.Args = append(to.Args, pq.Array(had))
	}
	return to
}
