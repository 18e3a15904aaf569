package render

import "github.com/broadsheet/broadsheet/internal/article"

// Issue is what a mail is made from.
type Issue struct {
	Newsletter Newsletter
	// Articles is the content: one article, or those of a digest in its order.
	Articles []*article.Article
	// Layout is Whole, Excerpt, Digest or Letter; "" is what LayoutOf says.
	Layout string
	// Title heads a digest; "" makes one of its articles' titles. Other
	// layouts have their article's.
	Title string
	// Intro is the editor's own words before everything else, a paragraph a
	// line; "" for none.
	Intro string
	// Without names articles of a digest, by index, that this variant of the
	// mail leaves out. A variant has no page: the issue's has them all.
	Without []int
	// Links are the reader's own addresses.
	Links Links
	// Preheader is the line after the subject in the reader's inbox; "" takes
	// the article's, and where that is "" too, its opening sentences.
	Preheader string
}

// Newsletter is what a mail says about its sender. Only Name is needed; what
// is empty is left out of the mail (package lint says what must not be).
type Newsletter struct {
	Name string
	// HomeURL, DisclosureURL, PrivacyURL and SubscribeURL are absolute
	// addresses on the publisher's site.
	HomeURL, DisclosureURL, PrivacyURL, SubscribeURL string
	// PostalAddress is the sender's, on one line (LAW-1).
	PostalAddress string
	// Why says why the reader gets this mail, in a sentence; "" takes a
	// sentence of our own.
	Why string
	// Disclaimer is the standing not-medical-advice sentence; it follows the
	// article's own.
	Disclaimer string
	// DefaultDisclosure stands in for the commission notice of an article
	// that has none but recommends something (DISC-1).
	DefaultDisclosure string
	// Language is a BCP 47 tag, for articles that don't say theirs.
	Language string
	// AmazonMode is ViaArticle, Direct or "", which is ViaArticle (AMZ-1).
	AmazonMode string
}

// Where a link to Amazon leads in a mail.
const (
	// ViaArticle leads to the article on the publisher's site, which has the
	// link to Amazon.
	ViaArticle = "via_article"
	// Direct leads to Amazon. Needs the Associates' consent (AMZ-1, AMZ-2).
	Direct = "direct"
)

// Links are absolute addresses for one reader. They may hold slot marks made
// of letters and digits, which come out in both parts as they are. An empty
// one is left out.
type Links struct {
	// View is the issue on the web; Preferences and Unsubscribe act on the
	// reader's subscription.
	View, Preferences, Unsubscribe string
}

// Mail is a composed issue.
type Mail struct {
	// Title is the article's, as written, or the digest's; the subject unless
	// an editor chose another one.
	Title     string
	Preheader string
	// HTML and Text are the mail's two parts, with the slot marks of the
	// Links; lines end with "\n".
	HTML, Text string
	// Web is the whole page for the archive; it holds none of the Links. It is
	// "" for a variant that leaves something out.
	Web string
}
