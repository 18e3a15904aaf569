package lint

import (
	"fmt"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
)

// named checks that the sender doesn't go by the recipient's name (AUTH-5).
func (m *mail) named(from []*netmail.Address) {
	to, _ := m.msg.get("To")
	list, err := netmail.ParseAddressList(to)
	if err != nil || len(list) != 1 || len(from) != 1 {
		return
	}
	name := strings.ToLower(plain(from[0].Name))
	reader := strings.ToLower(plain(list[0].Name))
	if name != "" && (len(reader) > 2 && strings.Contains(name, reader) || strings.Contains(name, strings.ToLower(list[0].Address))) {
		m.head("AUTH-5", "From", "The sender goes by the recipient's own name, as frauds do.",
			`Give the newsletter its name: broadsheet newsletter edit NEWSLETTER --from "Name <letter@example.org>".`)
	}
}

// signedFields is the list of what a DKIM signature covers (RFC 6376 §3.5).
var signedFields = regexp.MustCompile(`(?i)(?:^|;)\s*h\s*=([^;]*)`)

// signed checks what a signature of ours covers (HDR-2). A message without one
// is signed by the relay.
func (m *mail) signed() {
	value, ok := m.msg.get("DKIM-Signature")
	if !ok {
		return
	}
	var covered []string
	if f := signedFields.FindStringSubmatch(value); f != nil {
		for name := range strings.SplitSeq(f[1], ":") {
			covered = append(covered, strings.ToLower(strings.TrimSpace(name)))
		}
	}
	for _, name := range []string{"List-Unsubscribe", "List-Unsubscribe-Post"} {
		if !slices.Contains(covered, strings.ToLower(name)) {
			m.head("HDR-2", "DKIM-Signature", "The DKIM signature doesn't cover "+name+", so providers show no button.", "Add it to the fields that are signed (h=).")
		}
	}
}

// automatic checks what the message says of its own kind (HDR-7).
func (m *mail) automatic() {
	if v, ok := m.msg.get("Auto-Submitted"); ok && !strings.EqualFold(v, "no") {
		m.head("HDR-7", "Auto-Submitted", fmt.Sprintf("Auto-Submitted is %q, and an issue is no automatic answer.", short(v)), "Leave it out; it belongs on confirmations.")
	}
	if v, ok := m.msg.get("Precedence"); ok && !strings.EqualFold(v, "bulk") && !strings.EqualFold(v, "list") {
		m.head("HDR-7", "Precedence", fmt.Sprintf("Precedence is %q, which says nothing of a newsletter.", short(v)), "Write bulk, or leave it out.")
	}
}
