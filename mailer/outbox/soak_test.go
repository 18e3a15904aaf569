//go:build soak

package outbox

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// The ledger lies on a disk of its own that is really full: nothing is accepted
// that can't be recorded, the server is restarted meanwhile, and when the disk
// grows it goes on. It mounts a tmpfs, so it needs root.
func TestDiskReallyFull(t *testing.T) {
	const recipients, connections = 60_000, 20
	dir, err := os.MkdirTemp("", "broadsheet-full-")
	if err != nil {
		t.Fatal(err)
	}
	small := filepath.Join(dir, "small")
	for _, step := range []func() error{
		func() error { return os.Chmod(dir, 0o755) },
		func() error { return os.Mkdir(small, 0o777) },
		func() error { return unix.Mount("tmpfs", small, "tmpfs", 0, "size=3m,mode=777") },
	} {
		if err := step(); err != nil {
			t.Fatalf("a small disk can't be had (this needs root): %v", err)
		}
	}
	t.Cleanup(func() {
		if err := unix.Unmount(small, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir) // what is left of it is empty
	})
	cluster := pgtest.NewCluster(t)
	socket, err := os.Stat((&world{t: t, url: cluster.URL()}).socket())
	if err != nil {
		t.Fatal(err)
	}
	server := int(socket.Sys().(*syscall.Stat_t).Uid)
	if err := os.Chown(small, server, -1); err != nil {
		t.Fatal(err)
	}
	w := furnish(t, cluster.Open(), cluster.URL(), recipients)
	w.asSuperuser(t, fmt.Sprintf("CREATE TABLESPACE small LOCATION '%s'", small), "GRANT CREATE ON TABLESPACE small TO PUBLIC")
	w.exec("ALTER TABLE deliveries_0 SET TABLESPACE small")
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL(fmt.Sprintf("connections=%d", connections)))
	c := w.brisk()
	c.Log = slog.New(slog.DiscardHandler)
	c.Lease = 2 * time.Second
	w.run(c)
	id := w.launch("issue:1", nil)
	eventually(t, func() (bool, string) { return len(w.incidents(-1)) == 1, "the incident" })
	for range 3 {
		full := len(peer.Accepted())
		cluster.Restart(true)
		eventually(t, func() (bool, string) {
			var n int
			err := w.db.Get(&n, "SELECT count(*) FROM batches WHERE lease_until > clock_timestamp()")
			return err == nil && n == 0, "the leases to run out"
		})
		if more := len(peer.Accepted()) - full; more > connections {
			t.Errorf("%d messages went while nothing could be written", more)
		}
	}
	if err := unix.Mount("tmpfs", small, "tmpfs", unix.MS_REMOUNT, "size=64m,mode=777"); err != nil {
		t.Fatal(err)
	}
	s := w.finished(id)
	if s.Sent+s.Unknown != recipients || s.Unknown > 4*connections {
		t.Errorf("sums %+v", s)
	}
	w.comparePeer(id, peer)
	eventually(t, func() (bool, string) { return len(w.incidents(-1)) == 0, "the incident to be closed" })
	t.Logf("sums %+v", s)
}
