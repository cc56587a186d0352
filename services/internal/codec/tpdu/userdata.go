package tpdu

import "bytes"

// MaxOctets and MaxSeptets are the capacities of TP-User-Data, header included
// (3GPP TS 23.040 §9.2.3.24).
const (
	MaxOctets  = 140
	MaxSeptets = 160
)

// HeaderSeptets returns how many septets a user data header of that many octets
// takes, the fill bits included (3GPP TS 23.040 §9.2.3.24).
func HeaderSeptets(octets int) int { return (8*octets + 6) / 7 }

// fillBits returns the bits between a header and the septet boundary after it.
func fillBits(headerOctets int) int { return 7*HeaderSeptets(headerOctets) - 8*headerOctets }

// userData is TP-UDHI, TP-UDL and TP-UD in the form that the exported types
// carry them in.
type userData struct {
	udhi    bool
	udh     []byte
	data    []byte
	septets bool
}

// check refuses what would be read back as something else: a header whose
// length octet lies or that TP-UDHI denies, and data that does not fit.
func (u *userData) check() error {
	if len(u.udh) > 0 && (!u.udhi || int(u.udh[0]) != len(u.udh)-1) {
		return fieldError("TP-UDH", ErrHeader)
	}
	limit := MaxOctets
	if u.septets {
		limit = MaxSeptets
	}
	if u.length() > limit {
		return fieldError("TP-UD", ErrUserDataLength)
	}
	return nil
}

// length is TP-UDL (3GPP TS 23.040 §9.2.3.16): septets or octets.
func (u *userData) length() int {
	if u.septets {
		return HeaderSeptets(len(u.udh)) + len(u.data)
	}
	return len(u.udh) + len(u.data)
}

// appendTo appends TP-UDL and TP-UD; check must have passed.
func (u *userData) appendTo(dst []byte) []byte {
	dst = append(dst, byte(u.length()))
	dst = append(dst, u.udh...)
	if u.septets {
		return PackSeptets(dst, u.data, fillBits(len(u.udh)))
	}
	return append(dst, u.data...)
}

// userData reads TP-UDL and TP-UD, which end the TPDU. A header that does not
// fit stays in the data, where the user of the message can still see it.
func (r *reader) userData(udhi bool, dcs byte) userData {
	u := userData{udhi: udhi, septets: ParseDCS(dcs).Septets()}
	start := r.pos
	length, limit := int(r.octet("TP-UDL")), MaxOctets
	octets := length
	if u.septets {
		limit, octets = MaxSeptets, (7*length+7)/8
	}
	if length > limit {
		r.warn("TP-UDL", start, warnLength)
	}
	ud := r.take("TP-UD", octets)
	r.end("TP-UD")
	if udhi && !(r.short && len(ud) == 0) { // one warning for what is missing is enough
		u.udh = r.header(start+1, ud)
	}
	u.data = r.payload(start, ud[len(u.udh):], u, length)
	return u
}

// header copies the header that begins ud, or returns nil when ud does not hold all of it.
func (r *reader) header(start int, ud []byte) []byte {
	if len(ud) == 0 || int(ud[0]) >= len(ud) {
		r.warn("TP-UDH", start, warnHeaderLength)
		return nil
	}
	udh := bytes.Clone(ud[:1+int(ud[0])])
	if !wellFormed(udh) {
		r.warn("TP-UDH", start, warnElement)
	}
	return udh
}

// payload copies the data after a header of TP-UDL length.
func (r *reader) payload(start int, data []byte, u userData, length int) []byte {
	if !u.septets {
		return bytes.Clone(data)
	}
	septets := length - HeaderSeptets(len(u.udh))
	if septets < 0 {
		r.warn("TP-UDL", start, warnHeaderOnly)
	}
	if septets <= 0 {
		return nil
	}
	room := make([]byte, 0, septets+blockSeptets)
	return UnpackSeptets(room, data, fillBits(len(u.udh)), septets)
}
