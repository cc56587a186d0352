package smsfile

import (
	"bytes"
	"slices"
)

// bom is the UTF-8 byte order mark (smstools spec §1.1 rule 1).
const bom = "\xEF\xBB\xBF"

// stripBOM drops a byte order mark at the start of a file.
func stripBOM(data []byte) []byte { return bytes.TrimPrefix(data, []byte(bom)) }

// cutLine splits data behind its first LF; line includes the LF if there is one.
func cutLine(data []byte) (line, rest []byte) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return data[:i+1], data[i+1:]
	}
	return data, nil
}

// isSeparator reports whether a line ends the header section: nothing but TAB,
// space, CR and LF up to its end or a NUL (smstools spec §1.1 rule 2).
func isSeparator(line []byte) bool {
	for _, c := range line {
		switch c {
		case '\t', ' ', '\r', '\n':
		case 0:
			return true
		default:
			return false
		}
	}
	return true
}

// splitLine splits a header line into its name, without colon, and its raw
// value. A line without colon has no name.
func splitLine(line []byte) (name, value []byte) {
	i := bytes.IndexByte(line, ':')
	if i < 0 {
		return nil, nil
	}
	return line[:i], line[i+1:]
}

// cleanValue is the value of a header as the parser sees it: up to the first NUL,
// without CR anywhere, without blanks and control characters at both ends
// (smstools spec §1.1 rule 5).
func cleanValue(raw []byte) []byte {
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		raw = raw[:i]
	}
	raw = trimBlanks(raw)
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte{'\r'}, nil)
}

// trimBlanks cuts blanks and control characters off both ends.
func trimBlanks(s []byte) []byte {
	s = trimLeftBlanks(s)
	for len(s) > 0 && isBlankOrControl(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// trimLeftBlanks cuts blanks and control characters off the start.
func trimLeftBlanks(s []byte) []byte {
	for len(s) > 0 && isBlankOrControl(s[0]) {
		s = s[1:]
	}
	return s
}

func isBlankOrControl(c byte) bool { return c <= ' ' || c == 0x7F }

func isControl(c byte) bool { return c < ' ' || c == 0x7F }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// dropControls removes every control character. It copies only when there is one.
func dropControls(s []byte) []byte {
	if !slices.ContainsFunc(s, isControl) {
		return s
	}
	out := make([]byte, 0, len(s))
	for _, c := range s {
		if !isControl(c) {
			out = append(out, c)
		}
	}
	return out
}

// oneLine replaces what would end a header line, so that a value can never
// become a header of its own.
func oneLine(s string) string {
	for i := range len(s) {
		if breaksLine(s[i]) {
			return replaceBreaks([]byte(s))
		}
	}
	return s
}

func replaceBreaks(s []byte) string {
	for i, c := range s {
		if breaksLine(c) {
			s[i] = ' '
		}
	}
	return string(s)
}

func breaksLine(c byte) bool { return c == '\n' || c == '\r' || c == 0 }
