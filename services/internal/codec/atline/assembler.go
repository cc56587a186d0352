package atline

import "strings"

// Notice is one complete unsolicited result code.
type Notice struct {
	Kind Kind
	// Line is its first line; for USSD all its lines, joined by LF.
	Line string
	// PDU is the line that follows +CMT, +CDS and +CBM: hex, not yet decoded.
	PDU string
}

// maxJoined bounds the lines of one USSD text.
const maxJoined = 32

// Assembler sorts lines into answers and notices. It takes unsolicited lines out
// first, whatever command they fall into, and joins those of more than one line:
// +CMT, +CDS, +CBM with the PDU below, and a +CUSD whose text holds line ends.
// The zero value is ready for use.
type Assembler struct {
	open   Notice
	joined int
}

// Add takes the next line that came while command was being carried out (empty:
// none was). It reports whether the line belongs to the command, and appends the
// notices that the line completes to notices.
func (a *Assembler) Add(line, command string, notices []Notice) (answer bool, _ []Notice) {
	if a.open.Kind != Solicited {
		if taken, notices := a.continued(line, command, notices); taken {
			return false, notices
		}
		notices = a.abandon(notices)
	}
	kind := kindOf(line, command)
	switch {
	case kind == Solicited:
		return true, notices
	case wantsPDU(kind), kind == USSD && isOpenText(line), kind == TextMessage && hasText(line):
		a.open, a.joined = Notice{Kind: kind, Line: line}, 1
		return false, notices
	default:
		return false, append(notices, Notice{Kind: kind, Line: line})
	}
}

// Waiting reports whether a notice has begun and its next line is missing.
func (a *Assembler) Waiting() bool { return a.open.Kind != Solicited }

// continued gives a line to the notice that waits for it.
func (a *Assembler) continued(line, command string, notices []Notice) (bool, []Notice) {
	if wantsPDU(a.open.Kind) {
		return a.pduBelow(line, command, notices)
	}
	if a.open.Kind == TextMessage {
		if isResult(line) || Classify(line, command) != Solicited {
			return false, notices
		}
		return true, a.close(notices) // the text is not kept: nobody may see it
	}
	if isResult(line) || Classify(line, command) != Solicited || a.joined == maxJoined {
		return false, notices
	}
	a.open.Line += "\n" + line
	a.joined++
	if !isOpenText(a.open.Line) {
		notices = a.close(notices)
	}
	return true, notices
}

// pduBelow gives a line to a header that waits for its PDU. Another notice of one line
// may come in between.
func (a *Assembler) pduBelow(line, command string, notices []Notice) (bool, []Notice) {
	if IsPDU(line) {
		a.open.PDU = line
		return true, a.close(notices)
	}
	kind := kindOf(line, command)
	if kind == Solicited || kind == TextMessage || wantsPDU(kind) || isOpenText(line) || a.joined == maxJoined {
		return false, notices
	}
	a.joined++
	return true, append(notices, Notice{Kind: kind, Line: line})
}

// hasText reports whether a text follows the header of a message in text mode: not that
// of a status report.
func hasText(line string) bool { return Name(line) != "+CDS" }

func (a *Assembler) close(notices []Notice) []Notice {
	notices = append(notices, a.open)
	a.open, a.joined = Notice{}, 0
	return notices
}

// abandon gives up waiting. What there is of a USSD text is still of use; a
// header without its PDU is only noise.
func (a *Assembler) abandon(notices []Notice) []Notice {
	if wantsPDU(a.open.Kind) {
		a.open.Kind = Noise
	}
	return a.close(notices)
}

func wantsPDU(kind Kind) bool {
	return kind == DirectMessage || kind == DirectReport || kind == DirectBroadcast
}

func isOpenText(line string) bool { return strings.Count(line, `"`)%2 == 1 }

// kindOf is Classify with the result codes of calls.
func kindOf(line, command string) Kind {
	if kind := Classify(line, command); kind != Solicited {
		return kind
	}
	return callEnd(line, command)
}

// isResult reports whether a line below a text is a final result code, and not of the
// text, which may say "Ok".
func isResult(line string) bool {
	r, final := ParseResult(line)
	return final && (line[0] == '+' || r.Text == line)
}

// callEnd recognises a call's result code outside the commands that it may end.
func callEnd(line, command string) Kind {
	if r, ok := ParseResult(line); ok && r.IsCall() && !isCall(command) {
		return CallEnd
	}
	return Solicited
}

// isCall reports whether a command may be ended by NO CARRIER and the like: ATD, ATA, ATH, ATO, AT+CHUP.
func isCall(command string) bool {
	if len(command) < 3 || !hasPrefixFold(command, "AT") {
		return false
	}
	return strings.IndexByte("DAHOdaho", command[2]) >= 0 || asks(command, "+CHUP")
}

// IsPDU reports whether a line is a PDU: hex digits, an even number of them.
func IsPDU(line string) bool {
	if line == "" || len(line)%2 != 0 {
		return false
	}
	for _, c := range []byte(line) {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}
