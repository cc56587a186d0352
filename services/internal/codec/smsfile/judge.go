package smsfile

import "unicode/utf8"

// badHeaders remembers which headers held a value that a message cannot have. A
// later header of the same name decides anew.
type badHeaders struct {
	reference, language, languageExt, udh, macros, alternateTo, alternateAfter bool
}

// judgeHeaders notes what is wrong with the headers, in the order of spec §1.10.
func (p *parser) judgeHeaders() {
	o, bad := p.out, p.bad
	p.noteIf(o.To == "", stageDestination, ReasonNoDestination)
	p.noteIf(o.Alphabet == AlphabetInvalid, stageAlphabet, ReasonInvalidAlphabet)
	p.noteIf(o.ToTOA == NumberInvalid, stageNumberType, ReasonInvalidNumberType)
	p.noteIf(bad.alternateTo || bad.alternateAfter, stageNumberType, ReasonInvalidAlternate)
	p.noteIf(bad.reference, stageTransmission, ReasonInvalidMessageReference)
	p.noteIf(bad.language || bad.languageExt, stageTransmission, ReasonInvalidLanguage)
	p.noteIf(bad.udh, stageTransmission, ReasonInvalidUDH)
	p.noteIf(bad.macros, stageTransmission, ReasonTooLongMacros)
	p.noteIf(!bad.udh && !fitsUDH(o.UDHData), stageTransmission, ReasonUDHLength)
}

func (p *parser) noteIf(wrong bool, s stage, reason string) {
	if wrong {
		p.out.note(s, &Rejection{Reason: reason})
	}
}

// maxUserData is the room of one message, in octets (3GPP TS 23.040 §9.2.3.24).
const maxUserData = 140

// fitsUDH reports whether the length octet counts the octets behind it, and the
// header fits a message (3GPP TS 23.040 §9.2.3.24).
func fitsUDH(udh []byte) bool {
	return len(udh) == 0 || len(udh) == int(udh[0])+1 && len(udh) <= maxUserData
}

// judgeBody tells what is wrong with the decoded body.
func (o *Outgoing) judgeBody() *Rejection {
	switch {
	case len(o.Body) > MaxBody:
		return &Rejection{Reason: ReasonTooLongBody}
	case o.isEmpty() && (o.Alphabet == Binary || o.TextIsPDU):
		return &Rejection{Reason: ReasonNoData}
	case o.isEmpty():
		return &Rejection{Reason: ReasonNoText}
	case o.Alphabet == Binary && o.System != NotSystem && len(o.UDHData)+len(o.Body) > maxUserData:
		return &Rejection{Reason: ReasonTooLongSystem}
	case o.isText() && o.HasLanguage() && !utf8.Valid(o.Body):
		return &Rejection{Reason: ReasonShiftTables}
	default:
		return nil
	}
}

// isEmpty reports whether nothing is left to send.
func (o *Outgoing) isEmpty() bool {
	if o.Trims() {
		return len(TrimText(o.Body)) == 0
	}
	return len(o.Body) == 0
}

// isText reports whether the body is text that shift tables apply to.
func (o *Outgoing) isText() bool {
	return !o.TextIsPDU && (o.Alphabet == ISO || o.Alphabet == UTF8 || o.Alphabet == GSM)
}
