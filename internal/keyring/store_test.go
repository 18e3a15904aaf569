package keyring_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestLoadAndRotate(t *testing.T) {
	db := pgtest.New(t)
	before, err := keyring.Load(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO keys (purpose, secret) VALUES ('link', decode(repeat('ab', 32), 'hex'))`); err != nil {
		t.Fatal(err)
	}
	after, err := keyring.Load(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	old, fresh := before.Token(keyring.OneClick, 3, 4), after.Token(keyring.OneClick, 3, 4)
	if old == fresh {
		t.Error("the new key does not sign")
	}
	for _, token := range []string{old, fresh} {
		if ids, err := after.Parse(keyring.OneClick, token, 2); err != nil || ids[0] != 3 || ids[1] != 4 {
			t.Errorf("got %v, %v", ids, err)
		}
	}
	if _, err := before.Parse(keyring.OneClick, fresh, 2); !errors.Is(err, keyring.ErrToken) {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(before.Hash(keyring.Suppression, "x"), after.Hash(keyring.Suppression, "x")) || before.MessageID(1, 2, "h") != after.MessageID(1, 2, "h") {
		t.Error("a rotation changed what must last")
	}
}

func TestLoadWithoutKeys(t *testing.T) {
	db := pgtest.New(t)
	if _, err := db.ExecContext(t.Context(), `DELETE FROM keys WHERE purpose = 'suppression'`); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Load(t.Context(), db); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("got %v", err)
	}
	if _, err := db.ExecContext(t.Context(), `DROP TABLE keys`); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Load(t.Context(), db); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("got %v", err)
	}
}

// TestMigratedKeys: the migration made two keys that differ and are not the
// same byte over and over.
func TestMigratedKeys(t *testing.T) {
	var secrets [][]byte
	if err := pgtest.New(t).SelectContext(t.Context(), &secrets, `SELECT secret FROM keys ORDER BY id`); err != nil {
		t.Fatal(err)
	}
	if len(secrets) != 2 || bytes.Equal(secrets[0], secrets[1]) || len(secrets[0]) != 32 || bytes.Equal(secrets[0][:16], secrets[0][16:]) {
		t.Errorf("%d keys", len(secrets))
	}
}
