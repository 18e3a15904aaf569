package outbox

import (
	"context"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// State is where a mailing stands. The states are those of the SQL CHECK.
type State string

// States; see the package doc for what leads from one to another.
const (
	Sending   State = "sending"
	Paused    State = "paused"
	Cancelled State = "cancelled"
	Finished  State = "sent"
)

// What happens to a recipient whose outcome is unknown.
const (
	Hold   = "hold"   // he is left alone until an editor decides
	Resend = "resend" // he is mailed again with the same Message-ID, at most maxResends times
)

// Mailing is what is launched: one content for one audience.
type Mailing struct {
	// Key makes launching idempotent: "issue:12". A second launch under the
	// same key changes nothing and gives the first one's numbers.
	Key string
	// Kind is a word for lists and metrics: "issue", "erratum".
	Kind string
	// ParentID is the mailing that this one corrects or repeats; 0 for none.
	ParentID int64
	// ListID is the list whose subscription entitles to the mailing.
	ListID int64
	// Relay is the name of a relay; "" is any: of those with the lowest priority
	// that can be used, by weight.
	Relay string
	// Stream names what the mailing belongs to, a newsletter: its throttle, and
	// what is paused together. It may be "".
	Stream string
	// Fast lets the mailing go before all that aren't: for confirmations and
	// account mails. Launch sets it for [FastKinds].
	Fast bool
	// EnvelopeFrom is the return path of every message.
	EnvelopeFrom string
	// OnUnknown is Hold or Resend; "" is Hold.
	OnUnknown string
	// Deadline is how long deferred recipients are tried, counted from the
	// launch (RFC 5321 §4.5.4.1); 0 is DefaultDeadline.
	Deadline time.Duration
}

// FastKinds are the kinds of mailings that somebody waits for.
var FastKinds = []string{"confirmation", "account", "test"}

// Protocol is the version of what tables and statements mean that this package
// keeps to. A worker leaves alone what asks for a later one.
const Protocol = 1

// DefaultDeadline is how long a deferred recipient is tried (SMTP-9).
const DefaultDeadline = 24 * time.Hour

// Audience is a query for the recipients to freeze. It yields
// (recipient_id bigint, not_before timestamptz); a NULL instant is "at once".
// A recipient given several times is mailed once, at the earliest instant.
// Parameters are numbered from $1.
//
// With Others some recipients get another template than the mailing's: then
// the query yields a third column, variant int, which is 0 for the mailing's
// own and n for Others[n-1]. Of several the least counts.
type Audience struct {
	SQL    string
	Args   []any
	Others []*mailer.Template
}

// Launched is what a launch made, or had made before under the same key.
type Launched struct {
	MailingID  int64
	Recipients int64
	// Again tells that the key was taken: nothing was changed.
	Again bool
	// Variants are the ids of the stored templates: the mailing's own, then the
	// audience's Others. nil with Again.
	Variants []int64
}

// SlotSource gives what varies between recipients of one mailing. An id that
// is absent from the map was erased and is skipped. The Date of a Recipient
// may be zero: the time of sending is put in.
type SlotSource interface {
	Slots(ctx context.Context, mailingID int64, ids []int64) (map[int64]mailer.Recipient, error)
}

// Reasons in the ledger that this package writes; others come from the view
// entitlement.
const (
	ReasonErased    = "erased"
	ReasonCancelled = "cancelled"
	ReasonGaveUp    = "gave up at the deadline"
	ReasonCompose   = "could not be composed"
)

// batchSize is how many recipients a batch holds.
const batchSize = 500

// maxResends bounds how often one recipient is mailed again because his outcome
// is unknown; it stands in SQL.
const maxResends = "3"
