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
//	greeting EHLO STARTTLS AUTH │ MAIL │ RCPT │ DATA gate content │ dot     │ whole reply
//	────────────────────────────┼──────┼──────┼───────────────────┼─────────┼────────────
//	connection breaks           │ Deferred, ScopeProtocol         │ Unknown │ 2xx nil
//	4xx                         │ Deferred                                  │ 4xx Deferred
//	5xx      Deferred, relay's fault   │ Failed by the table      │         │ 5xx Failed
//
// The gate is asked before the last 64 KB of the content, which are written
// together with the final dot. If not a byte of the dot left the machine, the
// outcome is still Deferred; from its first byte to the end of a whole reply it
// is Unknown (RFC 1047). Half a reply, codes that disagree and
// replies to what wasn't asked are no replies.
//
// After anything irregular inside DATA the connection is closed, never RSET: a
// command would be content. RSET goes before the next transaction when one was
// left open, and nowhere else. Each phase has one absolute deadline; a reply
// may have 100 kB.
//
// # Round trips
//
//	offered                 written before an answer is awaited      round trips
//	nothing                 MAIL │ RCPT │ DATA │ gate, content, dot  4
//	PIPELINING              MAIL RCPT DATA │ gate, content, dot      2
//	PIPELINING, CHUNKING    gate, MAIL RCPT BDAT content             1
//
// With the ledger on, 20 connections and 40 ms to a go-smtp server that is 1.8
// and 3.4 times the rate of one command at a time (outbox, BenchmarkAfar).
//
// All replies of a group are read, in order, also after a refusal. With one
// write the gate comes first and everything after it is Unknown until a whole
// refusal of MAIL or RCPT, or the reply to the content, has come. So before it
// the connection is looked at without reading: one that the relay has closed,
// or on which it said something unasked, isn't written to; and one that has
// rested for 5 s sends its next message by DATA, which an answer precedes.
// Postfix sends the replies to commands and content in two packets, the second
// when the first is acknowledged: on Linux that is done at once.
// A relay that sends replies nobody asked for is out of step; with DATA the 354
// shows that, with BDAT only an enhanced code of an address (2.1.x) does.
//
// LMTP differs in LHLO only, as a message has one recipient. A directory
// (file://) takes a message by renaming a synced file: the gate is before the
// rename, Unknown is a directory that couldn't be synced after it.
//
// # Who is charged
//
// A reply's first digit decides the outcome; enhanced code and text decide
// whom it concerns, by a table (rules.go, SMTP-2 … SMTP-7). What a relay says
// before it has heard the recipient's address is never the recipient's fault,
// and 5.7.x suppresses nobody, but for 525 5.7.13, a mailbox that was closed.
//
// What comes back later is classified by the same table: [ParseReport] reads
// reports of RFC 3464 and 5965, and [ReportedRecipient.Verdict] takes the last
// server's words for a relay's. Whose mail it was is told only by the return
// path that the report came to, or that a complaint quotes: [VERP] puts a MAC
// into it.
//
// # Signatures
//
// [Signer] signs what was spliced, with every key of the sender's domain: RSA of
// 2,048 bits takes about 1 ms of CPU, Ed25519 0.15 ms. Covered is every header
// that says something; From, Subject, List-Unsubscribe and the others that a
// reader or his mailbox goes by can't be added a second time either.
//
// # TLS and passwords
//
// STARTTLS is required unless the relay is this machine or tls=none says
// otherwise. Bytes sent in clear behind the reply to STARTTLS are never read as
// answers. A password goes over TLS or to this machine, nowhere else, and is in
// no error, log or String.
package mailer
