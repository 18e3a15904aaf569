package media

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// Each picture is measured for itself, few at a time.
func TestMeasure(t *testing.T) {
	photo := withEXIF(jpegOf(t, painted(300, 200)), 6)
	var now, peak atomic.Int32
	get := func(_ context.Context, address string, n int64) ([]byte, error) {
		if c := now.Add(1); c > peak.Load() {
			peak.Store(c)
		}
		defer now.Add(-1)
		switch {
		case n != Enough:
			return nil, fmt.Errorf("asked for %d bytes", n)
		case strings.Contains(address, "gone"):
			return nil, errors.New("it is gone")
		case strings.Contains(address, "page"):
			return []byte("<html>"), nil
		case strings.Contains(address, "cut"):
			return photo[:60], nil
		}
		return photo[:len(photo)-100], nil // the header is enough
	}
	addresses := []string{"https://x.example/photo", "https://x.example/gone", "https://x.example/page", "https://x.example/cut"}
	for n := range 100 {
		addresses = append(addresses, fmt.Sprintf("https://x.example/%d", n))
	}
	list, err := Measure(t.Context(), get, addresses)
	if err != nil || len(list) != most {
		t.Fatalf("%d, %v", len(list), err)
	}
	for i, want := range []string{"", "it is gone", "no JPEG, PNG, GIF or WebP", "damaged"} {
		if m := list[i]; m.URL != addresses[i] || (want == "") != (m.Failure == "") || !strings.Contains(m.Failure, want) {
			t.Errorf("%s: %+v", addresses[i], m)
		}
	}
	if list[0].Size != (Size{200, 300}) || list[9].Size != (Size{200, 300}) {
		t.Errorf("the photograph is %v", list[0].Size)
	}
	if peak.Load() > parallel {
		t.Errorf("%d at a time", peak.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(ctx, get, addresses); !errors.Is(err, context.Canceled) {
		t.Errorf("told to stop: %v", err)
	}
}

func TestMeasurable(t *testing.T) {
	for address, want := range map[string]bool{
		"https://x.example/a.jpg": true, "http://x.example/a.jpg": true, "data:image/png;base64,AA": false, "a.jpg": false,
		"cid:1": false, "": false, "https://x.example/" + strings.Repeat("x", 3000): false,
	} {
		if Measurable(address) != want {
			t.Errorf("%.40s", address)
		}
	}
}
