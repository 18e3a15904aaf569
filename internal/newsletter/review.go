package newsletter

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"github.com/broadsheet/broadsheet/mailer"
)

// Review is an issue as an editor looks at it.
type Review struct {
	Issue      Issue
	Newsletter Newsletter
	Subject    string
	Preheader  string
	// Frozen says that the bytes are the stored ones that were approved; of a
	// draft they are what approving it now would freeze.
	Frozen bool
	// Template is the SHA-256 of the message's template, in hexadecimal.
	Template string
	// Message is whole, for the reader with the longest possible links; HTML
	// and Text are its parts.
	Message    []byte
	HTML, Text string
	Findings   []Finding
	// Receipt is of the last approval, nil if there is none; Standing says
	// whether it is about these bytes.
	Receipt  *Receipt
	Standing Standing
}

// Review gives an issue as it would go out, or went out.
func (s *Service) Review(ctx context.Context, id int64) (Review, error) {
	i, err := s.Issue(ctx, id)
	if err != nil {
		return Review{}, err
	}
	r := Review{Issue: i}
	if r.Newsletter, err = s.ByID(ctx, i.NewsletterID); err != nil {
		return r, err
	}
	receipt, standing, err := s.Receipt(ctx, id)
	var none *RefusedError
	switch {
	case err == nil:
		r.Receipt, r.Standing = &receipt, standing
	case !errors.As(err, &none):
		return r, err
	}
	if r.Standing == Holds {
		r.Findings, r.Subject, r.Preheader = receipt.Findings, receipt.Subject, receipt.Preheader
		return r, r.thaw()
	}
	_, c, found, err := s.examine(ctx, s.db, i)
	if err != nil {
		return r, err
	}
	sum := c.Template.SHA256()
	r.Subject, r.Preheader, r.Template, r.Findings = c.Subject, c.Mail.Preheader, hex.EncodeToString(sum[:]), found
	if r.Receipt == nil && (i.State == Launched || i.State == Approved && bytes.Equal(i.Source, c.Source[:])) {
		return r, r.thaw() // approved by a version that wrote no receipts
	}
	r.Message, r.HTML, r.Text = c.Sample, c.HTML, c.Text
	return r, nil
}

// Review is a compiled mail as an editor looks at it, with nothing said to its
// findings.
func (c *Compiled) Review() Review {
	sum := c.Template.SHA256()
	return Review{
		Issue: Issue{ID: c.input.IssueID, State: Draft}, Newsletter: c.input.Newsletter, Subject: c.Subject, Preheader: c.Mail.Preheader,
		Template: hex.EncodeToString(sum[:]), Message: c.Sample, HTML: c.HTML, Text: c.Text, Findings: findings(c.input, c, nil),
	}
}

// thaw takes the message that was approved out of its stored form.
func (r *Review) thaw() error {
	var t mailer.Template
	if err := t.UnmarshalBinary(r.Issue.Template); err != nil {
		return fmt.Errorf("read the approved template of issue %d: %w", r.Issue.ID, err)
	}
	var err error
	if r.Message, err = t.Splice(nil, worstCase()); err != nil {
		return err
	}
	if r.Text, r.HTML, err = parts(r.Message); err != nil {
		return fmt.Errorf("read the approved message of issue %d: %w", r.Issue.ID, err)
	}
	sum := t.SHA256()
	r.Frozen, r.Template = true, hex.EncodeToString(sum[:])
	return nil
}

// parts decodes the two parts of a message of ours; "\n" ends their lines.
func parts(message []byte) (text, html string, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return "", "", err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", "", err
	}
	list := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := list.NextRawPart()
		if errors.Is(err, io.EOF) {
			return text, html, nil
		}
		if err != nil {
			return "", "", err
		}
		data, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			return "", "", err
		}
		body := strings.ReplaceAll(string(data), "\r\n", "\n")
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind == "text/html" {
			html = body
		} else {
			text = body
		}
	}
}
