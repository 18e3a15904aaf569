package mailer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// dir is a Conn that writes each message to a file of its own: what a mail
// server keeps in place of what it relays. The name is the Message-ID, so a
// second attempt of one delivery replaces the first and there never are two.
//
//	temporary file, written and synced → gate → renamed → directory synced
//
// The file begins with what the envelope said, as final delivery does (RFC
// 5321 §4.4): Return-Path and Delivered-To.
type dir struct {
	path string

	mu     sync.Mutex
	closed bool
}

// openDir makes sure that there is a directory that can be written to.
func (r Relay) openDir() (Conn, error) {
	trouble := func(what string, err error) error {
		return &Error{Outcome: Deferred, Scope: ScopeProtocol, Phase: PhaseConnect,
			Err: &sentence{text: fmt.Sprintf("relay %s: %s: %s", r.path, what, osReason(err)), err: err}}
	}
	if err := os.MkdirAll(r.path, 0o700); err != nil {
		return nil, trouble("the directory can't be made", err)
	}
	f, err := os.CreateTemp(r.path, ".test-*")
	if err != nil {
		return nil, trouble("nothing can be written into the directory", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return nil, trouble("nothing can be written into the directory", err)
	}
	return &dir{path: r.path}, nil
}

func osReason(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// Usable implements [Conn].
func (d *dir) Usable() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.closed
}

// Close implements [Conn].
func (d *dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	return nil
}

// Send implements [Conn].
func (d *dir) Send(ctx context.Context, env Envelope, msg []byte, gate func() error) error {
	if !d.Usable() {
		return &Error{Outcome: Deferred, Scope: ScopeProtocol, Phase: PhaseConnect, Err: ErrClosed}
	}
	// Everything is checked as for a relay that takes it all.
	tx := transaction{conn: &conn{can: offer{eightBit: true, utf8: true}}, ctx: ctx, phase: PhaseAddress}
	if e := tx.prepare(env, msg); e != nil {
		return e
	}
	if ctx.Err() != nil {
		return tx.broke(ctx.Err())
	}
	tx.gate, tx.phase = gate, PhaseData
	if e := d.put(&tx, env); e != nil {
		return e
	}
	return nil
}

func (d *dir) put(tx *transaction, env Envelope) *Error {
	f, err := os.CreateTemp(d.path, ".incoming-*")
	if err != nil {
		return tx.broke(err)
	}
	defer func() {
		_ = f.Close()           // synced or given up
		_ = os.Remove(f.Name()) // gone when it was renamed
	}()
	_, err = fmt.Fprintf(f, "Return-Path: <%s>\r\nDelivered-To: %s\r\n", canonical(env.From), canonical(env.To))
	if err == nil {
		_, err = f.Write(tx.msg)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return tx.broke(err)
	}
	if e := tx.ask(); e != nil {
		return e
	}
	tx.phase = PhaseData
	if tx.ctx.Err() != nil {
		return tx.broke(tx.ctx.Err())
	}
	if err := os.Rename(f.Name(), filepath.Join(d.path, fileName(tx.msg))); err != nil {
		return tx.broke(err)
	}
	tx.gone = true
	if err := syncPath(d.path); err != nil {
		return tx.broke(err) // it is there, but perhaps not after a power cut
	}
	return nil
}

// canonical is an address as it is written in commands; it was checked before.
func canonical(s string) string {
	if a, err := parseAddress(s); err == nil {
		return a.String()
	}
	return ""
}

func syncPath(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems can't
		return errors.Join(err, d.Close())
	}
	return d.Close()
}

// fileName is the Message-ID where it can be a file's name, else a hash.
func fileName(msg []byte) string {
	head, _, _ := bytes.Cut(msg, []byte("\r\n\r\n"))
	m, err := mail.ReadMessage(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n")))
	if err == nil {
		id := strings.Trim(m.Header.Get(textproto.CanonicalMIMEHeaderKey("Message-ID")), " <>")
		safe := !strings.ContainsFunc(id, func(c rune) bool {
			return c >= 0x80 || !isAlnum(byte(c)) && !strings.ContainsRune("@-_.+=", c)
		})
		if id != "" && safe && id[0] != '.' && len(id) <= 200 {
			return id + ".eml"
		}
	}
	sum := sha256.Sum256(msg)
	return hex.EncodeToString(sum[:16]) + ".eml"
}
