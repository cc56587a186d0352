package tpdu

import "slices"

// Limits of an address value of ten octets (3GPP TS 23.040 §9.1.2.5).
const (
	maxAddressDigits  = 20
	maxAddressSeptets = 11
)

// digitNibbles are the characters of the semi-octets 0 to E; F is filler
// (3GPP TS 23.040 §9.1.2.3).
const digitNibbles = "0123456789*#abc"

const filler = 0xF

// IsAlphanumeric reports whether the type of number says that the address is
// packed septets (3GPP TS 23.040 §9.1.2.5, type of number 101).
func (a Address) IsAlphanumeric() bool { return a.TOA&0x70 == 0x50 }

// AppendSMSC appends the service centre address that stands before a TPDU given
// to a modem (3GPP TS 27.005 §3.1): a length in octets, the type of address and
// the digits. Without digits it appends one zero octet: the modem's own centre.
func AppendSMSC(dst []byte, toa byte, digits string) ([]byte, error) {
	if digits == "" {
		return append(dst, 0), nil
	}
	if len(digits) > maxAddressDigits {
		return dst, fieldError("SMSC", ErrAddressLength)
	}
	out := append(dst, byte(1+(len(digits)+1)/2), toa)
	out, err := appendDigits(out, digits)
	if err != nil {
		return dst, fieldError("SMSC", err)
	}
	return out, nil
}

// appendAddress appends an address field: the length in useful semi-octets, the
// type of address, the value.
func appendAddress(dst []byte, a Address) ([]byte, error) {
	if len(a.Septets) > 0 {
		return appendAlphanumeric(dst, a)
	}
	if len(a.Digits) > maxAddressDigits {
		return dst, ErrAddressLength
	}
	return appendDigits(append(dst, byte(len(a.Digits)), a.TOA), a.Digits)
}

func appendAlphanumeric(dst []byte, a Address) ([]byte, error) {
	if len(a.Septets) > maxAddressSeptets {
		return dst, ErrAddressLength
	}
	semiOctets := (7*len(a.Septets) + 3) / 4
	return PackSeptets(append(dst, byte(semiOctets), a.TOA), a.Septets, 0), nil
}

// appendDigits appends swapped semi-octets, padded with F to a whole octet.
func appendDigits(dst []byte, digits string) ([]byte, error) {
	dst = slices.Grow(dst, (len(digits)+1)/2)
	for i := 0; i < len(digits); i += 2 {
		low, lowOK := nibble(digits[i])
		high, highOK := byte(filler), true
		if i+1 < len(digits) {
			high, highOK = nibble(digits[i+1])
		}
		if !lowOK || !highOK {
			return dst, ErrDigit
		}
		dst = append(dst, high<<4|low)
	}
	return dst, nil
}

func nibble(digit byte) (byte, bool) {
	switch {
	case '0' <= digit && digit <= '9':
		return digit - '0', true
	case digit == '*':
		return 0xA, true
	case digit == '#':
		return 0xB, true
	case 'a' <= digit && digit <= 'c':
		return digit - 'a' + 0xC, true
	}
	return 0, false
}
