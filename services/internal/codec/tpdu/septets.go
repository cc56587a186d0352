package tpdu

import "encoding/binary"

// Eight septets are 56 bits, seven octets: both directions below work on such
// blocks in one 64-bit word, which also leaves room for the fill bits.
const (
	blockSeptets = 8
	blockOctets  = 7
)

// PackSeptets appends septets packed as 3GPP TS 23.038 §6.1.2.1.1 has it, after
// fill zero bits (0 to 6), which begin the first octet. The eighth bit of a
// septet is ignored. Fill bits alone still take an octet.
func PackSeptets(dst, septets []byte, fill int) []byte {
	var carry uint64 // the bits that the octets so far had no room for
	for len(septets) >= blockSeptets {
		word := carry | squeeze(binary.LittleEndian.Uint64(septets))<<fill
		dst = binary.LittleEndian.AppendUint64(dst, word)[:len(dst)+blockOctets]
		carry = word >> (8 * blockOctets)
		septets = septets[blockSeptets:]
	}
	word := carry | squeeze(load(septets))<<fill
	octets := (fill + 7*len(septets) + 7) / 8
	return binary.LittleEndian.AppendUint64(dst, word)[:len(dst)+octets]
}

// UnpackSeptets appends the n septets that follow fill bits (0 to 6) in packed,
// or as many as packed holds completely.
func UnpackSeptets(dst, packed []byte, fill, n int) []byte {
	n = min(n, (8*len(packed)-fill)/7)
	for n >= blockSeptets && len(packed) > blockOctets {
		word := spread(binary.LittleEndian.Uint64(packed) >> fill)
		dst = binary.LittleEndian.AppendUint64(dst, word)
		packed = packed[blockOctets:]
		n -= blockSeptets
	}
	if n <= 0 {
		return dst
	}
	word := spread(load(packed) >> fill)
	return binary.LittleEndian.AppendUint64(dst, word)[:len(dst)+n]
}

// load reads up to eight octets, little-endian.
func load(octets []byte) uint64 {
	if len(octets) >= 8 {
		return binary.LittleEndian.Uint64(octets)
	}
	var word uint64
	for i, o := range octets {
		word |= uint64(o) << (8 * i)
	}
	return word
}

// squeeze drops the top bit of each of the eight octets of word: pairs become
// 14 bits, then fours 28, then all of them 56.
func squeeze(word uint64) uint64 {
	word = word&0x007F007F007F007F | word&0x7F007F007F007F00>>1
	word = word&0x00003FFF00003FFF | word&0x3FFF00003FFF0000>>2
	return word&0x000000000FFFFFFF | word&0x0FFFFFFF00000000>>4
}

// spread is the inverse of squeeze; the top eight bits of word are ignored.
func spread(word uint64) uint64 {
	word = word&0x000000000FFFFFFF | word&0x00FFFFFFF0000000<<4
	word = word&0x00003FFF00003FFF | word&0x0FFFC0000FFFC000<<2
	return word&0x007F007F007F007F | word&0x3F803F803F803F80<<1
}
