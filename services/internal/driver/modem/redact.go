package modem

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Dir is the direction of a traced line.
type Dir uint8

// Directions.
const (
	// In is from the modem.
	In Dir = iota + 1
	// Out is to the modem.
	Out
)

// String returns "<-" for In and "->" for Out.
func (d Dir) String() string {
	if d == Out {
		return "->"
	}
	return "<-"
}

// Secret is a string that does not show itself when printed or marshalled.
type Secret string

// Format prints asterisks under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("****")) }

// MarshalText writes asterisks.
func (s Secret) MarshalText() ([]byte, error) { return []byte("****"), nil }

// PDU is a PDU in hex, as it came from the modem: service centre address, then
// TPDU. It may be damaged. Printing or marshalling it shows its length alone.
type PDU string

// Format prints the length under every verb.
func (p PDU) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.summary())) }

// MarshalText writes the length.
func (p PDU) MarshalText() ([]byte, error) { return []byte(p.summary()), nil }

func (p PDU) summary() string { return fmt.Sprintf("[%d octets]", len(p)/2) }

var (
	hexRun   = regexp.MustCompile(`[0-9A-Fa-f]{20,}`)
	password = regexp.MustCompile(`(?i)(\+CPIN2?=|\+CLCK=|\+CPWD=)[^;]*`)
	ussdText = regexp.MustCompile(`(?is)(\+CUSD: *\d+ *, *).*`)
	dialled  = regexp.MustCompile(`(?i)^(ATD)[^;]*`)
	number   = regexp.MustCompile(`"\+?[0-9*#]{5,}"`)
)

// RedactPDU takes out of a traced line what must not be kept: PDUs, PINs, USSD
// texts and the middle of phone numbers. Names, codes and indices stay.
func RedactPDU(line string) string {
	line = password.ReplaceAllString(line, "${1}****")
	line = ussdText.ReplaceAllString(line, "${1}****")
	line = dialled.ReplaceAllString(line, "${1}****")
	line = hexRun.ReplaceAllStringFunc(line, func(hex string) string { return PDU(hex).summary() })
	return number.ReplaceAllStringFunc(line, func(quoted string) string {
		return `"` + message.Mask(strings.Trim(quoted, `"+`)) + `"`
	})
}

// private are names whose lines hold names of people and numbers between quotes.
var private = []string{
	"+CPBR", "+CPBF", "+CPBW", "+CMGL", "+CMGR", "+CMGW", "+CMT", "+CDS", "+CLIP", "+COLP", "+CNUM", "+CNAP", "+CCWA", "+CSCA", "+CLCC",
	"+CMGS", "+CRC", "+CDIP",
}

var (
	quotes = regexp.MustCompile(`"[^"]*"`)
	digits = regexp.MustCompile(`\+?[0-9]{7,}`)
	codes  = regexp.MustCompile(`(?i)(AT\+CUSD=\d+ *, *)[^;]*`)
)

// RedactLine is RedactPDU for what is kept for longer, or shown to others: all
// numbers of seven digits and more, names in phone books, and USSD codes, which
// may be vouchers, are gone too.
func RedactLine(line string) string {
	line = RedactPDU(codes.ReplaceAllString(line, "${1}****"))
	if isPrivate(line) {
		line = quotes.ReplaceAllStringFunc(line, redactQuoted)
	}
	return digits.ReplaceAllStringFunc(line, func(number string) string {
		return message.Mask(strings.TrimPrefix(number, "+"))
	})
}

func isPrivate(line string) bool {
	line = strings.ToUpper(line)
	for _, name := range private {
		if strings.HasPrefix(strings.TrimPrefix(line, "AT"), name) {
			return true
		}
	}
	return false
}

// redactQuoted leaves what is masked already, empty, or a memory's name.
func redactQuoted(quoted string) string {
	text := strings.Trim(quoted, `"`)
	if len(text) <= 2 || strings.Contains(text, "****") {
		return quoted
	}
	if strings.Trim(text, "+0123456789*#") == "" {
		return `"` + message.Mask(strings.TrimPrefix(text, "+")) + `"`
	}
	return `"****"`
}

// commandName returns what an error may tell of a command: its first name,
// never its parameters.
func commandName(command string) string {
	end := strings.IndexAny(command, `=?;"`)
	if end < 0 {
		end = len(command)
	}
	if len(command) > 2 && strings.EqualFold(command[:3], "ATD") {
		end = 3
	}
	return command[:end]
}
