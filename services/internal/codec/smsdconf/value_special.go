package smsdconf

import (
	"strconv"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
)

// levels accepts the severities of syslog by number or by a word that contains
// their name (smstools spec §6.1).
func levels(lo, hi int) parser[int] {
	p := integers(lo, hi)
	p.values += " or a word such as WARNING"
	byNumber := p.parse
	p.parse = func(value string) (int, outcome) {
		if n, named := levelByName(value); named {
			return n, acceptedIf(n >= lo && n <= hi)
		}
		n, result := byNumber(value)
		return n, unlessZero(result)
	}
	return p
}

// unlessZero refuses what is taken for 0 elsewhere: no level is.
func unlessZero(result outcome) outcome {
	if result == takenAsZero {
		return refused
	}
	return result
}

// levelByName returns the level whose name a word contains.
func levelByName(value string) (level int, named bool) {
	const critical = 2
	upper := strings.ToUpper(value)
	for i, name := range [...]string{"CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"} {
		if strings.Contains(upper, name) {
			return critical + i, true
		}
	}
	return 0, false
}

// umasks accepts octal with a leading 0, hexadecimal with 0x and decimal numbers; empty is inherited.
func umasks() parser[*uint32] {
	const all = 0o777
	return parser[*uint32]{"an octal number such as 022", func(value string) (*uint32, outcome) {
		if value == "" {
			return nil, taken
		}
		n, err := strconv.ParseUint(value, 0, 32)
		if err != nil || n > all {
			return nil, refused
		}
		mask := uint32(n)
		return &mask, taken
	}}
}

// timeFormats accepts what strftime makes something else of (smstools spec §8.2).
func timeFormats(empty bool) parser[string] {
	return parser[string]{"a format of strftime with a conversion, such as %Y-%m-%d", func(value string) (string, outcome) {
		if value == "" {
			return "", acceptedIf(empty)
		}
		return value, acceptedIf(smsfile.FormatTime(someTime, value) != value)
	}}
}

// someTime looks like no format.
var someTime = time.Date(2006, time.January, 2, 15, 4, 5, 0, time.UTC)

// alphabets reads the words of the header Alphabet, of which smsd takes two
// kinds here (smstools spec §1.4).
func alphabets() parser[Alphabet] {
	return parser[Alphabet]{"ISO or UTF", func(value string) (Alphabet, outcome) {
		switch smsfile.ParseAlphabet([]byte(value)) {
		case smsfile.ISO:
			return AlphabetISO, taken
		case smsfile.UTF8:
			return AlphabetUTF8, taken
		default:
			return 0, refused
		}
	}}
}

// logTargets makes "" of all ways to say syslog.
func logTargets() parser[string] {
	return parser[string]{"a file, 1 for the standard output, 2 for the standard error or syslog",
		func(value string) (string, outcome) {
			if value == "0" || strings.EqualFold(value, "syslog") {
				return "", taken
			}
			return value, taken
		}}
}

func modes() parser[Mode] {
	return parser[Mode]{"new or old", func(value string) (Mode, outcome) {
		switch strings.ToLower(value) {
		case "new":
			return ModeNew, taken
		case "old":
			return ModeOld, taken
		default:
			return 0, refused
		}
	}}
}

// retriesOrForever accepts a number, or forever as Endless.
func retriesOrForever() parser[int] {
	p := integers(0, maxNumber)
	return parser[int]{p.values + ", or forever", func(value string) (int, outcome) {
		if strings.EqualFold(value, "forever") {
			return Endless, taken
		}
		return p.parse(value)
	}}
}

// languages accepts the numbers and names of the national language shift tables
// (3GPP TS 23.038 §6.2.1.2.4; smstools spec §1.7).
func languages() parser[*uint8] {
	return parser[*uint8]{"a language such as Spanish, or its number from 0 to 13",
		func(value string) (*uint8, outcome) {
			if value == "" {
				return nil, taken
			}
			if l, ok := gsm7.LookupLanguage(value); ok {
				return new(uint8(l)), taken
			}
			n, result := integers(0, int(gsm7.LastLanguage)).parse(value)
			if result == refused {
				return nil, refused
			}
			language := uint8(n)
			return &language, result
		}}
}

// devices accepts a path or @host:port.
func devices() parser[string] {
	return parser[string]{"a path such as /dev/ttyUSB0, or @host:port", func(value string) (string, outcome) {
		host, network := strings.CutPrefix(value, "@")
		if !network {
			return value, taken
		}
		colon := strings.LastIndexByte(host, ':')
		if colon < 1 {
			return "", refused
		}
		port, err := strconv.ParseUint(host[colon+1:], 10, 16)
		return value, acceptedIf(err == nil && port > 0)
	}}
}

func secrets() parser[Secret] {
	return parser[Secret]{"any text", func(value string) (Secret, outcome) { return Secret{value}, taken }}
}

func digits() parser[Secret] {
	return parser[Secret]{"digits alone", func(value string) (Secret, outcome) {
		return Secret{value}, acceptedIf(strings.Trim(value, "0123456789") == "")
	}}
}

// serviceCentres accepts digits, with or without a leading plus, which is left out.
func serviceCentres() parser[Secret] {
	p := digits()
	return parser[Secret]{"the number with its country code, digits alone", func(value string) (Secret, outcome) {
		return p.parse(strings.TrimPrefix(value, "+"))
	}}
}

func secretLists() parser[[]Secret] {
	return parser[[]Secret]{"a list of numbers with commas", func(value string) ([]Secret, outcome) {
		var list []Secret
		for _, item := range items(value) {
			list = append(list, Secret{item})
		}
		return list, taken
	}}
}
