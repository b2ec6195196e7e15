package keyring_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kassa/internal/keyring"
)

func material(b byte) keyring.Material {
	var m keyring.Material
	for i := range m {
		m[i] = b
	}
	return m
}

func ring(t *testing.T, keys ...byte) *keyring.Ring {
	t.Helper()
	var ms []keyring.Material
	for _, b := range keys {
		ms = append(ms, material(b))
	}
	r, err := keyring.New(ms...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSeal_opensInItsPlaceOnly(t *testing.T) {
	r := ring(t, 1)
	sealed := r.Seal([]byte("Anna"), "orders", "personal", "K000001/o1")
	plain, err := r.Open(sealed, "orders", "personal", "K000001/o1")
	if err != nil || string(plain) != "Anna" {
		t.Fatalf("open: %q, %v", plain, err)
	}
	if bytes.Contains(sealed, []byte("Anna")) || len(sealed) != 4+keyring.Overhead {
		t.Errorf("sealed value of %d bytes", len(sealed))
	}
	for _, p := range [][3]string{
		{"capture", "personal", "K000001/o1"}, {"orders", "body", "K000001/o1"}, {"orders", "personal", "K000001/o2"},
		{"order", "spersonal", "K000001/o1"}, {"orders", "personalK000001/o1", ""},
	} {
		if _, err := r.Open(sealed, p[0], p[1], p[2]); !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("open at %v: %v, want ErrSealed", p, err)
		}
	}
	for i := range sealed {
		bent := bytes.Clone(sealed)
		bent[i] ^= 1
		if _, err := r.Open(bent, "orders", "personal", "K000001/o1"); !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("byte %d changed: %v, want ErrSealed", i, err)
		}
	}
	for n := range len(sealed) {
		if _, err := r.Open(sealed[:n], "orders", "personal", "K000001/o1"); !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("cut to %d bytes: %v, want ErrSealed", n, err)
		}
	}
}

func TestSeal_noncesDoNotRepeat(t *testing.T) {
	r := ring(t, 1)
	seen := make(map[string]bool)
	for range 10000 {
		s := string(r.Seal(nil, "t", "c", "r"))
		if seen[s[:16]] {
			t.Fatal("the same nonce twice")
		}
		seen[s[:16]] = true
	}
}

func TestRotation_oldValuesLiveOn(t *testing.T) {
	before, after, later := ring(t, 1), ring(t, 2, 1), ring(t, 3, 1)
	sealed := before.Seal([]byte("x"), "t", "c", "r")
	if _, err := after.Open(sealed, "t", "c", "r"); err != nil {
		t.Errorf("old sealed value: %v", err)
	}
	fresh := after.Seal([]byte("x"), "t", "c", "r")
	if _, err := before.Open(fresh, "t", "c", "r"); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("new value with the old ring: %v, want ErrSealed", err)
	}
	if _, err := later.Open(fresh, "t", "c", "r"); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("value of a key that is gone: %v, want ErrSealed", err)
	}
	if !after.Verify(before.Sign("form", []byte("a")), "form", []byte("a")) {
		t.Error("a form signed before the rotation is refused")
	}
	if before.Verify(after.Sign("form", []byte("a")), "form", []byte("a")) {
		t.Error("a signature of an unknown key is accepted")
	}
	if before.Hash("link", []byte("a")) != after.Hash("link", []byte("a")) {
		t.Error("lookup hashes changed with the rotation")
	}
	token, err := before.JWT(map[string]string{"session_id": "s"})
	if err != nil {
		t.Fatal(err)
	}
	if err := after.ParseJWT(token, &map[string]string{}); err != nil {
		t.Errorf("token issued before the rotation: %v", err)
	}
}

