package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

type relayTestCmd struct {
	Name  string `arg:"" help:"The relay."`
	To    string `help:"Your own address: the test mail goes there." required:"" placeholder:"ADDRESS"`
	From  string `help:"Sender. Default: that of a newsletter that goes through the relay." placeholder:"ADDRESS"`
	Inbox string `help:"Address of the web pages of a serve --capture that takes the relay's mail: shows the headers that arrived." placeholder:"URL"`
	JSON  bool   `help:"Print JSON."`
}

func (relayTestCmd) Help() string {
	return `Sends one mail through the relay and shows how: TLS, authentication, what the relay offers, what it answered, how the mail is signed, what the DNS says of the sender's domain, and where they can be had (--inbox, a file:// relay) the headers that arrived. Else look at the mail in your mailbox: Authentication-Results is the receiver's word on SPF, DKIM and DMARC.

Examples:
  broadsheet relay test main --to me@example.org
  broadsheet relay test inbox --to me@example.org --inbox http://127.0.0.1:8080`
}

// relayTried is what came of it.
type relayTried struct {
	Relay      string   `json:"relay"`
	Address    string   `json:"address"`
	From       string   `json:"from"`
	To         string   `json:"to"`
	TLS        string   `json:"tls"`
	Cipher     string   `json:"cipher,omitempty"`
	Expires    string   `json:"certificate_expires,omitempty"`
	Auth       string   `json:"auth,omitempty"`
	Extensions []string `json:"extensions"`
	MaxSize    int64    `json:"max_size,omitempty"`
	MessageID  string   `json:"message_id"`
	Signatures []string `json:"signatures"` // "example.org, selector s1, rsa-2048"
	Accepted   bool     `json:"accepted"`
	Reply      string   `json:"reply"`
	DNS        []string `json:"dns"`
	Arrived    string   `json:"arrived_headers,omitempty"`
}

func (c *relayTestCmd) Run(a *app, b *backend) error {
	r, err := b.relay(a, c.Name)
	if err != nil {
		return err
	}
	relay, err := mailer.ParseRelay(r.URL)
	if err != nil {
		return err
	}
	from, err := c.sender(a, b)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(a.ctx, time.Minute)
	defer cancel()
	got := &relayTried{Relay: c.Name, Address: relay.String(), From: from, To: c.To, Extensions: []string{}, Signatures: []string{}}
	p, err := relay.Probe(ctx)
	if err != nil {
		return fmt.Errorf("relay %s can't be used: %s", c.Name, err)
	}
	got.TLS, got.Cipher, got.Auth, got.MaxSize = cmp.Or(p.TLS, "none"), p.Cipher, p.Auth, p.MaxSize
	got.Extensions = append(got.Extensions, p.Extensions...)
	if !p.CertExpires.IsZero() {
		got.Expires = p.CertExpires.Format(time.DateOnly)
	}
	message, err := c.message(ctx, a, b, got)
	if err != nil {
		return err
	}
	refused := c.send(ctx, relay, got, message)
	got.DNS = a.senderDNS(ctx, b, domainOf(from))
	if refused == nil {
		got.Arrived = c.arrived(ctx, a, relay, got.MessageID)
	}
	if err := c.show(a, got); err != nil {
		return err
	}
	return refused
}

// sender is the From address of the test.
func (c *relayTestCmd) sender(a *app, b *backend) (string, error) {
	for _, address := range []string{c.From, c.To} {
		if m, err := mail.ParseAddress(address); address != "" && (err != nil || m.Address != address) {
			return "", fmt.Errorf("%q is not an address such as me@example.org", address)
		}
	}
	if c.From != "" {
		return c.From, nil
	}
	newsletters, err := b.newsletters.List(a.ctx)
	if err != nil {
		return "", err
	}
	for _, n := range newsletters {
		if n.Relay == c.Name || n.Relay == "" {
			return n.FromEmail, nil
		}
	}
	return "", fmt.Errorf("no newsletter goes through relay %s, so say who sends: --from ADDRESS", c.Name)
}

// message is the test mail, signed as newsletters are.
func (c *relayTestCmd) message(ctx context.Context, a *app, b *backend, got *relayTried) ([]byte, error) {
	t, err := mailer.Compile(mailer.Message{
		From: mail.Address{Name: "Broadsheet", Address: got.From}, Subject: "Test of relay " + c.Name,
		Text: "This mail came through relay " + c.Name + ".\n", HTML: "<p>This mail came through relay " + c.Name + ".</p>",
		Headers: []mailer.Header{{Name: "Auto-Submitted", Value: "auto-generated"}},
	})
	if err != nil {
		return nil, err
	}
	got.MessageID = "test." + strings.ToLower(rand.Text()) + "@" + domainOf(got.From)
	message, err := t.Splice(nil, mailer.Recipient{Address: c.To, MessageID: got.MessageID, Date: a.now()})
	if err != nil {
		return nil, err
	}
	signer, err := outbox.SignerFor(ctx, b.db, t.FromDomain(), a.now)
	if err != nil || signer == nil {
		return message, err
	}
	keys, err := outbox.SigningKeys(ctx, b.db)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if d := domainOf(got.From); d == k.Domain || strings.HasSuffix(d, "."+k.Domain) {
			kind, bits := k.Kind()
			got.Signatures = append(got.Signatures, fmt.Sprintf("%s, selector %s, %s of %d bits", k.Domain, k.Selector, kind, bits))
		}
	}
	return signer.Sign(nil, message)
}

