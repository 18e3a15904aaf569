package public

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/media"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/web"
)

// Newsletter is what the pages say of a newsletter.
type Newsletter struct {
	Name    string
	HomeURL string // may be empty
	ListID  int64  // the list its readers are on
}

// Newsletters finds a newsletter by its number.
type Newsletters interface {
	Of(ctx context.Context, newsletterID int64) (n Newsletter, found bool, err error)
}

// Issues gives the web version of an issue that has been launched, and the
// newest of them.
type Issues interface {
	Latest(ctx context.Context, limit int) ([]Sent, error)
	Page(ctx context.Context, issueID int64) (html string, found bool, err error)
}

// Media gives the publisher's own pictures by the names of their files.
type Media interface {
	Open(file string) (*os.File, media.Format, error)
}

// Options are what the pages need. All but Health, Inbox and Media are required.
type Options struct {
	Audience    *audience.Store
	Ring        *keyring.Ring
	InTx        func(context.Context, func(*postgres.Tx) error) error
	Newsletters Newsletters
	Issues      Issues
	Health      func(context.Context) error // nil: always healthy
	Name        string                      // heads the pages that belong to no newsletter
	Inbox       string                      // where the capture inbox is; "" for none
	Media       Media                       // nil: no pictures are served
}

type site struct {
	Options
	pages *web.Pages
}

// Routes gives the pages. Its error is a mistake in a template.
func Routes(o Options) ([]web.Route, error) {
	pages, err := web.ParsePages("public/unsubscribe.html", "public/preferences.html", "public/home.html")
	if err != nil {
		return nil, err
	}
	s := &site{o, pages}
	routes := []web.Route{
		{Pattern: "GET /unsubscribe/{token}", Handler: s.unsubscribePage},
		{Pattern: "POST /unsubscribe/{token}", Handler: s.unsubscribe, AnyOrigin: true},
		{Pattern: "GET /preferences/{token}", Handler: s.preferencesPage},
		{Pattern: "POST /preferences/{token}", Handler: s.changePreferences},
		{Pattern: "GET /{$}", Handler: s.home},
		{Pattern: "GET /archive", Handler: s.home},
		{Pattern: "GET /archive/{issue}", Handler: s.archive},
		{Pattern: "GET /healthz", Handler: s.health},
	}
	if o.Media != nil {
		routes = append(routes, web.Route{Pattern: "GET /media/{file}", Handler: s.picture})
	}
	return routes, nil
}

// reader is who a token stands for, and where he is.
type reader struct {
	id           int64
	newsletterID int64
	newsletter   Newsletter
	email        string // masked; "" when he has been erased
	on           []audience.Subscription
}

var errLink = web.NotFound("This link does not work. It may have been cut off: open it from the mail again, with all of its letters.")

// reader finds out who is meant by the request's token.
func (s *site) reader(r *http.Request, purposes ...keyring.Purpose) (reader, error) {
	var ids []int64
	for _, p := range purposes { // all of them, whichever fits
		if found, err := s.Ring.Parse(p, r.PathValue("token"), 2); err == nil {
			ids = found
		}
	}
	if ids == nil {
		return reader{}, errLink
	}
	who := reader{id: ids[0], newsletterID: ids[1]}
	var found bool
	var err error
	if who.newsletter, found, err = s.Newsletters.Of(r.Context(), who.newsletterID); err != nil {
		return reader{}, err
	}
	if !found {
		return reader{}, errLink
	}
	if err := s.look(r.Context(), &who); err != nil {
		return reader{}, err
	}
	return who, nil
}

// look reads where the reader stands now.
func (s *site) look(ctx context.Context, who *reader) error {
	p, err := s.Audience.ByID(ctx, who.id)
	var gone *audience.NotFoundError
	if errors.As(err, &gone) {
		return nil
	}
	if err != nil {
		return err
	}
	who.email = mask(p.Email)
	who.on, err = s.Audience.Subscriptions(ctx, who.id)
	return err
}

// state is how he stands on a list; "" when he was never on it.
func (r *reader) state(listID int64) audience.Subscription {
	for _, sub := range r.on {
		if sub.ListID == listID {
			return sub
		}
	}
	return audience.Subscription{}
}

func (r *reader) shell() web.Shell {
	return web.Shell{Name: r.newsletter.Name, HomeURL: r.newsletter.HomeURL}
}

// mask shows an address so that its owner knows it and a stranger, to whom the
// mail was passed on, doesn't: "ada@example.org" is "a•••@example.org".
func mask(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at <= 0 {
		return "•••"
	}
	_, n := utf8.DecodeRuneInString(email)
	return email[:n] + "•••" + email[at:]
}

// refusal shows the sentence of a refused act; other errors stay what they are.
func refusal(err error) error {
	var refused *audience.RefusedError
	if errors.As(err, &refused) {
		return web.Conflict(strings.ToUpper(refused.Sentence[:1]) + refused.Sentence[1:] + ".")
	}
	return err
}
