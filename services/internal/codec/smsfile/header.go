package smsfile

import (
	"bytes"
	"time"
)

// setHeader takes over one header of an outgoing file; unknown ones are passed
// over (smstools spec §1.2). The last of several wins, a wrong value included.
func (p *parser) setHeader(name, v []byte) {
	if !p.setAddressing(name, v) && !p.setFlag(name, v) {
		p.setOption(name, v)
	}
}

// setAddressing takes over the headers about who and where.
func (p *parser) setAddressing(name, v []byte) bool {
	o := p.out
	switch string(name) {
	case "To":
		if len(v) <= maxField {
			o.To = NormaliseNumber(v)
		}
	case "To_TOA":
		o.ToTOA = readNumberType(v)
	case "From":
		setField(&o.From, v)
	case "Provider", "Queue":
		setField(&o.Queue, v)
	case "SMSC":
		if len(v) <= maxField {
			o.SMSC = normaliseSMSC(v)
		}
	case "Alternate_to":
		o.AlternateTo, p.bad.alternateTo = readAlternateTo(v)
	case "Alternate_after":
		o.AlternateAfter, p.bad.alternateAfter = readAlternateAfter(v)
	case "Send":
		setField(&o.Send, v)
	default:
		return false
	}
	return true
}

// setFlag takes over the headers of yes and no.
func (p *parser) setFlag(name, v []byte) bool {
	o, yes := p.out, p.opt.Locale.yes
	switch string(name) {
	case "Binary":
		o.Alphabet = ISO
		if yes(v) {
			o.Alphabet = Binary
		}
	case "Flash":
		o.Flash = yes(v)
	case "Hex":
		o.Hex = yes(v)
	case "Ping":
		o.Ping = yes(v)
	case "Priority":
		o.HighPriority = highPriority(v, yes)
	case "Reject_duplicates":
		o.RejectDuplicates = yes(v)
	case "Reply_path":
		o.ReplyPath = new(yes(v))
	case "Report":
		o.Report = new(yes(v))
	case "System_message":
		o.System = readSystem(v, yes(v))
	case "Text_is_pdu":
		o.TextIsPDU = yes(v)
	case "UDH":
		o.UDH = new(yes(v))
	case "Voicecall":
		o.Voicecall = yes(v)
	default:
		return false
	}
	return true
}

// setOption takes over the headers of numbers and words.
func (p *parser) setOption(name, v []byte) {
	o := p.out
	switch string(name) {
	case "Alphabet":
		o.Alphabet = ParseAlphabet(v)
	case "Autosplit":
		o.Autosplit = readAutosplit(v)
	case "Class":
		o.Class = readWithin(v, 0, 3)
	case "DCS_hex":
		o.DCS = readHexOctet(v)
	case "Language":
		o.Language, p.bad.language = readLanguage(v)
	case "Language_ext":
		o.LanguageExt, p.bad.languageExt = readLanguage(v)
	case "Message_reference":
		o.MessageReference, p.bad.reference = readReference(v)
	case "Replace":
		o.Replace = 0
		if n := readWithin(v, 1, 7); n != nil {
			o.Replace = *n
		}
	case "Retries":
		o.Retries = readRetries(v)
	case "UDH-DATA", "UDH-DUMP":
		if len(v) <= maxUDHField {
			o.UDHData, p.bad.udh = readUDHData(v)
		}
	case "Validity":
		if vp, ok := ParseValidity(v); ok {
			o.Validity = new(vp)
		}
	}
}

// setField takes over a text that fits its field (smstools spec §1.1 rule 7).
func setField(field *string, v []byte) {
	if len(v) <= maxField {
		*field = string(v)
	}
}

// readWithin is a number from least to most; any other is as good as none. What is
// no number counts as 0.
func readWithin(v []byte, least, most int) *uint8 {
	if n := atoi(v); n >= least && n <= most {
		return new(uint8(n))
	}
	return nil
}

// readHexOctet is a hex number, as readWithin.
func readHexOctet(v []byte) *byte {
	if n := hexNumber(v); n >= 0 && n <= 0xFF {
		return new(byte(n))
	}
	return nil
}

func readNumberType(v []byte) NumberType {
	switch {
	case equalFold(v, "unknown"):
		return NumberUnknown
	case equalFold(v, "international"):
		return NumberInternational
	case equalFold(v, "national"):
		return NumberNational
	default:
		return NumberInvalid
	}
}

func readSystem(v []byte, yes bool) System {
	switch {
	case equalFold(v, "2"), equalFold(v, "tosim"):
		return SystemToSIM
	case yes:
		return SystemMessage
	default:
		return NotSystem
	}
}

// readAutosplit reads Autosplit: -1 is the default, other negative numbers are
// 0, and what is above 3 acts as 1 (smstools spec §1.2).
func readAutosplit(v []byte) *int {
	n := atoi(v)
	switch {
	case n == -1:
		return nil
	case n < 0:
		return new(0)
	case n > 3:
		return new(1)
	default:
		return new(n)
	}
}

// readRetries reads Retries: a negative number is the default.
func readRetries(v []byte) *int {
	if n := atoi(v); n >= 0 {
		return new(n)
	}
	return nil
}

// readReference reads Message_reference (TP-MR, 3GPP TS 23.040 §9.2.3.6).
func readReference(v []byte) (reference *uint8, bad bool) {
	n := atoi(v)
	if n < 0 || n > 255 {
		return nil, true
	}
	return new(uint8(n)), false
}

func readLanguage(v []byte) (language *uint8, bad bool) {
	n, ok := ParseLanguage(v)
	if !ok {
		return nil, true
	}
	return new(n), false
}

func readAlternateTo(v []byte) (numbers []string, bad bool) {
	if len(v) == 0 {
		return nil, false
	}
	numbers, ok := splitNumbers(v)
	return numbers, !ok
}

func readAlternateAfter(v []byte) (after []time.Duration, bad bool) {
	for _, one := range bytes.Split(v, []byte(",")) {
		d, ok := parseAfter(trimLeftBlanks(one))
		if !ok || len(after) == maxAlternates {
			return nil, true
		}
		after = append(after, d)
	}
	return after, false
}
