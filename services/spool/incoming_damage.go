package spool

import (
	"encoding/hex"
	"errors"
	"fmt"
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
	damaged = damaged || k.Raw != "" || tpdu.ParseDCS(d.DCS).Reserved
	switch store := s.cfg.StoreReceivedPDU; {
	case store >= storeAllPDUs, store >= storeCodedPDUs && coded, store >= storeBadPDUs && damaged:
		file.PDUs = append(file.PDUs, pduText(k))
	}
	if k.Raw != "" {
		file.Warnings = append(file.Warnings, "The modem gave characters that are no hex digits.")
	}
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

// harmless are warnings that change nothing of a message.
func harmless(w tpdu.Warning) bool { return w.Text == tpdu.TextTrailing }

// stated are the warnings for which smsd has words, by field and text.
var stated = map[[2]string]string{
	{"TP-OA", tpdu.TextFiller}: smsfile.WarningEvenAddress,
	{"TP-SCTS", tpdu.TextDate}: smsfile.WarningStampDate,
	{"TP-SCTS", tpdu.TextTime}: smsfile.WarningStampTime,
}

func warnings(ws []tpdu.Warning) []string {
	var texts []string
	for _, w := range ws {
		text, known := stated[[2]string{w.Field, w.Text}]
		switch {
		case known:
			texts = append(texts, text)
		case !harmless(w):
			texts = append(texts, w.String())
		}
	}
	return texts
}

// damaged reports whether something of a message may be missing or wrong, beyond
// an odd sender or time stamp.
func damaged(ws []tpdu.Warning) bool {
	for _, w := range ws {
		if _, known := stated[[2]string{w.Field, w.Text}]; !known && !harmless(w) {
			return true
		}
	}
	return false
}

// stamp shows a time stamp as the service centre's own local time, as smsd does;
// an impossible one by its digits.
func (s *Spool) stamp(t tpdu.Timestamp) string {
	if !t.Time.IsZero() {
		return smsfile.FormatTime(t.Time, s.cfg.TimeFormat)
	}
	if t == (tpdu.Timestamp{}) {
		return ""
	}
	o := t.Octets
	pair := func(octet byte) string { return fmt.Sprintf("%X%X", octet&15, octet>>4) }
	return fmt.Sprintf("%s-%s-%s %s:%s:%s", pair(o[0]), pair(o[1]), pair(o[2]), pair(o[3]), pair(o[4]), pair(o[5]))
}
