package lint

// grade is what it means for a mail that a program doesn't show a feature.
type grade int

const (
	// trim: the mail is less pretty, and nobody misses anything.
	trim grade = iota
	// visible: the mail looks different, and an editor may want to know.
	visible
	// vital: something can't be read, used or found any more.
	vital
	// layout: what rule HTML-2 bars, since the mail falls apart without it.
	layout
)

// feature is something of HTML or CSS that can be told from a mail's source,
// by its name at caniemail.com.
type feature struct {
	slug  string
	grade grade
	// instead completes “… readers see”.
	instead string
}

// byProperty are the features of a declaration, by its property.
var byProperty = map[string]feature{
	"animation": {"css-animation", trim, "a still picture"}, "animation-name": {"css-animation", trim, "a still picture"},
	"aspect-ratio":          {"css-aspect-ratio", visible, "boxes of another height"},
	"background":            {"css-background", trim, "no ground of its own"},
	"background-color":      {"css-background-color", visible, "text on the program's own ground"},
	"background-size":       {"css-background-size", visible, "the ground's picture in its own size"},
	"border":                {"css-border", trim, "no line"},
	"border-image":          {"css-border-image", trim, "a plain line"},
	"border-radius":         {"css-border-radius", trim, "square corners"},
	"border-spacing":        {"css-border-spacing", trim, "cells without space between them"},
	"box-shadow":            {"css-box-shadow", trim, "no shadow"},
	"box-sizing":            {"css-box-sizing", trim, "boxes wider by their padding"},
	"clip-path":             {"css-clip-path", visible, "the whole box"},
	"column-count":          {"css-column-count", visible, "one column"},
	"columns":               {"css-column-count", visible, "one column"},
	"filter":                {"css-filter", visible, "the picture as it is"},
	"float":                 {"css-float", visible, "one thing below the other"},
	"font":                  {"css-font", trim, "the program's own font"},
	"font-weight":           {"css-font-weight", trim, "another weight"},
	"gap":                   {"css-gap", visible, "no space between the items"},
	"height":                {"css-height", trim, "boxes as high as what they hold"},
	"hyphens":               {"css-hyphens", trim, "lines broken between words only"},
	"letter-spacing":        {"css-letter-spacing", trim, "letters at their usual distance"},
	"line-height":           {"css-line-height", trim, "lines at their usual distance"},
	"list-style-type":       {"css-list-style-type", trim, "the usual marks"},
	"margin":                {"css-margin", trim, "other distances"},
	"mask-image":            {"css-mask-image", visible, "the whole picture"},
	"max-height":            {"css-max-height", trim, "boxes as high as what they hold"},
	"max-width":             {"css-max-width", visible, "lines as wide as the window"},
	"min-height":            {"css-min-height", trim, "boxes as high as what they hold"},
	"min-width":             {"css-min-width", trim, "boxes as narrow as what they hold"},
	"mix-blend-mode":        {"css-mix-blend-mode", visible, "one picture over the other"},
	"object-fit":            {"css-object-fit", visible, "squeezed pictures"},
	"opacity":               {"css-opacity", visible, "full colours"},
	"outline":               {"css-outline", trim, "no outline"},
	"overflow":              {"css-overflow", trim, "what should be cut off"},
	"overflow-wrap":         {"css-overflow-wrap", trim, "long words that stick out"},
	"padding":               {"css-padding", trim, "other distances"},
	"text-align":            {"css-text-align", trim, "text at the beginning of the line"},
	"text-decoration":       {"css-text-decoration", trim, "the usual underline"},
	"text-decoration-color": {"css-text-decoration-color", trim, "an underline in the text's colour"},
	"text-decoration-thickness": {
		"css-text-decoration-thickness", trim, "an underline of the usual strength"},
	"text-indent":           {"css-text-indent", trim, "no indent"},
	"text-overflow":         {"css-text-overflow", visible, "text that is cut off"},
	"text-shadow":           {"css-text-shadow", trim, "no shadow"},
	"text-transform":        {"css-text-transform", trim, "small letters"},
	"text-underline-offset": {"css-text-underline-offset", trim, "an underline at the usual distance"},
	"transform":             {"css-transform", vital, "it in its own place and size"},
	"transition":            {"css-transition", trim, "the end at once"},
	"vertical-align":        {"css-vertical-align", trim, "text at another height"},
	"visibility":            {"css-visibility", visible, "what should be hidden"},
	"white-space":           {"css-white-space", trim, "lines broken elsewhere"},
	"width":                 {"css-width", trim, "boxes as wide as what they hold"},
	"word-break":            {"css-word-break", trim, "long words that stick out"},
	"word-spacing":          {"css-word-spacing", trim, "words at their usual distance"},
	"writing-mode":          {"css-writing-mode", vital, "lines across"},
	"z-index":               {"css-z-index", visible, "things in another order"},
}

