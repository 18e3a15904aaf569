package lint

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

func messageCases() []ruleCase {
	return append(headerCases(), bodyCases()...)
}

// withoutField drops a header.
func withoutField(name string) func(string) string {
	return func(m string) string {
		i := strings.Index(m, "\r\n"+name+":")
		j := i + 2 + strings.Index(m[i+2:], "\r\n")
		for m[j+2] == ' ' || m[j+2] == '\t' {
			j += 2 + strings.Index(m[j+2:], "\r\n")
		}
		return m[:i] + m[j:]
	}
}

// withField replaces a header.
func withField(name, value string) func(string) string {
	return func(m string) string { return name + ": " + value + "\r\n" + withoutField(name)("\r\n" + m)[2:] }
}

func headerCases() []ruleCase {
	const bad, ok = true, false
	message := func(edit func(string) string) func(*sample) { return func(s *sample) { s.Message = edit } }
	return []ruleCase{
		{"HDR-1", "none", bad, message(withoutField("List-Unsubscribe")), "no List-Unsubscribe", true},
		{"HDR-1", "http", bad, message(withField("List-Unsubscribe", "<http://mail.quietskin.example/u/x>")), "http://", true},
		{"HDR-1", "mail only", bad, message(withField("List-Unsubscribe", "<mailto:u@quietskin.example>")), "https", true},
		{"HDR-1", "no brackets", bad, message(withField("List-Unsubscribe", "https://mail.quietskin.example/u/x")), "brackets", true},
		{"HDR-1", "no post", bad, message(withoutField("List-Unsubscribe-Post")), "exactly", true},
		{"HDR-1", "another post", bad, message(withField("List-Unsubscribe-Post", "List-Unsubscribe=One-click")), "exactly", true},
		{"HDR-1", "http on this machine", ok, func(s *sample) {
			s.Policy.Local = true
			s.Message = withField("List-Unsubscribe", "<http://127.0.0.1:8080/u/x>")
		}, "", true},
		{"HDR-1", "with a mail address", ok, message(withField("List-Unsubscribe", "<https://mail.quietskin.example/u/x>, <mailto:u@quietskin.example>")), "", true},

		{"HDR-5", "none", bad, message(withoutField("List-Id")), "no List-Id", true},
		{"HDR-5", "no name", bad, message(withField("List-Id", "<skin.quietskin.example>")), "name", true},
		{"HDR-5", "no id", bad, message(withField("List-Id", "Quiet Skin")), "no list's id", true},
		{"HDR-5", "quoted name", ok, message(withField("List-Id", `"Quiet, Skin" <skin.quietskin.example>`)), "", true},

		{"HDR-6", "none", bad, message(withoutField("Feedback-ID")), "no Feedback-ID", true},
		{"HDR-6", "three fields", bad, message(withField("Feedback-ID", "1:skin:newsletter")), "four fields", true},
		{"HDR-6", "the recipient", bad, message(withField("Feedback-ID", "2:reader@example.org:newsletter:quietskin")), "mail address", true},
		{"HDR-6", "four fields", ok, message(withField("Feedback-ID", "2:skin:newsletter:quietskin")), "", true},

		{"AUTH-5", "a provider's address", bad, func(s *sample) { s.From.Address = "quietskin@gmail.com" }, "gmail.com", true},
		{"AUTH-5", "an emoji", bad, func(s *sample) { s.From.Name = "Quiet Skin 🌿" }, "🌿", true},
		{"AUTH-5", "two senders", bad, message(withField("From", "a@quietskin.example, b@quietskin.example")), "2 addresses", true},
		{"AUTH-5", "no sender", bad, message(withField("From", "nobody")), "no address", true},
		{"AUTH-5", "a false reply", bad, func(s *sample) { s.Subject = "RE: your skin" }, `"RE:"`, true},
		{"AUTH-5", "a false German reply", bad, func(s *sample) { s.Subject = "AW: Grüße" }, "AW:", true},
		{"AUTH-5", "an encoded false forward", bad, func(s *sample) { s.Subject = "Fwd: für dich" }, "Fwd:", true},
		{"AUTH-5", "words that begin alike", ok, func(s *sample) { s.Subject, s.From.Name = "Retinol: the facts", "Zoë’s Café™ & Co." }, "", true},

		{"AUTH-6", "two subjects", bad, message(func(m string) string { return "Subject: x\r\n" + m }), "2 times", true},
		{"AUTH-6", "no id", bad, message(withoutField("Message-ID")), "Message-ID", true},
		{"AUTH-6", "a broken id", bad, message(withField("Message-ID", "<no at sign>")), "Message-ID", true},
		{"AUTH-6", "a false date", bad, message(withField("Date", "Thu, 01 Jan 1970 00:00:00 +0000")), "clock", true},
		{"AUTH-6", "two fields that may", ok, message(func(m string) string { return "Received: a\r\nReceived: b\r\n" + m }), "", true},
	}
}

