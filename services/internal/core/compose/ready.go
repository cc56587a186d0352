package compose

import "github.com/viesti-sms/viesti/services/internal/codec/tpdu"

// composeReady sends a ready TPDU as it is, to the service centre that came with
// it. The key keeps others from sending what no rule has looked at (smstools
// spec §1.2, Text_is_pdu).
func (j *job) composeReady() (*Message, error) {
	if key := j.settings.PDUKey; key == "" || j.options.PDUKey != key {
		return nil, reject(ReasonPDUKey)
	}
	octets := j.submission.Body.Reveal()
	submit, err := tpdu.DecodeSubmit(octets)
	if err != nil || !sendable(&submit) {
		return nil, reject(ReasonPDU)
	}
	m, room := newMessage(1)
	room, err = appendSMSC(room, j.options.SMSC.Reveal())
	if err != nil {
		return nil, err
	}
	m.Report, m.Alphabet = submit.StatusReportRequest, tpdu.ParseDCS(submit.DCS).Alphabet
	whole := append(room, octets...)
	m.Parts = append(m.Parts, Part{SMSC: whole[:len(room):len(room)], TPDU: whole[len(room):]})
	return m, nil
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
