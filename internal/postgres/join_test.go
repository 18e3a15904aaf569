package postgres_test

import (
	"sync"
	"testing"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

func TestJoinUsesTheServerOfAnother(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	serve := enact(t, "start", dir)
	short := enact(t, "join", dir)
	if short.role != "joined" {
		t.Fatalf("the second process %s the cluster", short.role)
	}
	short.do("write")
	short.do("stop")
	serve.do("write") // leaving has not stopped it
	serve.do("stop")
}

func TestShortOwnerWaitsForThoseWhoJoined(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	first, second := enact(t, "join", dir), enact(t, "join", dir)
	if first.role != "owned" || second.role != "joined" {
		t.Fatalf("first %s, second %s", first.role, second.role)
	}
	first.tell("stop")
	eventually(t, "the owner announces its end", func() bool { return announced(t, dir, "stopping") })
	late := begin(t, "join", dir) // cannot join any more: waits, then starts the cluster anew
	second.do("write")            // a new connection, while the owner waits
	select {
	case line := <-first.lines:
		t.Fatalf("the owner did not wait: %q", line)
	default:
	}
	second.do("stop")
	if line := first.answer(); line != "done stop" {
		t.Errorf("the owner said %q", line)
	}
	late.ready()
	if late.role != "owned" {
		t.Errorf("the late process %s the cluster", late.role)
	}
	late.do("write")
	late.do("stop")
}

func TestServeWaitsForAShortOwner(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	short := enact(t, "join", dir)
	serve := begin(t, "start", dir)
	short.do("write")
	short.do("stop")
	serve.ready()
	if serve.role != "owned" {
		t.Errorf("serve %s the cluster", serve.role)
	}
	serve.do("stop")
}

func TestJoinedProcessThatIsKilledIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	first, second := enact(t, "join", dir), enact(t, "join", dir)
	first.tell("stop")
	second.kill()
	if line := first.answer(); line != "done stop" {
		t.Errorf("the owner said %q", line)
	}
}

func TestManyProcessesComeAndGo(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	const processes, rounds = 6, 4
	first := enact(t, "join", dir)
	first.do("write") // makes the table
	first.do("stop")
	var all sync.WaitGroup
	for range processes {
		all.Go(func() {
			for range rounds {
				a := begin(t, "join", dir)
				line, ok := <-a.lines
				for _, command := range []string{"write", "write", "stop"} {
					if !ok || len(line) > 4 && line[:5] == "error" {
						t.Errorf("before %s: %q", command, line)
						return
					}
					a.tell(command)
					line, ok = <-a.lines
				}
				if line != "done stop" {
					t.Errorf("at the end: %q", line)
				}
				_ = a.in.Close() // lets it end
				a.kill()
			}
		})
	}
	all.Wait()
	c := start(t, postgres.Options{Dir: dir})
	if got, want := rows(t, c.URL()), processes*rounds*2+1; got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
}
