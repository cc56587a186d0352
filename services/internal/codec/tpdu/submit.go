package tpdu

// AppendTo appends the TPDU, without service centre, to dst (3GPP TS 23.040
// §9.2.2.2). Septets after a header begin at a septet boundary, with fill bits
// before them (§9.2.3.24). On an error, a FieldError, dst comes back as it was.
func (s *Submit) AppendTo(dst []byte) ([]byte, error) {
	return s.appendWith(dst, s.validity())
}

// validity is the validity period of s itself, relative or none.
func (s *Submit) validity() Validity {
	if s.NoVP {
		return Validity{}
	}
	return Validity{Format: ValidityRelative, Relative: s.VP}
}

func (s *Submit) appendWith(dst []byte, v Validity) ([]byte, error) {
	ud := userData{s.UDHI, s.UDH, s.Data, s.Septets}
	if err := ud.check(); err != nil {
		return dst, err
	}
	fo := s.firstOctet() | byte(v.Format)<<shiftValidity
	out, err := appendAddress(append(dst, fo, s.MR), s.DA)
	if err != nil {
		return dst, fieldError("TP-DA", err)
	}
	out = v.appendTo(append(out, s.PID, s.DCS))
	return ud.appendTo(out), nil
}

// firstOctet is the first octet but for TP-VPF.
func (s *Submit) firstOctet() byte {
	return mtiSubmit |
		bit(s.RejectDuplicates, foRejectDuplicates) |
		bit(s.StatusReportRequest, foStatusReport) |
		bit(s.UDHI, foUserDataHeader) |
		bit(s.ReplyPath, foReplyPath)
}

// DecodedSubmit is an SMS-SUBMIT as somebody else made it.
type DecodedSubmit struct {
	// Submit holds all but a validity period that is neither relative nor
	// absent; NoVP is then set and Validity tells.
	Submit
	// Validity is TP-VP in whatever format it came.
	Validity Validity
	// Warnings tell what was tolerated, in the order in which it was met.
	Warnings []Warning
}

// AppendTo appends the TPDU as Submit does, with the validity period of d.Validity.
func (d *DecodedSubmit) AppendTo(dst []byte) ([]byte, error) {
	return d.appendWith(dst, d.Validity)
}

// DecodeSubmit reads an SMS-SUBMIT without service centre address. It is as
// tolerant as DecodeMT; the only error is a TypeError.
func DecodeSubmit(tpdu []byte) (DecodedSubmit, error) {
	r := reader{octets: tpdu}
	if len(tpdu) == 0 {
		return DecodedSubmit{}, &TypeError{Err: ErrTruncated}
	}
	if tpdu[0]&maskMTI != mtiSubmit {
		return DecodedSubmit{}, &TypeError{Err: ErrMessageType}
	}
	d := r.submit()
	d.Warnings = r.warnings
	return d, nil
}

func (r *reader) submit() DecodedSubmit {
	fo := r.octet("TP-MTI")
	format := ValidityFormat(fo & maskValidity >> shiftValidity)
	d := DecodedSubmit{
		Submit: Submit{
			RejectDuplicates:    fo&foRejectDuplicates != 0,
			ReplyPath:           fo&foReplyPath != 0,
			StatusReportRequest: fo&foStatusReport != 0,
			MR:                  r.octet("TP-MR"),
			DA:                  r.address("TP-DA"),
			PID:                 r.octet("TP-PID"),
			DCS:                 r.octet("TP-DCS"),
			NoVP:                format != ValidityRelative,
		},
		Validity: r.validity(format),
	}
	d.VP = d.Validity.Relative
	ud := r.userData(fo&foUserDataHeader != 0, d.DCS)
	d.UDHI, d.UDH, d.Data, d.Septets = ud.udhi, ud.udh, ud.data, ud.septets
	return d
}
