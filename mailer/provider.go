package mailer

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// provider is a mailbox provider: domains that are surely its own, and the
// hosts that take its mail. A host matches itself and what stands below it.
type provider struct {
	name    string
	domains []string // "yahoo.*" is yahoo.de, yahoo.co.uk …
	hosts   []string
}

// providers are those whose rules are known (rules.go) or that take a large
// share of a list. Own domains are given to save a look-up for most readers.
var providers = []provider{
	{"gmail", []string{"gmail.com", "googlemail.com"}, []string{"google.com", "googlemail.com", "psmtp.com"}},
	{"outlook", []string{"outlook.*", "hotmail.*", "live.*", "msn.com", "passport.com"}, []string{"olc.protection.outlook.com"}},
	{"microsoft365", nil, []string{"protection.outlook.com", "mx.microsoft"}},
	{"yahoo", []string{"yahoo.*", "ymail.com", "rocketmail.com", "myyahoo.com", "aol.*", "aim.com", "netscape.net", "verizon.net"}, []string{"yahoodns.net", "mx.aol.com"}},
	{"icloud", []string{"icloud.com", "me.com", "mac.com"}, []string{"icloud.com", "apple.com"}},
	{"gmx", []string{"gmx.*", "web.de", "mail.com"}, []string{"gmx.net", "web.de", "1and1.com", "kundenserver.de", "ionos.com", "ionos.de"}},
	{"t-online", []string{"t-online.de", "magenta.de"}, []string{"t-online.de"}},
	{"orange", []string{"orange.fr", "wanadoo.fr"}, []string{"orange.fr", "wanadoo.fr"}},
	{"free", []string{"free.fr"}, []string{"free.fr"}},
	{"laposte", []string{"laposte.net"}, []string{"laposte.net"}},
	{"comcast", []string{"comcast.net", "xfinity.com"}, []string{"comcast.net"}},
	{"att", []string{"att.net", "sbcglobal.net", "bellsouth.net"}, []string{"prodigy.net", "att.net"}},
	{"proton", []string{"proton.me", "protonmail.com", "pm.me"}, []string{"protonmail.ch"}},
	{"fastmail", []string{"fastmail.*"}, []string{"messagingengine.com"}},
	{"zoho", []string{"zoho.com", "zohomail.com"}, []string{"zoho.com", "zoho.eu", "zohomail.com"}},
	{"mail.ru", []string{"mail.ru", "bk.ru", "list.ru", "inbox.ru"}, []string{"mail.ru"}},
	{"yandex", []string{"yandex.*", "ya.ru"}, []string{"yandex.ru", "yandex.net"}},
	{"seznam", []string{"seznam.cz"}, []string{"seznam.cz"}},
	{"libero", []string{"libero.it", "virgilio.it"}, []string{"libero.it", "italiaonline.it"}},
	{"mimecast", nil, []string{"mimecast.com", "mimecast.co.za"}},
	{"proofpoint", nil, []string{"pphosted.com", "ppe-hosted.com"}},
}

// Provider is the mailbox provider of a domain that is surely its own
// ("gmail", "yahoo"), "" for any other: companies' domains are known only by
// their MX, see [Providers].
func Provider(domain string) string {
	domain = providerDomain(domain)
	first, rest, _ := strings.Cut(domain, ".")
	for _, p := range providers {
		for _, d := range p.domains {
			label, any := strings.CutSuffix(d, ".*")
			if domain == d || any && label == first && isSuffix(rest) {
				return p.name
			}
		}
	}
	return ""
}

// isSuffix tells whether everybody may register names right below s, as with
// "de" and "co.uk": yahoo.example.org isn't Yahoo's.
func isSuffix(s string) bool {
	suffix, icann := publicsuffix.PublicSuffix(s)
	return icann && suffix == s
}

// ProviderOfMX is the group of a domain by the hosts that take its mail, best
// first: a known provider's name, else the registered domain of the first host
// ("example-hosting.net"), "" for none.
func ProviderOfMX(hosts ...string) string {
	group := ""
	for _, h := range hosts {
		h = providerDomain(h)
		for _, p := range providers {
			if slices.ContainsFunc(p.hosts, func(own string) bool { return h == own || strings.HasSuffix(h, "."+own) }) {
				return p.name
			}
		}
		if group == "" && h != "" {
			group = registered(h)
		}
	}
	return group
}

func registered(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

// providerDomain is the domain of an address or a host name as it is compared.
func providerDomain(s string) string {
	s = strings.TrimSuffix(s[strings.LastIndexByte(s, '@')+1:], ".")
	if ascii, err := idna.Lookup.ToASCII(s); err == nil {
		s = ascii
	}
	return strings.ToLower(s)
}

// How long a domain's MX are believed, how long a failed look-up isn't tried
// again, how many domains are remembered and how many are asked for at once.
const (
	mxFor       = 12 * time.Hour
	mxFailedFor = 10 * time.Minute
	maxMX       = 100_000
	mxAtOnce    = 16
)

// Providers knows the group of any domain: what a throttle, a breaker or a
// report counts together. Domains of known providers need no look-up, others
// go by their MX, which are remembered. It can be used by any number of
// goroutines.
type Providers struct {
	look func(ctx context.Context, domain string) ([]*net.MX, error)
	now  func() time.Time
	slot chan struct{}

	mu    sync.Mutex
	known map[string]group
}

type group struct {
	name  string
	until time.Time
}

// NewProviders makes one; look is normally net.DefaultResolver.LookupMX, nil
// for none: then a domain that isn't a provider's own is a group by itself.
func NewProviders(look func(ctx context.Context, domain string) ([]*net.MX, error), now func() time.Time) *Providers {
	return &Providers{look: look, now: now, slot: make(chan struct{}, mxAtOnce), known: make(map[string]group)}
}

// Of gives the group of each domain (or address, by its domain). What can't be
// looked up before ctx ends is a group by itself for now: it never fails.
func (p *Providers) Of(ctx context.Context, domains ...string) map[string]string {
	out := make(map[string]string, len(domains))
	unknown := make(map[string][]string)
	for _, d := range domains {
		key := providerDomain(d)
		if name, ok := p.quick(key); ok {
			out[d] = name
			continue
		}
		out[d] = key
		unknown[key] = append(unknown[key], d)
	}
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	for key, as := range unknown {
		select {
		case p.slot <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		wg.Go(func() {
			defer func() { <-p.slot }()
			name := p.ask(ctx, key)
			mu.Lock()
			defer mu.Unlock()
			for _, d := range as {
				out[d] = name
			}
		})
	}
	wg.Wait()
	return out
}

// quick answers without a look-up.
func (p *Providers) quick(domain string) (string, bool) {
	if name := Provider(domain); name != "" {
		return name, true
	}
	if p.look == nil {
		return domain, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := p.known[domain]
	return g.name, ok && p.now().Before(g.until)
}

func (p *Providers) ask(ctx context.Context, domain string) string {
	records, err := p.look(ctx, domain)
	g := group{name: domain, until: p.now().Add(mxFor)}
	hosts := make([]string, 0, len(records))
	for _, r := range records { // the resolver sorts them by preference
		hosts = append(hosts, r.Host)
	}
	if name := ProviderOfMX(hosts...); name != "" {
		g.name = name
	} else if err != nil {
		g.until = p.now().Add(mxFailedFor)
		if ctx.Err() != nil {
			return domain // nobody was asked long enough to know
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxMX {
		clear(p.known)
	}
	p.known[domain] = g
	return g.name
}
