package atline

import (
	"strconv"
	"strings"
)

// Field is one parameter of an information line (ITU-T V.250 §5.4.2).
type Field struct {
	// Text is the value; without its quotes when it had them.
	Text string
	// Quoted tells a string constant from a number.
	Quoted bool
}

// Int returns the value as a number of at least 0.
func (f Field) Int() (int, bool) {
	n, err := strconv.Atoi(f.Text)
	return n, err == nil && n >= 0 && !f.Quoted
}

// Name returns the name that a line begins with, in upper case, such as "+CMGS" of
// "+CMGS: 5" or "^RSSI" of "^RSSI:20"; empty when it begins with none.
func Name(line string) string {
	if line == "" || !strings.ContainsRune("+^*%#$", rune(line[0])) {
		return ""
	}
	end := strings.IndexByte(line, ':')
	if end < 2 || line[1] < 'A' {
		return ""
	}
	name := strings.TrimRight(line[:end], " ")
	for _, c := range []byte(name[1:]) {
		if !isNameOctet(c) {
			return ""
		}
	}
	return strings.ToUpper(name)
}

func isNameOctet(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
}

// Values returns the part of a line after "name:", and whether the line has that name.
func Values(line, name string) (string, bool) {
	if !hasPrefixFold(line, name) {
		return "", false
	}
	values, ok := strings.CutPrefix(strings.TrimLeft(line[len(name):], " "), ":")
	return strings.TrimSpace(values), ok
}

// Fields cuts the parameters of an information line at the commas that are
// outside quotes and parentheses. An empty text has one empty field.
func Fields(values string) []Field {
	fields := make([]Field, 0, 1+strings.Count(values, ","))
	start, depth, quoted := 0, 0, false
	for i := range len(values) {
		switch c := values[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth = max(depth-1, 0)
		case c == ',' && depth == 0:
			fields = append(fields, newField(values[start:i]))
			start = i + 1
		}
	}
	return append(fields, newField(values[start:]))
}

func newField(text string) Field {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, `"`) {
		return Field{Text: strings.TrimSuffix(text[1:], `"`), Quoted: true}
	}
	return Field{Text: text}
}

// Quote makes a string constant of a value. Octets that would end it or the
// command are written as in ITU-T V.250 §5.4.2.2: a backslash and two hex digits.
func Quote(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(value) {
		if c := value[i]; c == '"' || c == '\\' || c < ' ' || c == 0x7F {
			b.WriteByte('\\')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&0xF])
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
