package spool

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// Values of store_received_pdu (smstools spec §2.2).
const (
	storeBadPDUs   = 1
	storeCodedPDUs = 2
	storeAllPDUs   = 3
)

// errNoContent says that a PDU ends before what it is about.
var errNoContent = errors.New("the PDU ends before its content")

// showPDU puts the PDU into the file of a message that could be read, as
// store_received_pdu says.
func (s *Spool) showPDU(file *smsfile.Incoming, d *tpdu.Deliver, k life.Received, damaged bool) {
	coded := alphabetOf(d) != tpdu.AlphabetGSM7
	unreadable := hasOtherCharacters(k.Raw)
	damaged = damaged || unreadable || tpdu.ParseDCS(d.DCS).Reserved
	switch store := s.cfg.StoreReceivedPDU; {
	case store >= storeAllPDUs, store >= storeCodedPDUs && coded, store >= storeBadPDUs && damaged:
		file.PDUs = append(file.PDUs, pduText(k))
	}
	if unreadable {
		file.Warnings = append(file.Warnings, "The modem gave characters that are no hex digits.")
	}
}

// hasOtherCharacters reports whether a notation has characters that are no hex digits,
// beyond white space and what follows the last octet.
func hasOtherCharacters(notation string) bool {
	_, warnings := tpdu.DecodeHex(notation)
	return slices.ContainsFunc(warnings, func(w tpdu.Warning) bool { return w.Text == tpdu.TextHexDigit })
}

// pduText is what the modem gave, digit for digit.
func pduText(k life.Received) string {
	if k.Raw != "" {
		return k.Raw
	}
	return upperHex(k.PDU)
}

func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// undecodable describes a PDU of which nothing could be made. It is shown
// whatever store_received_pdu says: there is nothing else of the message.
func (s *Spool) undecodable(file *smsfile.Incoming, k life.Received, cause error) {
	no := false
	file.Error, file.Alphabet, file.UDH, file.CountCharacters = smsfile.UndecodablePDU, s.textAlphabet(), &no, true
	file.PDUs = []string{pduText(k)}
	var where *tpdu.TypeError
	if errors.As(cause, &where) {
		file.Pos = smsfile.PositionMark(1+2*where.Offset, 2)
	}
	file.Body = fmt.Appendf(nil, "This PDU cannot be decoded: %v.\nThe header PDU holds what the modem gave.\n", cause)
}

// passed are warnings about what smsd passes over, and what makes no difference to
// what is shown of a message: the UDH-Type tells of elements that are cut short.
var passed = map[string]bool{
	tpdu.TextTrailing: true, tpdu.TextAddressLength: true, tpdu.TextZone: true, tpdu.TextDay: true, tpdu.TextLength: true, tpdu.TextElement: true,
}

// field is a field of a TPDU with a text about it.
type field struct{ name, text string }

// stated are the warnings about messages for which smsd has words.
var stated = map[field]string{
	{"TP-MTI", tpdu.TextReservedBit}: smsfile.WarningUnusedBits,
	{"SMSC", tpdu.TextFiller}:        smsfile.WarningSMSCDigits,
	{"TP-OA", tpdu.TextEndFiller}:    smsfile.WarningEvenAddress,
	{"TP-OA", tpdu.TextNoFiller}:     smsfile.WarningOddAddress,
	{"TP-OA", tpdu.TextFiller}:       smsfile.WarningAddressDigits,
	{"TP-SCTS", tpdu.TextDate}:       smsfile.WarningStampDate,
	{"TP-SCTS", tpdu.TextTime}:       smsfile.WarningStampTime,
}

// statedOfReports are those about status reports.
var statedOfReports = map[field]string{
	{"TP-MTI", tpdu.TextReservedBit}: smsfile.WarningUnusedBits,
	{"SMSC", tpdu.TextFiller}:        smsfile.WarningSMSCDigits,
	{"TP-RA", tpdu.TextEndFiller}:    smsfile.WarningEvenRecipient,
	{"TP-RA", tpdu.TextNoFiller}:     smsfile.WarningOddRecipient,
	{"TP-RA", tpdu.TextFiller}:       smsfile.WarningRecipientDigits,
	{"TP-SCTS", tpdu.TextDate}:       smsfile.WarningReportDate,
	{"TP-SCTS", tpdu.TextTime}:       smsfile.WarningReportTime,
	{"TP-DT", tpdu.TextDate}:         smsfile.WarningDischarge,
	{"TP-DT", tpdu.TextTime}:         smsfile.WarningDischarge,
}

// notShown are the fields behind TP-ST of a report, of which no file shows anything.
var notShown = []string{"TP-PI", "TP-PID", "TP-DCS", "TP-UDL", "TP-UDH", "TP-UD"}

// faults is what is wrong with a PDU.
type faults struct {
	// warnings are for the file; odd are those of them that change nothing of the
	// message, for which smsd has words too.
	warnings, odd []string
	// damaged says that something of the message may be missing or wrong, beyond an
	// odd sender or time stamp.
	damaged bool
}

// faultsOf judges what the decoder tolerated.
func faultsOf(mt tpdu.MT) (f faults) {
	words := stated
	if mt.StatusReport != nil {
		words = statedOfReports
	}
	bits := mt.LoopPrevention() // smsd knows no TP-LP
	for _, w := range mt.Warnings {
		if bits && w.Field != "SMSC" {
			f.state(smsfile.WarningUnusedBits)
			bits = false
		}
		text, known := words[field{w.Field, w.Text}]
		switch {
		case known:
			f.state(text)
		case passed[w.Text], mt.StatusReport != nil && slices.Contains(notShown, w.Field):
		default:
			f.damage(w.String())
		}
	}
	if bits {
		f.state(smsfile.WarningUnusedBits)
	}
	return f
}

// state adds what smsd has words for, once.
func (f *faults) state(text string) {
	if !slices.Contains(f.odd, text) {
		f.warnings, f.odd = append(f.warnings, text), append(f.odd, text)
	}
}

// damage adds what is wrong beyond that.
func (f *faults) damage(text string) {
	f.warnings, f.damaged = append(f.warnings, text), true
}

// missing reports whether a PDU ends in or before a field, given all fields up to it.
func missing(mt tpdu.MT, fields ...string) bool {
	return slices.ContainsFunc(mt.Warnings, func(w tpdu.Warning) bool {
		return w.Text == tpdu.TextTruncated && slices.Contains(fields, w.Field)
	})
}

// stamp shows a time stamp as the service centre's own local time, as smsd does; an
// impossible one by its fields.
func (s *Spool) stamp(t tpdu.Timestamp) string {
	if !t.Time.IsZero() {
		return smsfile.FormatTime(t.Time, s.cfg.TimeFormat)
	}
	if f, ok := t.Fields(); ok {
		return smsfile.FormatStamp(f[0], f[1], f[2], f[3], f[4], f[5], s.cfg.TimeFormat)
	}
	o := t.Octets
	pair := func(octet byte) string { return fmt.Sprintf("%X%X", octet&15, octet>>4) }
	return fmt.Sprintf("%s-%s-%s %s:%s:%s", pair(o[0]), pair(o[1]), pair(o[2]), pair(o[3]), pair(o[4]), pair(o[5]))
}
