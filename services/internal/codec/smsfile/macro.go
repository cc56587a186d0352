package smsfile

import "bytes"

// macro is one text replacement (smstools spec §1.2 Macro).
type macro struct {
	name, value []byte
}

// addMacro takes over a Macro header: control characters are removed, leading
// blanks too, trailing ones stay. One without a name or without `=` is passed
// over; the same name replaces the value.
func (p *parser) addMacro(raw []byte) {
	name, value, ok := bytes.Cut(trimLeftBlanks(dropControls(raw)), []byte{'='})
	if !ok || len(name) == 0 {
		return
	}
	if old := p.macroNamed(name); old != nil {
		p.macroOctets += len(value) - len(old.value)
		old.value = value
	} else if p.macroOctets <= MaxMacros {
		p.macroOctets += len(name) + len(value)
		p.macros = append(p.macros, macro{name: name, value: value})
	}
	p.bad.macros = p.macroOctets > MaxMacros
}

func (p *parser) macroNamed(name []byte) *macro {
	for i := range p.macros {
		if bytes.Equal(p.macros[i].name, name) {
			return &p.macros[i]
		}
	}
	return nil
}

// expandMacros replaces the macros in body, one after the other, each in a single
// pass. The sizes are known before anything is allocated, so that macros cannot
// blow a body up.
func expandMacros(body []byte, macros []macro) ([]byte, *Rejection) {
	for _, m := range macros {
		n := bytes.Count(body, m.name)
		if n == 0 {
			continue
		}
		if len(body)+n*(len(m.value)-len(m.name)) > MaxBody {
			return nil, &Rejection{Reason: ReasonTooLongBody}
		}
		body = bytes.ReplaceAll(body, m.name, m.value)
	}
	return body, nil
}
