package smsfile

import (
	"strconv"
	"strings"
	"time"
)

// Header is one header of a message file, its name without colon.
type Header struct {
	Name, Value string
}

// Rewrite returns a message file with the result headers of an earlier attempt
// removed and the added ones put before the line that ends the header section,
// or at the end where there is none (smstools spec §3). Names in added are
// English; locale says how they are written and which names are removed besides
// the English ones. The body stays octet for octet; a byte order mark goes.
//
// Where the last line of a file without body has no line end, one is added, so
// that the new headers are lines of their own; smsd glues the first one to it
// (smstools spec §1.1 rule 12).
func Rewrite(data []byte, added []Header, locale *Locale) []byte {
	return edit(data, added, locale, func(out, line []byte) []byte {
		if isResult(locale, line) {
			return out
		}
		return append(out, line...)
	})
}

// Insert is Rewrite without removal: for what is learned later about a file in
// sent, such as Received (smstools spec §9), and for OriginalFilename.
func Insert(data []byte, added []Header, locale *Locale) []byte {
	return edit(data, added, locale, func(out, line []byte) []byte { return append(out, line...) })
}

// Rename returns a message file with another name for every header called from,
// its value unchanged; the names are English or localised as they stand in the
// file. It serves Alternate_to, which becomes Old-Alternate_to when the alternate
// was tried (smstools spec §9).
func Rename(data []byte, from, to string) []byte {
	return edit(data, nil, nil, func(out, line []byte) []byte {
		if name, _ := splitLine(line); name != nil && string(name) == from {
			out = append(out, to...)
			line = line[len(from):]
		}
		return append(out, line...)
	})
}

// edit passes every line of the header section through keep, which appends what
// stays of it, adds headers behind the last one, and copies the rest.
func edit(data []byte, added []Header, locale *Locale, keep func(out, line []byte) []byte) []byte {
	out := make([]byte, 0, len(data)+headersSize(added)+1)
	rest := stripBOM(data)
	for len(rest) > 0 {
		line, behind := cutLine(rest)
		if isSeparator(line) {
			break
		}
		out, rest = keep(out, line), behind
	}
	if len(added) > 0 && len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, '\n')
	}
	for _, h := range added {
		out = appendHeader(out, locale, h.Name, h.Value)
	}
	return append(out, rest...)
}

// isResult reports whether a line is a header that an earlier attempt left.
func isResult(locale *Locale, line []byte) bool {
	name, _ := splitLine(line)
	if name == nil {
		return false
	}
	switch string(locale.english(name)) {
	case "Fail_reason", "Failed", "IMSI", "IMEI", "Modem", "Number", "Sent",
		"Sending_time", "Message_id", "Result", "PDU", "NOTICE":
		return true
	default:
		return false
	}
}

// headersSize is the room that headers need.
func headersSize(headers []Header) int {
	size := 0
	for _, h := range headers {
		size += len(h.Name) + len(h.Value) + len(": \n")
	}
	return size
}

// appendHeader appends one header line, in the words of the locale; a value can
// never break out of its line.
func appendHeader(dst []byte, locale *Locale, name, value string) []byte {
	name = locale.printed(name)
	if name == "" {
		return dst
	}
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	dst = append(dst, oneLine(value)...)
	return append(dst, '\n')
}

// appendGiven appends a header when it has a value.
func appendGiven(headers []Header, name, value string) []Header {
	if value == "" {
		return headers
	}
	return append(headers, Header{name, value})
}

// appendIdentity appends IMSI or IMEI, unless the modem gave none or an error
// (smstools spec §2.2 rows 13 and 14).
func appendIdentity(headers []Header, name, value string) []Header {
	if strings.Contains(value, "ERROR") {
		return headers
	}
	return appendGiven(headers, name, value)
}

// Redirect returns a message file that is for another number, as the example script of
// smsd makes it for an alternate (smstools spec §9): without result headers, and with
// the recipients that are left after this one, each with its wait.
func Redirect(data []byte, to string, left []string, after []time.Duration) []byte {
	var headers []Header
	if len(left) > 0 {
		var waits []string
		for _, d := range after {
			waits = append(waits, strconv.FormatInt(int64(d/time.Second), 10)+" s")
		}
		headers = []Header{{"Alternate_to", strings.Join(left, ", ")}, {"Alternate_after", strings.Join(waits, ", ")}}
	}
	return edit(data, headers, nil, func(out, line []byte) []byte {
		name, _ := splitLine(line)
		switch string(name) {
		case "To":
			return appendHeader(out, nil, "To", to)
		case "To_TOA", "Send", "Alternate_to", "Alternate_after", "Old-Alternate_to", "Received":
			return out
		}
		if isResult(nil, line) {
			return out
		}
		return append(out, line...)
	})
}
