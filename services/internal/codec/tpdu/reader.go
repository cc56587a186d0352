package tpdu

// reader walks over a PDU and never fails: what is missing reads as zero, and
// the first field that misses something leaves a warning.
type reader struct {
	octets   []byte
	pos      int
	short    bool
	warnings []Warning
}

func (r *reader) rest() int { return len(r.octets) - r.pos }

func (r *reader) warn(field string, offset int, text string) {
	r.warnings = append(r.warnings, Warning{Field: field, Offset: offset, Text: text})
}

// take returns the next n octets, or those that are left. They are the caller's
// octets, to be copied before they are kept.
func (r *reader) take(field string, n int) []byte {
	if n > r.rest() {
		r.truncated(field)
		n = r.rest()
	}
	octets := r.octets[r.pos : r.pos+n]
	r.pos += n
	return octets
}

// truncated warns once: all fields after a truncated one are missing as well.
func (r *reader) truncated(field string) {
	if !r.short {
		r.warn(field, r.pos, warnTruncated)
	}
	r.short = true
}

func (r *reader) octet(field string) byte {
	if r.rest() > 0 {
		r.pos++
		return r.octets[r.pos-1]
	}
	r.truncated(field)
	return 0
}

// end warns of octets that belong to no field.
func (r *reader) end(field string) {
	if r.rest() > 0 {
		r.warn(field, r.pos, warnTrailing)
	}
}

// firstOctet reads the first octet of a TPDU towards the mobile.
func (r *reader) firstOctet() byte {
	start := r.pos
	fo := r.octet("TP-MTI")
	if fo&foReserved != 0 {
		r.warn("TP-MTI", start, warnReservedBit)
	}
	return fo
}
