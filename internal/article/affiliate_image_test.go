package article

import "testing"

func TestAmazonImage(t *testing.T) {
	for address, want := range map[string]bool{
		"https://m.media-amazon.com/images/I/1.jpg":        true,
		"//images-na.ssl-images-amazon.com/images/I/1.jpg": true,
		"https://WS-NA.amazon-adsystem.com/widgets/q?x=1":  true,
		"https://cdn.example/media-amazon.com/1.jpg":       false,
		"https://notmedia-amazon.com/1.jpg":                false,
		"":                                                 false,
		"data:image/png;base64,aaaa":                       false,
	} {
		if got := AmazonImage(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
