package mailer

import (
	"bufio"
	"slices"
	"strings"
	"testing"
	"time"
)

// classified is one reply as a provider words it, and what it must mean.
type classified struct {
	phase    string
	reply    string // lines parted by "\n"
	outcome  Outcome
	scope    Scope
	rule     string
	suppress Suppress
	wait     time.Duration
}

var replies = []classified{
	// SMTP-2: the address is gone.
	{PhaseRcpt, "550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 gsmtp", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseDot, "550 5.1.1 unknown user", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "550 5.1.2 bad host", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "501 5.1.3 bad address syntax", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "550 5.1.6 mailbox has moved", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "556 5.1.10 null MX", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "556 no mail here", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "525 5.7.13 account disabled", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "550 5.2.1 The email account that you tried to reach is inactive.", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	{PhaseRcpt, "550 5.2.1 receiving mail too quickly", Failed, ScopeRecipient, "", SuppressNot, 0},
	// SMTP-3: full.
	{PhaseRcpt, "452 4.2.2 over quota", Deferred, ScopeRecipient, "SMTP-3", SuppressCount, 0},
	{PhaseRcpt, "552 5.2.2 mailbox full", Failed, ScopeRecipient, "SMTP-3", SuppressCount, 0},
	{PhaseRcpt, "552 Mailbox full", Failed, ScopeRecipient, "SMTP-3", SuppressCount, 0},
	// SMTP-4: policy and reputation.
	{PhaseRcpt, "550 5.7.1 policy", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "550 5.7.26 unauthenticated mail is prohibited", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "550 5.7.515 Access denied, sending domain does not meet the required authentication level", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "550 SC-001 (BAY004-MC4F49) Unfortunately, messages from 192.0.2.1 weren't sent", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "550 OU-002 unfortunately", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "550 DY-001 dynamic", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseMail, "421 RP-001 The mail server IP has exceeded the rate limit allowed", Deferred, ScopeSender, "SMTP-7", SuppressNot, 30 * time.Minute},
	{PhaseRcpt, "421 RP-002 slow down", Deferred, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "553 5.7.1 [BL21] Connections will not be accepted", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "554 Message refused: listed at Spamhaus", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "451 4.7.500 server busy", Deferred, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseMail, "550 5.1.8 sender's domain not found", Deferred, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "550 5.1.7 bad sender", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	// SMTP-5: the message.
	{PhaseDot, "552 5.3.4 too big", Failed, ScopeMessage, "SMTP-5", SuppressNot, 0},
	{PhaseMail, "552 5.3.4 too big", Deferred, ScopeMessage, "SMTP-5", SuppressNot, 0},
	{PhaseDot, "552 message size exceeds fixed limit", Failed, ScopeMessage, "SMTP-5", SuppressNot, 0},
	{PhaseDot, "554 5.6.0 malformed", Failed, ScopeMessage, "SMTP-5", SuppressNot, 0},
	{PhaseDot, "550 This message is not RFC 5322 compliant", Failed, ScopeMessage, "SMTP-5", SuppressNot, 0},
	// SMTP-6, SMTP-7: providers that name their price.
	{PhaseDot, "421-4.7.28 Gmail has detected an unusual rate\n421 4.7.28 of mail", Deferred, ScopeSender, "SMTP-6", SuppressNot, 10 * time.Minute},
	{PhaseDot, "550 5.7.28 unusual rate", Failed, ScopeSender, "SMTP-6", SuppressNot, 10 * time.Minute},
	{PhaseMail, "421 4.7.0 [TSS04] Messages temporarily deferred", Deferred, ScopeSender, "SMTP-7", SuppressNot, 2 * time.Hour},
	{PhaseRcpt, "421 4.7.0 [TSS05] Messages temporarily deferred", Deferred, ScopeSender, "SMTP-7", SuppressNot, 4 * time.Hour},
	{PhaseRcpt, "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.", Deferred, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "550 5.7.1 part of their network is on our block list (S3140)", Failed, ScopeSender, "SMTP-7", SuppressNot, 2 * time.Hour},
	{PhaseRcpt, "451 4.7.1 try later; see https://support.apple.com/102322", Deferred, ScopeSender, "SMTP-7", SuppressNot, 15 * time.Minute},
	{PhaseRcpt, "450 4.7.1 Greylisted, try again in 5 minutes", Deferred, ScopeRecipient, "SMTP-7", SuppressNot, 0},
	// The relay.
	{PhaseMail, "421 4.3.2 shutting down", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseMail, "530 5.7.0 must issue STARTTLS first", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseRcpt, "530 5.7.1 authentication required", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseRcpt, "554 5.7.1 <x@example.net>: Relay access denied", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseRcpt, "550 Relaying denied", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseMail, "550 5.1.1 whatever", Deferred, ScopeProtocol, "SMTP-2", SuppressNot, 0},
	{PhaseMail, "501 bad syntax", Deferred, ScopeProtocol, "", SuppressNot, 0},
	{PhaseRcpt, "503 5.5.1 bad sequence", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseRcpt, "500 unrecognised", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseData, "452 4.3.1 insufficient storage", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseRcpt, "451 4.4.1 no route", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	{PhaseDot, "500 5.5.2 what?", Failed, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	// As Gmail words it.
	{PhaseDot, "421-4.7.28 [192.0.2.1      15] Our system has detected an unusual rate of\n421-4.7.28 unsolicited mail originating from your IP address. To protect our users\n421 4.7.28 from spam, mail sent from your IP address has been temporarily rate limited. gsmtp", Deferred, ScopeSender, "SMTP-6", SuppressNot, 10 * time.Minute},
	{PhaseDot, "421-4.7.0 [192.0.2.1      15] Our system has detected an unusual rate of\n421 4.7.0 unsolicited mail originating from your IP address. gsmtp", Deferred, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "421-4.7.26 This mail has been rate limited because it is unauthenticated. Gmail\n421 4.7.26 requires all senders to authenticate with either SPF or DKIM. gsmtp", Deferred, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. gsmtp", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "550-5.7.1 [192.0.2.1] Messages with multiple addresses in From:\n550 5.7.1 header are not accepted. gsmtp", Failed, ScopeMessage, "SMTP-5", SuppressNot, 0},
	{PhaseRcpt, "552-5.2.2 The recipient's inbox is out of storage space. Please direct the\n552 5.2.2 recipient to https://support.google.com/mail/?p=OverQuotaPerm gsmtp", Failed, ScopeRecipient, "SMTP-3", SuppressCount, 0},
	{PhaseRcpt, "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450 4.2.1 prevents additional messages from being delivered. gsmtp", Deferred, ScopeRecipient, "", SuppressNot, 0},
	{PhaseMail, "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\n550 5.4.5 sending limits go to https://support.google.com/a/answer/166852 gsmtp", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, time.Hour},
	// As Yahoo words it.
	{PhaseDot, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes", Deferred, ScopeSender, "SMTP-7", SuppressNot, 2 * time.Hour},
	{PhaseDot, "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list; see https://postmaster.yahooinc.com/error-codes", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "554 delivery error: dd This user doesn't have a yahoo.com account (r@yahoo.com) [0] - mta4012", Failed, ScopeRecipient, "", SuppressNot, 0},
	// As Outlook words it.
	{PhaseMail, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [AM5EUR02FT012]", Deferred, ScopeSender, "SMTP-7", SuppressNot, 2 * time.Hour},
	{PhaseMail, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://aka.ms/postmaster (S775)", Deferred, ScopeSender, "SMTP-7", SuppressNot, 30 * time.Minute},
	{PhaseRcpt, "421 RP-001 (SNT004-MC1F17) Unfortunately, some messages from 192.0.2.1 weren't sent. Please try again. We have limits for how many messages can be sent per hour and per day.", Deferred, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "550 5.7.515 Access denied, sending domain EXAMPLE.ORG doesn't meet the required authentication level. The sender's domain in the 5322.From address doesn't meet the authentication requirements defined for the sender.", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [AM7EUR06FT024]", Failed, ScopeRecipient, "SMTP-2", SuppressNot, 0},
	{PhaseRcpt, "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors", Failed, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "452 4.5.3 Too many recipients", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, 0},
	// As iCloud words it; a reader's own address is not its word.
	{PhaseRcpt, "450 4.7.1 Messages from 192.0.2.1 to iCloud deferred due to volume", Deferred, ScopeSender, "SMTP-7", SuppressNot, 15 * time.Minute},
	{PhaseDot, "554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "452 4.2.2 <r@icloud.com>: user is over quota", Deferred, ScopeRecipient, "SMTP-3", SuppressCount, 0},
	{PhaseRcpt, "450 4.7.1 <r@icloud.com>: Recipient address rejected: Greylisted", Deferred, ScopeRecipient, "SMTP-7", SuppressNot, 0},
	// As relay services word it.
	{PhaseDot, "454 Throttling failure: Maximum sending rate exceeded.", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, time.Second},
	{PhaseDot, "454 Throttling failure: Daily message quota exceeded.", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, time.Hour},
	{PhaseDot, "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: news@example.org", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseDot, "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseAuth, "451 Authentication failed: Maximum credits exceeded", Deferred, ScopeProtocol, "SMTP-RELAY", SuppressNot, time.Hour},
	// As others word it.
	{PhaseDot, "550-5.7.0 A problem occurred. Ask your postmaster for help or to contact\n550 5.7.0 tosa@rx.t-online.de to clarify.", Failed, ScopeSender, "SMTP-4", SuppressNot, 0},
	{PhaseRcpt, "550 Requested action not taken: mailbox unavailable", Failed, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "550 5.1.1 <r@example.net>: Recipient address rejected: User unknown in virtual mailbox table", Failed, ScopeRecipient, "SMTP-2", SuppressNow, 0},
	// The first digit alone.
	{PhaseRcpt, "450 try later", Deferred, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "450 4.3.0 Error: command failed", Deferred, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "500 5.3.0 Error: command failed", Failed, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "550 no", Failed, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "550", Failed, ScopeRecipient, "", SuppressNot, 0},
	{PhaseDot, "554 transaction failed", Failed, ScopeRecipient, "", SuppressNot, 0},
	{PhaseDot, "451 4.3.0 later", Deferred, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "550 4.1.1 contradicts itself", Failed, ScopeRecipient, "", SuppressNot, 0},
	{PhaseRcpt, "550 5.4.1 Recipient address rejected: Access denied", Failed, ScopeRecipient, "", SuppressNot, 0},
}

func parseReply(t *testing.T, s string) reply {
	t.Helper()
	r, err := readReply(bufio.NewReader(strings.NewReader(strings.ReplaceAll(s, "\n", "\r\n") + "\r\n")))
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return r
}

func TestClassify(t *testing.T) {
	for _, c := range replies {
		e := classify(c.phase, parseReply(t, c.reply))
		if e.Outcome != c.outcome || e.Scope != c.scope || e.Rule != c.rule || e.Suppress != c.suppress || e.Wait != c.wait {
			t.Errorf("%s %q\n got %v %v %q suppress %d wait %v\nwant %v %v %q suppress %d wait %v", c.phase, c.reply,
				e.Outcome, e.Scope, e.Rule, e.Suppress, e.Wait, c.outcome, c.scope, c.rule, c.suppress, c.wait)
		}
	}
}

// TestClassifyPromises holds every reply of the table, in every phase, to
// what the ledger and the suppression list rely on.
func TestClassifyPromises(t *testing.T) {
	for _, c := range replies {
		rep := parseReply(t, c.reply)
		for _, phase := range []string{PhaseGreeting, PhaseAuth, PhaseMail, PhaseRcpt, PhaseData, PhaseDot} {
			e := classify(phase, rep)
			early := phase != PhaseRcpt && phase != PhaseData && phase != PhaseDot
			switch {
			case e.Outcome != Deferred && e.Outcome != Failed, e.Scope < ScopeRecipient || e.Scope > ScopeProtocol:
				t.Errorf("%s %q: %v %v", phase, c.reply, e.Outcome, e.Scope)
			case rep.code < 500 && e.Outcome != Deferred:
				t.Errorf("%s %q: a 4xx is %v", phase, c.reply, e.Outcome)
			case early && (e.Outcome != Deferred || e.Scope == ScopeRecipient || e.Suppress != SuppressNot):
				t.Errorf("%s %q: a subscriber is charged before he was named", phase, c.reply)
			case phase == PhaseDot && rep.code >= 500 && e.Outcome != Failed:
				t.Errorf("%q: a 5xx after the dot is %v", c.reply, e.Outcome)
			case e.Scope == ScopeProtocol && phase != PhaseDot && e.Outcome != Deferred:
				t.Errorf("%s %q: the relay's fault is %v", phase, c.reply, e.Outcome)
			case e.Suppress != SuppressNot && e.Scope != ScopeRecipient:
				t.Errorf("%s %q: suppresses with scope %v", phase, c.reply, e.Scope)
			case strings.Contains(rep.enhanced, ".7.") && rep.enhanced != "5.7.13" && e.Scope == ScopeRecipient && !strings.Contains(strings.ToLower(rep.text), "greylist"):
				t.Errorf("%s %q: policy is charged to the subscriber", phase, c.reply)
			}
		}
	}
}

// TestRules: each row says where it comes from and is reached by some reply.
func TestRules(t *testing.T) {
	if _, err := time.Parse(time.DateOnly, rulesVerifiedOn); err != nil {
		t.Error(err)
	}
	reached := make([]bool, len(rules))
	for _, c := range replies {
		rep := parseReply(t, c.reply)
		i := slices.IndexFunc(rules, func(r rule) bool { return r.matches(c.phase, rep, strings.ToLower(rep.text)) })
		if i >= 0 {
			reached[i] = true
		}
	}
	for i, r := range rules {
		if r.source == "" || !strings.HasPrefix(r.id, "SMTP-") || r.scope == 0 {
			t.Errorf("row %d is incomplete: %+v", i, r)
		}
		if !reached[i] {
			t.Errorf("no reply of the test reaches row %d: %+v", i, r)
		}
		for _, text := range r.text {
			if text != strings.ToLower(text) {
				t.Errorf("row %d: %q would never match", i, text)
			}
		}
	}
}

func TestReadReply(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for in, want := range map[string]reply{
		"250 ok\r\n":                           {250, "", "ok"},
		"250\r\n":                              {250, "", ""},
		"250 ok\n":                             {250, "", "ok"},
		"250-a\r\n250-b\r\n250 c\r\n":          {250, "", "a b c"},
		"550-5.1.1 no\r\n550 5.1.1 way\r\n":    {550, "5.1.1", "no way"},
		"550 5.1.1\r\n":                        {550, "5.1.1", ""},
		"550 4.1.1 no\r\n":                     {550, "", "4.1.1 no"},
		"550 5.1.1.1 no\r\n":                   {550, "", "5.1.1.1 no"},
		"550 5.1000.1 no\r\n":                  {550, "", "5.1000.1 no"},
		"550 \x1b[31m<b>red</b>\x07\x00 x\r\n": {550, "", "[31m<b>red</b> x"},
		"550 a\rb\u202ec\u0085d\xff\r\n":       {550, "", "a b c d\uFFFD"},
		"550 " + long + "\r\n":                 {550, "", long[:997] + "…"},
	} {
		got, err := readReply(bufio.NewReaderSize(strings.NewReader(in), 16))
		if err != nil || got != want {
			t.Errorf("%.60q\n got %v %v\nwant %v", in, got, err, want)
		}
		if len(got.text) > maxReplyText {
			t.Errorf("%.60q: %d bytes of text", in, len(got.text))
		}
	}
	for _, in := range []string{"", "250", "250 ok", "250-ok\r\n", "250-ok\r\n250 ok", "25\r\n", "abc\r\n", "250_ok\r\n", "650 x\r\n", "150 x\r\n", "250-a\r\n251 b\r\n", "\r\n", "2500 x\r\n"} {
		if got, err := readReply(bufio.NewReader(strings.NewReader(in))); err == nil {
			t.Errorf("%q was read as %v", in, got)
		}
	}
}
