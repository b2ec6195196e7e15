package deliver

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"runtime/debug"
	"testing"
)

func encodeJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeGIF(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flat is a picture without content: a large one that is a small file.
func flat(width, height int) *image.Gray { return image.NewGray(image.Rect(0, 0, width, height)) }

// memoryLimit is what any one picture may take beside what the server takes anyway.
const memoryLimit = 64 << 20

// TestRedraw_takesNoMoreThanItsLimit counts every byte that is asked for on the way, whether it is in use at the same time or not.
func TestRedraw_takesNoMoreThanItsLimit(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // no collection, so that all of it counts
	taken := 0
	for _, c := range []struct {
		what string
		body []byte
		good bool
	}{
		{"PNG, grey, 16 megapixels", encodePNG(t, flat(4000, 4000)), true},
		{"PNG, grey, 10,000 high", encodePNG(t, flat(1600, 10_000)), true},
		{"PNG, one column", encodePNG(t, flat(1, 10_000)), true},
		{"PNG, one row", encodePNG(t, flat(10_000, 1)), true},
		{"PNG, a side too long", encodePNG(t, flat(1, 10_001)), false},
		{"PNG, a side as long as all pixels", encodePNG(t, flat(1, 16_000_000)), false},
		{"PNG, colours, 8 megapixels", encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 4000, 2000))), true},
		{"PNG, colours, 9 megapixels", encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 3000, 3000))), false},
		{"PNG, 16 bits, 4 megapixels", encodePNG(t, image.NewNRGBA64(image.Rect(0, 0, 2000, 2000))), true},
		{"PNG, 16 bits, 5 megapixels", encodePNG(t, image.NewNRGBA64(image.Rect(0, 0, 2500, 2000))), false},
		{"JPEG, 16 megapixels", encodeJPEG(t, image.NewYCbCr(image.Rect(0, 0, 4000, 4000), image.YCbCrSubsampleRatio420)), true},
		{"GIF, 16 megapixels", encodeGIF(t, image.NewPaletted(image.Rect(0, 0, 4000, 4000), color.Palette{color.Black, color.White})), true},
	} {
		debug.FreeOSMemory()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		img, err := redraw(c.body, 1600)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > memoryLimit {
			t.Errorf("%s: took %d MB", c.what, took>>20)
		} else {
			taken = max(taken, int(took))
		}
		if c.good != (err == nil) {
			t.Errorf("%s: %v", c.what, err)
		}
		if err == nil && img.Width*img.Height > drawnPixels {
			t.Errorf("%s: kept as %d × %d", c.what, img.Width, img.Height)
		}
	}
	t.Logf("the most that one took: %.1f MB", float64(taken)/(1<<20))
}

