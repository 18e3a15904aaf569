package mailer

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// The stored form: magic and version, then counts, lengths and numbers as
// unsigned varints in their shortest form.
//
//	"BSMT" version(1)
//	slots: count { len name, max, kind }
//	segments: count { op, [fixed: len data | slot op: slot number] }
//
// One template has one stored form, and only that form is read back.
const (
	binaryMagic   = "BSMT"
	binaryVersion = 1
	maxStored     = 32 << 20
	maxSegments   = 1 << 16
	maxSlots      = 1 << 10
)

var errStored = errors.New("the stored template is damaged")

// MarshalBinary gives the stored form.
func (t *Template) MarshalBinary() ([]byte, error) {
	n := 64
	for _, s := range t.segments {
		n += len(s.data) + 8
	}
	b := append(make([]byte, 0, n), binaryMagic...)
	b = append(b, binaryVersion)
	b = binary.AppendUvarint(b, uint64(len(t.slots)))
	for _, s := range t.slots {
		b = binary.AppendUvarint(b, uint64(len(s.Name)))
		b = append(b, s.Name...)
		b = binary.AppendUvarint(b, uint64(s.Max))
		b = append(b, byte(s.Kind))
	}
	b = binary.AppendUvarint(b, uint64(len(t.segments)))
	for _, s := range t.segments {
		b = append(b, byte(s.op))
		switch s.op {
		case opFixed:
			b = binary.AppendUvarint(b, uint64(len(s.data)))
			b = append(b, s.data...)
		case opHeaderToken, opText, opHTML:
			b = binary.AppendUvarint(b, uint64(s.slot))
		}
	}
	if len(b) > maxStored || len(t.segments) > maxSegments || len(t.slots) > maxSlots {
		return nil, fmt.Errorf("the message is too large: %d bytes in %d pieces, at most %d and %d", len(b), len(t.segments), maxStored, maxSegments)
	}
	return b, nil
}

// UnmarshalBinary reads the stored form of this or an older version and checks
// it as a compiled one; what it takes, [Template.Splice] can write.
func (t *Template) UnmarshalBinary(data []byte) error {
	if len(data) > maxStored || !bytes.HasPrefix(data, []byte(binaryMagic)) || len(data) == len(binaryMagic) {
		return fmt.Errorf("%w: it doesn't begin like one", errStored)
	}
	if v := data[len(binaryMagic)]; v != binaryVersion {
		return fmt.Errorf("the stored template is of version %d, but this program reads version %d", v, binaryVersion)
	}
	r := reader{b: data[len(binaryMagic)+1:]}
	var got Template
	for range min(r.count(4), maxSlots) {
		got.slots = append(got.slots, Slot{Name: r.text(), Max: r.number(maxSlotValue), Kind: Kind(r.byte())})
	}
	for range min(r.count(1), maxSegments) {
		s := segment{op: op(r.byte())}
		switch s.op {
		case opFixed:
			s.data = r.text()
		case opHeaderToken, opText, opHTML:
			s.slot = r.number(len(got.slots) - 1)
		}
		got.segments = append(got.segments, s)
	}
	if r.bad || len(r.b) != 0 { // also when there are more items than the most
		return fmt.Errorf("%w: its lengths don't add up", errStored)
	}
	if err := got.check(); err != nil {
		return fmt.Errorf("%w: %w", errStored, err)
	}
	got.sum = sha256.Sum256(data)
	got.measure()
	*t = got
	return nil
}

// seal computes what is derived from slots and segments.
func (t *Template) seal() error {
	b, err := t.MarshalBinary()
	if err != nil {
		return err
	}
	t.sum = sha256.Sum256(b)
	t.measure()
	return nil
}

// measure sizes Splice's buffer: values count threefold only up to a point, as
// few are all non-ASCII; append grows for those.
func (t *Template) measure() {
	t.size = 1024
	for _, s := range t.segments {
		t.size += len(s.data)
		if s.op >= opHeaderToken {
			t.size += t.slots[s.slot].Max + 16
		}
	}
}

// reader takes the stored form apart. After the first error it gives zeroes.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() {
	r.bad, r.b = true, nil
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// number reads a number in its shortest form, from 0 to max.
func (r *reader) number(max int) int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || max < 0 || v > uint64(max) || n > 1 && r.b[n-1] == 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

// count reads the number of items of at least size bytes that follow.
func (r *reader) count(size int) int { return r.number(len(r.b) / size) }

func (r *reader) text() string {
	n := r.number(len(r.b))
	if n > len(r.b) {
		r.fail()
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}
