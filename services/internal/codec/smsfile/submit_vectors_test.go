package smsfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// bodyDivergences are recorded submits whose user data cannot follow from the
// file the way Parse reads it.
var bodyDivergences = map[string]string{
	"dcs-f5":            "the DCS makes the network take the septets for octets",
	"udh-data-nospaces": "smsd reads two digits of every three; here spaces are optional",
}

// TestRecordedSubmits compares what Parse reads with the first PDU that smsd made
// of the same file, as far as one follows from the other without a modem.
func TestRecordedSubmits(t *testing.T) {
	for name, c := range loadCases[outgoingCase](t, "outgoing") {
		if len(c.Submits) == 0 || c.Submits[0].Decoded.DA == "" {
			continue // never sent, or not decodable
		}
		t.Run(name, func(t *testing.T) {
			o, err := Parse(c.Input, c.options(t))
			if err != nil {
				t.Fatal(err)
			}
			if o.TextIsPDU {
				comparePDU(t, &c, o)
				return
			}
			compareAddress(t, &c.Submits[0], o)
			compareOctets(t, &c.Submits[0], o)
			compareFlags(t, &c, o)
			if _, diverges := bodyDivergences[name]; !diverges {
				compareBody(t, &c, o)
			}
		})
	}
}

func comparePDU(t *testing.T, c *outgoingCase, o *Outgoing) {
	t.Helper()
	if got := fmt.Sprintf("%X", o.Body); got != c.Submits[0].PDU {
		t.Errorf("PDU %s, want %s", got, c.Submits[0].PDU)
	}
}

func compareAddress(t *testing.T, s *submit, o *Outgoing) {
	t.Helper()
	if to := strings.TrimPrefix(o.To, "s"); to != s.Decoded.DA {
		t.Errorf("To %q, want %q", to, s.Decoded.DA)
	}
	toa := map[NumberType]string{
		NumberAuto: s.Decoded.DATOA, NumberUnknown: "81", NumberInternational: "91", NumberNational: "A1",
	}[o.ToTOA]
	if toa != s.Decoded.DATOA {
		t.Errorf("type of address %s, want %s", toa, s.Decoded.DATOA)
	}
}

// compareOctets compares TP-VP, TP-MR, TP-PID and TP-DCS.
func compareOctets(t *testing.T, s *submit, o *Outgoing) {
	t.Helper()
	got := fmt.Sprintf("VP %02X MR %d PID %02X", valueOr(o.Validity, 0xFF), valueOr(o.MessageReference, 0), pidOf(o))
	want := fmt.Sprintf("VP %s MR %d PID %s", s.Decoded.VP, s.Decoded.MR, s.Decoded.PID)
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if o.Alphabet == UTF8 {
		return // GSM or UCS2, which the text decides
	}
	if dcs := fmt.Sprintf("%02X", dcsOf(o)); dcs != s.Decoded.DCS {
		t.Errorf("DCS %s, want %s", dcs, s.Decoded.DCS)
	}
}

func valueOr(v *uint8, def uint8) uint8 {
	if v == nil {
		return def
	}
	return *v
}

// pidOf is TP-PID as smstools spec §1.2 gives it for a single part.
func pidOf(o *Outgoing) uint8 {
	switch {
	case o.System == SystemMessage:
		return 0x40
	case o.System == SystemToSIM:
		return 0x7F
	case o.Replace > 0:
		return 0x40 + o.Replace
	case o.Ping:
		return 0x40
	default:
		return 0
	}
}

// dcsOf is TP-DCS as smstools spec §1.2 gives it.
func dcsOf(o *Outgoing) uint8 {
	base := map[Alphabet]uint8{UCS2: 0x08, Binary: 0x04}[o.Alphabet]
	switch {
	case o.System == SystemMessage:
		return 0xF4
	case o.System == SystemToSIM:
		return 0xF6
	case o.DCS != nil:
		return *o.DCS
	case o.Flash:
		return base + 0x10
	case o.Class != nil:
		return base + 0x10 + *o.Class
	default:
		return base
	}
}

func compareFlags(t *testing.T, c *outgoingCase, o *Outgoing) {
	t.Helper()
	d := c.Submits[0].Decoded
	report := o.Ping || isSet(o.Report, c.Config == "report")
	replyPath := isSet(o.ReplyPath, c.Config == "replypath")
	if report != d.SRR || o.RejectDuplicates != d.RD || replyPath != d.RP {
		t.Errorf("report %v, duplicates %v, reply path %v, want %v, %v, %v",
			report, o.RejectDuplicates, replyPath, d.SRR, d.RD, d.RP)
	}
	udh := isSet(o.UDH, o.Alphabet == Binary && o.System == NotSystem) || o.UDHData != nil
	if plain := len(c.Submits) == 1 && o.Language == nil && o.LanguageExt == nil; plain && udh != d.UDHI {
		t.Errorf("UDH %v, want %v", udh, d.UDHI)
	}
}

func isSet(v *bool, def bool) bool {
	if v == nil {
		return def
	}
	return *v
}

// compareBody compares octets, and texts that go in one part and lose nothing.
func compareBody(t *testing.T, c *outgoingCase, o *Outgoing) {
	t.Helper()
	s := c.Submits[0]
	switch {
	case len(c.Submits) != 1 || len(rawNotices(c.File.Base64)) > 0:
	case o.Alphabet == UCS2, o.Alphabet == Binary:
		want := userData(t, s.PDU)
		if got := append(bytes.Clone(o.UDHData), o.Body...); !bytes.Equal(got, want) {
			t.Errorf("data % X, want % X", got, want)
		}
	case isASCII(o.Body) && isASCII([]byte(s.Decoded.Text)):
		if got := textOf(o); !strings.HasPrefix(got, s.Decoded.Text) || len(s.Decoded.Text) < min(len(got), 140) {
			t.Errorf("text %q, want %q", got, s.Decoded.Text)
		}
	}
}

func textOf(o *Outgoing) string {
	text := o.Body
	if o.Trims() {
		text = TrimText(text)
	}
	return strings.NewReplacer("\t", " ", "`", "'").Replace(string(text))
}

func isASCII(s []byte) bool {
	return bytes.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// userData cuts the user data out of an SMS-SUBMIT with relative validity period
// (3GPP TS 23.040 §9.2.2.2) and the service centre in front.
func userData(t *testing.T, pdu string) []byte {
	t.Helper()
	data := octets(t, pdu)
	data = data[1+int(data[0])+2:]
	data = data[2+(int(data[0])+1)/2:]
	return data[4:]
}
