package fetch

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// closedAddresses has at least one address of each class that must not be
// connected to, with how an attacker would write it.
var closedAddresses = []string{
	"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
	"100.64.0.1", "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.51.100.7",
	"203.0.113.9", "192.88.99.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1",
	"64:ff9b:1::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "2001:0:7f00:1::1", "2001:db8::1", "2001:10::1", "2001:2::1",
	"fc00::1", "fd00:ec2::254", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "3fff::1", "100::1", "5f00::1", "4000::1",
}

func TestClosedAddressesAreRefusedAtDial(t *testing.T) {
	t.Parallel()
	n := &names{of: map[string][]string{}}
	for i, a := range closedAddresses {
		n.of["h"+string(rune('a'+i%26))+string(rune('a'+i/26))+".example."] = []string{a}
	}
	f := New(Config{Resolver: n.resolver(t), Timeout: 20 * time.Second})
	for i, a := range closedAddresses {
		literal := a
		if strings.Contains(a, ":") {
			literal = "[" + a + "]"
		}
		name := "h" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".example"
		for _, host := range []string{literal, name} {
			for _, scheme := range []string{"http://", "https://"} {
				_, err := f.Get(context.Background(), scheme+host+"/latest/meta-data", Conditional{})
				if err == nil || !strings.Contains(err.Error(), "is not fetched: it leads to") {
					t.Errorf("%s%s (%s): %v", scheme, host, a, err)
				}
			}
		}
	}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	for _, a := range []string{"93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1", "2a00:1450::1"} {
		addr := netip.MustParseAddr(a)
		if err := Public(netip.AddrPortFrom(addr, 443)); err != nil {
			t.Errorf("%s: %v", a, err)
		}
		for _, port := range []uint16{22, 25, 8080, 6379, 0} {
			if Public(netip.AddrPortFrom(addr, port)) == nil {
				t.Errorf("%s port %d is let through", a, port)
			}
		}
	}
	for a, allowed := range map[string]bool{
		"127.0.0.1": true, "10.1.1.1": true, "192.168.0.9": true, "::1": true, "fd12::1": true, "8.8.8.8": true,
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "fd00:ec2::254": false, "100.100.100.200": false,
		"168.63.129.16": false, "64:ff9b::a9fe:a9fe": false, "224.0.0.1": false, "0.0.0.0": false, "fe80::1%eth0": false,
	} {
		if err := Private(netip.AddrPortFrom(netip.MustParseAddr(a), 8080)); (err == nil) != allowed {
			t.Errorf("Private, %s: %v", a, err)
		}
	}
	if Public(netip.AddrPort{}) == nil {
		t.Error("no address at all is let through")
	}
}

// What numbers can be written as, besides dotted ones, resolves to nothing or
// is refused; never is it connected to.
func TestOddWaysToWriteThisMachine(t *testing.T) {
	t.Parallel()
	reached := false
	s, _ := server(t, "127.0.0.1", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	n := &names{of: map[string][]string{}}
	f := New(Config{Resolver: n.resolver(t), Timeout: 20 * time.Second})
	for _, host := range []string{"localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]"} {
		for _, p := range []string{port, ""} {
			if _, err := f.Get(context.Background(), "http://"+host+p+"/", Conditional{}); err == nil {
				t.Errorf("%s%s was fetched", host, p)
			}
		}
	}
	if reached {
		t.Error("a request arrived")
	}
}

func TestRedirectsAreGuardedToo(t *testing.T) {
	t.Parallel()
	var to string
	s, f := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	for _, c := range []struct{ to, want string }{
		{"http://169.254.169.254/latest/meta-data/", "the local link"},
		{"http://[::ffff:169.254.169.254]/", "the local link"},
		{"http://[64:ff9b::a9fe:a9fe]/", "a translated IPv4 address"},
		{"http://127.0.0.1/", "this machine"},
		{"https://10.0.0.1/", "a private network"},
		{"file:///etc/passwd", "only http and https"},
		{"gopher://127.0.0.1:6379/_FLUSHALL", "only http and https"},
		{"http://user:pw@127.0.0.1/", "name or password"},
		{"//169.254.169.254/", "the local link"},
		{"/again", "redirects more than 5 times"},
		{"http://a b/", "redirects to something that is not an address"},
	} {
		to = c.to
		for _, get := range []func(context.Context, string, Conditional) (Page, error){f.Get, f.Page} {
			_, err := get(context.Background(), s.URL+"/start", Conditional{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("to %s: %v", c.to, err)
			}
		}
	}
}

// A name that is public when it is first asked for, and this machine after.
func TestRebindingIsRefused(t *testing.T) {
	t.Parallel()
	var requests []string
	s, guard := server(t, "127.0.0.2", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests = append(requests, r.URL.Path)
		http.Redirect(w, r, "/inner", http.StatusFound)
	}))
	n := &names{of: map[string][]string{"rebind.example.": {"127.0.0.2", "127.0.0.1"}}}
	f := New(Config{Guard: guard, Resolver: n.resolver(t), Timeout: 20 * time.Second})
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	_, err := f.Get(context.Background(), "http://rebind.example"+port+"/outer", Conditional{})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1 (this machine)") {
		t.Errorf("%v", err)
	}
	if len(requests) != 1 || requests[0] != "/outer" {
		t.Errorf("requests %v", requests)
	}
}
