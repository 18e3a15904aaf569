package lint

import (
	"fmt"
	"strings"
	"testing"
)

// Ways to keep a disclosure from readers: by its own style, by a rule of a
// style block for the class v, and by what stands around it.
var hidingStyles = []string{
	"zoom:0", "zoom:.01", "zoom:50%", "font:0/0 a", "font:9px/20px Arial", "font-size:0.1em", "font-size:calc(1px * 0)", "font-size:min(1px,9px)", "font-size:1vw",
	"line-height:0", "line-height:2px;overflow:hidden", "width:0;overflow:hidden;display:inline-block", "max-height:1px;overflow:hidden;display:block",
	"max-height:20px;overflow-y:hidden;display:block", "height:0;overflow:scroll;display:block", "height:0;overflow:clip;display:block",
	"transform:translate(-9999px)", "scale:0", "translate:-9999px", "rotate:90deg", "filter:opacity(0)", "letter-spacing:-1em", "letter-spacing:-9px", "word-spacing:-99px",
	"-webkit-text-fill-color:transparent", "-webkit-text-fill-color:#ffffff", "mask-image:linear-gradient(transparent,transparent)", "-webkit-mask:url(x)",
	"float:left;margin-left:-9999px", "margin-top:-9999px", "margin-left:9999px", "margin:0 0 0 9999px", "padding-left:9999px", "text-indent:9999px", "text-indent:100%",
	"position:fixed;inset:-9999px", "position:relative;left:-999px", "color:transparent;background-clip:text", "color:rgba(0,0,0,0)", "color:#0000", "color:rgba(255,255,255,.9)",
	"color:hsl(0,0%,100%)", "color:color-mix(in srgb,#fff,#fff)", "opacity:1%", "opacity:.05", "opacity:0.5", "display:block;display:none", "visibility:collapse",
	"content-visibility:hidden", "clip:rect(0,0,0,0)", "writing-mode:vertical-rl", "unicode-bidi:bidi-override;direction:rtl", "display:table-column",
	"-webkit-line-clamp:1;display:-webkit-box;overflow:hidden", "text-decoration:line-through", "animation:x 9s forwards", "max-width:2em;overflow:hidden;display:block",
}

var showingStyles = []string{
	"zoom:1", "font:400 17px/28px Arial", "font:1rem Arial", "font-size:100%", "font-size:medium", "line-height:1.5", "line-height:normal", "letter-spacing:-0.01em", "letter-spacing:0.04em",
	"overflow:hidden", "overflow:hidden;width:100%", "overflow:hidden;max-width:600px", "max-width:520px", "height:auto", "margin:0 auto", "margin:8px 0 12px 0", "padding:24px 40px",
	"transform:none", "filter:none", "opacity:1", "opacity:100%", "color:#000", "background-color:#fff", "text-decoration:underline", "text-decoration:none", "position:static",
	"display:inline-block", "display:table-cell", "text-indent:1em", "writing-mode:horizontal-tb", "user-select:none", "animation:none", "word-break:break-word", "font-weight:700",
}

var hidingRules = []string{
	"@supports (display:block){.v{display:none}}", "@media all{.v{display:none}}", "@media print{.v{display:none}}", "@layer a{.v{display:none}}",
	"@container (min-width:1px){.v{display:none}}", "@media screen{@media all{.v{display:none}}}", ".v:not(.x){display:none}", "p:first-child{display:none}",
	"body>p{display:none}", "*{color:#fff}", "@import url(x);.v{display:none}", ".w,.v{display:none}", ".v{&.v{display:none}}", "body{& .v{display:none}}",
	".V{display:none}", "P.v{display:none}", "[class~=v]{display:none}", ".v::first-line{font-size:0}", ".v:first-letter{color:#fff}", ".v{all:unset;display:none}",
	".v{animation:x 9s}@keyframes x{from{opacity:0}}", "[data-ogsc] .v{display:none}", "[data-ogsb] .v{display:none!important}", ":is(.v){display:none}",
}

