package modem

import (
	"fmt"
	"time"
)

// Error codes (3GPP TS 27.007 §9.2, 3GPP TS 27.005 §3.2.5).
const (
	cmeNotAllowed      = 3
	cmeNotSupported    = 4
	cmeNoSIM           = 10
	cmePINRequired     = 11
	cmePUKRequired     = 12
	cmeSIMFailure      = 13
	cmeIncorrect       = 16
	cmeNotFound        = 22
	cmeMemoryFull      = 20
	cmeInvalidIndex    = 21
	cmeNoService       = 30
	cmeInvalidArgument = 50

	cmsCongestion      = 42
	cmsNotSupported    = 303
	cmsInvalidPDU      = 304
	cmsNoSIM           = 310
	cmsPINRequired     = 311
	cmsSIMFailure      = 313
	cmsPUKRequired     = 316
	cmsBusy            = 314
	cmsInvalidIndex    = 321
	cmsMemoryFull      = 322
	cmsNoService       = 331
	cmsNoCNMAExpected  = 340
	cmsMemoryFailure   = 320
	cmsInvalidArgument = 302
)

// outcome is the kind of a final result.
type outcome uint8

const (
	// outcomeText is the result's text, for example "OK".
	outcomeText outcome = iota
	// outcomeCME and outcomeCMS are numbered errors.
	outcomeCME
	outcomeCMS
	// outcomeNone answers nothing.
	outcomeNone
	// outcomePrompt asks for a PDU.
	outcomePrompt
)

// result is what a command comes to.
type result struct {
	outcome outcome
	text    string
	code    int
	// raw says that text is a rule's reply, to be framed but not translated.
	raw bool
	// wait is how long the command takes.
	wait time.Duration
	// entry is what outcomePrompt asks for.
	entry *entry
	// then is work with a PDU at hand, to be done without Modem.mu.
	then *entry
	// drop says that the connection ends after the answer.
	drop bool
}

func ok() result               { return result{text: "OK"} }
func final(text string) result { return result{text: text} }
func cme(code int) result      { return result{outcome: outcomeCME, code: code} }
func cms(code int) result      { return result{outcome: outcomeCMS, code: code} }

// isOK says whether the rest of the command line is carried out.
func (r result) isOK() bool { return r.outcome == outcomeText && r.text == "OK" && !r.raw }

// line returns the final result as the settings want it.
func (s *settings) line(r result) string {
	switch r.outcome {
	case outcomeCME:
		return s.errorLine("+CME ERROR: ", r.code, cmeText(r.code))
	case outcomeCMS:
		// AT+CMEE does not take +CMS ERROR away (3GPP TS 27.005 §3.2.5).
		if s.cmee != 2 {
			return fmt.Sprintf("+CMS ERROR: %d", r.code)
		}
		return s.errorLine("+CMS ERROR: ", r.code, cmsText(r.code))
	}
	return r.text
}

func (s *settings) errorLine(prefix string, code int, text string) string {
	switch {
	case s.cmee == 1 || s.cmee == 2 && text == "":
		return fmt.Sprint(prefix, code)
	case s.cmee == 2:
		return prefix + text
	}
	return "ERROR"
}

// final appends the framed final result to an answer (ITU-T V.250 §5.7.1).
func (s *settings) appendFinal(answer []byte, r result) []byte {
	if s.quiet && !r.raw || r.outcome == outcomeNone {
		return answer
	}
	line := s.line(r)
	if code, known := numericResult(line); known && !s.verbose && !r.raw {
		return append(answer, code...)
	}
	return append(answer, s.frame(line)...)
}

// numericResult returns the short form of a result code (ITU-T V.250 §5.7.1).
func numericResult(line string) (string, bool) {
	switch line {
	case "OK":
		return "0\r", true
	case "CONNECT":
		return "1\r", true
	case "RING":
		return "2\r", true
	case "NO CARRIER":
		return "3\r", true
	case "ERROR":
		return "4\r", true
	case "NO DIALTONE":
		return "6\r", true
	case "BUSY":
		return "7\r", true
	case "NO ANSWER":
		return "8\r", true
	}
	return "", false
}

func cmeText(code int) string {
	switch code {
	case cmeNotAllowed:
		return "operation not allowed"
	case cmeNotSupported:
		return "operation not supported"
	case cmeNoSIM:
		return "SIM not inserted"
	case cmePINRequired:
		return "SIM PIN required"
	case cmePUKRequired:
		return "SIM PUK required"
	case cmeSIMFailure:
		return "SIM failure"
	case cmeIncorrect:
		return "incorrect password"
	case cmeMemoryFull:
		return "memory full"
	case cmeInvalidIndex:
		return "invalid index"
	case cmeNotFound:
		return "not found"
	case cmeNoService:
		return "no network service"
	case cmeInvalidArgument:
		return "incorrect parameters"
	}
	return ""
}

func cmsText(code int) string {
	switch code {
	case cmsCongestion:
		return "Congestion"
	case cmsInvalidArgument:
		return "operation not allowed"
	case cmsNotSupported:
		return "operation not supported"
	case cmsInvalidPDU:
		return "invalid PDU mode parameter"
	case cmsNoSIM:
		return "SIM not inserted"
	case cmsPINRequired:
		return "SIM PIN required"
	case cmsSIMFailure:
		return "SIM failure"
	case cmsBusy:
		return "SIM busy"
	case cmsPUKRequired:
		return "SIM PUK required"
	case cmsMemoryFailure:
		return "memory failure"
	case cmsInvalidIndex:
		return "invalid memory index"
	case cmsMemoryFull:
		return "memory full"
	case cmsNoService:
		return "no network service"
	case cmsNoCNMAExpected:
		return "no +CNMA acknowledgement expected"
	}
	return ""
}
