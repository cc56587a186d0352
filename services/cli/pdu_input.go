package cli

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// maxPDUInput bounds what is read from standard input.
const maxPDUInput = 16 << 20

// leastHex is the number of digits of the shortest PDU that anybody sends.
const leastHex = 14

// unknownLength stands for a length that no line has told.
const unknownLength = -1

// pduText is a PDU as somebody copied it.
type pduText struct {
	// where it was, for example "line 3".
	where string
	hex   string
	// length is that of the TPDU as the line before it said, in octets.
	length int
}

// pduTexts collects PDUs from lines of a log, a trace or a message file.
type pduTexts struct {
	found  []pduText
	length int
}

// texts takes the PDUs from the arguments, or from standard input without any.
// Arguments too short for a PDU are parts of one whose blanks were not quoted.
func (e *env) texts(args []string) ([]pduText, error) {
	p := pduTexts{length: unknownLength}
	if slices.ContainsFunc(args, func(arg string) bool { return len(arg) < leastHex }) {
		args = []string{strings.Join(args, " ")}
	}
	for i, arg := range args {
		p.add("argument "+strconv.Itoa(i+1), arg)
	}
	if len(args) > 0 {
		return p.found, nil
	}
	lines := bufio.NewScanner(io.LimitReader(e.stdin, maxPDUInput))
	lines.Buffer(nil, maxPDUInput)
	for n := 1; lines.Scan(); n++ {
		p.add("line "+strconv.Itoa(n), lines.Text())
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading standard input: %w", err)
	}
	return p.found, nil
}

// add looks at one line: a PDU, something that tells its length, or talk of a modem.
func (p *pduTexts) add(where, line string) {
	line = tidy(line)
	if i := strings.Index(strings.ToUpper(line), "PDU:"); i >= 0 {
		line = tidy(line[i+len("PDU:"):])
	}
	if rest, talk := afterCommand(line); talk {
		p.addTalk(where, rest)
		return
	}
	if line == "" || line == "OK" || line == "ERROR" || strings.HasPrefix(line, "#") {
		return
	}
	p.append(where, line)
}

func (p *pduTexts) append(where, hex string) {
	p.found = append(p.found, pduText{where: where, hex: hex, length: p.length})
	p.length = unknownLength
}

// tidy removes what surrounds a PDU in traces: blanks, quotes, the prompt of
// AT+CMGS before it and the Ctrl-Z after it.
func tidy(line string) string {
	const around = " \t\r\n\x00\x1A\x1B\"'`"
	line = strings.TrimLeft(strings.Trim(line, around), "> ")
	line = strings.TrimSuffix(strings.TrimSuffix(line, "^Z"), "<Ctrl-Z>")
	line = strings.Trim(line, around)
	if strings.HasPrefix(line, "0x") || strings.HasPrefix(line, "0X") {
		return line[2:]
	}
	return line
}

// afterCommand returns what follows the name of a command, of a result or of an
// unsolicited result, for example `1,1,,24` of `+CMGL: 1,1,,24`. It is empty for
// those that tell no length of a TPDU (3GPP TS 27.005 §3.4 and §4).
func afterCommand(line string) (rest string, talk bool) {
	upper := strings.ToUpper(line)
	name := strings.TrimPrefix(upper, "AT")
	if name == upper && !strings.HasPrefix(upper, "+C") && !strings.HasPrefix(upper, "^") {
		return "", false
	}
	for _, known := range []string{"+CMGL:", "+CMGR:", "+CMT:", "+CDS:", "+CBM:", "+CMGS=", "+CMGW=", "+CNMA="} {
		if strings.HasPrefix(name, known) {
			return line[len(line)-len(name)+len(known):], true
		}
	}
	return "", true
}

// addTalk keeps the length, which is the last parameter, and the PDU if it
// follows in the same line.
func (p *pduTexts) addTalk(where, rest string) {
	words := strings.Fields(rest)
	if len(words) == 0 {
		return
	}
	last := words[len(words)-1]
	pdu := len(words) > 1 && len(last) >= leastHex && hexDigits(last) == len(last)
	if pdu {
		rest = strings.TrimSuffix(strings.TrimSpace(rest), last)
	}
	parameter := strings.TrimSpace(rest[strings.LastIndexByte(rest, ',')+1:])
	if n, err := strconv.Atoi(parameter); err == nil && n >= 0 {
		p.length = n
	}
	if pdu {
		p.append(where, last)
	}
}

func hexDigits(text string) int {
	n := 0
	for i := range len(text) {
		if isHexDigit(text[i]) {
			n++
		}
	}
	return n
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' || 'a' <= c && c <= 'f'
}

// octets reads the notation. A character that does not belong there is tolerated
// now and then, as lines get garbled; a line full of them is something else.
func (t pduText) octets() ([]byte, []tpdu.Warning, error) {
	text := strings.Join(strings.Fields(t.hex), "")
	wrong := len(text) - hexDigits(text)
	if 10*wrong > len(text) {
		first := strings.IndexFunc(text, func(r rune) bool { return r > 0x7F || !isHexDigit(byte(r)) })
		return nil, nil, fmt.Errorf("%w in %s: character %d is no hexadecimal digit", errNoPDU, t.where, first+1)
	}
	octets, warnings := tpdu.DecodeHex(text)
	return octets, warnings, nil
}
