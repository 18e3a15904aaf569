package mailer

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// Key is a private key that signs the mails of a domain (DKIM, RFC 6376). It
// never shows itself but by PEM.
type Key struct {
	Domain   string // signs for this domain and what stands below it; ASCII
	Selector string // where under _domainkey its public half is published
	private  crypto.Signer
}

// KeyKind is a signature algorithm.
type KeyKind string

// Kinds of keys. Every verifier knows RSA; Ed25519 (RFC 8463) is best used
// beside it.
const (
	RSA     KeyKind = "rsa"
	Ed25519 KeyKind = "ed25519"
)

// Sizes of RSA keys, in bits: what Generate makes, what is warned of below, what
// is refused below (RFC 8301 §3.2, AUTH-2).
const (
	newRSA    = 2048
	strongRSA = 2048
	leastRSA  = 1024
)

// selectorForm is one or more labels (RFC 6376 §3.1).
var selectorForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// GenerateKey makes a new key. Errors are sentences.
func GenerateKey(domain, selector string, kind KeyKind) (*Key, error) {
	var (
		private crypto.Signer
		err     error
	)
	switch kind {
	case RSA:
		private, err = rsa.GenerateKey(rand.Reader, newRSA)
	case Ed25519:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		return nil, fmt.Errorf("the key's kind must be rsa or ed25519, not %q", clip(string(kind), 40))
	}
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return newKey(domain, selector, private)
}

// ParseKey reads a private key in PEM: PKCS #1 or PKCS #8, without a passphrase.
// Errors are sentences and never show the key.
func ParseKey(domain, selector string, text []byte) (*Key, error) {
	if block, _ := pem.Decode(text); block == nil {
		return nil, errors.New("this is no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----")
	}
	private, err := gomail.PrivKeyFromPEM(text)
	if err != nil {
		return nil, errors.New("the private key can't be read; it must be of RSA or Ed25519, in PEM, and without a passphrase")
	}
	return newKey(domain, selector, private)
}

func newKey(domain, selector string, private crypto.Signer) (*Key, error) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil || !strings.Contains(ascii, ".") {
		return nil, fmt.Errorf("%q is not a domain that mails can be signed for; give one like example.org", clip(domain, 100))
	}
	k := &Key{Domain: strings.ToLower(ascii), Selector: strings.ToLower(selector), private: private}
	if !selectorForm.MatchString(k.Selector) || len(k.Selector)+len("._domainkey.")+len(k.Domain) > 253 {
		return nil, fmt.Errorf("%q can't be a selector; use letters, digits and hyphens, such as s2026a", clip(selector, 100))
	}
	if r, ok := private.(*rsa.PrivateKey); ok && r.N.BitLen() < leastRSA {
		return nil, fmt.Errorf("the key has %d bits, and what it signs is ignored; use one of %d bits", r.N.BitLen(), newRSA)
	}
	return k, nil
}

// Kind is the key's algorithm, with the size of an RSA key in bits.
func (k *Key) Kind() (kind KeyKind, bits int) {
	if r, ok := k.private.(*rsa.PrivateKey); ok {
		return RSA, r.N.BitLen()
	}
	return Ed25519, 0
}

// Warning is a sentence about a key that is weaker than it should be, else "".
func (k *Key) Warning() string {
	if kind, bits := k.Kind(); kind == RSA && bits < strongRSA {
		return fmt.Sprintf("the key has only %d bits; replace it by one of %d (AUTH-2)", bits, newRSA)
	}
	return ""
}

// PEM is the private key (PKCS #8).
func (k *Key) PEM() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil // of neither kind, which newKey doesn't make
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// Record is the TXT record that publishes the key's other half (RFC 6376 §3.6.1,
// RFC 8463 §4): its name, and its value as one string.
func (k *Key) Record() (name, value string) {
	name = k.Selector + "._domainkey." + k.Domain
	switch public := k.private.Public().(type) {
	case ed25519.PublicKey:
		return name, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	default:
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			return name, "" // as in PEM
		}
		return name, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
	}
}

// String names the key without showing it.
func (k *Key) String() string { return k.Selector + "._domainkey." + k.Domain }

// GoString is String.
func (k *Key) GoString() string { return k.String() }

// signed are the headers that a signature covers where a message has them.
// Those in oversigned are listed once more than they occur, so that nobody can
// add a second one (RFC 6376 §8.15); From is refused by no verifier then.
var (
	signed = []string{
		"From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
		"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted",
	}
	oversigned = []string{
		"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
		"List-Unsubscribe", "List-Unsubscribe-Post",
	}
)

// Signer signs messages with any number of keys. It can be used by any number
// of goroutines.
type Signer struct {
	now  func() time.Time
	keys []*Key
}

// NewSigner makes a signer; now dates the signatures.
func NewSigner(now func() time.Time, keys ...*Key) *Signer { return &Signer{now: now, keys: keys} }

// Sign appends msg to dst, with a DKIM-Signature in front of it for each key.
// The header canonicalisation is relaxed, that of the body simple: what is
// spliced has no white space that mail servers change.
func (s *Signer) Sign(dst, msg []byte) ([]byte, error) {
	head, body, ok := bytes.Cut(msg, []byte("\r\n\r\n"))
	if !ok {
		return dst, errors.New("the message has no body that could be signed")
	}
	head = msg[:len(head)+2]
	cover := present(head)
	for _, k := range s.keys {
		signer := gomail.NewDKIMSigner(k.Domain, k.Selector, k.private)
		signer.NowFunc = s.now
		signer.HeaderCanonicalization(gomail.CanonicalizationRelaxed)
		signer.BodyCanonicalization(gomail.CanonicalizationSimple)
		signer.SignHeaders(cover...)
		signer.OversignHeaders(oversigned...)
		header, err := signer.Sign(head, body)
		if err != nil {
			return dst, fmt.Errorf("signing for %s: %w", k, err)
		}
		dst = appendRefolded(dst, header)
	}
	return append(dst, msg...), nil
}

// appendRefolded folds a signature anew where that changes nothing for a
// verifier: behind semicolons and within b=. go-mail also folds long tags in
// their midst, which adds a space that it didn't sign.
func appendRefolded(dst []byte, header string) []byte {
	const width = 76
	line := strings.TrimSuffix(strings.ReplaceAll(header, "\r\n ", ""), "\r\n")
	col := 0
	for i, tag := range strings.SplitAfter(line, "; ") {
		tag = strings.TrimSuffix(tag, " ")
		if i > 0 && col+1+len(tag) > width {
			dst, col = append(dst, "\r\n"...), 0
		}
		if i > 0 {
			dst, col = append(dst, ' '), col+1
		}
		for strings.HasPrefix(tag, "b=") && col+len(tag) > width {
			room := max(width-col, len("b="))
			dst = append(append(dst, tag[:room]...), "\r\n "...)
			tag, col = tag[room:], 1
			for len(tag) > width-col {
				dst = append(append(dst, tag[:width-col]...), "\r\n "...)
				tag = tag[width-col:]
			}
		}
		dst, col = append(dst, tag...), col+len(tag)
	}
	return append(dst, "\r\n"...)
}

// present are the headers of signed that the block has.
func present(head []byte) []string {
	out := make([]string, 0, len(signed))
	for _, name := range signed {
		for at := 0; at < len(head); {
			if len(head)-at > len(name) && head[at+len(name)] == ':' && bytes.EqualFold(head[at:at+len(name)], []byte(name)) {
				out = append(out, name)
				break
			}
			n := bytes.IndexByte(head[at:], '\n')
			if n < 0 {
				break
			}
			at += n + 1
		}
	}
	return out
}
