package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of a fetch unless the Config says otherwise.
const (
	DefaultTimeout  = 30 * time.Second
	DefaultMaxBytes = 10 << 20

	maxRedirects = 5
	maxHeader    = 64 << 10
	maxAddress   = 2048 // characters of an address
)

// Config is what a Fetcher is made of. The zero value is the careful one.
type Config struct {
	// PublicURL is where a site's owner finds out who fetches; it is part of
	// the user agent.
	PublicURL string
	// Guard decides where connections may go; Public by default.
	Guard Guard
	// Resolver finds addresses by name; the system's by default.
	Resolver *net.Resolver
	// Timeout bounds one Get or Page with everything in it.
	Timeout time.Duration
	// MaxBytes bounds a body, on the wire and decompressed.
	MaxBytes int64
	// Now is the clock by which a robots.txt grows old.
	Now func() time.Time
}

// Fetcher gets pages and feeds. It may be used by many goroutines.
type Fetcher struct {
	wire     http.RoundTripper // no client: nothing follows redirects or keeps cookies
	agent    string
	timeout  time.Duration
	maxBytes int64
	robots   *robotsCache
}

// Conditional is what was said about the version that is here already; the
// zero value asks for whatever there is (RFC 9110, section 13).
type Conditional struct{ ETag, LastModified string }

// Page is what an address held.
type Page struct {
	Body []byte
	// URL is where it was in the end, after redirects.
	URL string
	// ContentType is the server's word, with parameters.
	ContentType string
	// ETag and LastModified make the next Conditional.
	ETag, LastModified string
	// NotModified: the version that is here is still the newest; Body is nil.
	NotModified bool
}

// Error is why something was not fetched, in one sentence.
type Error struct {
	Sentence string
	err      error
}

// Error is the sentence.
func (e *Error) Error() string { return e.Sentence }

// Unwrap is the cause, for logs; it may be nil.
func (e *Error) Unwrap() error { return e.err }

func fail(err error, format string, args ...any) error {
	return &Error{fmt.Sprintf(format, args...), err}
}

// New makes a Fetcher.
func New(c Config) *Fetcher {
	if c.Guard == nil {
		c.Guard = Public
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: c.Resolver, Control: c.Guard.control}
	f := &Fetcher{
		agent: product + "/1.0", timeout: c.Timeout, maxBytes: c.MaxBytes,
		wire: &http.Transport{
			DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true,
			TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: maxHeader,
		},
	}
	if c.PublicURL != "" {
		f.agent += " (+" + c.PublicURL + ")"
	}
	f.robots = newRobotsCache(c.Now)
	return f
}

// Get fetches what is made for machines, a feed.
func (f *Fetcher) Get(ctx context.Context, address string, since Conditional) (Page, error) {
	return f.fetch(ctx, address, want{since: since})
}

// Page fetches a page for people, if the site's robots.txt lets us.
func (f *Fetcher) Page(ctx context.Context, address string, since Conditional) (Page, error) {
	return f.fetch(ctx, address, want{since: since, ask: true})
}

// want is how something is asked for.
type want struct {
	since Conditional
	ask   bool  // robots.txt has a say
	first int64 // only so many bytes of a picture; 0 is all of a page
}

func (f *Fetcher) fetch(outer context.Context, address string, how want) (Page, error) {
	ctx, cancel := context.WithTimeout(outer, f.timeout)
	defer cancel()
	p, err := f.follow(ctx, address, how)
	if err == nil {
		return p, nil
	}
	if outer.Err() != nil {
		return Page{}, outer.Err()
	}
	return Page{}, f.explain(ctx, address, err)
}

// explain makes a sentence of what went wrong.
func (f *Fetcher) explain(ctx context.Context, address string, err error) error {
	var ours *Error
	var refused *refusedError
	var dns *net.DNSError
	switch {
	case ctx.Err() != nil:
		return fail(err, "%s did not answer in full within %s; try again later", address, f.timeout)
	case errors.As(err, &ours):
		return err
	case errors.As(err, &refused):
		return fail(err, "%s is not fetched: %s; only sites on the public internet are", address, refused.why)
	case errors.As(err, &dns):
		return fail(err, "the name %s can't be found; check the address %s", dns.Name, address)
	}
	return fail(err, "%s can't be reached (%s); check the address or try again later", address, netReason(err))
}

