package inbox

import (
	"net/http"
	"strconv"

	"github.com/broadsheet/broadsheet/internal/web"
)

type listPage struct {
	web.Shell
	Mails  []summary
	Total  int
	Before int  // this page begins below that number; 0: at the newest
	Older  int  // the next page begins below that number; 0: there is none
	Live   bool // renews itself
}

func (s *site) list(w http.ResponseWriter, r *http.Request) error {
	page := listPage{Shell: shell(), Live: r.FormValue("live") == "1"}
	if text := r.FormValue("before"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			return web.NotFound("There is no such page of the inbox. Go back to its beginning.")
		}
		page.Before = n
	}
	all := s.source.Mails(0)
	page.Total = len(all)
	for _, m := range all {
		if page.Before > 0 && m.ID >= page.Before {
			continue
		}
		if len(page.Mails) == pageSize {
			page.Older = page.Mails[pageSize-1].ID
			break
		}
		page.Mails = append(page.Mails, summarise(m))
	}
	return s.pages.Render(w, http.StatusOK, "inbox/list.html", page)
}