var showingRules = []string{
	"#a .v{display:none}", ".w{display:none}", ".v:hover{display:none}", ".v{color:#000000;font-size:17px}", "@media (max-width:600px){.v{font-size:16px!important}}",
	"@font-face{font-family:x;src:url(x)} .v{font-family:x}", ".v::after{content:'x'}", "[data-ogsc] .w{display:none}",
}

var hidingMarkup = []string{
	`<font color="white">%s</font>`, `<table bgcolor="black"><tr><td>%s</td></tr></table>`, "<marquee>%s</marquee>", "<noscript>%s</noscript>", "<select><option>%s</select>",
	"<textarea>%s</textarea>", `<optgroup label="%s"></optgroup>`, `<img alt="%s">`, "<object>%s</object>", "<video>%s</video>", "<iframe>%s</iframe>", "<math>%s</math>",
	"<svg><text>%s</text></svg>", "<ruby>x<rp>%s</rp></ruby>", "<dialog>%s</dialog>", "<div popover>%s</div>", `<p title="%s">x</p>`, `<input value="%s">`, "<del>%s</del>", "<s>%s</s>",
	`<bdo dir="rtl">%s</bdo>`, "<progress>%s</progress>", `<div style="display:none"><p style="display:block">%s</p></div>`, `<div style="opacity:.2"><p style="opacity:1">%s</p></div>`,
	`<div style="max-height:0;overflow:hidden"><p>%s</p></div>`, `<div style="font-size:1px"><p style="font-size:100%%">%s</p></div>`, `<div style="color:white"><span>%s</span></div>`,
	"<details><summary>x</summary>%s</details>", "<!--%s-->", "<!--[if mso]>%s<![endif]-->", "<!--[if !mso]><!-->%s<!--<![endif]-->", "<template>%s</template>",
}

var showingMarkup = []string{
	"<b>%s</b>", `<table width="600"><tr><td width="1">%s</td></tr></table>`, "<caption>%s</caption>", "<label>%s</label>", "<menu><li>%s</menu>", "<ins>%s</ins>", "<mark>%s</mark>",
	`<div dir="rtl">%s</div>`, `<table bgcolor="#ffffff"><tr><td bgcolor="#eeeeee">%s</td></tr></table>`, `<font color="#333333" size="3">%s</font>`, "<center>%s</center>",
	`<div style="visibility:hidden"><p style="visibility:visible">%s</p></div>`, `<div style="color:white"><span style="color:#000">%s</span></div>`,
}

// TestTricks: each way to hide a disclosure is seen through, and none of those
// that hide nothing is taken for one.
func TestTricks(t *testing.T) {
	frame := func(css, said string) string {
		return "<html><head><style>" + css + "</style></head><body>" + said + `<p><a href="` + tagged + `">the balm</a></p></body></html>`
	}
	check := func(page string, want bool) {
		t.Helper()
		if got, _ := proven(page, ""); got != want {
			t.Errorf("proven: %v, want %v: %s", got, want, page)
		}
	}
	for i, list := range [][]string{hidingStyles, showingStyles} {
		for _, style := range list {
			check(frame("", `<p style="`+style+`">`+discloses+"</p>"), i == 1)
			check(frame(".v{"+style+"}", `<p class="v">`+discloses+"</p>"), i == 1)
			check(frame("@media (max-width:600px){.v{"+strings.ReplaceAll(style, ";", "!important;")+"!important}}", `<p class="v">`+discloses+"</p>"), i == 1)
		}
	}
	for i, list := range [][]string{hidingRules, showingRules} {
		for _, rule := range list {
			check(frame(rule, `<p class="v">`+discloses+"</p>"), i == 1)
		}
	}
	for i, list := range [][]string{hidingMarkup, showingMarkup} {
		for _, markup := range list {
			check(frame("", fmt.Sprintf(markup, discloses)), i == 1)
		}
	}
}
