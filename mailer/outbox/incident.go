package outbox

import (
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// Kinds of incidents, as in SQL.
const (
	IncidentProvider   = "provider"   // a mailbox provider refuses a sender (SMTP-4, 6, 7)
	IncidentRelay      = "relay"      // a relay can't be used
	IncidentContent    = "content"    // a relay refuses what a mailing says (SMTP-5)
	IncidentComplaints = "complaints" // too many readers of a stream complain (REP-1)
	IncidentDisk       = "disk"       // the database could not write
)

// Incident is a trouble that no subscriber is charged with.
type Incident struct {
	ID        int64      `db:"id" json:"id"`
	Kind      string     `db:"kind" json:"kind"`
	Relay     string     `db:"relay" json:"relay,omitempty"`
	Provider  string     `db:"provider" json:"provider,omitempty"`
	MailingID int64      `db:"mailing_id" json:"mailing_id,omitempty"`
	Stream    string     `db:"stream" json:"newsletter,omitempty"`
	Rule      string     `db:"rule" json:"rule,omitempty"`
	Code      int        `db:"code" json:"code,omitempty"`
	Enhanced  string     `db:"enhanced" json:"enhanced,omitempty"`
	Reply     string     `db:"reply" json:"reply,omitempty"` // the other side's words: escape them
	Times     int        `db:"times" json:"times"`
	OpenedAt  time.Time  `db:"opened_at" json:"opened_at"`
	LastAt    time.Time  `db:"last_at" json:"last_at"`
	HeldUntil *time.Time `db:"held_until" json:"held_until,omitempty"` // nil: until it is resumed
	ClosedAt  *time.Time `db:"closed_at" json:"closed_at,omitempty"`
	ClosedBy  string     `db:"closed_by" json:"closed_by,omitempty"`
}

// incident is one to be written.
type incident Incident

// with adds what was replied.
func (i incident) with(e *mailer.Error) incident {
	if e != nil {
		i.Rule, i.Code, i.Enhanced, i.Reply = e.Rule, e.Code, storable(e.Enhanced, 12), storable(replyText(e), 1000)
	}
	return i
}
