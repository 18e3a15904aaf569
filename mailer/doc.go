// Package mailer is one message: from content to bytes, and from here to a
// relay. It knows no database, no newsletter and no list.
//
//	Message ─Compile→ Template ─Splice(Recipient)→ bytes ─Conn.Send→ relay
//	         (once)      │                        (per recipient)
//	                     └─ MarshalBinary: stored, approved by its SHA-256
//
// # Template
//
// [Compile] has go-mail write the message once, with marks ([Mark]) where
// recipients differ, and cuts the result into fixed bytes and slots. A body
// slot stands on a line of its own between soft line breaks, so its value is
// encoded alone and nothing around it is encoded again. The same message
// gives the same bytes on every machine: the boundary is the content's hash,
// and Date, Message-ID and To are slots.
//
// What is held, by Compile's own reading back and by property tests: for all
// values the message parses to exactly the headers and two parts that were
// meant; every line ends in CRLF and has at most 998 bytes (76 in the parts);
// no value can end a header, begin a part, or end the message. What can't be
// written safely is refused; it is never repaired by guessing.
//
// # Outcome of a transaction
//
//	greeting EHLO STARTTLS AUTH │ MAIL │ RCPT │ DATA content gate │ dot     │ whole reply
//	────────────────────────────┼──────┼──────┼───────────────────┼─────────┼────────────
//	connection breaks           │ Deferred, ScopeProtocol         │ Unknown │ 2xx nil
//	4xx                         │ Deferred                                  │ 4xx Deferred
//	5xx      Deferred, relay's fault   │ Failed by the table      │         │ 5xx Failed
//
// The final dot is written alone, after the gate. If not a byte of it left the
// machine, the outcome is still Deferred; from its first byte to the end of a
// whole reply it is Unknown (RFC 1047). Half a reply, codes that disagree and
// replies to what wasn't asked are no replies.
//
// After anything irregular inside DATA the connection is closed, never RSET: a
// command would be content. RSET follows a refused recipient and nothing else.
// Each phase has one absolute deadline; a reply may have 100 kB.
//
// # Who is charged
//
// A reply's first digit decides the outcome; enhanced code and text decide
// whom it concerns, by a table (rules.go, SMTP-2 … SMTP-7). What a relay says
// before it has heard the recipient's address is never the recipient's fault,
// and 5.7.x never suppresses anybody.
//
// # TLS and passwords
//
// STARTTLS is required unless the relay is this machine or tls=none says
// otherwise. Bytes sent in clear behind the reply to STARTTLS are never read as
// answers. A password goes over TLS or to this machine, nowhere else, and is in
// no error, log or String.
package mailer
