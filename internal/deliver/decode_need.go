package deliver

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// decodeNeed is about how many bytes the decoder of a format takes for a picture, at most, known before it begins. What a decoder takes follows
// from the pixels, save where it keeps more than them: all coefficients of a progressive JPEG, the trees of a lossless WebP.
func decodeNeed(body []byte, format string, head image.Config) int {
	pixels := head.Width * head.Height
	switch format {
	case "png":
		return pngNeed(body, head.ColorModel, pixels)
	case "gif":
		return 2 * pixels // an interlaced one is put in order in a second copy
	case "jpeg":
		return jpegNeed(body, pixels)
	case "webp":
		return webpNeed(body, pixels)
	}
	return 8 * pixels // no format that we register
}

// pngNeed: bytes a pixel by colour type and depth. An interlaced picture is put together from passes of its own.
func pngNeed(body []byte, model color.Model, pixels int) int {
	size := 4
	switch model {
	case color.RGBA64Model, color.NRGBA64Model:
		size = 8
	case color.GrayModel, color.Gray16Model:
		if size = 2; bytes.Contains(body, []byte("tRNS")) {
			size = 8 // with a transparent grey it has four channels
		}
	default:
		if _, palette := model.(color.Palette); palette {
			size = 1
		}
	}
	const interlace = 28 // of the header: signature 8, length and name 8, sizes 8, depth, type, compression, filter
	if len(body) > interlace && body[interlace] != 0 {
		size *= 2
	}
	return size * pixels
}

// jpegNeed reads the frame header (ITU-T T.81, B.2.2): the sampling of each component says how many samples it has, and a progressive frame
// keeps 4 bytes for each until the end. One of another colour model than YCbCr is converted.
func jpegNeed(body []byte, pixels int) int {
	const unreadable = 24 // bytes a pixel: progressive, four components, converted
	adobe := false
	for at := 2; at+4 <= len(body) && body[at] == 0xff; {
		marker, length := body[at+1], int(binary.BigEndian.Uint16(body[at+2:]))
		switch {
		case marker == 0xff: // a fill byte
			at++
			continue
		case marker == 0xee:
			adobe = true
		case marker >= 0xc0 && marker <= 0xc2:
			return frameNeed(body[at+4:], marker == 0xc2, adobe, pixels)
		}
		at += 2 + length
	}
	return unreadable * pixels
}

// frameNeed is jpegNeed of a frame header behind its length.
func frameNeed(frame []byte, progressive, adobe bool, pixels int) int {
	const fixed, each = 6, 3 // bytes before the components and of each
	if len(frame) < fixed || len(frame) < fixed+each*int(frame[5]) {
		return 24 * pixels
	}
	samples, across, down, count := 0, 1, 1, int(frame[5])
	for i := range count {
		sampling := frame[fixed+each*i+1]
		h, v := int(sampling>>4), int(sampling&15)
		samples, across, down = samples+h*v, max(across, h), max(down, v)
	}
	samples = pixels * samples / (across * down)
	need := samples
	if count == 3 && (frame[fixed+1] != byte(across<<4|down) || frame[fixed+each+1] != 0x11 || frame[fixed+2*each+1] != 0x11) {
		need = 3 * pixels // colours that are not sampled in the usual ways are kept for each pixel
	}
	if progressive {
		need += 4 * samples
	}
	if count == 4 || count == 3 && adobe {
		need += 5 * pixels
	}
	return need
}

// losslessGrowth bounds the bytes of Huffman trees that one byte of a lossless WebP can ask for: three bits describe six symbols, each of which
// has two nodes of eight bytes, and eight bytes of lengths and codes while the tree is built.
const losslessGrowth = 400

// webpNeed: a lossy picture has 1.5 bytes a pixel, an alpha plane that is compressed is decoded like a lossless picture, of four bytes.
func webpNeed(body []byte, pixels int) int {
	need := 0
	for at := 12; at+8 <= len(body); {
		name, length := string(body[at:at+4]), int(binary.LittleEndian.Uint32(body[at+4:]))
		length = min(length, len(body)-at-8)
		switch name {
		case "VP8 ":
			need += 2 * pixels
		case "VP8L":
			need += 8*pixels + losslessGrowth*length
		case "ALPH":
			if need += pixels; length > 0 && body[at+8]&3 != 0 {
				need += 8*pixels + losslessGrowth*length
			}
		}
		at += 8 + length + length&1
	}
	return need
}
