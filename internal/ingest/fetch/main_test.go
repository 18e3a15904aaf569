package fetch

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// names answers for names over real DNS: for each the first of its addresses,
// then the second, and the last from then on.
type names struct {
	mu    sync.Mutex
	of    map[string][]string
	asked map[string]int
}

// resolver starts a name server and gives a resolver that asks it.
func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	n.asked = map[string]int{}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer := n.answer(buf[:size]); answer != nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *names) answer(query []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}
	if a, ok := n.next(q.Name.String(), q.Type); !ok {
		m.RCode = dnsmessage.RCodeNameError
	} else if a.Is4() && q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AResource{A: a.As4()}}}
	} else if !a.Is4() && q.Type == dnsmessage.TypeAAAA {
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}}
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}

func (n *names) next(name string, kind dnsmessage.Type) (netip.Addr, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.of[name]
	if len(list) == 0 {
		return netip.Addr{}, false
	}
	i := min(n.asked[name], len(list)-1)
	if kind == dnsmessage.TypeA { // A and AAAA are asked together
		n.asked[name]++
	}
	return netip.MustParseAddr(list[i]), true
}

// server runs h on an address of this machine that the guard takes for public;
// everything else is judged as in production.
func server(t *testing.T, ip string, h http.Handler) (*httptest.Server, Guard) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	here := l.Addr().(*net.TCPAddr).AddrPort()
	return s, func(to netip.AddrPort) error {
		if to == here {
			return nil
		}
		return Public(to)
	}
}

// site is a server on 127.0.0.1 with a fetcher that may reach it alone.
func site(t *testing.T, h http.HandlerFunc) (*httptest.Server, *Fetcher) {
	t.Helper()
	s, guard := server(t, "127.0.0.1", h)
	return s, New(Config{Guard: guard, PublicURL: "https://letters.example.org", Timeout: 20 * time.Second})
}
