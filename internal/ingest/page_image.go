package ingest

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// lateNames are the attributes scripts load a picture from once it scrolls
// into view.
var lateNames = []string{"data-src", "data-lazy-src", "data-original", "data-orig-file", "data-lazy", "data-image", "data-url", "nitro-lazy-src"}

// lateImages gives pictures that a script would load their real address.
func lateImages(n *html.Node) {
	walk(n, func(i *html.Node) bool {
		if i.DataAtom != atom.Img {
			return true
		}
		src := strings.TrimSpace(attr(i, "src"))
		for _, name := range lateNames {
			if s := strings.TrimSpace(attr(i, name)); pictureAddress(s) {
				setAttr(i, "src", s)
				return true
			}
		}
		if src != "" && !strings.HasPrefix(src, "data:") {
			return true
		}
		for _, name := range []string{"srcset", "data-srcset", "data-lazy-srcset"} {
			if s := fromSet(attr(i, name)); s != "" {
				setAttr(i, "src", s)
				return true
			}
		}
		return true
	})
}

func pictureAddress(s string) bool {
	return s != "" && !strings.HasPrefix(s, "data:") && !strings.ContainsAny(s, " {")
}

// enoughWidth is as wide as a picture in a mail need be, on a fine screen.
const enoughWidth = 1200

// fromSet is the widest picture of a srcset up to enoughWidth, else its first.
func fromSet(set string) string {
	best, width := "", 0
	for _, part := range strings.Split(set, ", ") {
		f := strings.Fields(part)
		if len(f) == 0 || !pictureAddress(f[0]) {
			continue
		}
		w := 1
		if len(f) > 1 {
			w, _ = strconv.Atoi(strings.TrimRight(f[1], "wx,")) // a broken width counts as none
		}
		if best == "" || w > width && w <= enoughWidth {
			best, width = strings.TrimSuffix(f[0], ","), w
		}
	}
	return best
}

func setAttr(n *html.Node, name, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}
