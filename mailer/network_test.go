package mailer_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// TestBadNetwork sends through a proxy that cuts every connection now and then
// and passes bytes on in small pieces. What the sender believes is held against
// what the relay took: sent was taken, deferred was not, and nothing was taken
// that isn't whole. Only Unknown may be either, and there is at most one per
// connection that was cut.
func TestBadNetwork(t *testing.T) {
	for _, tr := range mailertest.Transports(t) {
		if tr.Dir {
			continue
		}
		t.Run(tr.Name, func(t *testing.T) {
			p := mailertest.Start(t, tr.Peer)
			proxy := mailertest.StartProxy(t, p.Addr(), mailertest.Faults{Latency: 2 * time.Millisecond, Slice: 400})
			url := strings.Replace(p.URL(tr.Settings), p.Addr(), proxy.Addr(), 1)
			believed, lost := sendThrough(t, tr, url, proxy)
			p.Close() // no more is coming
			taken := map[string]int{}
			for _, a := range p.Accepted() {
				taken[a.To]++
				if want := string(long(a.To)); string(a.Message) != want {
					t.Errorf("%s was taken with %d bytes instead of %d", a.To, len(a.Message), len(want))
				}
			}
			unknown := 0
			for to, o := range believed {
				switch n := taken[to]; {
				case o == mailer.Unknown:
					unknown++
				case o == mailer.Sent && n != 1, o == mailer.Deferred && n != 0:
					t.Errorf("%s is believed %v and was taken %d times", to, o, n)
				}
			}
			if unknown > lost {
				t.Errorf("%d unknown with %d connections lost", unknown, lost)
			}
		})
	}
}

// long is a message of some packets for a recipient.
func long(to string) []byte {
	return []byte("Subject: " + to + "\r\n\r\n" + strings.Repeat("..some text that makes it longer than a packet\r\n", 200))
}

// sendThrough sends 60 messages over 3 connections, dialling anew as needed,
// while all are cut 12 times. It gives the outcome of each, and how many
// connections were lost.
func sendThrough(t *testing.T, tr mailertest.Transport, url string, proxy *mailertest.Proxy) (believed map[string]mailer.Outcome, lost int) {
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		done = make(chan struct{})
	)
	believed = map[string]mailer.Outcome{}
	for i := range 3 {
		wg.Go(func() {
			var c mailer.Conn
			for j := range 20 {
				to := fmt.Sprintf("r%d-%d@example.net", i, j)
				for c == nil || !c.Usable() {
					var err error
					if c, err = tr.Dial(t.Context(), url, mailer.Timeouts{Dial: 5 * time.Second, Command: 5 * time.Second, Data: 5 * time.Second, Reply: 5 * time.Second}); err != nil {
						c = nil
					}
				}
				err := c.Send(t.Context(), mailer.Envelope{From: "a@example.org", To: to}, long(to), func() error { return nil })
				outcome := mailer.Sent
				if e, ok := errors.AsType[*mailer.Error](err); ok {
					outcome = e.Outcome
				}
				mu.Lock()
				believed[to] = outcome
				if !c.Usable() {
					lost++
				}
				mu.Unlock()
			}
			_ = c.Close() // Close of this transport never errs
		})
	}
	cutter := make(chan struct{})
	go func() {
		defer close(cutter)
		for range 12 {
			select {
			case <-done:
				return
			case <-time.After(time.Duration(5+rand.IntN(30)) * time.Millisecond):
				proxy.Cut()
			}
		}
	}()
	wg.Wait()
	close(done)
	<-cutter
	return believed, lost
}

// TestOneByteAtATime: replies and commands that come in single bytes mean what
// they mean whole; a network that stalls costs the connection, not the truth.
func TestOneByteAtATime(t *testing.T) {
	limits := mailer.Timeouts{Dial: 20 * time.Second, Command: 20 * time.Second, Data: 20 * time.Second, Reply: 20 * time.Second}
	for _, tr := range mailertest.Transports(t) {
		if tr.Dir {
			continue
		}
		t.Run(tr.Name, func(t *testing.T) {
			opt := tr.Peer
			opt.Script = func(e mailertest.Event) mailertest.Action {
				if e.Phase == mailertest.RcptTo && e.Address == "gone@example.net" {
					return mailertest.Action{Reply: "550-5.1.1 no such user\n550 5.1.1 here"}
				}
				return mailertest.Action{}
			}
			p := mailertest.Start(t, opt)
			proxy := mailertest.StartProxy(t, p.Addr(), mailertest.Faults{Slice: 1})
			url := strings.Replace(p.URL(tr.Settings), p.Addr(), proxy.Addr(), 1)
			c, err := tr.Dial(t.Context(), url, limits)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }() // Close of this transport never errs
			for _, to := range []string{"a@example.net", "gone@example.net", "b@example.net"} {
				err := c.Send(t.Context(), mailer.Envelope{To: to}, []byte("a: b\r\n\r\n.\r\nx\r\n"), nil)
				e, refused := errors.AsType[*mailer.Error](err)
				if refused != (to == "gone@example.net") || refused && (e.Outcome != mailer.Failed || e.Reply != "no such user here") {
					t.Fatalf("%s: %v", to, err)
				}
			}
			if n := len(p.Accepted()); n != 2 {
				t.Errorf("%d were taken", n)
			}
			resume := proxy.Stall()
			defer resume()
			limits := mailer.Timeouts{Dial: 100 * time.Millisecond}
			var e *mailer.Error
			if _, err := tr.Dial(t.Context(), url, limits); !errors.As(err, &e) || e.Outcome != mailer.Deferred || e.Scope != mailer.ScopeProtocol {
				t.Errorf("a stalled network gave %v", err)
			}
		})
	}
}
