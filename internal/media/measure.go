package media

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// Bounds of measuring pictures elsewhere.
const (
	// Enough is how many bytes of a picture are read: JPEGs may have their
	// size behind a thumbnail and a colour profile.
	Enough = 384 << 10
	// most is how many pictures are measured at once for one article, and
	// parallel how many of them at the same time.
	most     = 60
	parallel = 4
	patience = 30 * time.Second // for all of them
)

// Beginning gets the first n bytes of what stands at an address. Its errors
// are sentences.
type Beginning func(ctx context.Context, address string, n int64) ([]byte, error)

// Measured is what became of measuring a picture.
type Measured struct {
	URL  string
	Size Size
	// Failure says why there is no size; "" if there is one.
	Failure string
}

// Measurable reports whether an address is one that a picture can be read from.
func Measurable(address string) bool {
	return len(address) <= 2048 && (strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://"))
}

// Measure reads the sizes of pictures from their headers. It fails as a whole
// only with its context; pictures beyond the bound are left out.
func Measure(ctx context.Context, get Beginning, addresses []string) ([]Measured, error) {
	addresses = addresses[:min(len(addresses), most)]
	out := make([]Measured, len(addresses))
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	slots := make(chan struct{}, parallel)
	var all sync.WaitGroup
	for i, address := range addresses {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i] = measure(bounded, get, address)
		})
	}
	all.Wait()
	return out, ctx.Err()
}

func measure(ctx context.Context, get Beginning, address string) Measured {
	m := Measured{URL: address}
	data, err := get(ctx, address, Enough)
	if err != nil {
		m.Failure = err.Error()
		if ctx.Err() != nil {
			m.Failure = "the picture was not reached in time; try again later"
		}
		return m
	}
	_, m.Size, err = Look(data)
	switch {
	case errors.Is(err, errUnknown):
		m.Failure = "what stands there is no JPEG, PNG, GIF or WebP; give the picture in one of these"
	case err != nil:
		m.Failure = "the picture is damaged or its size stands too far inside (" + err.Error() + ")"
	}
	return m
}