// byElement are the features that are elements, by their name.
var byElement = map[string]feature{
	"audio":      {"html-audio", vital, "what stands in it, or nothing"},
	"blockquote": {"html-blockquote", trim, "a plain paragraph"},
	"dialog":     {"html-dialog", vital, "it open, or nothing"},
	"map":        {"html-image-maps", vital, "a picture that leads nowhere"},
	"marquee":    {"html-marquee", visible, "text that stands still"},
	"meter":      {"html-meter", vital, "what stands in it, or nothing"},
	"object":     {"html-object", vital, "what stands in it, or nothing"},
	"picture":    {"html-picture", trim, "the plain picture in it"},
	"progress":   {"html-progress", vital, "what stands in it, or nothing"},
	"ruby":       {"html-ruby", visible, "the reading beside the word"},
	"style":      {"html-style", trim, "the mail without what suits phones and the dark"},
	"svg":        {"html-svg", layout, "nothing"},
	"video":      {"html-video", vital, "what stands in it, or nothing"},
	"wbr":        {"html-wbr", trim, "words broken elsewhere"},
	"article":    semantic, "section": semantic, "header": semantic, "footer": semantic, "main": semantic, "nav": semantic, "aside": semantic,
	"figure": semantic, "figcaption": semantic,
}

var semantic = feature{"html-semantics", trim, "the same, as plain boxes"}

// byAttribute are the features that are attributes, by their name.
var byAttribute = map[string]feature{
	"aria-hidden": {"html-aria-hidden", trim, "the same; listeners hear more"},
	"aria-label":  {"html-aria-label", trim, "the same; listeners hear less"},
	"background":  {"html-background", visible, "no picture behind the text"},
	"dir":         {"html-dir", trim, "text from the other side"},
	"lang":        {"html-lang", trim, "the same; listeners hear another accent"},
	"loading":     {"html-loading-attribute", trim, "the same"},
	"role":        {"html-role", trim, "the same; listeners hear that there are tables"},
	"srcset":      {"html-srcset", trim, "the plain picture"},
}

// byExtension are the kinds of pictures, by the end of their address.
var byExtension = map[string]feature{
	".apng": {"image-apng", visible, "a picture that stands still"},
	".avif": {"image-avif", vital, "its alt text"},
	".svg":  {"image-svg", vital, "its alt text"},
	".webp": {"image-webp", vital, "its alt text"},
}

// byRule are the at-rules of style blocks.
var byRule = map[string]feature{
	"@font-face": {"css-at-font-face", trim, "the next font of the list"},
	"@keyframes": {"css-at-keyframes", trim, "a still picture"},
	"@media":     {"css-at-media", trim, "the mail as it is on a desktop"},
	"@supports":  {"css-at-supports", trim, "the mail without what stands in it"},
}

// Features that are told by a value or a selector.
var (
	dark           = feature{"css-at-media-prefers-color-scheme", trim, "the light colours, or the program's own dark ones"}
	flex           = feature{"css-display-flex", layout, "one thing below the other"}
	grid           = feature{"css-display-grid", layout, "one thing below the other"}
	displayNone    = feature{"css-display-none", visible, "what should be hidden"}
	displayAny     = feature{"css-display", trim, "things as they are by themselves"}
	positioned     = feature{"css-position", vital, "it in the flow of the text"}
	variables      = feature{"css-variables", layout, "the program's own colours and sizes"}
	lightDark      = feature{"css-function-light-dark", vital, "the program's own colours"}
	calculated     = feature{"css-unit-calc", vital, "the size that it has by itself"}
	minimum        = feature{"css-function-min", vital, "the size that it has by itself"}
	maximum        = feature{"css-function-max", vital, "the size that it has by itself"}
	clamped        = feature{"css-function-clamp", vital, "the size that it has by itself"}
	viewWidth      = feature{"css-unit-vw", vital, "the size that it has by itself"}
	viewHeight     = feature{"css-unit-vh", vital, "the size that it has by itself"}
	rootEm         = feature{"css-unit-rem", visible, "the size that it has by itself"}
	rgbColour      = feature{"css-rgb", visible, "the program's own colour"}
	rgbaColour     = feature{"css-rgba", visible, "the program's own colour"}
	systemFont     = feature{"css-sytem-ui", trim, "the next font of the list"}
	groundPicture  = feature{"css-background-image", visible, "the plain ground"}
	linearGradient = feature{"css-linear-gradient", visible, "the plain ground"}
	radialGradient = feature{"css-radial-gradient", visible, "the plain ground"}
	conicGradient  = feature{"css-conic-gradient", visible, "the plain ground"}
	before         = feature{"css-pseudo-element-before", visible, "nothing in its place"}
	after          = feature{"css-pseudo-element-after", visible, "nothing in its place"}
	hover          = feature{"css-pseudo-class-hover", trim, "no change where the pointer is"}
	checked        = feature{"css-pseudo-class-checked", vital, "only one of its states"}
	nthChild       = feature{"css-pseudo-class-nth-child", visible, "all alike"}
	byAttributes   = feature{"css-selector-attribute", trim, "the mail without what this rule adds"}
)