// TestDecodeNeed_isKnownBeforeDecoding: what the kinds of each format need, from their first bytes.
func TestDecodeNeed_isKnownBeforeDecoding(t *testing.T) {
	// frame is the header of a JPEG: its marker and the sampling of each component.
	frame := func(marker byte, adobe bool, sampling ...byte) []byte {
		out := []byte{0xff, 0xd8}
		if adobe {
			out = append(out, 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 0, 0, 0, 0, 0, 0)
		}
		out = append(out, 0xff, marker, 0, byte(8+3*len(sampling)), 8, 0, 10, 0, 10, byte(len(sampling)))
		for i, s := range sampling {
			out = append(out, byte(i), s, 0)
		}
		return out
	}
	webp := func(chunks ...string) []byte {
		out := []byte("RIFF\x00\x00\x00\x00WEBP")
		for _, c := range chunks {
			out = binary.LittleEndian.AppendUint32(append(out, c[:4]...), uint32(len(c)-4))
			out = append(out, c[4:]...)
			if len(c)%2 == 1 {
				out = append(out, 0)
			}
		}
		return out
	}
	transparentGrey := append([]byte("\x89PNG\r\n\x1a\n"), append(chunk("IHDR", []byte{0, 0, 0, 10, 0, 0, 0, 10, 8, 0, 0, 0, 0}), chunk("tRNS", []byte{0, 0})...)...)
	interlaced := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte{0, 0, 0, 10, 0, 0, 0, 10, 8, 6, 0, 0, 1})...)
	for _, c := range []struct {
		what, format string
		body         []byte
		model        color.Model
		want         int // for 100 pixels
	}{
		{"grey", "png", encodePNG(t, flat(10, 10)), color.GrayModel, 200},
		{"grey, one of it transparent", "png", transparentGrey, color.GrayModel, 800},
		{"colours", "png", encodePNG(t, drawing(10, 10, color.NRGBA{1, 2, 3, 4})), color.NRGBAModel, 400},
		{"interlaced", "png", interlaced, color.NRGBAModel, 800},
		{"16 bits", "png", nil, color.NRGBA64Model, 800},
		{"palette", "png", nil, color.Palette{}, 100},
		{"GIF", "gif", nil, color.Palette{}, 200},
		{"JPEG 4:2:0", "jpeg", frame(0xc0, false, 0x22, 0x11, 0x11), nil, 150},
		{"JPEG 4:4:4", "jpeg", frame(0xc0, false, 0x11, 0x11, 0x11), nil, 300},
		{"JPEG, grey", "jpeg", frame(0xc1, false, 0x11), nil, 100},
		{"JPEG 4:2:0, progressive", "jpeg", frame(0xc2, false, 0x22, 0x11, 0x11), nil, 750},
		{"JPEG 4:4:4, progressive", "jpeg", frame(0xc2, false, 0x11, 0x11, 0x11), nil, 1500},
		{"JPEG, red green blue", "jpeg", frame(0xc0, true, 0x11, 0x11, 0x11), nil, 800},
		{"JPEG, four inks, progressive", "jpeg", frame(0xc2, true, 0x11, 0x11, 0x11, 0x11), nil, 2500},
		{"JPEG, colours finer than brightness", "jpeg", frame(0xc0, false, 0x11, 0x22, 0x22), nil, 300},
		{"JPEG without a frame", "jpeg", []byte{0xff, 0xd8, 0xff, 0xda, 0, 2}, nil, 2400},
		{"JPEG, cut off", "jpeg", frame(0xc2, false, 0x22, 0x11, 0x11)[:9], nil, 2400},
		{"WebP, lossy", "webp", webp("VP8 1234"), nil, 200},
		{"WebP, lossless", "webp", webp("VP8L12345678"), nil, 800 + 8*losslessGrowth},
		{"WebP, lossy with alpha", "webp", webp("VP8X1234567890", "ALPH\x01abc", "VP8 1234"), nil, 200 + 100 + 800 + 4*losslessGrowth},
		{"WebP, lossy with plain alpha", "webp", webp("ALPH\x00ab", "VP8 1234"), nil, 300},
		{"WebP whose chunk is longer than the file", "webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8L\xff\xff\xff\x7fab"), nil, 800 + 2*losslessGrowth},
	} {
		if got := decodeNeed(c.body, c.format, image.Config{ColorModel: c.model, Width: 10, Height: 10}); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
	real, _ := base64.StdEncoding.DecodeString(losslessWebP)
	if _, err := redraw(real, 96); err != nil {
		t.Errorf("a real lossless one: %v", err)
	}
}

// TestRedraw_looksLikeThePicture: a gradient is a gradient in every size, whichever way it was made smaller.
func TestRedraw_looksLikeThePicture(t *testing.T) {
	for _, width := range []int{100, 352, 353, 800, 1601, 3999} {
		src := image.NewNRGBA(image.Rect(0, 0, width, 60))
		for x := range width {
			for y := range 60 {
				src.SetNRGBA(x, y, color.NRGBA{byte(x * 255 / width), 128, 0, 255})
			}
		}
		for _, limit := range []int{96, 352, 1600} {
			img, err := redraw(encodePNG(t, src), limit)
			if err != nil {
				t.Fatal(err)
			}
			got, err := png.Decode(bytes.NewReader(img.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			for x := 2; x < img.Width-2; x++ {
				c := color.NRGBAModel.Convert(got.At(x, img.Height/2)).(color.NRGBA)
				want := (2*x + 1) * 255 / (2 * img.Width)
				if d := int(c.R) - want; d < -6 || d > 6 || c.G < 126 || c.G > 130 || c.A != 255 {
					t.Errorf("%d to %d: at %d it is %v, want red %d", width, limit, x, c, want)
					break
				}
			}
		}
	}
}

func FuzzDecodeNeed(f *testing.F) {
	f.Add([]byte{0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 10, 0, 10, 3, 0, 0x22, 0, 1, 0x11, 0, 2, 0x11, 0}, "jpeg")
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8L\x02\x00\x00\x00ab"), "webp")
	f.Add([]byte("\x89PNG\r\n\x1a\n"), "png")
	f.Fuzz(func(t *testing.T, body []byte, format string) {
		if need := decodeNeed(body, format, image.Config{ColorModel: color.NRGBAModel, Width: 10, Height: 10}); need < 0 {
			t.Errorf("needs %d bytes", need)
		}
	})
}
