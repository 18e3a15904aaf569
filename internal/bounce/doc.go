// Package bounce deals with mails that come back: it takes them in by SMTP,
// keeps what they say in table bounces, and suppresses those who can't be
// reached or have complained.
//
//	mail to b+7.c.MAC@bounce.example.org
//	  │ RCPT: the MAC is right ── no → 550, nothing is read
//	  │ DATA: a report of RFC 3464 or 5965 ── no → taken and forgotten (a holiday note)
//	  ▼
//	delivery (mailing 7, recipient 12) + what the report says
//	  │ classified as a relay's own reply would be (package mailer)
//	  ▼
//	bounces ──┬─ SMTP-2: the address is gone       → suppressed
//	          ├─ SMTP-3: full for the third issue  → suppressed
//	          ├─ SMTP-11: a complaint              → suppressed, everywhere
//	          └─ all else, 5.7.x above all         → kept, nobody is charged
//
// What holds: who is meant is told by the return path alone, whose MAC only
// this installation can make (SMTP-12). What a report says of addresses is not
// believed, so a forged one suppresses at most the forger, who has seen a return
// path of his own and no other. A fact and the suppression it causes are one
// transaction; when it fails the sender is told to come back (451). A delivery
// has at most one fact of each kind, so a report that comes twice counts once.
//
// One address stands for no delivery (numbers 0 and 0): it is registered with
// the feedback loops of mailbox providers. A complaint that comes there counts
// if it quotes the return path of the mail, whose MAC is held up as well.
//
// The listener relays nothing, knows no password and offers no STARTTLS. It
// takes 100 connections at once, 10 from one address, and mails of 2 MB, which
// it reads without keeping them whole.
//
// The ledger of deliveries never changes for a bounce: that the relay took the
// message stays true.
//
// Refusals that the relay itself gives while sending come in through [Desk.Refused]
// and are treated alike. They are hints: one that is lost in a crash comes
// back with the next issue.
package bounce
