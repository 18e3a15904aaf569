package media

import (
	"encoding/binary"
	"errors"
)

var errGIF = errors.New("the file ends too early")

// gifArea counts the pixels of all frames of a GIF without decoding them
// (GIF89a specification, sections 18 to 26).
func gifArea(data []byte) (int, error) {
	if len(data) < 13 {
		return 0, errGIF
	}
	at := 13 + colourTable(data[10])
	screen := int(binary.LittleEndian.Uint16(data[6:])) * int(binary.LittleEndian.Uint16(data[8:]))
	area := 0
	for at < len(data) {
		switch data[at] {
		case 0x3b: // trailer
			return area, nil
		case 0x21: // extension: label, then sub-blocks
			at = subBlocks(data, at+2)
		case 0x2c: // image: place, size, flags, table, code size, then sub-blocks
			if at+10 > len(data) {
				return 0, errGIF
			}
			w, h := int(binary.LittleEndian.Uint16(data[at+5:])), int(binary.LittleEndian.Uint16(data[at+7:]))
			area += max(w*h, screen) // each frame is shown on the whole screen
			at = subBlocks(data, at+11+colourTable(data[at+9]))
		default:
			return 0, errors.New("there is something unknown between its frames")
		}
	}
	return area, nil // decoders are content without a trailer
}

// colourTable is the length of the table that flags announce.
func colourTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// subBlocks skips a chain of blocks and gives the byte behind it.
func subBlocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += 1 + int(data[at])
	}
	return at + 1
}
