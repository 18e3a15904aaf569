package article

import "strings"

// amazonImages are the hosts that Amazon serves its product pictures from.
var amazonImages = []string{"media-amazon.com", "ssl-images-amazon.com", "images-amazon.com", "amazon-adsystem.com"}

// AmazonImage reports whether a picture is served by Amazon, whose pictures a
// mail must not show (AMZ-5). An address that can't be parsed is none.
func AmazonImage(address string) bool {
	_, host, ok := webAddress(address)
	if !ok {
		return false
	}
	for _, h := range amazonImages {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return false
}
