package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Handler answers a request, or says why not.
type Handler func(http.ResponseWriter, *http.Request) error

// Route is one row of the table of pages.
type Route struct {
	Pattern string // as for http.ServeMux, with a method
	Handler Handler
	// AnyOrigin lets forms on other sites post here: the one-click unsubscribe
	// comes from mailbox providers, and its token is all it goes by.
	AnyOrigin bool
}

// Options of a site.
type Options struct {
	Name string           // in the masthead of pages that belong to no newsletter
	Log  *slog.Logger     // access log and errors
	Now  func() time.Time // clock of the access log
}

type site struct {
	name  string
	log   *slog.Logger
	now   func() time.Time
	pages *Pages
}

// New puts routes behind the chain. Its error is a mistake in a template or in
// the table.
func New(o Options, routes ...Route) (http.Handler, error) {
	pages, err := ParsePages("public/error.html")
	if err != nil {
		return nil, err
	}
	s := &site{name: o.Name, log: o.Log, now: o.Now, pages: pages}
	if s.name == "" {
		s.name = "Newsletters"
	}
	mux := http.NewServeMux()
	origin := http.NewCrossOriginProtection()
	for _, r := range routes {
		if err := add(mux, r.Pattern, s.serve(r.Handler)); err != nil {
			return nil, err
		}
		if r.AnyOrigin {
			origin.AddInsecureBypassPattern(r.Pattern)
		}
	}
	if err := add(mux, "/", s.serve(noPage)); err != nil {
		return nil, err
	}
	origin.SetDenyHandler(s.serve(func(http.ResponseWriter, *http.Request) error {
		return &Error{Status: http.StatusForbidden, Title: "Not from here", Sentence: "This request came from another site, so nothing was done. Open the page itself and press its button."}
	}))
	return s.begin(origin.Handler(mux)), nil
}

func noPage(_ http.ResponseWriter, r *http.Request) error {
	return NotFound("There is no page at this address. If you followed a link in a mail, it may have been cut off: open it from the mail again.")
}

// add makes an error of the panic with which ServeMux refuses a pattern.
func add(mux *http.ServeMux, pattern string, h http.Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("route %s: %v", pattern, p)
		}
	}()
	mux.Handle(pattern, h)
	return nil
}

// Server is an http.Server for h with limits that a public server needs: slow
// or endless requests can't hold a connection for ever. The caller listens and
// shuts it down.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
