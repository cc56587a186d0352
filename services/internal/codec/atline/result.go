package atline

import (
	"strconv"
	"strings"
)

// Code is a kind of final result code (ITU-T V.250 §5.7.1).
type Code uint8

// Kinds of final result codes.
const (
	// NotFinal: the line does not end a command.
	NotFinal Code = iota
	OK
	// Error is ERROR, or another refusal that says no more than that.
	Error
	// CMEError is +CME ERROR (3GPP TS 27.007 §9.2).
	CMEError
	// CMSError is +CMS ERROR (3GPP TS 27.005 §3.2.5).
	CMSError
	// NotSupported is what Huawei and others say instead of ERROR.
	NotSupported
	NoCarrier
	NoDialtone
	Busy
	NoAnswer
	Connect
)

// Result is a final result code.
type Result struct {
	Code Code
	// Number is the number of a CMEError or CMSError; -1 when there is none.
	Number int
	// Text is what the modem said, with the meaning of a bare number added in
	// parentheses: "+CMS ERROR: 38 (Network out of order)".
	Text string
	// Numeric marks a terse code (ATV0): the modem should be told ATV1.
	Numeric bool
}

// IsCall reports whether the code is about a call. It ends ATD and the like;
// during any other command it is unsolicited (3GPP TS 27.007 §6.1: the other side hung up).
func (r Result) IsCall() bool { return r.Code >= NoCarrier && r.Code <= Connect }

// Class says whose trouble an error is; Unknown for anything but an error.
func (r Result) Class() Class {
	switch r.Code {
	case CMEError:
		return CMEClass(r.Number)
	case CMSError:
		return CMSClass(r.Number)
	case NotSupported:
		return Modem
	default:
		return Unknown
	}
}

var words = map[string]Code{
	"OK": OK, "ERROR": Error, "ABORTED": Error,
	"COMMAND NOT SUPPORT": NotSupported, "COMMAND NOT SUPPORTED": NotSupported,
	"NOT SUPPORTED": NotSupported, "NOT SUPPORT": NotSupported, "INVALID COMMAND": NotSupported,
	"TOO MANY PARAMETERS": NotSupported,
	"NO CARRIER":          NoCarrier, "NO DIALTONE": NoDialtone, "NO DIAL TONE": NoDialtone,
	"BUSY": Busy, "NO ANSWER": NoAnswer, "CONNECT": Connect, "DELAYED": Busy,
}

// longestWord is the length of the longest of words.
const longestWord = 32

// ParseResult recognises a final result code in its verbose form. Case and blanks do
// not matter: modems differ in both.
func ParseResult(line string) (Result, bool) {
	if len(line) <= longestWord {
		if code, ok := words[strings.ToUpper(line)]; ok {
			return Result{Code: code, Number: -1, Text: strings.ToUpper(line)}, true
		}
	}
	switch {
	case hasPrefixFold(line, cmsError):
		return numbered(CMSError, cmsError+": ", afterColon(line, cmsError), cms), true
	case hasPrefixFold(line, cmeError):
		return numbered(CMEError, cmeError+": ", afterColon(line, cmeError), cme), true
	case hasPrefixFold(line, "ERROR:"), hasPrefixFold(line, "+EXT ERROR:"):
		return Result{Code: Error, Number: -1, Text: line}, true
	case hasPrefixFold(line, "CONNECT "):
		return Result{Code: Connect, Number: -1, Text: line}, true
	}
	return Result{}, false
}

const cmsError, cmeError = "+CMS ERROR", "+CME ERROR"

// afterColon returns what follows a prefix; some modems leave out the colon.
func afterColon(line, prefix string) string {
	return strings.TrimPrefix(strings.TrimSpace(line[len(prefix):]), ":")
}

// ParseNumeric recognises a final result code in its terse form (ITU-T V.250
// §6.2.6, ATV0). A lone digit may also be an information line, so this is only
// for a modem that is not known to be verbose.
func ParseNumeric(line string) (Result, bool) {
	if len(line) != 1 {
		return Result{}, false
	}
	code := NotFinal
	switch line[0] {
	case '0':
		code = OK
	case '1':
		code = Connect
	case '3':
		code = NoCarrier
	case '4':
		code = Error
	case '6':
		code = NoDialtone
	case '7':
		code = Busy
	case '8':
		code = NoAnswer
	}
	return Result{Code: code, Number: -1, Text: numericText(code), Numeric: true}, code != NotFinal
}

func numericText(code Code) string {
	switch code {
	case OK:
		return "OK"
	case Error:
		return "ERROR"
	case NoCarrier:
		return "NO CARRIER"
	case NoDialtone:
		return "NO DIALTONE"
	case Busy:
		return "BUSY"
	case NoAnswer:
		return "NO ANSWER"
	case Connect:
		return "CONNECT"
	default:
		return ""
	}
}

// maxNumber bounds error numbers; manufacturers use some thousands.
const maxNumber = 65535

// numbered understands "n", "n (text)" and, as under AT+CMEE=2, "text".
func numbered(code Code, prefix, rest string, table map[int]entry) Result {
	rest = strings.TrimSpace(rest)
	digits := rest
	if i := strings.IndexAny(rest, " ("); i > 0 {
		digits = rest[:i]
	}
	number, err := strconv.Atoi(digits)
	if err != nil || number < 0 || number > maxNumber {
		return Result{Code: code, Number: numberOf(table, rest), Text: prefix + rest}
	}
	text := prefix + rest
	if e := table[number]; e.text != "" && digits == rest {
		text += " (" + e.text + ")"
	}
	return Result{Code: code, Number: number, Text: text}
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// fold makes texts comparable: modems differ in case and in "(U)SIM".
func fold(text string) string {
	return strings.ReplaceAll(strings.ToLower(text), "(u)sim", "sim")
}
