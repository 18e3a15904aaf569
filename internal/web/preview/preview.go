package preview

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/web"
)

// Options is what the pages need.
type Options struct {
	// Issues gives an issue as it would go out; newsletter.Service is one.
	Issues interface {
		Review(ctx context.Context, id int64) (newsletter.Review, error)
	}
	Ring *keyring.Ring
	Now  func() time.Time
}

type site struct {
	Options
	pages *web.Pages
}

// Routes gives the pages. Its error is a mistake in a template.
func Routes(o Options) ([]web.Route, error) {
	pages, err := web.ParsePages("preview/issue.html")
	if err != nil {
		return nil, err
	}
	s := &site{o, pages}
	return []web.Route{
		{Pattern: "GET /preview/{token}", Handler: s.issue},
		{Pattern: "GET /preview/{token}/frame", Handler: s.frame},
		{Pattern: "GET /preview/{token}/eml", Handler: s.eml},
	}, nil
}

// Path is the address of an issue's preview, below the public one, that opens
// until the given time.
func Path(ring *keyring.Ring, issue int64, until time.Time) string {
	return "/preview/" + ring.Token(keyring.Preview, issue, until.Unix())
}

// open reads a request's token and the issue that it is for.
func (s *site) open(r *http.Request) (review newsletter.Review, until time.Time, err error) {
	ids, err := s.Ring.Parse(keyring.Preview, r.PathValue("token"), 2)
	if err != nil {
		return review, until, web.NotFound("This address opens no preview. It may have been cut off when it was copied; broadsheet issue preview ID --link prints a new one.")
	}
	if until = time.Unix(ids[1], 0).UTC(); s.Now().After(until) {
		return review, until, &web.Error{Status: http.StatusGone, Title: "No longer open",
			Sentence: fmt.Sprintf("This address opened until %s. broadsheet issue preview %d --link prints a new one.", until.Format("2 January 2006, 15:04 UTC"), ids[0])}
	}
	review, err = s.Issues.Review(r.Context(), ids[0])
	var none *newsletter.NotFoundError
	if errors.As(err, &none) {
		return review, until, web.NotFound("This issue is gone.")
	}
	return review, until, err
}

// eml hands the message out as a file.
func (s *site) eml(w http.ResponseWriter, r *http.Request) error {
	review, _, err := s.open(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "message/rfc822")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=\"issue-%d.eml\"", review.Issue.ID))
	_, _ = w.Write(review.Message) // the editor has gone away
	return nil
}
