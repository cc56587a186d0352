package tpdu

// maxSMSCOctets is the longest service centre address, type of address included: one
// octet more than 3GPP TS 24.011 §8.2.5.1 has, as smsd reads it.
const maxSMSCOctets = 1 + maxAddressDigits/2 + 1

// maxSemiOctets is what the length octet of an address can say.
const maxSemiOctets = 0xFF

// address reads an address field (3GPP TS 23.040 §9.1.2.5). One longer than the
// specification allows is kept if it is there as a whole; of one that runs beyond
// the PDU no more is believed than an address can have.
func (r *reader) address(field string) Address {
	start := r.pos
	semiOctets := int(r.octet(field))
	a := Address{TOA: r.typeOfAddress(field)}
	value := r.take(field, (semiOctets+1)/2)
	if semiOctets > maxAddressDigits {
		r.warn(field, start, warnAddressLength)
	}
	if r.short {
		semiOctets = min(semiOctets, 2*len(value), maxAddressDigits)
	}
	if a.IsAlphanumeric() {
		a.Septets = septetsOf(value, semiOctets)
		return a
	}
	a.Digits = r.digits(field, start, value, semiOctets)
	return a
}

// septetsOf unpacks as many septets as semiOctets hold completely.
func septetsOf(value []byte, semiOctets int) []byte {
	n := semiOctets * 4 / 7
	if n == 0 {
		return nil
	}
	return UnpackSeptets(make([]byte, 0, n+blockSeptets), value, 0, n)
}

// typeOfAddress reads a type of address, whose highest bit is always set (3GPP TS
// 23.040 §9.1.2.5).
func (r *reader) typeOfAddress(field string) byte {
	start := r.pos
	toa := r.octet(field)
	if toa&0x80 == 0 && !r.short {
		r.warn(field, start, warnAddressType)
	}
	return toa
}

// digits reads n swapped semi-octets of value. Fillers among them stand for nothing.
func (r *reader) digits(field string, start int, value []byte, n int) string {
	var digits [maxSemiOctets]byte
	count := 0
	for i := range n {
		if nibble := value[i/2] >> (4 * (i % 2)) & 0xF; nibble != filler {
			digits[count] = digitNibbles[nibble]
			count++
		}
	}
	switch {
	case count == n:
	case count == n-1 && value[len(value)-1]>>4 == filler:
		r.warn(field, start, warnEndFiller)
	default:
		r.warn(field, start, warnFiller)
	}
	if n%2 == 1 && value[n/2]>>4 != filler {
		r.warn(field, start, warnNoFiller)
	}
	return string(digits[:count])
}

// smsc reads the service centre address in front of a TPDU: its length, which
// must not exceed maxSMSCOctets, is in octets, so that an odd number of digits
// shows by the filler alone.
func (r *reader) smsc() Address {
	const field = "SMSC"
	start := r.pos
	length := int(r.octet(field))
	if length == 0 {
		return Address{}
	}
	a := Address{TOA: r.typeOfAddress(field)}
	if length == 1 {
		r.warn(field, start, warnAddressEmpty)
	}
	value := r.take(field, length-1)
	n := 2 * len(value)
	if n > 0 && value[len(value)-1]>>4 == filler {
		n--
	}
	a.Digits = r.digits(field, start, value, n)
	return a
}
