package fetch

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Picture fetches the first n bytes of a picture, or all there is of a smaller
// one: enough to read its size from. A server that doesn't know about ranges
// (RFC 9110, section 14) is hung up on behind them.
func (f *Fetcher) Picture(ctx context.Context, address string, n int64) (Page, error) {
	return f.fetch(ctx, address, want{first: max(n, 1)})
}

// beginning reads at most n bytes and leaves the rest.
func (f *Fetcher) beginning(u *url.URL, res *http.Response, n int64) ([]byte, error) {
	if enc := strings.ToLower(res.Header.Get("Content-Encoding")); enc != "" && enc != "identity" {
		return nil, fail(nil, "%s answers in an encoding that was not asked for (%.40q); nothing can be read of it", u, enc)
	}
	if res.StatusCode == http.StatusPartialContent && !strings.HasPrefix(res.Header.Get("Content-Range"), "bytes 0-") {
		return nil, fail(nil, "%s answers with another part than was asked for; nothing can be read of it", u)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, n))
	if err != nil {
		return nil, f.unreadable(u, err)
	}
	return data, nil
}
