package library

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

const (
	maxFile  = 32 << 20 // bytes of one file; an export is the largest
	maxDepth = 10       // folders in folders
)

// poll is one look at one source.
type poll struct {
	*Poller
	claim
	known  map[string]held
	report *Report
}

// feed takes in the items of a feed, the oldest first, so that the newest
// article is the one added last.
func (p *poll) feed(ctx context.Context) (Version, error) {
	doc, err := p.Reader.Fetch(ctx, p.Location, false, p.version)
	if err != nil || doc.NotModified {
		return p.version, err
	}
	doc.Feed = true
	items, err := p.Reader.Read(ctx, doc)
	if err != nil {
		return Version{}, err
	}
	items = oldestFirst(items)
	present := make([]string, 0, len(items))
	for n, i := range items {
		key := keyOf(i)
		present = append(present, key)
		if err := p.item(ctx, key, i, len(items)-n <= maxPages); err != nil {
			return Version{}, err
		}
	}
	return doc.Version, p.Store.forget(ctx, p.claim, present)
}

// guid is the place of an item that its feed has a name for.
func (p *poll) guid(i Item) place {
	if i.GUID == "" {
		return place{}
	}
	return place{identity: bounded(fmt.Sprintf("guid:%d:%s", p.ID, i.GUID)), also: i.named()}
}

// oldestFirst puts the items of a feed in the order in which they appeared. A
// feed gives the newest first where no dates say otherwise.
func oldestFirst(items []Item) []Item {
	items = slices.Clone(items[:min(len(items), maxItems)])
	slices.Reverse(items)
	dated := !slices.ContainsFunc(items, func(i Item) bool { return i.Article.Published == nil })
	if dated {
		slices.SortStableFunc(items, func(a, b Item) int { return a.Article.Published.Compare(*b.Article.Published) })
	}
	return items
}

// takeIn takes in one item; what is wrong with it alone is noted, with the
// version that need not be looked at again, and no error.
func (p *poll) takeIn(ctx context.Context, key string, i Item, at place, failed Version) error {
	return p.takeInAs(ctx, key, i, at, Version{}, failed)
}

// takeInAs is takeIn that notes the item's version.
func (p *poll) takeInAs(ctx context.Context, key string, i Item, at place, now, failed Version) error {
	done, err := p.Store.keep(ctx, p.claim, key, i.Draft, at, now)
	if err != nil {
		return p.unread(ctx, key, err, failed)
	}
	p.report.Items = append(p.report.Items, done)
	return nil
}

// unread notes why an item could not be read, if that is the item's fault.
func (p *poll) unread(ctx context.Context, key string, err error, v Version) error {
	why, said := sentence(err)
	if !said {
		return err
	}
	done := Polled{Key: key, Error: why}
	p.report.Items = append(p.report.Items, done)
	return p.Store.mark(ctx, p.claim, done, v)
}

// document takes in what a file or a page holds: one article, which is known
// again by its place, or a feed of several. Its version is noted last, so that
// a poll that breaks off is made again.
func (p *poll) document(ctx context.Context, key string, doc Document, at place, failed Version) error {
	items, err := p.Reader.Read(ctx, doc)
	if err != nil {
		return p.unread(ctx, key, err, failed)
	}
	if len(items) == 1 && items[0].GUID == "" {
		if err := p.takeIn(ctx, key, items[0], at, failed); err != nil {
			return err
		}
		if p.report.Items[len(p.report.Items)-1].Error != "" {
			return nil
		}
	} else {
		for _, i := range oldestFirst(items) {
			if err := p.takeIn(ctx, bounded(key+"#"+keyOf(i)), i, p.guid(i), Version{}); err != nil {
				return err
			}
		}
	}
	return p.Store.mark(ctx, p.claim, Polled{Key: key}, doc.Version)
}

// file is one of a folder.
type file struct {
	path string
	info fs.FileInfo
}

func (f file) version() Version {
	return Version{ETag: fmt.Sprint(f.info.Size()), LastModified: f.info.ModTime().UTC().Format("2006-01-02T15:04:05.999999999Z")}
}

// folder takes in the files that have changed since, the oldest first.
func (p *poll) folder(ctx context.Context) error {
	root, err := os.OpenRoot(p.Location) // what is linked to from outside stays outside
	if err != nil {
		return refused("the folder %s can't be read (%s); create it, or remove the source", p.Location, reason(err))
	}
	defer func() { _ = root.Close() }()
	files, err := list(ctx, root)
	if err != nil {
		return err
	}
	present := make([]string, 0, len(files))
	for _, f := range files {
		key := bounded(f.path)
		present = append(present, key)
		if p.known[key].Version == f.version() {
			p.report.Same++
			continue
		}
		if err := p.file(ctx, root, key, f); err != nil {
			return err
		}
	}
	return p.Store.forget(ctx, p.claim, slices.Concat(present, p.inside(present)))
}

