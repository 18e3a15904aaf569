package lint

// mail is a mail being checked.
type mail struct {
	report
	in Input
	// msg is the message taken apart; nil if there is none.
	msg *message
	// htmlSource and textSource are the parts as readers get them.
	htmlSource, textSource string
	html, text             *page
	tokens                 []token // of the HTML part
}

func newMail(in Input) *mail {
	m := &mail{in: in, htmlSource: in.Mail.HTML, textSource: in.Mail.Text}
	if in.Message != nil {
		m.msg = takeApart(in.Message)
		if m.msg.html != nil {
			m.htmlSource = m.msg.html.text
		}
		if m.msg.text != nil {
			m.textSource = m.msg.text.text
		}
	}
	m.html, m.text = read(m.htmlSource), readText(m.textSource)
	if m.html.broken {
		m.report.in("HTML-1", inHTML, 0, "The HTML part can't be read: it is nested too deeply or too large.", "Simplify the template that makes it.")
	} else {
		m.tokens = tokens(m.htmlSource, 0)
	}
	return m
}
