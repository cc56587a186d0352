package tpdu

// Deliver is an SMS-DELIVER (3GPP TS 23.040 §9.2.2.1).
type Deliver struct {
	// MoreMessages says that more messages wait at the service centre (TP-MMS,
	// here with its plain meaning: the bit on the air is inverted).
	MoreMessages   bool
	LoopPrevention bool
	ReplyPath      bool
	// StatusReport says that the sender gets a status report (TP-SRI).
	StatusReport bool
	OA           Address
	PID          byte
	DCS          byte
	SCTS         Timestamp
	// UDHI is the indicator; UDH is the header with its length octet, empty when
	// the user data cannot hold the header that it begins with.
	UDHI bool
	UDH  []byte
	// Data is the user data after UDH: unpacked septets when Septets is set,
	// octets otherwise.
	Data    []byte
	Septets bool
}

// AppendTo appends the TPDU, without service centre, to dst. Of SCTS its octets
// are used. On an error, a FieldError, dst comes back as it was.
func (d *Deliver) AppendTo(dst []byte) ([]byte, error) {
	ud := userData{d.UDHI, d.UDH, d.Data, d.Septets}
	if err := ud.check(); err != nil {
		return dst, err
	}
	out, err := appendAddress(append(dst, d.firstOctet()), d.OA)
	if err != nil {
		return dst, fieldError("TP-OA", err)
	}
	out = append(out, d.PID, d.DCS)
	out = append(out, d.SCTS.Octets[:]...)
	return ud.appendTo(out), nil
}

func (d *Deliver) firstOctet() byte {
	return mtiDeliver |
		bit(!d.MoreMessages, foNoMoreMessages) |
		bit(d.LoopPrevention, foLoopPrevention) |
		bit(d.StatusReport, foStatusReport) |
		bit(d.UDHI, foUserDataHeader) |
		bit(d.ReplyPath, foReplyPath)
}

func (r *reader) deliver() *Deliver {
	fo := r.firstOctet()
	d := &Deliver{
		MoreMessages:   fo&foNoMoreMessages == 0,
		LoopPrevention: fo&foLoopPrevention != 0,
		ReplyPath:      fo&foReplyPath != 0,
		StatusReport:   fo&foStatusReport != 0,
		OA:             r.address("TP-OA"),
		PID:            r.octet("TP-PID"),
		DCS:            r.octet("TP-DCS"),
		SCTS:           r.timestamp("TP-SCTS"),
	}
	ud := r.userData(fo&foUserDataHeader != 0, d.DCS)
	d.UDHI, d.UDH, d.Data, d.Septets = ud.udhi, ud.udh, ud.data, ud.septets
	return d
}