func bodyCases() []ruleCase {
	const bad, ok = true, false
	message := func(edit func(string) string) func(*sample) { return func(s *sample) { s.Message = edit } }
	long := func(paragraphs int) func(*sample) {
		return func(s *sample) {
			for i := range paragraphs {
				s.paragraph(article.Plain(fmt.Sprintf("Paragraph %d. %s", i, strings.Repeat("Less is more for a tired barrier. ", 20))))
			}
		}
	}
	return []ruleCase{
		{"HTML-4", "large", bad, long(75), "warn", true},
		{"HTML-4", "too large", bad, long(120), "more than the 100000", true},
		{"HTML-4", "the footer is cut off", bad, long(120), "The link to unsubscribe stands beyond", true},
		{"HTML-4", "the address is cut off", bad, long(120), "The postal address stands beyond", true},
		{"HTML-4", "the disclosure is cut off", bad, func(s *sample) {
			s.HTML = func(h string) string {
				h = strings.ReplaceAll(h, discloses, "")
				return inBody(strings.Repeat(`<p class="tx">Less is more.</p>`, 2500) + `<h2>Notes</h2><p class="tx">` + discloses + "</p>")(h)
			}
		}, "The disclosure stands beyond", false},
		{"HTML-4", "long, but not too", ok, long(30), "", true},

		{"HTML-11", "no text part", bad, func(s *sample) { s.NoMessage, s.Text = true, func(string) string { return "" } }, "no text part", false},
		{"HTML-11", "no HTML part", bad, func(s *sample) { s.NoMessage, s.HTML = true, func(string) string { return "" } }, "no HTML part", false},
		{"HTML-11", "a link only in the HTML part", bad, func(s *sample) { s.HTML = inBody(`<a href="https://x.example/only">a place</a>`) }, "text part lacks", true},
		{"HTML-11", "a link only in the text part", bad, func(s *sample) { s.Text = func(x string) string { return x + "\nhttps://x.example/only\n" } }, "HTML part lacks", true},
		{"HTML-11", "not an alternative", bad, message(replace("multipart/alternative", "multipart/mixed")), "multipart/mixed", true},
		{"HTML-11", "HTML first", bad, message(swapped), "text part first", true},
		{"HTML-11", "cannot be read", bad, message(replace("multipart/alternative", "multi part")), "taken apart", true},
		{"HTML-11", "an address in the words of both", ok, func(s *sample) { s.paragraph(article.Plain("See https://x.example/a (or write to us).")) }, "", true},
		{"HTML-11", "an address with signs", ok, func(s *sample) {
			s.paragraph(article.Text{{Text: "a search", Href: "https://x.example/a?b=c&d='e'#f"}})
		}, "", true},

		{"HTML-11", "a place of a page with umlauts", ok, func(s *sample) {
			s.HTML = inBody(`<a href="https://x.example/a#gr%c3%bcn">a place</a>`)
			s.Text = func(x string) string { return x + "\nhttps://x.example/a#grün\n" }
		}, "", true},

		{"HTML-12", "a long line", bad, message(func(m string) string { return "X-Long: " + strings.Repeat("x", 1000) + "\r\n" + m }), "998", true},
		{"HTML-12", "raw bytes in a header", bad, message(withField("Subject", "Grüße")), "Subject", true},
		{"HTML-5", "another code page", bad, message(replace("charset=UTF-8", "charset=windows-1252")), "windows-1252", true},
		{"HTML-5", "no code page", bad, message(replace("charset=UTF-8", "format=fixed")), "not utf-8", true},
		{"HTML-12", "8bit", bad, message(replace("quoted-printable", "8bit")), "8bit", false},
		{"HTML-12", "a host with umlauts", bad, func(s *sample) { s.paragraph(article.Text{{Text: "the shop", Href: "https://grün.example/a"}}) }, "punycode", true},
		{"HTML-12", "punycode", ok, func(s *sample) { s.paragraph(article.Text{{Text: "the shop", Href: "https://xn--grn-hoa.example/ä"}}) }, "", true},
		{"HTML-12", "a long header, folded", ok, message(func(m string) string {
			return "X-Long: " + strings.Repeat(strings.Repeat("x", 70)+"\r\n ", 20) + "x\r\n" + m
		}), "", true},
	}
}

// swapped puts the HTML part before the text part.
func swapped(m string) string {
	head, body, _ := strings.Cut(m, "\r\n\r\n")
	i := strings.Index(head, "boundary=")
	boundary := strings.Trim(strings.Fields(head[i+len("boundary="):])[0], `";`)
	parts := strings.Split(body, "--"+boundary)
	return head + "\r\n\r\n" + parts[0] + "--" + boundary + parts[2] + "--" + boundary + parts[1] + "--" + boundary + parts[3]
}