// inside are the items known of files that are still there.
func (p *poll) inside(files []string) (keys []string) {
	there := make(map[string]bool, len(files))
	for _, f := range files {
		there[f] = true
	}
	for key := range p.known {
		if f, _, ok := strings.Cut(key, "#"); ok && there[f] {
			keys = append(keys, key)
		}
	}
	return keys
}

func (p *poll) file(ctx context.Context, root *os.Root, key string, f file) error {
	data, now, err := read(root, f.path)
	if err != nil {
		return p.unread(ctx, key, refused("%s can't be read (%s)", f.path, reason(err)), Version{})
	}
	if now != f.version() {
		return nil // it is being written; the next poll finds it whole
	}
	return p.document(ctx, key, Document{Name: f.path, Data: data, Version: now},
		place{identity: bounded(fmt.Sprintf("file:%d:%s", p.ID, f.path)), reusable: true}, now)
}

// read gives a file's content and the version that it has afterwards.
func read(root *os.Root, name string) ([]byte, Version, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, Version{}, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, Version{}, err
	}
	if len(data) > maxFile {
		return nil, Version{}, fmt.Errorf("it is larger than %d MB", maxFile>>20)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, Version{}, err
	}
	return data, file{info: info}.version(), nil
}

// list gives the files of a folder, the oldest first. Links, hidden files,
// those that programs are still writing and what goes with articles (pictures,
// styles) are left out.
func list(ctx context.Context, root *os.Root) ([]file, error) {
	var files []file
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if cerr := ctx.Err(); cerr != nil {
			return cerr
		}
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".")
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			return nil // what can't be listed is not there
		case d.IsDir() && (hidden || strings.Count(name, "/") >= maxDepth):
			return fs.SkipDir
		case !d.Type().IsRegular() || hidden || unfinished(name) || besides[strings.ToLower(path.Ext(name))] || len(files) >= maxItems:
			return nil
		}
		if info, err := d.Info(); err == nil { // else it has just been removed
			files = append(files, file{name, info})
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		return nil, refused("the folder %s can't be listed (%s)", root.Name(), reason(err))
	}
	slices.SortStableFunc(files, func(a, b file) int {
		return cmp.Or(a.info.ModTime().Compare(b.info.ModTime()), strings.Compare(a.path, b.path))
	})
	return files, err
}

// besides are the files that stand beside articles and are none.
var besides = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".webp": true, ".avif": true, ".svg": true, ".ico": true, ".bmp": true, ".tif": true, ".tiff": true,
	".mp4": true, ".webm": true, ".mov": true, ".mp3": true, ".ogg": true, ".wav": true,
	".css": true, ".js": true, ".mjs": true, ".map": true, ".woff": true, ".woff2": true, ".ttf": true, ".otf": true,
}

func unfinished(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".part", ".tmp", ".swp", ".crdownload", ".download", ".filepart":
		return true
	}
	return strings.HasSuffix(name, "~")
}

// urls takes in the pages whose addresses stand in a file.
func (p *poll) urls(ctx context.Context) error {
	f, err := os.Open(p.Location)
	if err != nil {
		return refused("the list %s can't be read (%s); create it, or remove the source", p.Location, reason(err))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	_ = f.Close() // it was only read
	if err != nil {
		return refused("the list %s can't be read (%s)", p.Location, reason(err))
	}
	addresses := lines(data)
	present := make([]string, len(addresses))
	for i, a := range addresses {
		present[i] = bounded(a)
		if err := p.page(ctx, present[i], a); err != nil {
			return err
		}
	}
	return p.Store.forget(ctx, p.claim, slices.Concat(present, p.inside(present)))
}

// page takes in one page, if it has changed.
func (p *poll) page(ctx context.Context, key, address string) error {
	since := p.known[key].Version
	doc, err := p.Reader.Fetch(ctx, address, true, since)
	if err != nil {
		return p.unread(ctx, key, err, since)
	}
	if doc.NotModified {
		p.report.Same++
		if p.known[key].failed {
			return p.Store.mark(ctx, p.claim, Polled{Key: key}, since)
		}
		return nil
	}
	return p.document(ctx, key, doc, place{identity: bounded(fmt.Sprintf("page:%d:%s", p.ID, address)), reusable: true}, Version{})
}

// lines gives the addresses of a list: one on each line, # begins a remark.
func lines(data []byte) []string {
	var out []string
	seen := map[string]bool{}
	sc := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	for sc.Scan() && len(out) < maxItems {
		line := strings.TrimSpace(strings.ToValidUTF8(sc.Text(), "\ufffd"))
		if line == "" || strings.HasPrefix(line, "#") || seen[line] {
			continue
		}
		seen[line] = true
		out = append(out, line)
	}
	return out
}

// reason is what the system said of a file, without the path that the sentence
// names already.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
