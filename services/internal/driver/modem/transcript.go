package modem

import (
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Transcript makes readable lines of what is said with one modem, for
// Config.Trace: when, which modem, in which direction, what, and what it means.
// It shows what it knows to be harmless, and of everything else the length.
//
// It is for one goroutine at a time, which Config.Trace is.
type Transcript struct {
	// Modem is the name in the lines.
	Modem string
	// Now is the clock.
	Now func() time.Time

	// command is the last one that was given, and asked whether the last line was
	// a prompt: what follows is a PDU or a text.
	command string
	asked   bool
}

// transcriptTime is the time at the beginning of a line.
const transcriptTime = "2006-01-02 15:04:05.000"

// Line returns the line of the transcript for a traced one.
func (t *Transcript) Line(dir Dir, line string) string {
	explain := t.out
	if dir == In {
		explain = t.in
	}
	shown, meaning := explain(line)
	shown = printable(shown)
	text := fmt.Sprintf("%s %s %s %s", t.Now().Format(transcriptTime), t.Modem, dir, shown)
	if meaning == "" {
		return text
	}
	const column = 76
	return fmt.Sprintf("%-*s # %s", column, text, printable(RedactLine(meaning)))
}

// printable makes dots of what would move the cursor of who reads it: a modem may
// say anything.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F {
			return '.'
		}
		return r
	}, line)
}

func (t *Transcript) out(line string) (shown, meaning string) {
	if t.asked {
		t.asked = false
		return hidden(line, "PDU"), "the message"
	}
	t.command = line
	if !strings.HasPrefix(strings.ToUpper(line), "AT") {
		return hidden(line, "text"), ""
	}
	return RedactLine(line), atline.ExplainCommand(line)
}

func (t *Transcript) in(line string) (shown, meaning string) {
	if line == ">" {
		t.asked = true
		return line, atline.ExplainLine(line, t.command)
	}
	if line == t.command && strings.HasPrefix(strings.ToUpper(line), "AT") {
		return RedactLine(line), "echo"
	}
	meaning = atline.ExplainLine(line, t.command)
	_, final := atline.ParseResult(line)
	switch {
	case final:
		t.asked = false
		return RedactLine(line), meaning
	case atline.IsPDU(line) && len(line) >= shortestPDU:
		return hidden(line, "PDU"), meaning
	case atline.Name(line) != "", meaning != "", t.asksForIdentity():
		return RedactLine(line), meaning
	default:
		return hidden(line, "text"), meaning
	}
}

// shortestPDU is below any that holds a message.
const shortestPDU = 20

// asksForIdentity reports whether the command is answered with a bare line that
// is no message: numbers are made unreadable all the same.
func (t *Transcript) asksForIdentity() bool {
	for _, name := range []string{"AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CIMI", "AT+CCID", "ATI", "AT+GMI", "AT+GMM", "AT+GMR"} {
		if strings.EqualFold(t.command, name) {
			return true
		}
	}
	return false
}

// hidden is what is shown of what must not be.
func hidden(line, what string) string {
	if what == "PDU" && atline.IsPDU(line) {
		return fmt.Sprintf("[PDU, %d octets]", len(line)/2)
	}
	return fmt.Sprintf("[text, %d octets]", len(line))
}
