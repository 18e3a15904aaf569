package newsletter

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// Tested says what a test mail was.
type Tested struct {
	// Relay is the name of the relay that took it.
	Relay string `json:"relay"`
	// SHA256 is that of the template: the one that an approval is bound to.
	SHA256 [sha256.Size]byte `json:"-"`
	// Approved says that the bytes are the stored ones; of a draft they are
	// those that approving it now would freeze.
	Approved bool `json:"approved"`
	// Bytes is the size of the mail without the line that marks it.
	Bytes int `json:"bytes"`
}

// TestHeader marks a test mail; it stands before the message, which is
// otherwise what every reader gets.
const TestHeader = "X-Broadsheet-Test"

// testToken stands in a test mail where readers have theirs: it opens nothing.
const testToken = "test-mail"

// testPatience bounds how long a relay may take over a test mail.
const testPatience = time.Minute

// SendTest sends an issue to one address through the newsletter's relay: the
// same bytes as to readers, whose own links are replaced by some that do
// nothing. The ledger knows nothing of it.
func (s *Service) SendTest(ctx context.Context, id int64, address string) (Tested, error) {
	to, err := audience.ParseAddress(address)
	if err != nil {
		return Tested{}, err
	}
	if gone, err := s.audience.Suppressed(ctx, to); err != nil || gone {
		return Tested{}, cmp.Or(err, refused("%s is suppressed, so nothing is sent there, not even a test", to.Email))
	}
	i, err := s.Issue(ctx, id)
	if err != nil {
		return Tested{}, err
	}
	n, err := s.ByID(ctx, i.NewsletterID)
	if err != nil {
		return Tested{}, err
	}
	t, approved, err := s.asItStands(ctx, i)
	if err != nil {
		return Tested{}, err
	}
	relay, name, err := s.relayOf(ctx, s.db, n)
	if err != nil {
		return Tested{}, err
	}
	now := s.now()
	out := Tested{Relay: name, SHA256: t.SHA256(), Approved: approved}
	message, err := t.Splice(nil, mailer.Recipient{
		Address: to.Email, MessageID: fmt.Sprintf("test.%d.%d@%s", id, now.UnixNano(), n.domain()), Date: now,
		Values: []string{testToken, testToken, testToken},
	})
	if err != nil {
		return out, refused("the test mail can't be made: %s", err)
	}
	signer, err := outbox.SignerFor(ctx, s.db, t.FromDomain(), s.now)
	if err != nil {
		return out, err
	}
	out.Bytes = len(message)
	marked := fmt.Appendf(nil, "%s: issue %d\r\n", TestHeader, id)
	if signer == nil {
		message = append(marked, message...)
	} else if message, err = signer.Sign(marked, message); err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	if err := deliverOne(ctx, relay, mailer.Envelope{From: n.FromEmail, To: to.Email}, message); err != nil {
		return out, refused("the relay %s did not take the test mail: %s", name, err)
	}
	return out, nil
}

// asItStands is the template of what would be sent now, or was.
func (s *Service) asItStands(ctx context.Context, i Issue) (t *mailer.Template, approved bool, err error) {
	in, err := s.input(ctx, s.db, i)
	if err != nil {
		return nil, false, err
	}
	if now := in.hash(); i.State == Launched || i.State == Approved && bytes.Equal(now[:], i.Source) {
		t = new(mailer.Template)
		if err := t.UnmarshalBinary(i.Template); err != nil {
			return nil, false, fmt.Errorf("read the approved template of issue %d: %w", i.ID, err)
		}
		return t, true, nil
	}
	c, err := Compile(in)
	if err != nil {
		return nil, false, err
	}
	return c.Template, false, nil
}

func deliverOne(ctx context.Context, relay mailer.Relay, env mailer.Envelope, message []byte) error {
	conn, err := relay.Dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // what was sent is sent
	return conn.Send(ctx, env, message, nil)
}

// relayOf is the relay that a newsletter goes through.
func (s *Service) relayOf(ctx context.Context, q postgres.Queryer, n Newsletter) (mailer.Relay, string, error) {
	relays, err := outbox.Relays(ctx, q)
	if err != nil {
		return mailer.Relay{}, "", err
	}
	for _, r := range relays {
		if r.Name == n.Relay || n.Relay == "" {
			parsed, err := mailer.ParseRelay(r.URL)
			return parsed, r.Name, err
		}
	}
	return mailer.Relay{}, "", refused("%s has no relay to send through; broadsheet relay add NAME smtp://… makes one", n.Slug)
}
