package smsfile

import "bytes"

// finishBody puts the bodies together, the included ones first.
func (p *parser) finishBody(own []byte) {
	p.judgeSize(own)
	if p.out.problems[stageContent] != nil {
		return
	}
	body, problem := p.joinBodies(own)
	p.out.Body = body
	p.out.note(stageTransmission, problem)
	p.out.note(stageTransmission, p.out.judgeBody())
}

// judgeSize looks whether there is a body, and not too much of it.
func (p *parser) judgeSize(own []byte) {
	size := len(own)
	for _, b := range p.included {
		size += len(b)
	}
	switch {
	case size == 0:
		p.out.note(stageContent, &Rejection{Reason: ReasonNoTextOrData})
	case size > MaxBody:
		p.out.note(stageContent, &Rejection{Reason: ReasonTooLongBody})
	}
}

func (p *parser) joinBodies(own []byte) ([]byte, *Rejection) {
	if len(p.included) == 0 {
		return p.decodeBody(own)
	}
	var joined []byte
	for _, b := range p.included {
		decoded, problem := p.decodeBody(b)
		if problem != nil {
			return nil, problem
		}
		if p.out.Trims() {
			decoded = TrimText(decoded)
		}
		joined = append(joined, decoded...)
	}
	decoded, problem := p.decodeBody(own)
	return append(joined, decoded...), problem
}

// decodeBody undoes macros and hex notation in the body of one file.
func (p *parser) decodeBody(body []byte) ([]byte, *Rejection) {
	switch {
	case p.out.TextIsPDU:
		return decodePDU(body)
	case p.out.Hex && p.out.Alphabet != UCS2:
		expanded, problem := expandMacros(body, p.macros)
		if problem != nil {
			return nil, problem
		}
		return decodeHex(expanded)
	case p.out.Alphabet == ISO && !p.out.HasLanguage():
		return expandMacros(body, p.macros)
	default:
		return body, nil
	}
}

// TrimText removes trailing Ctrl-Z octets and then trailing blanks, CR and LF,
// unless that would leave nothing (smstools spec §1.4).
func TrimText(text []byte) []byte {
	text = bytes.TrimRight(text, "\x1A")
	if trimmed := bytes.TrimRight(text, " \t\r\n"); len(trimmed) > 0 {
		return trimmed
	}
	return text
}
