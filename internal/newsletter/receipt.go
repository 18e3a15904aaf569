package newsletter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"time"

	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/mailer"
)

// Receipt is the preflight receipt of an approval: what was checked, on which
// bytes, and what came of it. It is stored with the issue and never changes.
type Receipt struct {
	Issue      int64     `json:"issue"`
	Newsletter string    `json:"newsletter"` // its slug
	Subject    string    `json:"subject"`
	Preheader  string    `json:"preheader"`
	ApprovedAt time.Time `json:"approved_at"`
	ApprovedBy string    `json:"approved_by"`
	// Version is the program's.
	Version string `json:"version"`
	Bytes   Bytes  `json:"bytes"`
	// Edition names the state of the rules (lint.Edition); Rules is every one
	// that was run.
	Edition string    `json:"edition"`
	Rules   []RuleRun `json:"rules"`
	// Proof is where the disclosures stand.
	Proof lint.Proof `json:"proof"`
	// Strict says that warnings had to be acknowledged.
	Strict   bool      `json:"strict"`
	Findings []Finding `json:"findings"`
}

// Bytes are the SHA-256 hashes, in hexadecimal, and the sizes of what was
// approved. Template is the message with a place for each reader's own links:
// what is launched. The others are as the reader with the longest possible
// links gets them; Web is the archive's page.
type Bytes struct {
	Template string `json:"template"`
	Message  string `json:"message"`
	HTML     string `json:"html"`
	Text     string `json:"text"`
	Web      string `json:"web"`
	// MessageSize is of the message as it is sent, in bytes.
	MessageSize int `json:"message_size"`
	// Variants are the parts of a digest that readers get who have had the
	// rest; they were approved with it.
	Variants []Variant `json:"variants,omitempty"`
}

// RuleRun is a rule that was run.
type RuleRun struct {
	ID         string `json:"id"`
	Severity   string `json:"severity"`
	VerifiedOn string `json:"verified_on"` // when its source was last read
	Findings   int    `json:"findings"`
}

// Open counts the warnings that passed unacknowledged.
func (r *Receipt) Open() int { return len(open(r.Findings)) }

// receipt writes down what was checked.
func (s *Service) receipt(in Input, i Issue, c *Compiled, found []Finding, actor string) Receipt {
	sum := c.Template.SHA256()
	r := Receipt{
		Issue: i.ID, Newsletter: in.Newsletter.Slug, Subject: c.Subject, Preheader: c.Mail.Preheader,
		ApprovedAt: s.now(), ApprovedBy: actor, Version: s.version,
		Bytes: Bytes{
			Template: hex.EncodeToString(sum[:]), Message: hashOf(c.Sample), HTML: hashOf([]byte(c.HTML)), Text: hashOf([]byte(c.Text)),
			Web: hashOf([]byte(c.Mail.Web)), MessageSize: len(c.Sample),
		},
		Edition: lint.Edition(), Proof: c.Proof(), Strict: in.Newsletter.Strict, Findings: found,
	}
	count := map[string]int{}
	for _, f := range found {
		count[f.Rule]++
	}
	for _, rule := range lint.Rules() {
		r.Rules = append(r.Rules, RuleRun{rule.ID, string(rule.Severity), rule.VerifiedOn, count[rule.ID]})
	}
	return r
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Standing is how a receipt relates to the issue as it is now.
type Standing string

// Standings of a receipt.
const (
	// Holds: what would be sent, or was, is what the receipt is about; its
	// stored bytes have just been hashed again.
	Holds Standing = "holds"
	// Void: something was edited since, so that it has to be approved again.
	Void Standing = "void"
	// Broken: the stored bytes are not those of the receipt.
	Broken Standing = "broken"
)

// Receipt gives the receipt of the last approval of an issue. A *RefusedError
// says that it was never approved, or by a version that wrote none.
func (s *Service) Receipt(ctx context.Context, id int64) (Receipt, Standing, error) {
	i, err := s.Issue(ctx, id)
	if err != nil {
		return Receipt{}, "", err
	}
	r, found, err := lastReceipt(ctx, s.db, id)
	switch {
	case err != nil:
		return r, "", err
	case !found && i.State == Draft:
		return r, "", refused("issue %d has never been approved, and approving is what writes a receipt; broadsheet issue preview %d shows what it would say", id, id)
	case !found:
		return r, "", refused("issue %d was approved by a version that wrote no receipts", id)
	}
	standing, err := s.standing(ctx, i, r)
	return r, standing, err
}

func (s *Service) standing(ctx context.Context, i Issue, r Receipt) (Standing, error) {
	if i.State == Draft {
		return Void, nil
	}
	var t mailer.Template
	if err := t.UnmarshalBinary(i.Template); err != nil {
		return Broken, nil
	}
	sum := t.SHA256()
	sample, err := t.Splice(nil, worstCase())
	if err != nil || hex.EncodeToString(sum[:]) != r.Bytes.Template || hashOf(sample) != r.Bytes.Message {
		return Broken, nil
	}
	parts, err := issueVariants(ctx, s.db, i.ID)
	if err != nil {
		return "", err
	}
	if !reflect.DeepEqual(listed(i, parts), r.Bytes.Variants) {
		return Broken, nil
	}
	if i.State == Launched {
		return Holds, nil
	}
	in, err := s.input(ctx, s.db, i)
	if err != nil {
		return "", err
	}
	if now := in.hash(); !bytes.Equal(now[:], i.Source) {
		return Void, nil
	}
	return Holds, nil
}
