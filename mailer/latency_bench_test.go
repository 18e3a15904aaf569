package mailer_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// discard is a go-smtp server that takes everything.
type discard struct{}

func (discard) Reset()                               {}
func (discard) Logout() error                        { return nil }
func (discard) Mail(string, *smtp.MailOptions) error { return nil }
func (discard) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (discard) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func startDiscard(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return discard{}, nil }))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l) // ends with Close
	}()
	b.Cleanup(func() {
		_ = s.Close() // the clients are gone
		<-ended
	})
	return l.Addr().String()
}

// BenchmarkLatency sends 30 KB mails to a go-smtp server behind a proxy, over
// 20 connections: one command at a time, with PIPELINING, with CHUNKING.
// One iteration is 10 messages per connection and way; ratio is the rate over
// that of one command at a time in the same run.
func BenchmarkLatency(b *testing.B) {
	const connections, each = 20, 10
	for _, rtt := range []time.Duration{0, 40 * time.Millisecond} {
		b.Run(fmt.Sprintf("rtt=%s", rtt), func(b *testing.B) {
			p := mailertest.StartProxy(b, startDiscard(b), mailertest.Faults{Latency: rtt})
			msg := append([]byte("Subject: x\r\n\r\n"), bytes.Repeat([]byte("seventy characters or so of text that fill a line of a large message!\r\n"), 420)...)
			took := map[string]time.Duration{}
			for range b.N {
				for _, way := range []string{"none", "commands", "auto"} {
					took[way] += race(b, "smtp://"+p.Addr()+"?pipeline="+way, msg, connections, each)
				}
			}
			b.ReportMetric(float64(b.N*connections*each)/took["auto"].Seconds(), "messages/s")
			b.ReportMetric(took["none"].Seconds()/took["commands"].Seconds(), "pipelining-ratio")
			b.ReportMetric(took["none"].Seconds()/took["auto"].Seconds(), "chunking-ratio")
		})
	}
}

// race sends over all connections at once and gives the time, without dialling.
func race(b *testing.B, url string, msg []byte, connections, each int) time.Duration {
	r, err := mailer.ParseRelay(url)
	if err != nil {
		b.Fatal(err)
	}
	conns := make([]mailer.Conn, connections)
	for i := range conns {
		if conns[i], err = r.Dial(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	start := time.Now()
	var wg sync.WaitGroup
	for _, c := range conns {
		wg.Go(func() {
			for range each {
				if err := c.Send(b.Context(), mailer.Envelope{From: "a@example.org", To: "b@example.net"}, msg, func() error { return nil }); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	for _, c := range conns {
		_ = c.Close() // Close of this transport never errs
	}
	return took
}
