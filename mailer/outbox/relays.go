package outbox

import (
	"time"
)

// Relay is an SMTP server that mailings go out through.
type Relay struct {
	ID        int64     `db:"id" json:"id"`
	Name      string    `db:"name" json:"name"`
	URL       string    `db:"url" json:"-"` // holds the password
	CreatedAt time.Time `db:"created_at" json:"created_at"`
}
