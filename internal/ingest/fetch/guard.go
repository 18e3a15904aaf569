package fetch

import (
	"fmt"
	"net/netip"
	"syscall"
)

// Guard decides about one connection by the address it would go to; an error
// refuses it.
type Guard func(to netip.AddrPort) error

// refusedError is a connection that the guard did not allow.
type refusedError struct{ why string }

func (e *refusedError) Error() string { return e.why }

// closed are the addresses that are not of the public internet (the IANA
// special-purpose registries, RFC 6890), and those of it that clouds use for
// their machines' metadata.
var closed = []struct {
	prefix netip.Prefix
	what   string
	// own: part of somebody's own network, which Private allows.
	own bool
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network", false},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private network", true},
	{netip.MustParsePrefix("100.64.0.0/10"), "a provider's inner network", false},
	{netip.MustParsePrefix("127.0.0.0/8"), "this machine", true},
	{netip.MustParsePrefix("168.63.129.16/32"), "a cloud's metadata", false},
	{netip.MustParsePrefix("169.254.0.0/16"), "the local link, where clouds keep their metadata", false},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private network", true},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved range", false},
	{netip.MustParsePrefix("192.0.2.0/24"), "a range for documentation", false},
	{netip.MustParsePrefix("192.88.99.0/24"), "a 6to4 relay", false},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private network", true},
	{netip.MustParsePrefix("198.18.0.0/15"), "a range for benchmarks", false},
	{netip.MustParsePrefix("198.51.100.0/24"), "a range for documentation", false},
	{netip.MustParsePrefix("203.0.113.0/24"), "a range for documentation", false},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast group", false},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved range", false},
	{netip.MustParsePrefix("::1/128"), "this machine", true},
	{netip.MustParsePrefix("fd00:ec2::/32"), "a cloud's metadata", false},
	{netip.MustParsePrefix("fd20:ce::/32"), "a cloud's metadata", false},
	{netip.MustParsePrefix("fc00::/7"), "a private network", true},
	{netip.MustParsePrefix("fe80::/10"), "the local link", false},
	{netip.MustParsePrefix("ff00::/8"), "a multicast group", false},
	{netip.MustParsePrefix("64:ff9b::/96"), "a translated IPv4 address", false},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a translated IPv4 address", false},
	{netip.MustParsePrefix("2001::/32"), "a Teredo tunnel", false},
	{netip.MustParsePrefix("2001::/23"), "a reserved range", false},
	{netip.MustParsePrefix("2001:db8::/32"), "a range for documentation", false},
	{netip.MustParsePrefix("2002::/16"), "a 6to4 tunnel", false},
	{netip.MustParsePrefix("3fff::/20"), "a range for documentation", false},
}

// global is the only part of IPv6 from which addresses are given out.
var global = netip.MustParsePrefix("2000::/3")

// Public allows the addresses of the public internet on ports 80 and 443.
func Public(to netip.AddrPort) error {
	if what, _ := closedTo(to.Addr()); what != "" {
		return &refusedError{fmt.Sprintf("it leads to %s (%s)", to.Addr(), what)}
	}
	if p := to.Port(); p != 80 && p != 443 {
		return &refusedError{fmt.Sprintf("it leads to port %d, and only 80 and 443 are used", p)}
	}
	return nil
}

// Private also allows this machine and private networks, on any port. What
// these hold can then be read by whoever may add a source or run a site that
// redirects.
func Private(to netip.AddrPort) error {
	if what, own := closedTo(to.Addr()); what != "" && !own {
		return &refusedError{fmt.Sprintf("it leads to %s (%s)", to.Addr(), what)}
	}
	return nil
}

// closedTo says what kind of closed address a is; "" for a public one.
func closedTo(a netip.Addr) (what string, own bool) {
	if a.Zone() != "" {
		return "the local link", false
	}
	a = a.Unmap() // ::ffff:127.0.0.1 is 127.0.0.1
	for _, c := range closed {
		if c.prefix.Contains(a) {
			return c.what, c.own
		}
	}
	if !a.IsValid() || a.Is6() && !global.Contains(a) {
		return "a reserved range", false
	}
	return "", false
}

// control has the guard look at a socket right before it connects.
func (g Guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return &refusedError{"it leads to no address of the internet"}
	}
	return g(to)
}
