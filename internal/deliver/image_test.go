package deliver

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// drawing is a picture of one colour.
func drawing(width, height int, c color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, c)
		}
	}
	return img
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gallery serves one body for every path and counts who asks.
type gallery struct {
	*httptest.Server
	asked atomic.Int64
}

func newGallery(t *testing.T, answer http.HandlerFunc) *gallery {
	t.Helper()
	g := &gallery{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		answer(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

func serving(t *testing.T, body []byte) *gallery {
	t.Helper()
	return newGallery(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png") // what is in it counts, not what it is called
		_, _ = w.Write(body)
	})
}

func localImages() *Images { return NewImages(ImagesConfig{AllowLocal: true}) }

// The smallest pictures there are, lossy and lossless.
const (
	lossyWebP    = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	losslessWebP = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
)

func TestImages_theKindsThatMerchantsUse(t *testing.T) {
	red := drawing(40, 20, color.NRGBA{200, 0, 0, 255})
	var asJPEG, asGIF bytes.Buffer
	if err := errors.Join(jpeg.Encode(&asJPEG, red, nil), gif.Encode(&asGIF, red, nil)); err != nil {
		t.Fatal(err)
	}
	lossy, _ := base64.StdEncoding.DecodeString(lossyWebP)
	lossless, _ := base64.StdEncoding.DecodeString(losslessWebP)
	for what, c := range map[string]struct {
		body          []byte
		width, height int
	}{
		"PNG": {encodePNG(t, red), 40, 20}, "JPEG": {asJPEG.Bytes(), 40, 20}, "GIF": {asGIF.Bytes(), 40, 20}, "WebP": {lossy, 1, 1}, "WebP, lossless": {lossless, 1, 1},
	} {
		got, err := localImages().Fetch(t.Context(), serving(t, c.body).URL, 300)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		again, err := png.Decode(bytes.NewReader(got.Bytes))
		if err != nil || got.ContentType != "image/png" || got.Width != c.width || got.Height != c.height || again.Bounds().Dx() != c.width || again.Bounds().Dy() != c.height {
			t.Errorf("%s: %v, %s, %d × %d", what, err, got.ContentType, got.Width, got.Height)
		}
	}
}

func TestImages_areMadeNarrower(t *testing.T) {
	for _, c := range []struct{ width, height, limit, wantWidth, wantHeight int }{
		{300, 100, 300, 300, 100}, {301, 100, 300, 300, 99}, {600, 100, 300, 300, 50}, {3000, 2, 300, 300, 1}, {10, 2000, 300, 10, 2000},
	} {
		got, err := localImages().Fetch(t.Context(), serving(t, encodePNG(t, drawing(c.width, c.height, color.White))).URL, c.limit)
		if err != nil || got.Width != c.wantWidth || got.Height != c.wantHeight {
			t.Errorf("%d × %d: %v %+v", c.width, c.height, err, got)
		}
	}
}

// chunk is one of a PNG's.
func chunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// hugePNG says that it is so large; its pixels are zeros and take little room.
func hugePNG(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	_, _ = z.Write(make([]byte, 1<<16))
	_ = z.Close()
	out := []byte("\x89PNG\r\n\x1a\n")
	out = append(out, chunk("IHDR", append(head, 8, 6, 0, 0, 0))...)
	out = append(out, chunk("IDAT", pixels.Bytes())...)
	return append(out, chunk("IEND", nil)...)
}

func TestImages_refuseWhatIsNoPictureOrTooMuch(t *testing.T) {
	good := encodePNG(t, drawing(10, 10, color.Black))
	for what, body := range map[string][]byte{
		"SVG":                 []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><script>alert(1)</script></svg>`),
		"SVG with a head":     []byte(`<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg xmlns="http://www.w3.org/2000/svg"/>`),
		"gzipped SVG":         {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3},
		"HTML":                []byte("<html><body>Not here</body></html>"),
		"nothing":             {},
		"half a PNG":          good[:len(good)/2],
		"a PNG's first bytes": good[:8],
		"BMP":                 append([]byte("BM"), make([]byte, 100)...),
		"50,000 × 50,000":     hugePNG(50_000, 50_000),
		"2³¹−1 × 2³¹−1":       hugePNG(math.MaxInt32, math.MaxInt32),
		"10,001 × 1":          hugePNG(imageSide+1, 1),
		"1 × 10,001":          hugePNG(1, imageSide+1),
		"0 × 0":               hugePNG(0, 0),
		"GIF 65535 × 65535":   append([]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), good...),
		"more than 1 MB":      append(bytes.Clone(good), make([]byte, imageBytes)...),
	} {
		img, err := localImages().Fetch(t.Context(), serving(t, body).URL, 300)
		if err == nil || img != nil {
			t.Errorf("%s: a picture", what)
		}
	}
	// Exactly 1 MB is still one, if it is: here with zeros behind it.
	if _, err := localImages().Fetch(t.Context(), serving(t, append(bytes.Clone(good), make([]byte, imageBytes-len(good))...)).URL, 300); err != nil {
		t.Error(err)
	}
	for _, status := range []int{201, 204, 206, 304, 404, 500} {
		g := newGallery(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			if status != 204 && status != 304 {
				_, _ = w.Write(good)
			}
		})
		if _, err := localImages().Fetch(t.Context(), g.URL, 300); err == nil {
			t.Errorf("%d: a picture", status)
		}
	}
}

// An endless picture is read up to its limit and no further.
func TestImages_readNoMoreThanTheLimit(t *testing.T) {
	written := make(chan int64, 1)
	url := raw(t, func(conn net.Conn) {
		readRequest(conn)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
		n := int64(0)
		for {
			m, err := conn.Write(make([]byte, 64<<10))
			n += int64(m)
			if err != nil {
				written <- n
				return
			}
		}
	})
	c := localImages()
	c.limit = time.Minute
	if _, err := c.Fetch(t.Context(), url, 300); err == nil {
		t.Error("a picture")
	}
	// What the kernels of both sides hold comes on top.
	if n := <-written; n > 20<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

func TestImages_nothingButPixelsIsLeft(t *testing.T) {
	const secret = "GPS 59.3293 N 18.0686 E"
	plain := encodePNG(t, drawing(10, 10, color.NRGBA{0, 0, 200, 255}))
	end := len(plain) - 12
	body := append(bytes.Clone(plain[:end]), chunk("tEXt", []byte("Comment\x00"+secret))...)
	body = append(body, plain[end:]...)
	body = append(body, "<script>alert(1)</script>"...)
	got, err := localImages().Fetch(t.Context(), serving(t, body).URL, 300)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got.Bytes, []byte(secret)) || bytes.Contains(got.Bytes, []byte("script")) {
		t.Error("something else than pixels is left")
	}
	img, err := png.Decode(bytes.NewReader(got.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, a := img.At(5, 5).RGBA(); r != 0 || g != 0 || b>>8 != 200 || a>>8 != 255 {
		t.Errorf("the colour became %d %d %d %d", r>>8, g>>8, b>>8, a>>8)
	}
}

func TestImages_luminance(t *testing.T) {
	for what, c := range map[string]struct {
		colour color.NRGBA
		want   float64
	}{
		"black": {color.NRGBA{0, 0, 0, 255}, 0}, "white": {color.NRGBA{255, 255, 255, 255}, 1}, "red": {color.NRGBA{255, 0, 0, 255}, 0.2126}, "nothing to see": {color.NRGBA{0, 0, 0, 0}, 1},
		"grey": {color.NRGBA{128, 128, 128, 255}, 0.2159},
	} {
		got, err := localImages().Fetch(t.Context(), serving(t, encodePNG(t, drawing(5, 5, c.colour))).URL, 300)
		if err != nil || math.Abs(got.Luminance-c.want) > 0.001 {
			t.Errorf("%s: %v %v, want %v", what, err, got, c.want)
		}
	}
}

// A server that does not get on: the fetch ends at its limit, and nobody else waits longer.
func TestImages_aSlowServerIsLeft(t *testing.T) {
	good := encodePNG(t, drawing(10, 10, color.Black))
	for what, begin := range map[string]string{
		"says nothing":   "",
		"half a header":  "HTTP/1.1 200 OK\r\nContent-",
		"half a picture": fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(good), good[:len(good)/2]),
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			gone := make(chan struct{}, 1)
			url := raw(t, func(conn net.Conn) {
				readRequest(conn)
				io.WriteString(conn, begin)
				_, _ = io.Copy(io.Discard, conn)
				gone <- struct{}{}
			})
			c := localImages()
			if c.limit != 2*time.Second {
				t.Errorf("the limit is %v", c.limit)
			}
			c.limit = 100 * time.Millisecond
			if _, err := c.Fetch(t.Context(), url+"/?secret=s3cr3t", 300); !errors.Is(err, errSlow) || strings.Contains(err.Error(), "s3cr3t") {
				t.Error(err)
			}
			<-gone // and its connection is closed
		})
	}
}

func TestImages_manyCallersAreOneRequest(t *testing.T) {
	const callers = 20
	good := encodePNG(t, drawing(10, 10, color.Black))
	asked, answer := make(chan struct{}, callers), make(chan struct{})
	g := newGallery(t, func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-answer
		_, _ = w.Write(good)
	})
	c := localImages()
	c.limit = time.Minute
	var all sync.WaitGroup
	got := make([]*Image, callers)
	for i := range callers {
		all.Go(func() {
			var err error
			if got[i], err = c.Fetch(t.Context(), g.URL, 300); err != nil {
				t.Error(err)
			}
		})
	}
	<-asked
	// Somebody who does not want to wait need not, and takes nothing from the others.
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Fetch(impatient, g.URL, 300); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(answer)
	all.Wait()
	for i := range got {
		if got[i] != got[0] {
			t.Error("two callers have different pictures")
		}
	}
	if n := g.asked.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	// Another width is another picture.
	if _, err := c.Fetch(t.Context(), g.URL, 5); err != nil || g.asked.Load() != 2 {
		t.Errorf("%v, %d requests", err, g.asked.Load())
	}
}

// The one who began the fetch may leave: the others still get their picture.
func TestImages_theFirstCallerMayLeave(t *testing.T) {
	good := encodePNG(t, drawing(10, 10, color.Black))
	ctx, cancel := context.WithCancel(t.Context())
	g := newGallery(t, func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		_, _ = w.Write(good)
	})
	c := localImages()
	_, _ = c.Fetch(ctx, g.URL, 300)
	if _, err := c.Fetch(t.Context(), g.URL, 300); err != nil || g.asked.Load() != 1 {
		t.Errorf("%v, %d requests", err, g.asked.Load())
	}
}

func TestImages_areRememberedAndSoAreFailures(t *testing.T) {
	clock := newHand()
	good := encodePNG(t, drawing(10, 10, color.Black))
	var broken atomic.Bool
	g := newGallery(t, func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(good)
	})
	c := NewImages(ImagesConfig{AllowLocal: true, Now: clock.now})
	fetch := func(path string, asked int64, ok bool) {
		t.Helper()
		if _, err := c.Fetch(t.Context(), g.URL+path, 300); (err == nil) != ok || g.asked.Load() != asked {
			t.Errorf("%s: %v after %d requests, want %d", path, err, g.asked.Load(), asked)
		}
	}
	fetch("/a", 1, true)
	broken.Store(true)
	fetch("/b", 2, false)
	clock.at = clock.at.Add(keepBad - time.Millisecond)
	fetch("/b", 2, false)
	clock.at = clock.at.Add(2 * time.Millisecond)
	fetch("/b", 3, false)
	clock.at = clock.at.Add(keepBad + time.Millisecond)
	broken.Store(false)
	fetch("/b", 4, true)
	fetch("/a", 4, true)
	clock.at = clock.at.Add(keepGood)
	fetch("/a", 5, true)
}

func TestImages_areNotKeptWithoutBound(t *testing.T) {
	g := newGallery(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	c := localImages()
	for i := range 2*imagesKept + 10 {
		_, _ = c.Fetch(t.Context(), fmt.Sprintf("%s/%d", g.URL, i), 300)
		if len(c.kept) > imagesKept {
			t.Fatalf("%d are kept", len(c.kept))
		}
	}
}

// A decoder that panics has failed like any other, and nobody waits for it.
func TestImages_aDecoderThatPanicsHasFailed(t *testing.T) {
	panics := func(io.Reader) (image.Config, error) { panic("index out of range") }
	image.RegisterFormat("a format of this test", "P4N1C", func(io.Reader) (image.Image, error) { return nil, errors.New("not reached") }, panics)
	c := localImages()
	g := serving(t, []byte("P4N1C and more"))
	for range 2 {
		if _, err := c.Fetch(t.Context(), g.URL, 300); err == nil || !strings.Contains(err.Error(), "decode picture") {
			t.Error(err)
		}
	}
	if _, err := c.Fetch(t.Context(), serving(t, encodePNG(t, drawing(1, 1, color.Black))).URL, 300); err != nil {
		t.Errorf("the next one: %v", err)
	}
	if n := g.asked.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// A shop with many pictures loses those that nobody asks for, and not its logo.
func TestImages_theOneUsedLongestAgoMakesRoom(t *testing.T) {
	g := serving(t, encodePNG(t, drawing(4, 4, color.Black)))
	images := NewImages(ImagesConfig{AllowLocal: true})
	fetch := func(name string) {
		t.Helper()
		if _, err := images.Fetch(t.Context(), g.URL+"/"+name, 96); err != nil {
			t.Fatal(err)
		}
	}
	fetch("logo")
	for i := range imagesKept + 100 {
		fetch(fmt.Sprint("line", i))
		fetch("logo")
	}
	if got, want := g.asked.Load(), int64(1+imagesKept+100); got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
	if len(images.kept) > imagesKept {
		t.Errorf("%d pictures are kept", len(images.kept))
	}
}

// TestImages_areKeptUpToTheirBytes: large pictures make room for each other although there are few of them.
func TestImages_areKeptUpToTheirBytes(t *testing.T) {
	noise := image.NewGray(image.Rect(0, 0, 300, 300))
	state := uint32(1)
	for i := range noise.Pix {
		state = state*1664525 + 1013904223
		noise.Pix[i] = byte(state >> 24)
	}
	g := serving(t, encodePNG(t, noise))
	c := localImages()
	c.room = 1 << 20
	most := 0
	for i := range 20 {
		img, err := c.Fetch(t.Context(), g.URL, 280+i%15)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(img.Bytes))
		c.mu.Lock()
		sum := 0
		for _, e := range c.kept {
			sum += e.size()
		}
		if sum != c.bytes || sum > c.room {
			t.Errorf("after %d: %d bytes are kept, %d counted", i, sum, c.bytes)
		}
		c.mu.Unlock()
	}
	if n := len(c.kept); n >= 15 || (n+1)*most < c.room {
		t.Errorf("%d are kept, the largest of %d bytes", n, most)
	}
}
