// Package keyring signs and checks what leaves the house and comes back from
// strangers: the tokens in links, Message-IDs, and the hashes that suppressions
// are kept under.
//
// The keys are made by the first migration and live in table keys, so that they
// are part of every backup: links in mails sent years ago must go on working
// (CAN-SPAM asks for 60 days, we never expire one), and a restored suppression
// list must still recognise its addresses.
//
// There are two kinds of key:
//
//   - Link keys sign tokens. The newest signs, all verify, so that a rotation
//     (one more row in keys) breaks no link. A process loads the ring once, when
//     it starts: restart every process after a rotation, since one that has not
//     loaded the new key refuses tokens made with it.
//   - The suppression key never changes. It makes the hashes that outlive an
//     erasure, which can't be made again because the address is gone, and the
//     Message-IDs, which must be the same when a mailing is resumed months later.
//
// A token is the URL-safe base64, without padding, of
//
//	key id (uvarint) | ids (uvarint each) | HMAC-SHA256(key, "token" 0 purpose 0 key id and ids), its first 16 bytes
//
// Invariants:
//
//   - A token verifies for exactly one purpose and one number of ids.
//   - There is one spelling of a token: no other string, not even one that
//     decodes to the same bytes, verifies.
//   - Parse takes the same steps for every wrong token (one HMAC, one
//     constant-time comparison), so time tells nothing about which part was wrong.
//   - Who guesses has 2^-128 per try.
//
// A token is not secret in the sense of a password: its ids can be read. It says
// that we made it, for this purpose.
package keyring
