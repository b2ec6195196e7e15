package deliver

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"runtime/debug"

	_ "image/gif"  // decoders of what merchants use
	_ "image/jpeg" // see above

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // see above
)

// What one picture may take, so that any of them, within 64 MB, leaves a small machine alone: its file is read up to imageBytes, decoding takes
// up to decodeBytes (decodeNeed), and what is made of its pixels is bounded by their number.
const (
	imagePixels = 16_000_000
	imageSide   = 10_000
	drawnPixels = 2_000_000
	drawnBytes  = 8 << 20
	decodeBytes = 32 << 20
	filterBytes = 16 << 20 // of the table between the two passes of the good filter
	returnFrom  = 4 << 20  // of decoding: memory is given back to the system at once from here on
)

// redraw decodes a picture and encodes its pixels anew, at most maxWidth wide.
func redraw(body []byte, maxWidth int) (*Image, error) {
	head, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("not a PNG, JPEG, GIF or WebP: %w", err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > imageSide || head.Height > imageSide || head.Width > imagePixels/head.Height {
		return nil, fmt.Errorf("%d × %d pixels are too many", head.Width, head.Height)
	}
	need := decodeNeed(body, format, head)
	if need > decodeBytes {
		return nil, fmt.Errorf("decoding %d × %d pixels of this kind of %s would take too much memory", head.Width, head.Height, format)
	}
	if need >= returnFrom {
		defer debug.FreeOSMemory()
	}
	src, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("decode picture: %w", err)
	}
	dst := scaled(src, drawnSize(src.Bounds().Size(), maxWidth))
	var out bytes.Buffer
	if err := png.Encode(&out, dst); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	if out.Len() > drawnBytes {
		return nil, errors.New("the picture is too large when it is drawn anew")
	}
	return &Image{Bytes: bytes.Clone(out.Bytes()), ContentType: "image/png", Width: dst.Bounds().Dx(), Height: dst.Bounds().Dy(), Luminance: luminance(dst)}, nil
}

// drawnSize is the size in which a picture is kept: in its own proportions, at most maxWidth wide and of at most drawnPixels.
func drawnSize(size image.Point, maxWidth int) image.Point {
	if size.X > maxWidth {
		size.X, size.Y = maxWidth, max(size.Y*maxWidth/size.X, 1)
	}
	if size.X*size.Y > drawnPixels {
		by := math.Sqrt(float64(drawnPixels) / float64(size.X*size.Y))
		size.X, size.Y = max(int(float64(size.X)*by), 1), max(int(float64(size.Y)*by), 1)
	}
	return size
}

// scaled draws a picture in a size that is no larger than its own. The good filter keeps a table of four floats for each column of the result
// and each row of the source, so the source is made small by whole factors first.
func scaled(src image.Image, size image.Point) *image.RGBA {
	dst := image.NewRGBA(image.Rectangle{Max: size})
	if have := src.Bounds().Size(); have != size {
		src = shrunk(src, min(have.X/size.X, have.Y/size.Y))
	}
	from := src.Bounds()
	switch {
	case from.Size() == size:
		draw.Draw(dst, dst.Bounds(), src, from.Min, draw.Src)
	case size.X*from.Dy()*32 <= filterBytes:
		draw.CatmullRom.Scale(dst, dst.Bounds(), src, from, draw.Src, nil)
	default:
		draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, from, draw.Src, nil)
	}
	return dst
}

// shrunk makes a picture smaller by a whole factor: each pixel is the mean of a square. It converts one strip of rows at a time.
func shrunk(src image.Image, factor int) image.Image {
	if factor < 2 {
		return src
	}
	from := src.Bounds()
	width, height := max(from.Dx()/factor, 1), max(from.Dy()/factor, 1)
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	strip := image.NewRGBA(image.Rect(0, 0, width*factor, factor))
	for y := range height {
		draw.Draw(strip, strip.Bounds(), src, from.Min.Add(image.Pt(0, y*factor)), draw.Src)
		for x := range width {
			var sum [4]int
			for row := range factor {
				at := row*strip.Stride + x*factor*4
				for i, v := range strip.Pix[at : at+factor*4] {
					sum[i%4] += int(v)
				}
			}
			for i, v := range sum {
				out.Pix[y*out.Stride+x*4+i] = byte((v + factor*factor/2) / (factor * factor))
			}
		}
	}
	return out
}

// luminance is the mean relative luminance of the pixels that can be seen (WCAG 2.2, "relative luminance").
func luminance(img *image.RGBA) float64 {
	linear := [256]float64{}
	for i := range linear {
		v := float64(i) / 255
		if v <= 0.04045 {
			linear[i] = v / 12.92
		} else {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	sum, n := 0.0, 0
	for i := 0; i+3 < len(img.Pix); i += 4 {
		alpha := int(img.Pix[i+3])
		if alpha < 128 {
			continue
		}
		channel := func(v byte) float64 { return linear[min(int(v)*255/alpha, 255)] } // stored multiplied by alpha
		sum += 0.2126*channel(img.Pix[i]) + 0.7152*channel(img.Pix[i+1]) + 0.0722*channel(img.Pix[i+2])
		n++
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}
