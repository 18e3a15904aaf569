package mailertest

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// Faults are what a [Proxy] does to what goes through it; the zero value does
// nothing.
type Faults struct {
	// Latency is added on the way there and again on the way back: half of it
	// each, so it is the round trip's.
	Latency time.Duration
	// Slice cuts writes into pieces of at most so many bytes; 0 leaves them.
	Slice int
}

// Proxy passes TCP connections on to a server, with faults.
type Proxy struct {
	target string
	f      Faults
	l      net.Listener
	wg     sync.WaitGroup

	mu      sync.Mutex
	resume  chan struct{} // closed when nothing is held back
	open    map[net.Conn]bool
	stopped bool
}

// StartProxy runs a proxy to host:port, or to the socket of a path, until the
// test ends.
func StartProxy(t testing.TB, target string, f Faults) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("mailertest: %v", err)
	}
	p := &Proxy{target: target, f: f, l: l, open: make(map[net.Conn]bool), resume: make(chan struct{})}
	close(p.resume)
	p.wg.Add(1)
	go p.serve()
	t.Cleanup(p.Close)
	return p
}

// Addr is host:port of the proxy.
func (p *Proxy) Addr() string { return p.l.Addr().String() }

// Cut resets every connection; new ones are taken.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // else it closes normally, which will do
		}
		_ = c.Close() // its goroutines see the error
	}
}

// Stall holds everything back, in both directions, until resume is called.
func (p *Proxy) Stall() (resume func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	gate := make(chan struct{})
	p.resume = gate
	return sync.OnceFunc(func() { close(gate) })
}

// Close cuts all connections and waits for them.
func (p *Proxy) Close() {
	_ = p.l.Close() // a second Close errs, harmlessly
	p.mu.Lock()
	p.stopped = true
	select {
	case <-p.resume:
	default:
		p.resume = make(chan struct{})
		close(p.resume)
	}
	p.mu.Unlock()
	p.Cut()
	p.wg.Wait()
}

func (p *Proxy) serve() {
	defer p.wg.Done()
	for {
		here, err := p.l.Accept()
		if err != nil {
			return
		}
		p.wg.Add(1)
		go func() {
			defer p.wg.Done()
			p.pass(here)
		}()
	}
}

func (p *Proxy) pass(here net.Conn) {
	network := "tcp"
	if strings.HasPrefix(p.target, "/") {
		network = "unix"
	}
	there, err := net.Dial(network, p.target)
	if err != nil {
		_ = here.Close() // as if the server weren't there
		return
	}
	p.mu.Lock()
	p.open[here], p.open[there] = true, true
	stopped := p.stopped
	p.mu.Unlock()
	if !stopped {
		var wg sync.WaitGroup
		wg.Go(func() { p.copy(there, here) })
		wg.Go(func() { p.copy(here, there) })
		wg.Wait()
	}
	p.mu.Lock()
	delete(p.open, here)
	delete(p.open, there)
	p.mu.Unlock()
	_ = here.Close()  // perhaps closed by Cut
	_ = there.Close() // perhaps closed by Cut
}

// parcel is what was read, and when it may be written.
type parcel struct {
	data []byte
	due  time.Time
}

// copy moves bytes one way until either side ends, then ends the other.
func (p *Proxy) copy(to, from net.Conn) {
	parcels := make(chan parcel, 4096)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() { _ = to.Close() }() // what was read has been written, or can't be
		for x := range parcels {
			if !p.deliver(to, x) {
				_ = from.Close() // so that reading ends
				for range parcels {
					continue
				}
				return
			}
		}
	})
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			parcels <- parcel{append([]byte(nil), buf[:n]...), time.Now().Add(p.f.Latency / 2)}
		}
		if err != nil {
			break
		}
	}
	close(parcels)
	wg.Wait()
}

func (p *Proxy) deliver(to net.Conn, x parcel) bool {
	if p.f.Latency > 0 {
		timer := time.NewTimer(time.Until(x.due))
		<-timer.C
	}
	p.mu.Lock()
	resume := p.resume
	p.mu.Unlock()
	<-resume
	size := p.f.Slice
	if size <= 0 {
		size = len(x.data)
	}
	for len(x.data) > 0 {
		n, err := to.Write(x.data[:min(size, len(x.data))])
		if err != nil {
			return false
		}
		x.data = x.data[n:]
	}
	return true
}
