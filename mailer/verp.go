package mailer

import (
	"crypto/subtle"
	"encoding/base32"
	"strconv"
	"strings"
)

// VERP makes return paths that tell which delivery a bounce is about, and that
// nobody else can make (SMTP-12):
//
//	b+MAILING.RECIPIENT.MAC@domain
//
// The numbers are in base 36, the MAC is 80 bits in base 32. All of it is in
// lower case and read in any, as some mail servers change it.
type VERP struct {
	// Domain is where bounces come in; "" for no return paths of this kind.
	Domain string
	// MAC is a keyed hash of at least 10 bytes, the same for ever.
	MAC func(data string) []byte
}

const (
	verpPrefix = "b+"
	verpMAC    = 10 // bytes
)

var verpEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Address is the return path of one delivery; the numbers must not be negative.
func (v VERP) Address(mailing, recipient int64) string {
	ids := strconv.FormatInt(mailing, 36) + "." + strconv.FormatInt(recipient, 36)
	return verpPrefix + ids + "." + v.mac(ids) + "@" + v.Domain
}

// Feedback is the address to register with feedback loops: that of no delivery,
// numbers 0 and 0. What comes there must name a return path itself.
func (v VERP) Feedback() string { return v.Address(0, 0) }

// Parse gives the delivery that an address was made for; ok is false for any
// address that Address didn't make.
func (v VERP) Parse(address string) (mailing, recipient int64, ok bool) {
	local, domain, found := strings.Cut(strings.ToLower(address), "@")
	if !found || v.Domain == "" || domain != strings.ToLower(v.Domain) || !strings.HasPrefix(local, verpPrefix) {
		return 0, 0, false
	}
	parts := strings.Split(local[len(verpPrefix):], ".")
	if len(parts) != 3 {
		return 0, 0, false
	}
	mailing, err := strconv.ParseInt(parts[0], 36, 64)
	if err != nil || mailing < 0 {
		return 0, 0, false
	}
	recipient, err = strconv.ParseInt(parts[1], 36, 64)
	if err != nil || recipient < 0 {
		return 0, 0, false
	}
	// Over the numbers as Address writes them: "007" and "+7" are not theirs.
	want := v.mac(strconv.FormatInt(mailing, 36) + "." + strconv.FormatInt(recipient, 36))
	whole := strconv.FormatInt(mailing, 36) + "." + strconv.FormatInt(recipient, 36) + "." + want
	return mailing, recipient, subtle.ConstantTimeCompare([]byte(whole), []byte(local[len(verpPrefix):])) == 1
}

func (v VERP) mac(ids string) string {
	return verpEncoding.EncodeToString(v.MAC("verp " + ids)[:verpMAC])
}
