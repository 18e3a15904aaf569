package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"strings"
	"sync"
)

// Purpose is what a token or hash is for. One made for one purpose never
// verifies for another.
type Purpose string

// The purposes in use. OneClick is the URL in the List-Unsubscribe header
// (RFC 8058), Unsubscribe the link in the body of the mail: they differ so that
// a program which follows body links can't be taken for the mailbox provider's
// button.
const (
	Unsubscribe Purpose = "unsubscribe"
	OneClick    Purpose = "one-click"
	Preferences Purpose = "preferences"
	MessageID   Purpose = "message-id"
	Suppression Purpose = "suppression"
	Bounce      Purpose = "bounce" // the return path of a delivery
	// Preview opens the preview page of an issue; its ids are the issue and the
	// second, since 1970, at which it ends.
	Preview Purpose = "preview"
)

// ErrToken is what Parse answers to anything that is not a token it was asked
// for: damaged, forged, of another purpose, or signed with a key that is gone.
var ErrToken = errors.New("this link is not valid; it may have been cut off when it was copied")

const (
	macSize = 16
	// maxToken bounds the work on a stranger's input: a key id and eight ids
	// of ten bytes each and the MAC take less.
	maxToken = 160
)

// encoding is strict, so that a change of the unused last bits is refused.
var encoding = base64.RawURLEncoding.Strict()

// messageIDEncoding has one case: some systems fold the case of Message-IDs.
var messageIDEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

type key struct {
	id     uint64
	secret []byte
}

// Ring holds the keys. It is made by Load, never changes, and may be used by
// many goroutines at once.
type Ring struct {
	signing key               // the newest link key
	links   map[uint64][]byte // all link keys by id
	lasting *sync.Pool        // of hash.Hash: HMACs under the suppression key
	none    []byte            // stands in for a key that does not exist
}

// lastingPool keeps HMACs that have taken in their key: an import makes a
// million hashes.
func lastingPool(secret []byte) *sync.Pool {
	return &sync.Pool{New: func() any { return hmac.New(sha256.New, secret) }}
}

// Token makes a token for ids, for use in a URL. The same arguments give the
// same token as long as no key is added.
func (r *Ring) Token(p Purpose, ids ...int64) string {
	b := make([]byte, 0, (1+len(ids))*binary.MaxVarintLen64+macSize)
	b = binary.AppendUvarint(b, r.signing.id)
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id))
	}
	mac := sum(r.signing.secret, "token", p, b)
	return encoding.EncodeToString(append(b, mac[:macSize]...))
}

// Parse gives the n ids of a token that was made for purpose p. The only error
// is ErrToken.
func (r *Ring) Parse(p Purpose, token string, n int) ([]int64, error) {
	payload, mac := split(token)
	keyID, ids, ok := readIDs(payload, n)
	secret, known := r.links[keyID]
	if !known {
		secret = r.none
	}
	want := sum(secret, "token", p, payload)
	same := subtle.ConstantTimeCompare(want[:macSize], mac) == 1
	if !ok || !known || !same {
		return nil, ErrToken
	}
	return ids, nil
}

// split decodes a token into what was signed and the signature; both are of
// some length whatever the token is, so that Parse can go on with them.
func split(token string) (payload, mac []byte) {
	// The decoder of encoding/base64 skips line breaks.
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		token = ""
	}
	b, err := encoding.DecodeString(token)
	if err != nil || len(b) < macSize {
		return nil, make([]byte, macSize)
	}
	return b[:len(b)-macSize], b[len(b)-macSize:]
}

// readIDs reads a key id and n ids, and nothing besides.
func readIDs(b []byte, n int) (keyID uint64, ids []int64, ok bool) {
	keyID, b, ok = readUvarint(b)
	for range n {
		if !ok {
			return keyID, nil, false
		}
		var v uint64
		v, b, ok = readUvarint(b)
		ids = append(ids, int64(v))
	}
	return keyID, ids, ok && len(b) == 0
}

func readUvarint(b []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

// Hash gives the 32-byte keyed hash of data, made with the key that never
// changes. Equal data has equal hashes for ever; without the key nothing can be
// found out by trying addresses.
func (r *Ring) Hash(p Purpose, data string) []byte {
	return r.sumLasting("hash", p, []byte(data))
}

// MessageID gives the Message-ID (RFC 5322 §3.6.4) of one delivery, without the
// angle brackets. It is the same whenever and wherever it is made, so that a
// mail that is sent again after a doubtful end can be recognised as the same.
func (r *Ring) MessageID(mailing, recipient int64, host string) string {
	var b []byte
	b = binary.AppendUvarint(b, uint64(mailing))
	b = binary.AppendUvarint(b, uint64(recipient))
	h := r.sumLasting("id", MessageID, b)
	return messageIDEncoding.EncodeToString(h[:20]) + "@" + host
}

func (r *Ring) sumLasting(kind string, p Purpose, data []byte) []byte {
	m := r.lasting.Get().(hash.Hash)
	defer r.lasting.Put(m)
	m.Reset()
	return seal(m, kind, p, data)
}

func sum(secret []byte, kind string, p Purpose, data []byte) []byte {
	return seal(hmac.New(sha256.New, secret), kind, p, data)
}

// seal says what is signed: kind and purpose are part of it, each ended by a
// zero byte, which neither contains.
func seal(m hash.Hash, kind string, p Purpose, data []byte) []byte {
	b := make([]byte, 0, 128)
	b = append(append(b, kind...), 0)
	b = append(append(b, p...), 0)
	m.Write(append(b, data...))
	return m.Sum(nil)
}
