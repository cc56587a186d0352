package smsfile

import (
	"fmt"
	"time"
)

// MissedCall is a call that nobody answered (smstools spec §2.7). Printing it in
// any way shows no number.
type MissedCall struct {
	// From is the caller's number without plus; FromTOA is what TOAText gives.
	From, FromTOA string
	// Name is the name that the modem's phone book has for the caller.
	Name string
	// Station is the modem that was called; its Description is not shown.
	Station
	// Received is shown in its own zone in the form of TimeFormat (empty: DefaultTimeFormat).
	Received   time.Time
	TimeFormat string
}

// Words of a missed call; a Locale may translate them.
const (
	callMissed = "missed"
	callText   = "CALL MISSED"
)

// Format prints what it is, never the number, under every verb.
func (c MissedCall) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, "smsfile.MissedCall{}") }

// AppendTo appends the file to dst, with names and words of the locale.
func (c *MissedCall) AppendTo(dst []byte, locale *Locale) []byte {
	h := append(make([]Header, 0, 10), Header{"From", c.From})
	h = appendGiven(h, "From_TOA", c.FromTOA)
	h = appendGiven(h, "Name", c.Name)
	h = append(h, Header{"Subject", c.Modem})
	h = appendGiven(h, "Modem", c.Modem)
	h = appendGiven(h, "Number", c.Number)
	h = c.appendIdentities(h)
	h = append(h, Header{"Call_type", locale.phrase(callMissed)})
	h = append(h, Header{"Received", FormatTime(c.Received, c.TimeFormat)})
	dst = appendHeaders(dst, locale, h)
	dst = append(dst, locale.phrase(callText)...)
	return append(dst, '\n')
}