// netReason is the innermost thing the network said.
func netReason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// follow asks for an address and for those it redirects to.
func (f *Fetcher) follow(ctx context.Context, address string, how want) (Page, error) {
	u, err := parseURL(address)
	if err != nil {
		return Page{}, err
	}
	for range maxRedirects + 1 {
		if how.ask {
			if err := f.allowed(ctx, u); err != nil {
				return Page{}, err
			}
		}
		p, next, err := f.once(ctx, u, how)
		if err != nil || next == "" {
			return p, err
		}
		ref, err := u.Parse(next)
		if err != nil {
			return Page{}, fail(err, "%s redirects to something that is not an address; give another address", u)
		}
		if u, err = parseURL(ref.String()); err != nil {
			return Page{}, fail(err, "%s redirects to where nothing is fetched: %s", address, err)
		}
	}
	return Page{}, fail(nil, "%s redirects more than %d times; give the address it ends at", address, maxRedirects)
}

// parseURL refuses what is not fetched whatever it resolves to.
func parseURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err == nil && u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https":
		return nil, fail(nil, "%.200q can't be fetched: only http and https addresses can", address)
	case err != nil || u.Scheme == "" || u.Hostname() == "":
		return nil, fail(err, "%.200q is not a web address: it must begin with https://", address)
	case u.User != nil:
		return nil, fail(nil, "%s can't be fetched with a name or password in its address; leave these out", u.Redacted())
	case len(address) > maxAddress:
		return nil, fail(nil, "an address of %d characters can't be fetched; %d are allowed", len(address), maxAddress)
	}
	u.Fragment = ""
	return u, nil
}

// once makes one request; next is where it redirects to.
func (f *Fetcher) once(ctx context.Context, u *url.URL, how want) (p Page, next string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Page{}, "", err
	}
	f.head(req.Header, how)
	res, err := f.wire.RoundTrip(req)
	if err != nil {
		return Page{}, "", err
	}
	defer func() { _ = res.Body.Close() }()
	p = Page{
		URL: u.String(), ContentType: res.Header.Get("Content-Type"),
		ETag: res.Header.Get("ETag"), LastModified: res.Header.Get("Last-Modified"),
	}
	switch {
	case how.first > 0 && (res.StatusCode == http.StatusOK || res.StatusCode == http.StatusPartialContent):
		p.Body, err = f.beginning(u, res, how.first)
		return p, "", err
	case res.StatusCode == http.StatusOK:
		p.Body, err = f.body(u, res)
		return p, "", err
	case res.StatusCode == http.StatusNotModified && how.since != Conditional{}:
		p.NotModified = true
		return p, "", nil
	case res.StatusCode >= 300 && res.StatusCode < 400 && res.Header.Get("Location") != "":
		return Page{}, res.Header.Get("Location"), nil
	}
	return Page{}, "", &Error{
		Sentence: fmt.Sprintf("%s answered %s; check the address", u, statusText(res.StatusCode)),
		err:      statusError(res.StatusCode),
	}
}

// head says what is asked for.
func (f *Fetcher) head(h http.Header, how want) {
	h.Set("User-Agent", f.agent)
	if how.first > 0 {
		h.Set("Accept", "image/*")
		h.Set("Accept-Encoding", "identity")
		h.Set("Range", fmt.Sprintf("bytes=0-%d", how.first-1))
		return
	}
	h.Set("Accept", "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,text/*;q=0.8,*/*;q=0.1")
	h.Set("Accept-Encoding", "gzip")
	setIf(h, "If-None-Match", how.since.ETag)
	setIf(h, "If-Modified-Since", how.since.LastModified)
}

// statusError is an answer that is no page.
type statusError int

func (e statusError) Error() string { return statusText(int(e)) }

func statusText(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

func setIf(h http.Header, key, value string) {
	if value != "" && !strings.ContainsAny(value, "\r\n\x00") {
		h.Set(key, value)
	}
}

// body reads at most maxBytes from the wire and at most maxBytes of content.
func (f *Fetcher) body(u *url.URL, res *http.Response) ([]byte, error) {
	var r io.Reader = &capped{r: res.Body, left: f.maxBytes}
	switch enc := strings.ToLower(res.Header.Get("Content-Encoding")); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, f.unreadable(u, err)
		}
		r = &capped{r: z, left: f.maxBytes}
	default:
		return nil, fail(nil, "%s answers in an encoding that was not asked for (%.40q); nothing can be read of it", u, enc)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, f.unreadable(u, err)
	}
	return data, nil
}

func (f *Fetcher) unreadable(u *url.URL, err error) error {
	if errors.Is(err, errTooMuch) {
		return fail(err, "%s is larger than %d MB; nothing of it was kept", u, max(1, f.maxBytes>>20))
	}
	return fail(err, "%s broke off or is damaged; try again later", u)
}

var errTooMuch = errors.New("too much")

// capped fails, rather than ends, after its last byte.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, errTooMuch
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errTooMuch
	}
	return n, err
}
