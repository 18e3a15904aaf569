package outbox

import (
	"context"
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
)

// Each recipient is frozen with the template that the audience names for him,
// and a batch has one of them.
func TestFreezeCutsByVariant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 601)
	w.relay("smtp://127.0.0.1:25")
	audience := Audience{
		SQL: `SELECT id, NULL::timestamptz, (CASE WHEN id = $1 THEN 1 WHEN id = $1 + 1 THEN 2 ELSE 0 END)::int FROM subscribers
		      UNION ALL SELECT id, NULL::timestamptz, 2 FROM subscribers WHERE id <= $1`,
		Args:   []any{w.ids[0]},
		Others: []*mailer.Template{letter(t), letter(t)},
	}
	var l Launched
	w.inTx(func(tx *sqlx.Tx) (err error) {
		l, err = Launch(context.Background(), tx, Mailing{Key: "k", EnvelopeFrom: "b@example.org", ListID: w.list}, letter(t), audience)
		return err
	})
	var rows []struct {
		Variant int64
		N       int
	}
	if err := w.db.Select(&rows, "SELECT variant_id AS variant, cardinality(recipient_ids) AS n FROM batches ORDER BY variant_id, id"); err != nil {
		t.Fatal(err)
	}
	if len(l.Variants) != 3 || l.Recipients != 601 {
		t.Fatalf("launched %+v", l)
	}
	v := l.Variants
	if want := fmt.Sprintf("[{%d 500} {%d 99} {%d 1} {%d 1}]", v[0], v[0], v[1], v[2]); fmt.Sprint(rows) != want {
		t.Errorf("batches %v, want %s", rows, want)
	}
	w.reconciled(l.MailingID)
	audience.SQL = "SELECT id, NULL::timestamptz, 3 FROM subscribers WHERE id >= $1"
	err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error {
		_, err := Launch(context.Background(), tx, Mailing{Key: "other", EnvelopeFrom: "b@example.org", ListID: w.list}, letter(t), audience)
		return err
	})
	if err == nil {
		t.Error("a variant that is not there was frozen")
	}
}
