package public

import (
	"net/http"
	"strconv"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/web"
)

type preferencesPage struct {
	web.Shell
	Email     string // masked
	Said      string // what has just been done
	On        []audience.Subscription
	AnyActive bool
}

func (s *site) preferencesPage(w http.ResponseWriter, r *http.Request) error {
	who, err := s.reader(r, keyring.Preferences)
	if err != nil {
		return err
	}
	return s.showPreferences(w, who, "")
}

func (s *site) showPreferences(w http.ResponseWriter, who reader, said string) error {
	page := preferencesPage{Shell: who.shell(), Email: who.email, Said: said, On: who.on}
	for _, sub := range who.on {
		page.AnyActive = page.AnyActive || sub.State != "unsubscribed"
	}
	return s.pages.Render(w, http.StatusOK, "public/preferences.html", page)
}

func (s *site) changePreferences(w http.ResponseWriter, r *http.Request) error {
	who, err := s.reader(r, keyring.Preferences)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return web.BadRequest("The form could not be read. Please go back and press the button again.")
	}
	said, err := s.prefer(r, who)
	if err != nil {
		return err
	}
	if err := s.look(r.Context(), &who); err != nil {
		return err
	}
	return s.showPreferences(w, who, said)
}

const howPreferences = "preferences page"

// prefer carries out what the form says and tells what was done.
func (s *site) prefer(r *http.Request, who reader) (said string, err error) {
	ctx, act := r.Context(), r.PostFormValue("act")
	if act == "leave-all" {
		return "You are off all our lists. No newsletter will reach you any more.", s.InTx(ctx, func(tx *postgres.Tx) error {
			for _, sub := range who.on {
				if _, err := s.Audience.Unsubscribe(ctx, tx, who.id, sub.ListID, howPreferences); err != nil {
					return err
				}
			}
			return nil
		})
	}
	listID, _ := strconv.ParseInt(r.PostFormValue("list"), 10, 64) // 0 is no list
	sub := who.state(listID)
	if sub.State == "" {
		return "", web.NotFound("You are not on this list. Please go back and load the page again.")
	}
	switch act {
	case "leave":
		return "You are off “" + sub.ListName + "”.", s.InTx(ctx, func(tx *postgres.Tx) error {
			_, err := s.Audience.Unsubscribe(ctx, tx, who.id, listID, howPreferences)
			return err
		})
	case "return":
		err := s.InTx(ctx, func(tx *postgres.Tx) error {
			_, err := s.Audience.Resubscribe(ctx, tx, who.id, listID, howPreferences)
			return err
		})
		return "You are on “" + sub.ListName + "” again.", refusal(err)
	}
	return "", web.BadRequest("The form could not be read. Please go back and press the button again.")
}
