package tpdu

// MT is what a modem received: either a message or a status report.
type MT struct {
	// SMSC is the service centre; zero when the PDU named none.
	SMSC Address
	// Deliver is the message, nil for a report; StatusReport the other way round.
	Deliver      *Deliver
	StatusReport *StatusReport
	// Warnings tell what was tolerated, in the order in which it was met.
	Warnings []Warning
}

// LoopPrevention is TP-LP of either.
func (mt MT) LoopPrevention() bool {
	return mt.Deliver != nil && mt.Deliver.LoopPrevention || mt.StatusReport != nil && mt.StatusReport.LoopPrevention
}

// DecodeMT reads a PDU as a modem reports it (3GPP TS 27.005 §3.1, <pdu>): the
// service centre address, then SMS-DELIVER or SMS-STATUS-REPORT.
//
// It is tolerant: missing octets read as zero, wrong ones are kept or left out,
// and Warnings tell. A reserved message type is read as SMS-DELIVER (3GPP TS
// 23.040 §9.2.3.1); a PDU without the service centre address, as old modems
// give, is recognised when its beginning cannot be one, which is not certain for
// a status report: who knows of such a modem calls DecodeTPDU. The only error is
// a TypeError; the result then holds what was read before it.
func DecodeMT(pdu []byte) (MT, error) {
	r := reader{octets: pdu}
	smsc, err := r.leadingSMSC()
	if err != nil {
		return r.mt(smsc), err
	}
	return r.tpdu(smsc)
}

// DecodeSMSC reads the service centre address in front of a TPDU of either
// direction (3GPP TS 27.005 §3.1), and returns how many octets it takes, its
// length octet included. It is as tolerant as DecodeMT; the only error is a
// TypeError for a length that no such address has.
func DecodeSMSC(pdu []byte) (smsc Address, size int, warnings []Warning, err error) {
	if len(pdu) > 0 && int(pdu[0]) > maxSMSCOctets {
		return Address{}, 0, nil, &TypeError{Err: ErrSMSC}
	}
	r := reader{octets: pdu}
	smsc = r.smsc()
	return smsc, r.pos, r.warnings, nil
}

// DecodeTPDU is DecodeMT for a TPDU without service centre address.
func DecodeTPDU(tpdu []byte) (MT, error) {
	r := reader{octets: tpdu}
	return r.tpdu(Address{})
}

// DecodeDeliver is DecodeMT for a PDU that is known to be an SMS-DELIVER, as in
// the unsolicited result code +CMT; it cannot fail.
func DecodeDeliver(pdu []byte) MT {
	r := reader{octets: pdu}
	mt := MT{SMSC: r.forcedSMSC(mtiDeliver)}
	mt.Deliver = r.deliver()
	mt.Warnings = r.warnings
	return mt
}

// DecodeStatusReport is DecodeMT for a PDU that is known to be an
// SMS-STATUS-REPORT, as in the unsolicited result code +CDS; it cannot fail.
func DecodeStatusReport(pdu []byte) MT {
	r := reader{octets: pdu}
	mt := MT{SMSC: r.forcedSMSC(mtiStatusReport)}
	mt.StatusReport = r.statusReport()
	mt.Warnings = r.warnings
	return mt
}

// forcedSMSC reads the service centre address in front of a TPDU whose type is
// known, and warns when the TPDU says otherwise.
func (r *reader) forcedSMSC(mti byte) Address {
	smsc, err := r.leadingSMSC()
	if err != nil {
		r.warn("SMSC", 0, warnSMSCLength)
	}
	if r.rest() > 0 && r.octets[r.pos]&maskMTI != mti {
		r.warn("TP-MTI", r.pos, warnForcedType)
	}
	return smsc
}

// leadingSMSC reads the service centre address if there is one.
func (r *reader) leadingSMSC() (Address, error) {
	if len(r.octets) == 0 {
		return Address{}, nil
	}
	length := int(r.octets[0])
	typed := length == 0 || len(r.octets) > 1 && r.octets[1]&0x80 != 0
	possible := length <= maxSMSCOctets
	if !(typed && possible) && looksBare(r.octets) {
		r.warn("SMSC", 0, warnNoSMSC)
		return Address{}, nil
	}
	if !possible {
		return Address{}, &TypeError{Offset: 0, Err: ErrSMSC}
	}
	return r.smsc(), nil
}

// looksBare reports whether octets can begin with a TPDU: an address of possible
// length, whose type has its top bit set (3GPP TS 23.040 §9.1.2.5), follows the
// first octet or, in a status report, the message reference.
func looksBare(octets []byte) bool {
	at := 1
	switch {
	case len(octets) < 4:
		return false
	case octets[0]&maskMTI == mtiStatusReport:
		at = 2
	case octets[0]&maskMTI != mtiDeliver:
		return false
	}
	return octets[at] <= maxAddressDigits && octets[at+1]&0x80 != 0
}

// tpdu reads the TPDU that follows the service centre address.
func (r *reader) tpdu(smsc Address) (MT, error) {
	start := r.pos
	if r.rest() == 0 {
		return r.mt(smsc), &TypeError{Offset: start, Err: ErrTruncated}
	}
	mt := MT{SMSC: smsc}
	switch r.octets[start] & maskMTI {
	case mtiSubmitReport:
		return r.mt(smsc), &TypeError{Offset: start, Err: ErrMessageType}
	case mtiStatusReport:
		mt.StatusReport = r.statusReport()
	case mtiDeliver:
		mt.Deliver = r.deliver()
	default:
		r.warn("TP-MTI", start, warnReservedType)
		mt.Deliver = r.deliver()
	}
	mt.Warnings = r.warnings
	return mt, nil
}

// mt is a result without a TPDU.
func (r *reader) mt(smsc Address) MT { return MT{SMSC: smsc, Warnings: r.warnings} }
