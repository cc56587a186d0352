package tpdu

// Bits of TP-PI (3GPP TS 23.040 §9.2.3.27).
const (
	piPID       byte = 0x01
	piDCS       byte = 0x02
	piUserData  byte = 0x04
	piExtension byte = 0x80
)

// StatusReport is an SMS-STATUS-REPORT (3GPP TS 23.040 §9.2.2.3).
type StatusReport struct {
	// MoreMessages is TP-MMS with its plain meaning; see Deliver.
	MoreMessages   bool
	LoopPrevention bool
	// Command says that the report answers an SMS-COMMAND (TP-SRQ).
	Command bool
	MR      byte
	RA      Address
	// SCTS is when the service centre got the message, DT when its fate, ST, was known.
	SCTS Timestamp
	DT   Timestamp
	ST   Status
	// Truncated says that the PDU ends before ST: the report tells nothing of the
	// message, and the zero of ST is not "received". It is not written.
	Truncated bool
	// HasPI says that TP-PI is there, and with it the fields that its bits 0 to 2 name.
	HasPI bool
	PI    byte
	PID   byte
	DCS   byte
	// UDHI, UDH, Data and Septets are as in Deliver, for PI bit 2.
	UDHI    bool
	UDH     []byte
	Data    []byte
	Septets bool
}

// AppendTo appends the TPDU, without service centre, to dst. Of the time stamps
// the octets are used; an extension of TP-PI is not written. On an error, a
// FieldError, dst comes back as it was.
func (s *StatusReport) AppendTo(dst []byte) ([]byte, error) {
	ud := userData{s.UDHI, s.UDH, s.Data, s.Septets}
	if err := ud.check(); err != nil {
		return dst, err
	}
	out, err := appendAddress(append(dst, s.firstOctet(), s.MR), s.RA)
	if err != nil {
		return dst, fieldError("TP-RA", err)
	}
	out = append(out, s.SCTS.Octets[:]...)
	out = append(out, s.DT.Octets[:]...)
	out = append(out, byte(s.ST))
	if s.HasPI {
		out = s.appendParameters(out, &ud)
	}
	return out, nil
}

func (s *StatusReport) firstOctet() byte {
	return mtiStatusReport |
		bit(!s.MoreMessages, foNoMoreMessages) |
		bit(s.LoopPrevention, foLoopPrevention) |
		bit(s.Command, foStatusReport) |
		bit(s.UDHI, foUserDataHeader)
}

func (s *StatusReport) appendParameters(dst []byte, ud *userData) []byte {
	dst = append(dst, s.PI&^piExtension)
	if s.PI&piPID != 0 {
		dst = append(dst, s.PID)
	}
	if s.PI&piDCS != 0 {
		dst = append(dst, s.DCS)
	}
	if s.PI&piUserData != 0 {
		dst = ud.appendTo(dst)
	}
	return dst
}

func (r *reader) statusReport() *StatusReport {
	fo := r.firstOctet()
	s := &StatusReport{
		MoreMessages:   fo&foNoMoreMessages == 0,
		LoopPrevention: fo&foLoopPrevention != 0,
		Command:        fo&foStatusReport != 0,
		UDHI:           fo&foUserDataHeader != 0,
		MR:             r.octet("TP-MR"),
		RA:             r.address("TP-RA"),
		SCTS:           r.timestamp("TP-SCTS"),
		DT:             r.timestamp("TP-DT"),
		ST:             Status(r.octet("TP-ST")),
	}
	s.Truncated, s.HasPI = r.short, r.rest() > 0
	if s.HasPI {
		r.parameters(s)
	}
	return s
}

// parameters reads what follows TP-PI. Further octets of TP-PI have no meaning
// yet and are passed over (3GPP TS 23.040 §9.2.3.27).
func (r *reader) parameters(s *StatusReport) {
	s.PI = r.octet("TP-PI")
	for more := s.PI; more&piExtension != 0 && r.rest() > 0; {
		more = r.octet("TP-PI")
	}
	if s.PI&piPID != 0 {
		s.PID = r.octet("TP-PID")
	}
	if s.PI&piDCS != 0 {
		s.DCS = r.octet("TP-DCS")
	}
	if s.PI&piUserData == 0 {
		r.end("TP-PI")
		return
	}
	ud := r.userData(s.UDHI, s.DCS)
	s.UDH, s.Data, s.Septets = ud.udh, ud.data, ud.septets
}