func TestSign_partsAndPurposesAreApart(t *testing.T) {
	r := ring(t, 1)
	sig := r.Sign("form", []byte("ab"), []byte("c"))
	if !r.Verify(sig, "form", []byte("ab"), []byte("c")) {
		t.Error("own signature refused")
	}
	if r.Verify(sig, "form", []byte("a"), []byte("bc")) || r.Verify(sig, "form", []byte("abc")) || r.Verify(sig, "link", []byte("ab"), []byte("c")) || r.Verify(nil, "form") {
		t.Error("signature of something else accepted")
	}
	if r.Hash("a", []byte("b")) == r.Hash("ab", nil) {
		t.Error("hashes of different purposes are equal")
	}
}

func TestJWT_verifiesAndRefuses(t *testing.T) {
	r := ring(t, 1)
	token, err := r.JWT(map[string]any{"session_id": "s", "n": 1})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		SessionID string `json:"session_id"`
	}
	if err := r.ParseJWT(token, &got); err != nil || got.SessionID != "s" {
		t.Fatalf("parse: %+v, %v", got, err)
	}
	parts := strings.Split(token, ".")
	other, err := ring(t, 2).JWT(map[string]any{"session_id": "t"})
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"other ring": other, "other body": parts[0] + "." + strings.Split(other, ".")[1] + "." + parts[2],
		"no signature": parts[0] + "." + parts[1] + ".", "alg none": "eyJhbGciOiJub25lIn0." + parts[1] + ".", "alg none, signed": "eyJhbGciOiJub25lIn0." + parts[1] + "." + parts[2], "empty": "",
	} {
		if err := r.ParseJWT(bad, &got); !errors.Is(err, keyring.ErrToken) {
			t.Errorf("%s: %v, want ErrToken", name, err)
		}
	}
	if again, err := ring(t, 1).JWT(map[string]any{"session_id": "s", "n": 1}); err != nil || again != token {
		t.Errorf("the same claims gave another token: %s, %v", again, err)
	}
	if err := ring(t, 2, 1).ParseJWT(token, &got); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
}

func TestFile_isMadeOnceAndForItsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kassa.key")
	if _, err := keyring.Load(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("missing file: %v", err)
	}
	first, err := keyring.LoadOrCreate(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	second, err := keyring.LoadOrCreate(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := second.Open(first.Seal([]byte("x"), "t", "c", "r"), "t", "c", "r"); err != nil || string(plain) != "x" {
		t.Errorf("second load: %q, %v", plain, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append([]byte(keyring.Line(material(9))+"\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	rotated, err := keyring.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rotated.Open(first.Seal([]byte("x"), "t", "c", "r"), "t", "c", "r"); err != nil {
		t.Errorf("after rotation: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by all: %v", err)
	}
}

func TestFile_badOnesAreRefused(t *testing.T) {
	dir := t.TempDir()
	line := keyring.Line(material(1))
	for name, text := range map[string]string{
		"empty": "", "comment": "# nothing\n", "short": "kassa-key-1 AAAA\n", "other mark": "key AAAA\n", "twice": line + "\n" + line + "\n", "no base64": "kassa-key-1 !!\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.LoadOrCreate(path, rand.Reader); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPrinting_showsNothing(t *testing.T) {
	m := material('k')
	r := ring(t, 'k')
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "m", m, "r", r)
	asJSON, err := json.Marshal(map[string]any{"m": m, "r": r})
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%v %+v %#v %x %s %d %v %#v", m, m, m, m, m, m, r, r) + log.String() + string(asJSON)
	if strings.Contains(out, "kkk") || strings.Contains(out, "6b6b") || strings.Contains(out, "107 107") || strings.Contains(out, "0x6b") {
		t.Errorf("material printed: %s", out)
	}
}

func BenchmarkSeal(b *testing.B) {
	r, _ := keyring.New(material(1))
	plain := make([]byte, 400)
	for b.Loop() {
		r.Seal(plain, "payment_session", "personal", "K000001/0198c0de-0000-7000-8000-000000000000")
	}
}

func BenchmarkJWT(b *testing.B) {
	r, _ := keyring.New(material(1))
	for b.Loop() {
		if _, err := r.JWT(map[string]string{"session_id": "s"}); err != nil {
			b.Fatal(err)
		}
	}
}
