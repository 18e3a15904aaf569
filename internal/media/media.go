package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// Store is a folder of pictures and what the database knows of them. It may be
// used by many goroutines.
type Store struct {
	db  *postgres.DB
	dir string
	now func() time.Time
}

// New gives the store in a folder, which is made with its first picture; now
// is the clock of what is recorded.
func New(db *postgres.DB, dir string, now func() time.Time) *Store { return &Store{db, dir, now} }

// Item is a picture of the store.
type Item struct {
	ID int64 `json:"id"`
	// File is the name it is served by: the SHA-256 of its bytes and its ending.
	File   string `json:"file"`
	Name   string `json:"name"` // as it was uploaded
	Format Format `json:"format"`
	// Width and Height are in pixels; 0 for an SVG.
	Width   int       `json:"width"`
	Height  int       `json:"height"`
	Bytes   int64     `json:"bytes"`
	Actor   string    `json:"actor"`
	AddedAt time.Time `json:"added_at"`
	// Smaller are the versions made of it, the widest first.
	Smaller []Item `json:"smaller,omitempty"`
}

// Path is where the web pages serve it.
func (i Item) Path() string { return "/media/" + i.File }

// ForMail is the version for the full width of a mail: the picture itself
// unless it is wider than that needs.
func (i Item) ForMail() Item {
	if len(i.Smaller) > 0 && i.Smaller[0].Width == Widths[0] {
		return i.Smaller[0]
	}
	return i
}

// maxName is the longest name that is kept, in characters.
const maxName = 200

// Add keeps a picture under the name it was uploaded by, and says whether it
// was there already. A *RefusedError says why it was not taken.
func (s *Store) Add(ctx context.Context, name string, r io.Reader, actor string) (item Item, again bool, err error) {
	name = plainName(name)
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return item, false, refused("%s can't be read (%s)", name, reason(err))
	}
	list, err := prepare(name, data)
	if err != nil {
		return item, false, err
	}
	items := make([]Item, len(list))
	for i, e := range list {
		sum := sha256.Sum256(e.data)
		items[i] = Item{
			File: hex.EncodeToString(sum[:]) + e.format.Ext(), Name: name, Format: e.format, Width: e.size.Width, Height: e.size.Height,
			Bytes: int64(len(e.data)), Actor: actor, AddedAt: s.now(),
		}
		if err := s.write(items[i].File, e.data); err != nil {
			return item, false, err
		}
	}
	err = postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		again, err = insert(ctx, tx, items)
		return err
	})
	if err != nil {
		return item, false, err
	}
	item, err = s.Get(ctx, items[0].File)
	return item, again, err
}

// plainName is the last piece of a path, for people.
func plainName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if r := []rune(name); len(r) > maxName {
		name = string(r[:maxName])
	}
	if strings.TrimSpace(name) == "" {
		return "the picture"
	}
	return name
}

// write puts a file in its place; one that is there is left alone, unless its
// length shows that it isn't whole.
func (s *Store) write(file string, data []byte) error {
	path := s.path(file)
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(data)) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return refused("the media folder %s can't be written (%s); give another one with --media-dir", s.dir, reason(err))
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return refused("the media folder %s can't be written (%s); give another one with --media-dir", s.dir, reason(err))
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // it is of no use
		return refused("the media folder %s can't be written (%s)", s.dir, reason(err))
	}
	return nil
}

// path is where a file stands: in a folder of its first two digits.
func (s *Store) path(file string) string { return filepath.Join(s.dir, file[:2], file) }

var fileName = regexp.MustCompile(`^[0-9a-f]{64}\.(jpg|png|gif|svg)$`)

// Open gives a file of the store by its name, for being served. The error is
// fs.ErrNotExist for a name that is none of ours.
func (s *Store) Open(file string) (*os.File, Format, error) {
	if !fileName.MatchString(file) {
		return nil, "", fs.ErrNotExist
	}
	f, err := os.Open(s.path(file))
	if err != nil {
		return nil, "", fmt.Errorf("open picture: %w", err)
	}
	format := Format(file[65:])
	if format == "jpg" {
		format = JPEG
	}
	return f, format, nil
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

// NotFoundError says that there is no such picture.
type NotFoundError struct{ Sentence string }

func (e *NotFoundError) Error() string { return e.Sentence }

// hashOf takes the hash out of a file's name.
func hashOf(file string) ([]byte, bool) {
	if !fileName.MatchString(file) {
		return nil, false
	}
	sum, err := hex.DecodeString(file[:64])
	return sum, err == nil
}
