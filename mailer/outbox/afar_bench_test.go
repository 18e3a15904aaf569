package outbox

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// taker is a go-smtp server's session that takes everything.
type taker struct{}

func (taker) Reset()                               {}
func (taker) Logout() error                        { return nil }
func (taker) Mail(string, *smtp.MailOptions) error { return nil }
func (taker) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (taker) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// BenchmarkAfar is the whole way to a relay 40 ms away (a go-smtp server behind
// a proxy) over 20 connections, ledger on and durable: one command at a time,
// with PIPELINING, with CHUNKING. One iteration is 2,000 messages each way; the
// ratios are over one command at a time in the same run. The budgets are 1.7
// and 3.
func BenchmarkAfar(b *testing.B) {
	const messages = 2000
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return taker{}, nil }))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l) // ends with Close
	}()
	b.Cleanup(func() {
		_ = s.Close() // the engines have drained
		<-ended
	})
	proxy := mailertest.StartProxy(b, l.Addr().String(), mailertest.Faults{Latency: 40 * time.Millisecond})
	cluster := pgtest.NewCluster(b)
	w := furnish(b, cluster.Open(), cluster.URL(), messages)
	w.exec("ANALYZE")
	took := map[string]time.Duration{}
	for range b.N {
		for _, way := range []string{"none", "commands", "auto"} {
			name := w.relay("smtp://" + proxy.Addr() + "?connections=20&pipeline=" + way)
			id := w.launch(name, func(m *Mailing) { m.Relay = name })
			start := time.Now()
			_, stop := w.run(Config{DB: w.db, URL: w.url, Slots: readers{w.db}, Log: testLog(b), Sweep: 50 * time.Millisecond})
			eventually(b, func() (bool, string) {
				return w.count("SELECT count(*) FROM mailings WHERE state = 'sent' AND id = $1", id) == 1, "the mailing to be sent by pipeline=" + way
			})
			took[way] += time.Since(start)
			stop()
			if s := w.finished(id); s.Sent != messages {
				b.Fatalf("sums %+v", s)
			}
		}
	}
	for way, t := range took {
		b.ReportMetric(float64(b.N*messages)/t.Seconds(), strings.NewReplacer("none", "one-by-one", "commands", "pipelining", "auto", "chunking").Replace(way)+"/s")
	}
	b.ReportMetric(took["none"].Seconds()/took["commands"].Seconds(), "pipelining-ratio")
	b.ReportMetric(took["none"].Seconds()/took["auto"].Seconds(), "chunking-ratio")
}
