package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// route gives the connections that a mailing's batch goes through: those of its
// relay, or with "" of any that can be used, as priority and weight say. When
// none can be used it is the one that rests the shortest.
func (e *Engine) route(ctx context.Context, relay string) (*pool, error) {
	list, err := Relays(ctx, e.c.DB)
	if err != nil {
		return nil, err
	}
	if relay != "" {
		list = slices.DeleteFunc(list, func(r Relay) bool { return r.Name != relay })
		if len(list) == 0 {
			return nil, fmt.Errorf("find relay %s: there is none", relay)
		}
	}
	pools, err := e.poolsOf(list)
	if len(pools) == 0 {
		return nil, cmp.Or(err, errors.New("there is no relay to send through; add one with: broadsheet relay add NAME URL"))
	}
	if len(pools) == 1 {
		return pools[0].pool, nil
	}
	return e.choose(pools), nil
}

// way is a relay that could be taken.
type way struct {
	pool *pool
	Relay
}

// poolsOf gives the pools of relays as they are configured now; those that
// can't be are left out, the first reason is returned.
func (e *Engine) poolsOf(list []Relay) (ways []way, why error) {
	for _, r := range list {
		p, err := e.pool(r.Name, r.URL)
		if err != nil {
			why = cmp.Or(why, err)
			continue
		}
		ways = append(ways, way{p, r})
	}
	return ways, why
}

// choose takes a way: of the lowest priority that has one that can be used, by
// weight.
func (e *Engine) choose(ways []way) *pool {
	usable := slices.DeleteFunc(slices.Clone(ways), func(w way) bool { return e.away(w) > 0 })
	if len(usable) == 0 {
		return slices.MinFunc(ways, func(a, b way) int { return cmp.Compare(e.away(a), e.away(b)) }).pool
	}
	first := slices.MinFunc(usable, func(a, b way) int { return cmp.Compare(a.Priority, b.Priority) }).Priority
	usable = slices.DeleteFunc(usable, func(w way) bool { return w.Priority != first })
	total := 0
	for _, w := range usable {
		total += w.Weight
	}
	at := int(e.c.Chance() * float64(total))
	for _, w := range usable {
		if at -= w.Weight; at < 0 {
			return w.pool
		}
	}
	return usable[len(usable)-1].pool
}

// instead gives a way that wasn't tried and can be used now, nil for none.
func (e *Engine) instead(ctx context.Context, tried []*pool) *pool {
	list, err := Relays(ctx, e.c.DB)
	if err != nil {
		return nil
	}
	ways, _ := e.poolsOf(list) // what can't be configured can't be used
	ways = slices.DeleteFunc(ways, func(w way) bool { return slices.Contains(tried, w.pool) || e.away(w) > 0 })
	if len(ways) == 0 {
		return nil
	}
	return e.choose(ways)
}

// away is for how long a way can't be used.
func (e *Engine) away(w way) time.Duration {
	return max(w.pool.resting(), e.limits.exhausted(w.Name))
}

// pool gives the connections to a relay at a URL.
func (e *Engine) pool(name, url string) (*pool, error) {
	key := name + " " + url
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pools[key]; p != nil {
		return p, nil
	}
	relay, err := mailer.ParseRelay(url)
	if err != nil {
		return nil, fmt.Errorf("relay %s: %w", name, err)
	}
	p := newPool(e, name, relay)
	p.closed = e.stopping
	e.pools[key] = p
	return p, nil
}

// groups remembers which provider's a domain is.
type groups struct {
	mu sync.Mutex
	of map[string]string
}

// maxGroups bounds what is remembered; it is forgotten at once when it is full.
const maxGroups = 100_000

// group is the provider of an address; a domain of nobody known is a group by
// itself, and noted as unknown the first time.
func (g *groups) group(address string, unknown *[]string) string {
	domain := address[strings.LastIndexByte(address, '@')+1:]
	g.mu.Lock()
	defer g.mu.Unlock()
	name, ok := g.of[domain]
	if !ok {
		if name = mailer.Provider(domain); name == "" {
			name = strings.ToLower(domain)
			*unknown = append(*unknown, domain)
		}
		if len(g.of) >= maxGroups {
			clear(g.of)
		}
		g.of[domain] = name
	}
	return name
}

// lookUp bounds the look-ups for one batch.
const lookUp = 20 * time.Second

// learnGroups looks up whose the domains are, for later batches.
func (e *Engine) learnGroups(p *pool, domains []string) {
	if e.c.Providers == nil || len(domains) == 0 || p.relay.Loopback() {
		return
	}
	ctx, cancel := context.WithTimeout(e.hard, lookUp)
	e.lines.Go(func() {
		select {
		case <-e.draining:
			cancel()
		case <-ctx.Done():
		}
	})
	e.lines.Go(func() {
		defer cancel()
		found := e.c.Providers.Of(ctx, domains...)
		e.groups.mu.Lock()
		defer e.groups.mu.Unlock()
		for domain, name := range found {
			e.groups.of[domain] = name
		}
	})
}
