package fetch

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"
)

// product is the name that a robots.txt knows us by.
const product = "Broadsheet"

const (
	robotsMax   = 500 << 10 // what of a robots.txt is read (RFC 9309, section 2.5)
	robotsAge   = time.Hour // how long one is believed; the RFC allows a day
	robotsHosts = 1000      // how many are remembered
)

// allowed reports, as an error, that the site does not want u to be fetched by
// us. A site without a robots.txt allows everything, one whose robots.txt is
// broken nothing for now (RFC 9309, section 2.3.1).
func (f *Fetcher) allowed(ctx context.Context, u *url.URL) error {
	site := u.Scheme + "://" + u.Host
	rules, ok := f.robots.get(site)
	if !ok {
		p, err := f.follow(ctx, site+"/robots.txt", want{})
		var status statusError
		switch {
		case err == nil:
			rules = parseRobots(string(p.Body[:min(len(p.Body), robotsMax)]))
		case errors.As(err, &status) && status >= 400 && status < 500 && status != 429:
		case errors.As(err, &status):
			return fail(err, "%s is not fetched: the site's robots.txt can't be had (%s); try again later", u, statusText(int(status)))
		default:
			return err
		}
		f.robots.put(site, rules)
	}
	if !rules.allow(u) {
		return fail(nil, "%s is not fetched: the site's robots.txt closes it to %s; ask its owner, or save the page and give the file", u, product)
	}
	return nil
}

// robotsCache remembers the rules of sites for a while.
type robotsCache struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[string]robotsEntry
}

type robotsEntry struct {
	rules robots
	until time.Time
}

func newRobotsCache(now func() time.Time) *robotsCache {
	return &robotsCache{now: now, of: map[string]robotsEntry{}}
}

func (c *robotsCache) get(site string) (robots, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.of[site]; ok && c.now().Before(e.until) {
		return e.rules, true
	}
	return nil, false
}

func (c *robotsCache) put(site string, r robots) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.of) >= robotsHosts {
		clear(c.of)
	}
	c.of[site] = robotsEntry{r, c.now().Add(robotsAge)}
}

// robots are the rules that apply to us.
type robots []robotsRule

type robotsRule struct {
	allow   bool
	pattern string
}

// parseRobots takes the group that names us, or else the one for everybody.
func parseRobots(text string) robots {
	var ours, all robots
	var named, everybody, inRules, found bool
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent":
			if inRules {
				named, everybody, inRules = false, false, false
			}
			name, _, _ := strings.Cut(value, "/") // some write a version behind it
			named = named || strings.EqualFold(strings.TrimSpace(name), product)
			everybody = everybody || value == "*"
			found = found || named
		case "allow", "disallow":
			inRules = true
			if value == "" {
				continue
			}
			rule := robotsRule{key == "allow", value}
			if named {
				ours = append(ours, rule)
			}
			if everybody {
				all = append(all, rule)
			}
		}
	}
	if found {
		return ours
	}
	return all
}

// allow has the longest pattern decide, and Allow on a tie (RFC 9309, section
// 2.2.2).
func (r robots) allow(u *url.URL) bool {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	best, allowed := -1, true
	for _, rule := range r {
		if n := len(rule.pattern); n < best || n == best && !rule.allow || !matches(rule.pattern, path) {
			continue
		}
		best, allowed = len(rule.pattern), rule.allow
	}
	return allowed
}

// matches reports whether path begins as pattern says; * stands for anything,
// $ at the end for the end. Time is bounded by the product of the lengths.
func matches(pattern, path string) bool {
	pattern, toEnd := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	if len(parts) == 1 {
		return !toEnd || rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	last := parts[len(parts)-1]
	if toEnd {
		return strings.HasSuffix(rest, last)
	}
	return strings.Contains(rest, last)
}
