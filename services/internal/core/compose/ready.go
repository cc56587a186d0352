package compose

import "github.com/viesti-sms/viesti/services/internal/codec/tpdu"

// composeReady sends a ready TPDU as it is. The key keeps others from sending
// what no rule has looked at (smstools spec §1.2, Text_is_pdu).
func (j *job) composeReady() (*Message, error) {
	if key := j.settings.PDUKey; key == "" || j.options.PDUKey != key {
		return nil, reject(ReasonPDUKey)
	}
	smsc, octets, submit, ok := readReady(j.submission.Body.Reveal())
	if !ok {
		return nil, reject(ReasonPDU)
	}
	m, room := newMessage(1)
	room, err := j.readySMSC(room, smsc)
	if err != nil {
		return nil, err
	}
	m.Report, m.Alphabet = submit.StatusReportRequest, tpdu.ParseDCS(submit.DCS).Alphabet
	whole := append(room, octets...)
	m.Parts = append(m.Parts, Part{SMSC: whole[:len(room):len(room)], TPDU: whole[len(room):]})
	return m, nil
}

// readySMSC appends the service centre that the PDU came with, octet for octet,
// or else the one that the message names, where the modem puts it into PDUs.
func (j *job) readySMSC(room, smsc []byte) ([]byte, error) {
	switch {
	case len(smsc) > 1:
		return append(room, smsc...), nil
	case j.settings.SMSCInPDU:
		return appendSMSC(room, j.options.SMSC.Reveal())
	}
	return append(room, 0), nil
}

// readReady takes a whole SMS-SUBMIT, or one with the service centre address that
// message files have before it (smstools spec §1.9). What is whole without one
// has none.
func readReady(pdu []byte) (smsc, octets []byte, submit tpdu.DecodedSubmit, ok bool) {
	if submit, ok = readSubmit(pdu); ok {
		return nil, pdu, submit, true
	}
	if len(pdu) == 0 || int(pdu[0]) >= maxSMSC || int(pdu[0]) >= len(pdu) {
		return nil, nil, submit, false
	}
	end := 1 + int(pdu[0])
	submit, ok = readSubmit(pdu[end:])
	return pdu[:end], pdu[end:], submit, ok
}

func readSubmit(octets []byte) (tpdu.DecodedSubmit, bool) {
	submit, err := tpdu.DecodeSubmit(octets)
	return submit, err == nil && sendable(&submit)
}

// sendable reports whether a decoded TPDU was whole and within its limits. What
// is inside of its user data header is the submitter's affair.
func sendable(submit *tpdu.DecodedSubmit) bool {
	for _, w := range submit.Warnings {
		if w.Field != "TP-UDH" {
			return false
		}
	}
	return true
}
