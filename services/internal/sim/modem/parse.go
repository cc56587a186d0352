package modem

import (
	"errors"
	"strings"
)

// operation is the form of an extended command (ITU-T V.250 §5.4).
type operation uint8

const (
	execute operation = iota
	setTo
	query
	test
)

// invocation is one command of a command line.
type invocation struct {
	// name is in upper case, for example "+CMGS", "E" or "&F".
	name string
	op   operation
	// args is what follows "=" or, for a basic command, the number.
	args string
}

var errSyntax = errors.New("command line syntax")

// findAT returns what follows the first "AT" of a line (ITU-T V.250 §5.2.1).
func findAT(line string) (string, bool) {
	for i := 0; i+1 < len(line); i++ {
		if line[i]|0x20 == 'a' && line[i+1]|0x20 == 't' {
			return line[i+2:], true
		}
	}
	return "", false
}

// parseLine cuts a command line without its "AT" into commands.
func parseLine(body string) ([]invocation, error) {
	var list []invocation
	for {
		body = strings.TrimLeft(body, " ;")
		if body == "" {
			return list, nil
		}
		var inv invocation
		var err error
		if inv, body, err = parseOne(body); err != nil {
			return list, err
		}
		list = append(list, inv)
	}
}

func parseOne(body string) (invocation, string, error) {
	switch c := body[0]; {
	case strings.IndexByte("+^*#$%!", c) >= 0:
		return parseExtended(body)
	case c == 'D' || c == 'd':
		return invocation{name: "D", op: setTo, args: body[1:]}, "", nil
	case c == 'S' || c == 's':
		return parseRegister(body)
	case c == '&' && len(body) > 1:
		return parseBasic(body, 2)
	case isLetter(c):
		return parseBasic(body, 1)
	}
	return invocation{}, "", errSyntax
}

// parseBasic takes a letter, or & and a letter, and a number.
func parseBasic(body string, nameLength int) (invocation, string, error) {
	end := nameLength
	for end < len(body) && isDigit(body[end]) {
		end++
	}
	inv := invocation{
		name: strings.ToUpper(body[:nameLength]), op: execute, args: body[nameLength:end],
	}
	return inv, body[end:], nil
}

// parseRegister takes "S", a number, and "?" or "=" and a number.
func parseRegister(body string) (invocation, string, error) {
	inv, rest, err := parseBasic(body, 1)
	inv.name += inv.args
	inv.args = ""
	if err != nil || rest == "" {
		return inv, rest, err
	}
	if rest[0] == '?' {
		inv.op = query
		return inv, rest[1:], nil
	}
	if rest[0] == '=' {
		value, after, err := parseBasic(rest, 1)
		inv.op, inv.args = setTo, value.args
		return inv, after, err
	}
	return inv, rest, nil
}

// parseExtended takes a command that begins with + or a vendor's sign, up to a
// semicolon outside quotes.
func parseExtended(body string) (invocation, string, error) {
	end := 1
	for end < len(body) && (isLetter(body[end]) || isDigit(body[end])) {
		end++
	}
	inv := invocation{name: strings.ToUpper(body[:end])}
	stop := semicolon(body[end:]) + end
	tail := strings.TrimSpace(body[end:stop])
	switch {
	case tail == "":
	case tail == "?":
		inv.op = query
	case tail == "=?":
		inv.op = test
	case tail[0] == '=':
		inv.op, inv.args = setTo, strings.TrimSpace(tail[1:])
	default:
		return inv, "", errSyntax
	}
	return inv, body[stop:], nil
}

// semicolon returns the place of the first ";" outside quotes, or the length.
func semicolon(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return i
		}
	}
	return len(s)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