// send gives the mail to the relay. The error is a sentence.
func (c *relayTestCmd) send(ctx context.Context, relay mailer.Relay, got *relayTried, message []byte) error {
	conn, err := relay.Dial(ctx)
	if err == nil {
		defer func() { _ = conn.Close() }() // what was sent is sent
		err = conn.Send(ctx, mailer.Envelope{From: got.From, To: c.To}, message, nil)
	}
	if err != nil {
		got.Reply = err.Error()
		return fmt.Errorf("relay %s did not take the mail: %s", c.Name, printable(err.Error()))
	}
	got.Accepted, got.Reply = true, "written"
	if s, ok := conn.(interface{ Said() string }); ok {
		got.Reply = s.Said()
	}
	return nil
}

func (c *relayTestCmd) show(a *app, got *relayTried) error {
	if c.JSON {
		return a.json(got)
	}
	tls := got.TLS
	if got.Cipher != "" {
		tls += ", " + got.Cipher + ", certificate until " + got.Expires
	}
	signed := "nothing of ours; the relay may sign (broadsheet dkim add makes a key)"
	if len(got.Signatures) > 0 {
		signed = strings.Join(got.Signatures, "; ")
	}
	for _, row := range [][2]string{
		{"relay", got.Address}, {"tls", tls}, {"auth", cmp.Or(got.Auth, "none")},
		{"offers", cmp.Or(strings.Join(got.Extensions, " "), "nothing")}, {"from", got.From}, {"to", got.To},
		{"message-id", got.MessageID}, {"signed by", signed}, {"reply", got.Reply},
	} {
		a.print("%-12s%s", row[0], printable(row[1]))
	}
	for _, line := range got.DNS {
		a.print("%-12s%s", "dns", printable(line))
	}
	if got.Arrived != "" {
		a.print("headers that arrived:")
		for line := range strings.Lines(got.Arrived) {
			a.print("  %s", printable(strings.TrimRight(line, "\r\n")))
		}
	}
	return nil
}

func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// senderDNS says what the DNS publishes about a sender: SPF, DMARC and our keys.
func (a *app) senderDNS(ctx context.Context, b *backend, domain string) []string {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	var said []string
	look := func(what, name, begins string, good func(string) bool) (reachable bool) {
		records, err := net.DefaultResolver.LookupTXT(ctx, name)
		var dns *net.DNSError
		if err != nil && !(errors.As(err, &dns) && dns.IsNotFound) {
			said = append(said, "the DNS can't be asked from here, so SPF, DKIM and DMARC are not checked")
			return false
		}
		at := slices.IndexFunc(records, func(r string) bool { return strings.HasPrefix(r, begins) })
		switch {
		case at < 0:
			said = append(said, what+": "+name+" has no such record")
		case good != nil && !good(records[at]):
			said = append(said, what+": "+name+" holds another key than the one that signs")
		default:
			said = append(said, what+": "+name+" "+records[at])
		}
		return true
	}
	if !look("SPF", domain, "v=spf1", nil) || !look("DMARC", "_dmarc."+domain, "v=DMARC1", nil) {
		return said
	}
	keys, err := outbox.SigningKeys(ctx, b.db)
	for _, k := range keys {
		if err != nil || domain != k.Domain && !strings.HasSuffix(domain, "."+k.Domain) {
			continue
		}
		name, value := k.Record()
		if !look("DKIM", name, "v=DKIM1", func(found string) bool { return publicKey(found) == publicKey(value) }) {
			break
		}
	}
	return said
}

// publicKey is the p= of a DKIM record.
func publicKey(record string) string {
	for tag := range strings.SplitSeq(record, ";") {
		if name, value, ok := strings.Cut(tag, "="); ok && strings.TrimSpace(name) == "p" {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}

// arrived gives the headers of the mail as they arrived, "" when they can't be
// had.
func (c *relayTestCmd) arrived(ctx context.Context, a *app, relay mailer.Relay, id string) string {
	switch {
	case c.Inbox != "":
		head, err := fromInbox(ctx, c.Inbox, id)
		if err != nil {
			a.say("the mail can't be looked at in the inbox: %s", err)
		}
		return head
	case strings.HasPrefix(relay.String(), "file:"):
		return fromFolder(relay.Addr(), id)
	}
	return ""
}

// inboxEntry is a link to a mail on the inbox's page.
var inboxEntry = regexp.MustCompile(`href="/inbox/(\d+)"`)

// newest is how many mails of an inbox are looked at.
const newest = 20

func fromInbox(ctx context.Context, address, id string) (string, error) {
	base, err := url.Parse(address)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" {
		return "", fmt.Errorf("--inbox is %q; it must be an address such as http://127.0.0.1:8080", address)
	}
	page, err := fetchPage(ctx, base.JoinPath("/inbox/").String())
	if err != nil {
		return "", err
	}
	found := inboxEntry.FindAllSubmatch(page, newest)
	for _, m := range found {
		eml, err := fetchPage(ctx, base.JoinPath("inbox", string(m[1]), "eml").String())
		if err != nil {
			return "", err
		}
		if h := head(eml, id); h != "" {
			return h, nil
		}
	}
	return "", errors.New("it isn't among the newest there; is the relay its capture address?")
}

// maxPage bounds what is read of a page.
const maxPage = 16 << 20

func fetchPage(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s doesn't answer (%s)", address, netReason(err))
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxPage))
}

func fromFolder(dir, id string) string {
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		return ""
	}
	for _, f := range files {
		if eml, err := os.ReadFile(f); err == nil {
			if h := head(eml, id); h != "" {
				return h
			}
		}
	}
	return ""
}

// head is the header of a message if it is the one of this id.
func head(eml []byte, id string) string {
	h, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(eml))).ReadMIMEHeader()
	if err != nil && !errors.Is(err, io.EOF) || h.Get("Message-Id") != "<"+id+">" {
		return ""
	}
	text, _, _ := strings.Cut(strings.ReplaceAll(string(eml), "\r\n", "\n"), "\n\n")
	return text
}
