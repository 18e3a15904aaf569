package public

import (
	"net/http"

	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/web"
)

// What the page says.
const (
	stepAsk      = "ask"      // the button
	stepLeft     = "left"     // he is off, and may come back
	stepReturned = "returned" // he came back
)

type unsubscribePage struct {
	web.Shell
	Step        string
	Email       string // masked
	MayReturn   bool
	Preferences string // path of the page with all his lists
}

// unsubscribePage changes nothing: scanners of mail look at every link (BOT-1).
func (s *site) unsubscribePage(w http.ResponseWriter, r *http.Request) error {
	who, err := s.reader(r, keyring.Unsubscribe, keyring.OneClick)
	if err != nil {
		return err
	}
	step := stepAsk
	if s := who.state(who.newsletter.ListID).State; s == "unsubscribed" || s == "" {
		step = stepLeft
	}
	return s.showUnsubscribe(w, who, step)
}

func (s *site) showUnsubscribe(w http.ResponseWriter, who reader, step string) error {
	page := unsubscribePage{
		Shell: who.shell(), Step: step, Email: who.email,
		MayReturn: who.state(who.newsletter.ListID).MayReturn,
	}
	if who.email != "" {
		page.Preferences = "/preferences/" + s.Ring.Token(keyring.Preferences, who.id, who.newsletterID)
	}
	return s.pages.Render(w, http.StatusOK, "public/unsubscribe.html", page)
}

func (s *site) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	who, err := s.reader(r, keyring.Unsubscribe, keyring.OneClick)
	if err != nil {
		return err
	}
	// Form-urlencoded or multipart (RFC 8058 §3.1). What can't be read has no
	// fields, and is taken for the wish to leave.
	_ = r.ParseMultipartForm(maxForm)
	if r.PostFormValue("act") == "return" {
		return s.undo(w, r, who)
	}
	oneClick := r.PostFormValue("List-Unsubscribe") == "One-Click"
	how := "unsubscribe page"
	if oneClick {
		how = "one-click"
	}
	err = s.InTx(r.Context(), func(tx *postgres.Tx) error {
		_, err := s.Audience.Unsubscribe(r.Context(), tx, who.id, who.newsletter.ListID, how)
		return err
	})
	if err != nil {
		return err
	}
	if oneClick {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("Unsubscribed.\n")) // done, whether he listens or not
		return nil
	}
	if err := s.look(r.Context(), &who); err != nil {
		return err
	}
	return s.showUnsubscribe(w, who, stepLeft)
}

// maxForm is more than a body may have, so that no form is kept on disk.
const maxForm = 128 << 10

func (s *site) undo(w http.ResponseWriter, r *http.Request, who reader) error {
	if who.state(who.newsletter.ListID).State == "" {
		return errLink
	}
	err := s.InTx(r.Context(), func(tx *postgres.Tx) error {
		_, err := s.Audience.Resubscribe(r.Context(), tx, who.id, who.newsletter.ListID, "unsubscribe page, undone")
		return err
	})
	if err != nil {
		return refusal(err)
	}
	if err := s.look(r.Context(), &who); err != nil {
		return err
	}
	return s.showUnsubscribe(w, who, stepReturned)
}
