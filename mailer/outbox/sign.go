package outbox

import (
	"context"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// signerFor is for how long a worker doesn't ask again which keys a domain has.
const signerFor = 10 * time.Second

// knownSigner is what a domain's mails are signed with, nil for nothing.
type knownSigner struct {
	signer *mailer.Signer
	until  time.Duration // on the boot clock
}

// signer gives what signs mails of a template's sender.
func (e *Engine) signer(ctx context.Context, t *mailer.Template) (*mailer.Signer, error) {
	domain := t.FromDomain()
	e.mu.Lock()
	known, ok := e.signers[domain]
	e.mu.Unlock()
	if ok && e.c.Boot() < known.until {
		return known.signer, nil
	}
	s, err := SignerFor(ctx, e.c.DB, domain, e.c.Now)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.signers[domain] = knownSigner{s, e.c.Boot() + signerFor}
	return s, nil
}
