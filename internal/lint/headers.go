package lint

import (
	"fmt"
	"mime"
	netmail "net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// headers checks the message's head (HDR-1, HDR-5, HDR-6, AUTH-5, AUTH-6).
func (m *mail) headers() {
	if m.msg == nil {
		return
	}
	m.unsubscribeHeader()
	m.identity()
	m.sender()
	m.single()
	m.dated()
	m.signed()
	m.automatic()
}

// head notes a finding about a field.
func (m *mail) head(rule, name, message, fix string) {
	at := 0
	for _, h := range m.msg.headers {
		if strings.EqualFold(h.name, name) {
			at = h.at
			break
		}
	}
	m.report.in(rule, inHeaders, at, message, fix)
}

// oneClick is the one value that RFC 8058 §3.1 allows.
const oneClick = "List-Unsubscribe=One-Click"

// angle is an address in angle brackets (RFC 2369 §2).
var angle = regexp.MustCompile(`<([^<>\s]+)>`)

func (m *mail) unsubscribeHeader() {
	value, ok := m.msg.get("List-Unsubscribe")
	if !ok {
		m.head("HDR-1", "", "The message has no List-Unsubscribe header.", "Set the newsletter's public address (BROADSHEET_PUBLIC_URL), which the header is made from.")
		return
	}
	secure := false
	plainHTTP := ""
	for _, a := range angle.FindAllStringSubmatch(value, -1) {
		u, err := url.Parse(a[1])
		if err != nil || u.Host == "" {
			continue
		}
		secure = secure || u.Scheme == "https" || u.Scheme == "http" && m.in.Policy.Local
		if u.Scheme == "http" {
			plainHTTP = a[1]
		}
	}
	switch {
	case secure:
	case plainHTTP != "":
		m.head("HDR-1", "List-Unsubscribe", "The address in List-Unsubscribe begins with http://, which mailbox providers don't call.", "Give a public address that begins with https:// (BROADSHEET_PUBLIC_URL).")
	default:
		m.head("HDR-1", "List-Unsubscribe", "List-Unsubscribe holds no https address in angle brackets.", "Give a public address that begins with https:// (BROADSHEET_PUBLIC_URL).")
	}
	if post, _ := m.msg.get("List-Unsubscribe-Post"); post != oneClick {
		m.head("HDR-1", "List-Unsubscribe-Post", fmt.Sprintf("List-Unsubscribe-Post is %q and must be exactly %q.", short(post), oneClick), "Send the header as RFC 8058 has it.")
	}
}

// listID is "Name <label.domain>" (RFC 2919 §3).
var listID = regexp.MustCompile(`^(.*)<([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z0-9-]+)>$`)

func (m *mail) identity() {
	id, ok := m.msg.get("List-Id")
	switch found := listID.FindStringSubmatch(id); {
	case !ok:
		m.head("HDR-5", "", "The message has no List-Id header.", "Name the newsletter in List-Id: Name <slug.example.org>.")
	case found == nil:
		m.head("HDR-5", "List-Id", fmt.Sprintf("List-Id is %q, which is no list's id.", short(id)), "Write it as Name <slug.example.org>.")
	case strings.Trim(found[1], ` "`) == "":
		m.head("HDR-5", "List-Id", "List-Id doesn't say the newsletter's name.", "Write it as Name <slug.example.org>.")
	}
	feedback, ok := m.msg.get("Feedback-ID")
	switch {
	case !ok:
		m.head("HDR-6", "", "The message has no Feedback-ID header.", "Add Feedback-ID: issue:newsletter:newsletter:sender for the provider's complaint reports.")
	case strings.Count(feedback, ":") != 3 || strings.HasSuffix(feedback, ":"):
		m.head("HDR-6", "Feedback-ID", fmt.Sprintf("Feedback-ID is %q and must have four fields with a sender at the end.", short(feedback)), "Write it as issue:newsletter:newsletter:sender.")
	case strings.Contains(feedback, "@"):
		m.head("HDR-6", "Feedback-ID", "Feedback-ID holds a mail address, and providers count by it.", "Write it as issue:newsletter:newsletter:sender, the same for everybody.")
	}
}

// providers are domains that only their owners may send from in bulk: their
// DMARC policies have everybody else's mail rejected.
var providers = []string{
	"gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com", "aol.com", "outlook.com",
	"hotmail.com", "hotmail.co.uk", "hotmail.fr", "live.com", "msn.com", "icloud.com", "me.com", "mac.com", "gmx.de", "gmx.net",
	"gmx.com", "web.de", "t-online.de", "mail.ru", "yandex.ru", "yandex.com", "proton.me", "protonmail.com", "orange.fr",
	"free.fr", "libero.it", "comcast.net", "qq.com", "163.com", "zoho.com", "fastmail.com",
}

// falseReply is the beginning of a subject that pretends to an exchange.
var falseReply = regexp.MustCompile(`(?i)^\s*(?:re|aw|antw|sv|vs|odp|rif|fwd?|wg|tr|rv|vb|i)(?:\[\d+\])?\s*:`)

func (m *mail) sender() {
	from, _ := m.msg.get("From")
	list, err := netmail.ParseAddressList(from)
	switch {
	case err != nil || len(list) == 0:
		m.head("AUTH-5", "From", fmt.Sprintf("From is %q, which is no address.", short(from)), `Give the newsletter its sender: broadsheet newsletter edit NEWSLETTER --from "Name <letter@example.org>".`)
	case len(list) > 1:
		m.head("AUTH-5", "From", fmt.Sprintf("From has %d addresses and must have one.", len(list)), `Give the newsletter one sender: broadsheet newsletter edit NEWSLETTER --from "Name <letter@example.org>".`)
	default:
		_, domain, _ := strings.Cut(list[0].Address, "@")
		if slices.Contains(providers, strings.ToLower(domain)) {
			m.head("AUTH-5", "From", fmt.Sprintf("The sender's address is at %s, whose owner has such mail rejected when it comes from elsewhere.", domain),
				`Send from a domain of your own: broadsheet newsletter edit NEWSLETTER --from "Name <letter@example.org>".`)
		}
		if e := emoji(list[0].Name); e != "" {
			m.head("AUTH-5", "From", "The sender's name holds "+e+", which filters take for a trick.",
				`Write the name in letters: broadsheet newsletter edit NEWSLETTER --from "Name <letter@example.org>".`)
		}
	}
	m.named(list)
	subject, _ := m.msg.get("Subject")
	if s, err := new(mime.WordDecoder).DecodeHeader(subject); err == nil {
		subject = s
	}
	if f := falseReply.FindString(subject); f != "" {
		m.head("AUTH-5", "Subject", fmt.Sprintf("The subject begins with %q though nobody is being answered.", strings.TrimSpace(f)), "Take it off: give the issue another --subject, or the article another --title.")
	}
}

// emoji is the first pictograph of a text, or "".
func emoji(s string) string {
	for _, r := range s {
		if r >= 0x1F000 || r >= 0x2600 && r <= 0x27BF || r >= 0x2B00 && r <= 0x2BFF || r == 0xFE0F ||
			unicode.Is(unicode.So, r) && r > 0x2122 {
			return string(r)
		}
	}
	return ""
}

// once are the fields that may stand once (RFC 5322 §3.6; RFC 2045 §3; RFC 2369
// §2; RFC 8058 §3.1).
var once = []string{
	"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID",
}

func (m *mail) single() {
	for _, name := range once {
		n := 0
		for _, h := range m.msg.headers {
			if strings.EqualFold(h.name, name) {
				n++
			}
		}
		if n > 1 {
			m.head("AUTH-6", name, fmt.Sprintf("The header %s stands %d times and may stand once.", name, n), "Send it once.")
		}
	}
}

// messageID is <left@right> (RFC 5322 §3.6.4).
var messageID = regexp.MustCompile("^<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.\\[\\]:-]+>$")

// Years that a Date can be in.
const firstYear, lastYear = 2020, 2100

func (m *mail) dated() {
	id, _ := m.msg.get("Message-ID")
	if !messageID.MatchString(id) {
		m.head("AUTH-6", "Message-ID", fmt.Sprintf("Message-ID is %q and must look like <name@host>.", short(id)), "Send one that is unique for each recipient.")
	}
	date, _ := m.msg.get("Date")
	t, err := netmail.ParseDate(date)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		m.head("AUTH-6", "Date", fmt.Sprintf("Date is %q, which is no time that a mail could be sent at.", short(date)), "Check the clock of this machine.")
	}
}
