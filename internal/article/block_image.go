package article

// KindImage is the kind of an Image.
const KindImage Kind = "image"

// Image is a picture of the article.
type Image struct {
	// URL is absolute; a mail needs https.
	URL string `json:"url"`
	// Alt says in words what the picture shows; "" is a fault (HTML-7).
	Alt     string `json:"alt"`
	Caption Text   `json:"caption,omitempty"`
	// Width and Height are in CSS pixels; 0 if unknown.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	// Href is where the picture leads when it is a link; "" if it is none.
	Href  string `json:"href,omitempty"`
	Place Place  `json:"place"`
}

// Kind is "image".
func (*Image) Kind() Kind { return KindImage }

// At is where the image stands.
func (i *Image) At() Place { return i.Place }
func (i *Image) links(y func(string) bool) bool {
	return (i.Href == "" || y(i.Href)) && i.Caption.links(y)
}
func (i *Image) words() int { return i.Caption.words() }
