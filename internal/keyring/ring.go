package keyring

import (
	"bytes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// MaterialSize is the length of one key's material in bytes: 256 random bits.
const MaterialSize = 32

// lineMark begins every key's line in the file.
const lineMark = "kassa-key-1"

const fileHeader = `# The keys of this installation. Who has this file and the database can read everything in it:
# keep both, keep them apart, and back both up. A lost file cannot be replaced.
# To rotate, put a new line on top: the first key is used for what is new, the others open what is old.
# The last line must stay the last: stored credentials and lookup values are hashed with it.
`

// Material is the secret that one key is derived from; it prints as ***.
type Material [MaterialSize]byte

// Format prints *** whatever the verb.
func (Material) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "***") }

// MarshalText keeps the material out of JSON.
func (Material) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue keeps the material out of structured logs.
func (Material) LogValue() slog.Value { return slog.StringValue("***") }

// Ring is a set of keys, newest first. It is safe for concurrent use and never changes.
type Ring struct {
	keys []*key
}

// key is what is derived from one material.
type key struct {
	id     [idSize]byte
	aead   cipher.AEAD
	sign   []byte
	lookup []byte
	jwt    []byte // signs tokens
	head   string // of tokens
}

// Format prints *** whatever the verb.
func (*Ring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "***") }

// MarshalText keeps the ring out of JSON.
func (*Ring) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue keeps the ring out of structured logs.
func (*Ring) LogValue() slog.Value { return slog.StringValue("***") }

// New makes a ring of the given materials, newest first.
func New(materials ...Material) (*Ring, error) {
	if len(materials) == 0 {
		return nil, errors.New("a key ring needs at least one key")
	}
	r := &Ring{}
	seen := make(map[[idSize]byte]bool)
	for _, m := range materials {
		k, err := derive(m)
		if err != nil {
			return nil, err
		}
		if seen[k.id] {
			return nil, fmt.Errorf("key %x is in the ring twice: take the upper one of its two lines out", k.id)
		}
		seen[k.id] = true
		r.keys = append(r.keys, k)
	}
	return r, nil
}

// Load reads the ring of a key file. A file that others may read or write is refused.
func Load(path string) (*Ring, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w%s", err, advice(err))
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("key file %s has mode %04o: it must be readable by its owner alone (chmod 600 %s)", path, mode, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w%s", err, advice(err))
	}
	materials, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	r, err := New(materials...)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return r, nil
}

// LoadOrCreate reads the ring of a key file, or makes the file (mode 0600) with one key drawn from rand. The new file is on
// the disk, under its name, when it returns: nothing is ever sealed with a key that a power cut can take away.
func LoadOrCreate(path string, rand io.Reader) (*Ring, error) {
	r, err := Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	var m Material
	if _, err := io.ReadFull(rand, m[:]); err != nil {
		return nil, fmt.Errorf("draw key: %w", err)
	}
	if err := create(path, fileHeader+Line(m)+"\n"); err != nil {
		return nil, fmt.Errorf("create key file: %w%s", err, advice(err))
	}
	return Load(path) // also when another process was first: its file counts
}

// Line is the line of the key file for one material.
func Line(m Material) string { return lineMark + " " + base64.RawStdEncoding.EncodeToString(m[:]) }

// restore is what to do about a file that is not as it was written.
const restore = "bring the file back from your copy"

// advice is what to do about a file that cannot be had, beginning with ": "; nothing where the error says it all.
func advice(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return ": run kassa as the user who owns it, or give it to the user who runs kassa"
	case errors.Is(err, syscall.EISDIR):
		return ": name a file, not a directory"
	case errors.Is(err, fs.ErrNotExist):
		return ": make the directory first, or name a file in another one"
	}
	return ""
}

func parse(text []byte) ([]Material, error) {
	var out []Material
	number := 0
	for line := range bytes.Lines(text) {
		number++
		s := strings.TrimSpace(string(line))
		if s == "" || s[0] == '#' {
			continue
		}
		mark, encoded, _ := strings.Cut(s, " ")
		if mark != lineMark {
			return nil, fmt.Errorf("line %d does not begin with %q: %s", number, lineMark, restore)
		}
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimSpace(encoded))
		if err != nil || len(raw) != MaterialSize {
			return nil, fmt.Errorf("line %d is not %d bytes in base64: %s", number, MaterialSize, restore)
		}
		out = append(out, Material(raw))
	}
	if len(out) == 0 {
		return nil, errors.New("no key in it: bring the file back from your copy; only for a database that is new, delete it, and another one is made")
	}
	return out, nil
}

// create writes the file beside its place and links it there, so that there is never half a key file and never one written
// over. It succeeds without effect when the file exists.
func create(path, text string) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".kassa-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(text)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Begins reports whether the ring of a key file begins with the same key as r: the file's last line. It fails when the file cannot be read.
func (r *Ring) Begins(path string) (bool, error) {
	other, err := Load(path)
	if err != nil {
		return false, err
	}
	return other.keys[len(other.keys)-1].id == r.keys[len(r.keys)-1].id, nil
}
