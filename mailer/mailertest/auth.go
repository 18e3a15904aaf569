package mailertest

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

// auth is the relay's side of the mechanisms: what must be right to get in.
func (s *session) auth(line string) error {
	right := false
	fields := strings.Fields(line)
	initial := ""
	if len(fields) == 3 {
		initial = decode(fields[2])
	}
	var err error
	opt := s.peer.opt
	switch name := strings.ToUpper(fields[1]); name {
	case "PLAIN":
		right = initial == "\x00"+opt.User+"\x00"+opt.Pass
	case "XOAUTH2":
		right = initial == "user="+opt.User+"\x01auth=Bearer "+opt.Pass+"\x01\x01"
	case "LOGIN":
		var user, pass string
		if user, err = s.challenge("?"); err == nil {
			pass, err = s.challenge("?")
		}
		right = user == opt.User && pass == opt.Pass
	case "CRAM-MD5":
		var answer string
		answer, err = s.challenge("<1.2@peer.invalid>")
		mac := hmac.New(md5.New, []byte(opt.Pass))
		mac.Write([]byte("<1.2@peer.invalid>")) // a hash never errs
		right = answer == opt.User+" "+hex.EncodeToString(mac.Sum(nil))
	default:
		right, err = s.scram(name)
	}
	if err != nil {
		return err
	}
	usual := "235 2.7.0 welcome"
	if !right {
		usual = "535 5.7.8 wrong user or password"
	}
	return s.answer(Event{Phase: Auth, Line: line}, usual)
}

// challenge says something and gives the answer, both in base64 on the wire.
func (s *session) challenge(text string) (string, error) {
	if err := s.say("334 " + base64.StdEncoding.EncodeToString([]byte(text))); err != nil {
		return "", err
	}
	line, err := s.line()
	return decode(line), err
}

// decode makes garbage of garbage, which is no login.
func decode(s string) string {
	b, _ := base64.StdEncoding.DecodeString(s)
	return string(b)
}

// Iterations is what the peer asks for with SCRAM.
const Iterations = 4096

// scram is RFC 5802, with and without channel binding.
func (s *session) scram(name string) (bool, error) {
	h := map[string]func() hash.Hash{"SCRAM-SHA-1": sha1.New, "SCRAM-SHA-256": sha256.New}[strings.TrimSuffix(name, "-PLUS")]
	if h == nil {
		return false, nil
	}
	first, err := s.challenge("")
	if err != nil {
		return false, err
	}
	header, bare := "n,,", strings.TrimPrefix(first, "n,,")
	binding := ""
	if strings.HasSuffix(name, "-PLUS") {
		header = "p=tls-exporter,,"
		bare = strings.TrimPrefix(first, header)
		conn, ok := s.conn.(*tls.Conn)
		if !ok {
			return false, nil
		}
		state := conn.ConnectionState()
		data, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32) // RFC 9266
		if err != nil {
			return false, nil
		}
		binding = string(data)
	}
	_, nonce, _ := strings.Cut(bare, ",r=")
	nonce += "peer"
	serverFirst := "r=" + nonce + ",s=" + base64.StdEncoding.EncodeToString([]byte("salt")) + ",i=4096"
	final, err := s.challenge(serverFirst)
	if err != nil {
		return false, err
	}
	salted, err := pbkdf2.Key(h, s.peer.opt.Pass, []byte("salt"), Iterations, h().Size())
	if err != nil {
		return false, err
	}
	withoutProof, proof, _ := strings.Cut(final, ",p=")
	if withoutProof != "c="+base64.StdEncoding.EncodeToString([]byte(header+binding))+",r="+nonce || !strings.HasPrefix(bare, "n="+s.peer.opt.User+",") {
		return false, nil
	}
	message := bare + "," + serverFirst + "," + withoutProof
	clientKey := sum(h, salted, "Client Key")
	stored := h()
	stored.Write(clientKey) // a hash never errs
	signature := sum(h, stored.Sum(nil), message)
	for i := range signature {
		signature[i] ^= clientKey[i]
	}
	if !bytes.Equal(signature, []byte(decode(proof))) {
		return false, nil
	}
	_, err = s.challenge("v=" + base64.StdEncoding.EncodeToString(sum(h, sum(h, salted, "Server Key"), message)))
	return true, err
}

func sum(h func() hash.Hash, key []byte, text string) []byte {
	mac := hmac.New(h, key)
	mac.Write([]byte(text)) // a hash never errs
	return mac.Sum(nil)
}
