package mailer

import "time"

// rulesVerifiedOn is when the table was last held against its sources.
const rulesVerifiedOn = "2026-11-23"

// Sources of the table's rows.
const (
	srcEnhanced = "RFC 3463 §3"
	srcCodes    = "RFC 5321 §4.2.3"
	srcNullMX   = "RFC 7504, RFC 7505"
	srcGmail    = "https://support.google.com/a/answer/3726730"
	srcYahoo    = "https://senders.yahooinc.com/smtp-error-codes/"
	srcOutlook  = "https://sendersupport.olc.protection.outlook.com/pm/troubleshooting"
	srcGreylist = "RFC 6647"
	srcApple    = "https://support.apple.com/102322"
	srcSES      = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html"
	srcOurs     = "ours"
)

// rules is the classification table, first match first. Provider-specific rows
// stand above the general ones.
var rules = []rule{
	// What a provider says about the sender.
	{id: "SMTP-6", enhanced: []string{"7.28"}, scope: ScopeSender, wait: 10 * time.Minute, source: srcGmail},
	{id: "SMTP-4", enhanced: []string{"7.24", "7.25", "7.26", "7.27", "7.29", "7.30", "7.31", "7.32", "7.40"}, scope: ScopeSender, source: srcGmail},
	{id: "SMTP-4", text: []string{"unsolicited mail"}, scope: ScopeSender, source: srcGmail},
	{id: "SMTP-7", text: []string{"[tss04]"}, scope: ScopeSender, wait: 2 * time.Hour, source: srcYahoo},
	{id: "SMTP-7", text: []string{"[tss05]"}, scope: ScopeSender, wait: 4 * time.Hour, source: srcYahoo},
	{id: "SMTP-4", text: []string{"[tss", "[ts0", "[bl"}, scope: ScopeSender, source: srcYahoo},
	{id: "SMTP-7", text: []string{"on our block list", "(s3140)", "(s3150)"}, scope: ScopeSender, wait: 2 * time.Hour, source: srcOutlook},
	{id: "SMTP-7", text: []string{"has exceeded the rate limit", "rate limited"}, scope: ScopeSender, wait: 30 * time.Minute, source: srcOutlook},
	{id: "SMTP-4", text: []string{"sc-00", "ou-00", "dy-00", "rp-00"}, scope: ScopeSender, source: srcOutlook},
	{id: "SMTP-7", class: 4, enhanced: []string{"7."}, text: []string{"greylist", "graylist"}, scope: ScopeRecipient, source: srcGreylist},
	{id: "SMTP-7", class: 4, text: []string{"support.apple.com"}, scope: ScopeSender, wait: 15 * time.Minute, source: srcApple},
	{id: "SMTP-7", class: 4, enhanced: []string{"7."}, text: []string{"icloud"}, scope: ScopeSender, wait: 15 * time.Minute, source: srcApple},

	// What a relay service says about its customer.
	{id: "SMTP-RELAY", text: []string{"maximum sending rate exceeded"}, scope: ScopeProtocol, defer_: true, wait: time.Second, source: srcSES},
	{id: "SMTP-RELAY", text: []string{"daily message quota exceeded", "daily user sending limit exceeded", "maximum credits exceeded", "sending quota"},
		scope: ScopeProtocol, defer_: true, wait: time.Hour, source: srcSES + ", " + srcGmail},
	{id: "SMTP-4", text: []string{"email address is not verified", "does not match a verified sender", "is not allowed to send"}, scope: ScopeSender, source: srcSES},

	// What the relay says about itself.
	{id: "SMTP-RELAY", codes: []int{421}, scope: ScopeProtocol, source: srcCodes},
	{id: "SMTP-RELAY", codes: []int{530, 534, 535, 538}, scope: ScopeProtocol, defer_: true, source: "RFC 4954 §6"},
	{id: "SMTP-RELAY", phases: []string{PhaseRcpt, PhaseData}, class: 5, scope: ScopeProtocol, defer_: true, source: srcOurs,
		text: []string{"relay access denied", "relaying denied", "relay not permitted", "unable to relay", "not permitted to relay", "authentication required", "authentication is required"}},

	// The address.
	{id: "SMTP-2", class: 5, enhanced: []string{"1.1", "1.2", "1.3", "1.6", "1.10"}, scope: ScopeRecipient, suppress: SuppressNow, source: srcEnhanced},
	{id: "SMTP-2", codes: []int{556}, scope: ScopeRecipient, suppress: SuppressNow, source: srcNullMX},
	{id: "SMTP-2", codes: []int{525}, enhanced: []string{"7.13"}, scope: ScopeRecipient, suppress: SuppressNow, source: "RFC 5248, RFC 7372"},
	{id: "SMTP-2", class: 5, enhanced: []string{"2.1"}, text: []string{"inactive", "disabled"}, scope: ScopeRecipient, suppress: SuppressNow, source: srcGmail},
	{id: "SMTP-3", enhanced: []string{"2.2"}, scope: ScopeRecipient, suppress: SuppressCount, source: srcEnhanced},
	{id: "SMTP-3", codes: []int{452, 552}, enhanced: []string{"none"}, text: []string{"mailbox full", "mailbox is full", "over quota", "quota exceeded"}, scope: ScopeRecipient, suppress: SuppressCount, source: srcCodes},

	// Outlook's words for an address that doesn't exist; others use them for more.
	{id: "SMTP-2", codes: []int{550}, enhanced: []string{"5.0"}, text: []string{"mailbox unavailable"}, scope: ScopeRecipient, source: srcOutlook},

	// The sender's address, at MAIL or later.
	{id: "SMTP-4", enhanced: []string{"1.7", "1.8"}, scope: ScopeSender, source: srcEnhanced},

	// The message. A size limit told at MAIL concerns it as well.
	{id: "SMTP-5", enhanced: []string{"6.", "3.4"}, scope: ScopeMessage, source: srcEnhanced},
	{id: "SMTP-5", codes: []int{552}, enhanced: []string{"none"}, scope: ScopeMessage, source: srcCodes},
	{id: "SMTP-5", class: 5, phases: []string{PhaseDot}, scope: ScopeMessage, source: srcGmail,
		text: []string{"not rfc 5322 compliant", "multiple from headers", "duplicate header", "malformed header", "missing header", "multiple addresses in from"}},

	// Policy and reputation: never the subscriber's fault.
	{id: "SMTP-4", enhanced: []string{"7."}, scope: ScopeSender, source: srcEnhanced},
	{id: "SMTP-4", enhanced: []string{"none"}, text: []string{"blacklist", "blocklist", "block list", "spamhaus", "dnsbl", "spam"}, scope: ScopeSender, source: srcOurs},

	// The conversation and the machines it goes through.
	{id: "SMTP-RELAY", enhanced: []string{"5."}, scope: ScopeProtocol, defer_: true, source: srcEnhanced},
	{id: "SMTP-RELAY", codes: []int{500, 502, 503}, enhanced: []string{"none"}, scope: ScopeProtocol, defer_: true, source: srcCodes},
	{id: "SMTP-RELAY", class: 4, enhanced: []string{"3.1", "3.2", "4."}, scope: ScopeProtocol, source: srcEnhanced},
}
