package newsletter

import (
	"fmt"

	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// atOnce lets everybody of a query of (recipient_id, zone) have it now.
func atOnce(query string, args []any) outbox.Audience {
	return outbox.Audience{SQL: "SELECT r.recipient_id, NULL::timestamptz AS not_before FROM (" + query + ") r", Args: args}
}

// byZone gives each zone its instant; who is in a zone that is not among them,
// because he came just now, has it at the instant otherwise.
func byZone(query string, args []any, zones, at []string, otherwise string) outbox.Audience {
	n := len(args)
	return outbox.Audience{
		SQL: fmt.Sprintf(`SELECT r.recipient_id, coalesce(z.at, $%d::timestamptz) AS not_before FROM (%s) r
			LEFT JOIN unnest($%d::text[], $%d::timestamptz[]) z(zone, at) ON z.zone = r.zone`, n+3, query, n+1, n+2),
		Args: append(append(make([]any, 0, n+3), args...), pq.Array(zones), pq.Array(at), otherwise),
	}
}
