package render

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"github.com/broadsheet/broadsheet/internal/article"
)

// budget bounds the work of templates that others wrote. The work is counted,
// not timed: the same template always stops at the same place. One execution
// at a time has the budget. A nil budget counts nothing; it is that of
// templates of our own.
type budget struct {
	mu   sync.Mutex
	left int
}

// What there is to spend, and what work costs. Where every template is
// overridden, an article spends up to 50 for each byte of its text.
const (
	baseBudget = 1_000_000 // whatever the article
	perByte    = 400       // of the articles' text
	nodeCost   = 100       // an action of an override, each time it is executed
	callCost   = 100       // a call of a function
	// Every byte written or made by a function costs 1.

	longestMade   = 64 << 10 // bytes of a text that a function makes
	mostRepeated  = 10_000   // bytes that repeat makes
	widestVerb    = 3        // digits of a width in a format
	longestFormat = 1 << 10
)

var errOverspent = errors.New("it does more work than a mail needs: a loop that goes on and on, or far too much text")

// run executes with a full budget: the more there is to say, the more work it
// may be.
func (b *budget) run(articles []*article.Article, f func() error) error {
	if b == nil {
		return f()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = baseBudget
	for _, a := range articles {
		b.left += perByte * len(article.PlainText(a))
	}
	return f()
}

func (b *budget) spend(n int) error {
	if b == nil {
		return nil
	}
	if b.left -= n; b.left < 0 {
		return errOverspent
	}
	return nil
}

// tick is called by every loop and template of an override, with the number of
// actions in it.
func (b *budget) tick(nodes int) (bool, error) { return true, b.spend(nodes * nodeCost) }

// writer is w with every byte counted.
func (b *budget) writer(w io.Writer) io.Writer {
	if b == nil {
		return w
	}
	return meter{b, w}
}

type meter struct {
	b *budget
	w io.Writer
}

func (m meter) Write(p []byte) (int, error) {
	if err := m.b.spend(len(p)); err != nil {
		return 0, err
	}
	return m.w.Write(p)
}

// metered is the functions with their calls counted, together with those that
// only overrides have.
func (b *budget) metered(funcs map[string]any) map[string]any {
	out := map[string]any{
		"tick":   b.tick,
		"repeat": b.repeat,
		"print":  func(args ...any) (string, error) { return b.made(fmt.Sprint(args...)) },
		"printf": b.printf,
	}
	for name, f := range funcs {
		out[name] = b.counted(f)
	}
	return out
}

var errorType = reflect.TypeFor[error]()

// counted is a function of the same parameters and first result, which also
// counts.
func (b *budget) counted(f any) any {
	v := reflect.ValueOf(f)
	t := v.Type()
	in := make([]reflect.Type, t.NumIn())
	for i := range in {
		in[i] = t.In(i)
	}
	wrapped := reflect.FuncOf(in, []reflect.Type{t.Out(0), errorType}, t.IsVariadic())
	return reflect.MakeFunc(wrapped, func(args []reflect.Value) []reflect.Value {
		call := v.Call
		if t.IsVariadic() {
			call = v.CallSlice
		}
		n := callCost
		for _, a := range args {
			n += textSize(a)
		}
		if err := b.spend(n); err != nil {
			return []reflect.Value{reflect.Zero(t.Out(0)), reflect.ValueOf(&err).Elem()}
		}
		out := call(args)
		err := reflect.Zero(errorType)
		if len(out) == 2 {
			err = out[1]
		}
		if e := b.spend(textSize(out[0])); e != nil && err.IsNil() {
			err = reflect.ValueOf(&e).Elem()
		}
		return []reflect.Value{out[0], err}
	}).Interface()
}

// textSize is how many bytes a text has, 0 for what is none.
func textSize(v reflect.Value) int {
	if v.Kind() == reflect.String {
		return v.Len()
	}
	return 0
}

func (b *budget) made(s string) (string, error) {
	if len(s) > longestMade {
		return "", fmt.Errorf("it makes a text of more than %d bytes", longestMade)
	}
	return s, b.spend(callCost + len(s))
}

// wideVerb is a width that nobody needs, or one that is not in the format.
var wideVerb = regexp.MustCompile(fmt.Sprintf(`%%[^a-zA-Z%%]*(?:[0-9]{%d,}|\*)`, widestVerb+1))

func (b *budget) printf(format string, args ...any) (string, error) {
	if len(format) > longestFormat || wideVerb.MatchString(format) {
		return "", errors.New("printf takes a short format without * and with widths below 1,000")
	}
	return b.made(fmt.Sprintf(format, args...))
}

// repeat is a text n times.
func (b *budget) repeat(s string, n int) (string, error) {
	if n < 0 || n > mostRepeated || len(s)*n > mostRepeated {
		return "", fmt.Errorf("repeat makes at most %d bytes", mostRepeated)
	}
	return b.made(strings.Repeat(s, n))
}
