package modem

// Octets with a meaning in the input (ITU-T V.250 §5.2, 3GPP TS 27.005 §3.5.1).
const (
	charCR     = '\r'
	charLF     = '\n'
	charBS     = 0x08
	charCtrlZ  = 0x1A
	charEscape = 0x1B
)

// Limits of what a modem takes in; more octets of a line are lost.
const (
	maxLine    = 1024
	maxPayload = 1024
)

// input collects a command line or, after a prompt, a PDU.
type input struct {
	line []byte
	// overflow says that the line lost octets.
	overflow bool
	// last is the line that "A/" repeats.
	last string
	// entry waits for a PDU; nil in command state.
	entry   *entry
	payload []byte
}

// entry is a PDU that a command works on, usually asked for with a prompt.
type entry struct {
	// length is the value given with the command, in octets of the TPDU.
	length int
	// plan is what the rules said so far.
	plan plan
	// text is what was entered.
	text string
	// done is called when text is there, without Modem.mu.
	done func(s *session, e *entry) (result, error)
}

// octet takes one octet of input.
func (s *session) octet(b byte) error {
	if s.input.entry != nil {
		return s.payloadOctet(b)
	}
	return s.lineOctet(b)
}

func (s *session) lineOctet(b byte) error {
	in := &s.input
	switch b {
	case charCR:
		s.echoes(b)
		line, overflow := string(in.line), in.overflow
		in.line, in.overflow = in.line[:0], false
		return s.lineDone(line, overflow)
	case charLF, charEscape, charCtrlZ, 0:
		return nil
	case charBS:
		in.line = in.line[:max(len(in.line)-1, 0)]
	default:
		if len(in.line) < maxLine {
			in.line = append(in.line, b)
		} else {
			in.overflow = true
		}
		if isRepeat(in.line) {
			in.line = in.line[:0]
			return s.lineDone(in.last, false)
		}
	}
	s.echoes(b)
	return nil
}

// isRepeat recognises "A/", which no CR follows (ITU-T V.250 §5.2.4).
func isRepeat(line []byte) bool {
	return len(line) == 2 && line[0]|0x20 == 'a' && line[1] == '/'
}

func (s *session) payloadOctet(b byte) error {
	in := &s.input
	switch b {
	case charCtrlZ:
		e, pdu := in.entry, string(in.payload)
		in.entry, in.payload = nil, in.payload[:0]
		return s.payloadDone(e, pdu)
	case charEscape:
		e := in.entry
		in.entry, in.payload = nil, in.payload[:0]
		return s.finish(ok(), e.plan)
	case charCR, charLF:
	default:
		if len(in.payload) == 0 && s.m.cfg.OnPDU != nil {
			s.m.cfg.OnPDU()
		}
		if len(in.payload) < maxPayload {
			in.payload = append(in.payload, b)
		}
	}
	s.echoes(b)
	return nil
}

func (s *session) echoes(b byte) {
	if s.echoOn {
		s.echo = append(s.echo, b)
	}
}
