package atline

import "strings"

// MaxLine is the most octets of one line that are kept. The longest line that a
// modem legitimately sends, a +CUSD answer or a PDU of 176 octets in hex, is far below.
const MaxLine = 4096

// Line is one thing that a modem said.
type Line struct {
	// Text is the line without its end, outer white space and control octets;
	// empty for a prompt, never empty otherwise.
	Text string
	// Prompt marks the "> " after which a PDU is expected (3GPP TS 27.005 §3.5.1).
	Prompt bool
	// Cut marks a line that was longer than MaxLine; the rest of it is lost.
	Cut bool
}

// Framer cuts the octets that come from a modem into lines. CR, LF and any mix
// of them end a line and blank lines vanish, so that V.250 verbose, terse and
// broken modems all read the same. The zero value is ready for use.
type Framer struct {
	// WantPrompt tells that a command was given that is answered by a prompt.
	// Only then is a ">" at the start of a line taken for one, because a
	// prompt has no line end and a text may begin with ">". It is cleared when
	// the prompt came.
	WantPrompt bool

	line []byte
	cut  bool
}

// Feed takes the next octets and appends the lines that they complete to lines.
func (f *Framer) Feed(octets []byte, lines []Line) []Line {
	for _, b := range octets {
		switch {
		case b == '\r' || b == '\n':
			lines = f.end(lines)
		case len(f.line) == 0 && b == '>' && f.WantPrompt:
			f.WantPrompt = false
			lines = append(lines, Line{Prompt: true})
		default:
			f.add(b)
		}
	}
	return lines
}

// add keeps one octet of a line. Control octets are line noise or the echo of
// Ctrl-Z and ESC; blanks before a line would hide a prompt.
func (f *Framer) add(b byte) {
	switch {
	case b == 0x7F || b < ' ' && b != '\t':
	case len(f.line) == 0 && (b == ' ' || b == '\t'):
	case len(f.line) == MaxLine:
		f.cut = true
	default:
		f.line = append(f.line, b)
	}
}

func (f *Framer) end(lines []Line) []Line {
	if len(f.line) == 0 {
		return lines
	}
	lines = append(lines, Line{Text: strings.TrimRight(string(f.line), " \t"), Cut: f.cut})
	f.line, f.cut = f.line[:0], false
	return lines
}
