package smsfile

// maxField is the longest value of To, From, SMSC and queue headers, in octets;
// a longer one is passed over and the value before it stays (smstools spec §1.1
// rule 7).
const maxField = 99

// maxUDHField is the same for UDH-DATA.
const maxUDHField = 499

// isYes is the rule for yes and no (smstools spec §1.1 rule 10): `1`, `y`, `t`
// or `on`, by their first letters; anything else is no.
func isYes(v []byte) bool {
	if len(v) == 0 {
		return false
	}
	switch v[0] {
	case '1', 'y', 'Y', 't', 'T':
		return true
	case 'o', 'O':
		return len(v) > 1 && v[1] == 'n'
	default:
		return false
	}
}

// numberCap bounds what leadingInt reads, far beyond every limit of the format.
const numberCap = 1_000_000

// leadingInt is the integer at the start of v, as C's atoi reads it, and the rest
// behind it; 0 without digits. It stops growing at numberCap.
func leadingInt(v []byte) (n int, rest []byte) {
	v, negative := cutSign(trimLeftBlanks(v))
	for len(v) > 0 && isDigit(v[0]) {
		n = min(n*10+int(v[0]-'0'), numberCap)
		v = v[1:]
	}
	if negative {
		n = -n
	}
	return n, v
}

func cutSign(v []byte) (rest []byte, negative bool) {
	if len(v) > 0 && (v[0] == '-' || v[0] == '+') {
		return v[1:], v[0] == '-'
	}
	return v, false
}

// atoi is leadingInt without the rest.
func atoi(v []byte) int {
	n, _ := leadingInt(v)
	return n
}

// startsWithInt reports whether v begins with an integer at all.
func startsWithInt(v []byte) bool {
	v, _ = cutSign(v)
	return len(v) > 0 && isDigit(v[0])
}

// isNumber reports whether v consists of digits alone.
func isNumber(v []byte) bool {
	for _, c := range v {
		if !isDigit(c) {
			return false
		}
	}
	return len(v) > 0
}

// hexDigit is the value of a hex digit of either case.
func hexDigit(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	default:
		return 0, false
	}
}

// hexNumber is the hex number that v begins with, as C's strtol reads it: with or
// without 0x in front, up to the first other character, 0 without digits. It stops
// growing at numberCap.
func hexNumber(v []byte) int {
	v, negative := cutSign(v)
	if len(v) > 2 && hasPrefixFold(v, "0x") {
		v = v[2:]
	}
	n := 0
	for len(v) > 0 {
		digit, ok := hexDigit(v[0])
		if !ok {
			break
		}
		n, v = min(n<<4|int(digit), numberCap), v[1:]
	}
	if negative {
		n = -n
	}
	return n
}

// hasPrefixFold reports whether v begins with the lower-case ASCII text prefix,
// in any case.
func hasPrefixFold(v []byte, prefix string) bool {
	if len(v) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if lower(v[i]) != prefix[i] {
			return false
		}
	}
	return true
}

// equalFold reports whether v is the lower-case ASCII text want, in any case.
func equalFold(v []byte, want string) bool {
	return len(v) == len(want) && hasPrefixFold(v, want)
}

func isLetter(c byte) bool { return lower(c) >= 'a' && lower(c) <= 'z' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
