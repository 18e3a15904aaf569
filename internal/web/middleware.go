package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

const (
	maxBody  = 64 << 10 // bytes of a request's body
	maxTime  = 20 * time.Second
	idLength = 12
)

// pagePolicy is what every page is held to; style comes on top of it.
const pagePolicy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

type requestIDKey struct{}

// RequestID names a request in the log and on error pages.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// answer is a ResponseWriter that knows what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// begin is the head of the chain: request id, limits, headers, recover, log.
func (s *site) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.now()
		id := strings.ToLower(rand.Text()[:idLength])
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), requestIDKey{}, id), maxTime)
		defer cancel()
		// From here on there is one request value: the mux notes its route in it.
		r = r.WithContext(ctx)
		a := &answer{ResponseWriter: w}
		r.Body = http.MaxBytesReader(a, r.Body, maxBody)
		setHeaders(a.Header(), id)
		defer func() {
			if p := recover(); p != nil {
				s.recovered(a, r, p)
			}
			s.logged(a, r, start)
		}()
		next.ServeHTTP(a, r)
	})
}

func setHeaders(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()")
	h.Set("Cache-Control", "no-store")
}

// recovered answers for a handler that panicked. When it had begun to answer,
// the connection is cut, so that half a page is not taken for a whole one.
func (s *site) recovered(a *answer, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.log.LogAttrs(r.Context(), slog.LevelError, "a page panicked",
		slog.String("request", RequestID(r.Context())), slog.String("route", r.Pattern),
		slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	if a.status != 0 {
		panic(http.ErrAbortHandler)
	}
	s.fail(a, r, nil)
}

func (s *site) logged(a *answer, r *http.Request, start time.Time) {
	level := slog.LevelInfo
	if strings.HasSuffix(r.Pattern, "/healthz") {
		level = slog.LevelDebug
	}
	s.log.LogAttrs(r.Context(), level, "request",
		slog.String("request", RequestID(r.Context())), slog.String("method", r.Method),
		slog.String("route", r.Pattern), slog.Int("status", a.status), slog.Int64("bytes", a.bytes),
		slog.Duration("took", s.now().Sub(start)))
}

// serve makes an http.Handler of a Handler.
func (s *site) serve(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// errorPage is the data of public/error.html.
type errorPage struct {
	Shell
	*Error
	RequestID string // shown where the fault is ours
}

// fail answers with the page for an error; nil is a panic, which is in the log.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := asError(err)
	page := errorPage{Shell: Shell{Name: s.name}, Error: e}
	if e.Status >= http.StatusInternalServerError {
		page.RequestID = RequestID(r.Context())
		if err != nil {
			s.log.LogAttrs(r.Context(), slog.LevelError, "a page failed",
				slog.String("request", page.RequestID), slog.String("route", r.Pattern), slog.String("error", err.Error()))
		}
	}
	w.Header().Del("Content-Disposition")
	w.Header().Set("Cache-Control", "no-store")
	if err := s.pages.Render(w, e.Status, "public/error.html", page); err != nil {
		http.Error(w, e.Sentence, e.Status)
	}
}
