package cli

import (
	"fmt"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// Bits of TP-PI (3GPP TS 23.040 §9.2.3.27).
const (
	piPID       byte = 0x01
	piDCS       byte = 0x02
	piUserData  byte = 0x04
	piExtension byte = 0x80
)

// explain writes down all fields of the PDU.
func (r *reading) explain() []field {
	s := &sheet{octets: r.octets}
	if r.smsc != nil {
		s.smsc(*r.smsc)
	}
	switch {
	case r.deliver != nil:
		s.deliver(r.deliver)
	case r.submit != nil:
		s.submit(r.submit)
	default:
		s.report(r.report)
	}
	if u := r.userData(); u.there {
		s.userData(u)
	}
	if rest := len(r.octets) - s.pos; rest > 0 {
		s.add("(rest)", rest, octetCount(rest)+" that belong to no field")
	}
	for _, w := range r.warnings {
		s.attach(w)
	}
	return s.fields
}

func octetCount(n int) string { return plural(n, "octet") }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// smsc explains the service centre address (3GPP TS 24.011 §8.2.5.1).
func (s *sheet) smsc(a tpdu.Address) {
	n := int(s.next())
	if n == 0 {
		s.add("SMSC length", 1, "none; the modem uses the service centre of the SIM")
		return
	}
	s.add("SMSC length", 1, octetCount(n)+" follow")
	s.add("SMSC type", 1, typeOfAddress(a.TOA))
	s.add("SMSC", n-1, numberText(a))
}

// typeOfAddress is the type of number and the numbering plan.
func typeOfAddress(toa byte) string {
	_, text, _ := strings.Cut(smsfile.TOAText(toa), " ")
	return text
}

// numberText is an address as people write it.
func numberText(a tpdu.Address) string {
	const typeOfNumber, international = 0x70, 0x10
	switch {
	case a.IsAlphanumeric():
		return quote(bareNumber(a))
	case a.Digits == "":
		return "empty"
	case a.TOA&typeOfNumber == international:
		return "+" + a.Digits
	}
	return a.Digits
}

// address explains an address field (3GPP TS 23.040 §9.1.2.5).
func (s *sheet) address(name string, a tpdu.Address) {
	semiOctets := int(s.next())
	count := plural(semiOctets, "digit")
	if a.IsAlphanumeric() {
		count = plural(semiOctets, "semi-octet") + ", " + plural(len(a.Septets), "character")
	}
	s.add(name+" length", 1, count)
	s.add(name+" type", 1, typeOfAddress(a.TOA))
	s.add(name, (semiOctets+1)/2, numberText(a))
}

// deliver explains an SMS-DELIVER up to its user data (3GPP TS 23.040 §9.2.2.1).
func (s *sheet) deliver(d *tpdu.Deliver) {
	s.add("first octet", 1, "SMS-DELIVER: a message from the network")
	s.bits(0x03, "TP-MTI", "SMS-DELIVER, in this direction")
	s.moreMessages()
	s.unused(0x10)
	s.flag(0x20, "TP-SRI", "the sender gets a status report", "the sender gets no status report")
	s.header()
	s.replyPath()
	s.address("TP-OA", d.OA)
	s.add("TP-PID", 1, protocol(d.PID))
	s.add("TP-DCS", 1, coding(d.DCS))
	s.timestamp("TP-SCTS", d.SCTS)
}

// submit explains an SMS-SUBMIT up to its user data (3GPP TS 23.040 §9.2.2.2).
func (s *sheet) submit(d *tpdu.DecodedSubmit) {
	s.add("first octet", 1, "SMS-SUBMIT: a message to the network")
	s.bits(0x03, "TP-MTI", "SMS-SUBMIT, in this direction")
	s.flag(0x04, "TP-RD", "reject it if it is there already", "accept duplicates")
	s.bits(0x18, "TP-VPF", validityFormat(d.Validity.Format))
	s.flag(0x20, "TP-SRR", "a status report is asked for", "no status report is asked for")
	s.header()
	s.replyPath()
	s.add("TP-MR", 1, fmt.Sprintf("reference %d; modems put their own in its place", d.MR))
	s.address("TP-DA", d.DA)
	s.add("TP-PID", 1, protocol(d.PID))
	s.add("TP-DCS", 1, coding(d.DCS))
	s.validity(d.Validity)
}

// report explains an SMS-STATUS-REPORT up to its user data (3GPP TS 23.040 §9.2.2.3).
func (s *sheet) report(r *tpdu.StatusReport) {
	s.add("first octet", 1, "SMS-STATUS-REPORT: what became of a message")
	s.bits(0x03, "TP-MTI", "SMS-STATUS-REPORT, in this direction")
	s.moreMessages()
	s.unused(0x10)
	s.flag(0x20, "TP-SRQ", "it answers an SMS-COMMAND", "it answers an SMS-SUBMIT")
	s.header()
	s.unused(0x80)
	s.add("TP-MR", 1, fmt.Sprintf("reference %d, which the modem gave with +CMGS: %d", r.MR, r.MR))
	s.address("TP-RA", r.RA)
	s.timestamp("TP-SCTS", r.SCTS)
	s.timestamp("TP-DT", r.DT)
	s.add("TP-ST", 1, statusText(r.ST))
	if r.HasPI {
		s.parameters(r)
	}
}

// parameters explains TP-PI and what it announces.
func (s *sheet) parameters(r *tpdu.StatusReport) {
	s.add("TP-PI", 1, "which of the last fields are there")
	s.flag(piPID, "TP-PI 0", "TP-PID follows", "no TP-PID")
	s.flag(piDCS, "TP-PI 1", "TP-DCS follows", "no TP-DCS; the GSM alphabet")
	s.flag(piUserData, "TP-PI 2", "TP-UDL and TP-UD follow", "no user data")
	s.flag(piExtension, "TP-PI 7", "another octet of TP-PI follows", "no other octet of TP-PI")
	for more := r.PI; more&piExtension != 0 && s.pos < len(s.octets); {
		more = s.next()
		s.add("TP-PI", 1, "no meaning is defined")
	}
	if r.PI&piPID != 0 {
		s.add("TP-PID", 1, protocol(r.PID))
	}
	if r.PI&piDCS != 0 {
		s.add("TP-DCS", 1, coding(r.DCS))
	}
}

func (s *sheet) moreMessages() {
	s.flag(0x04, "TP-MMS", "no more messages wait for this mobile", "more messages wait for this mobile")
	s.flag(0x08, "TP-LP", "forwarded or spawned; not to be forwarded again", "neither forwarded nor spawned")
}

func (s *sheet) unused(mask byte) { s.flag(mask, "unused", "set, though it has no meaning", "") }

func (s *sheet) header() {
	s.flag(0x40, "TP-UDHI", "the user data begins with a header", "no user data header")
}

func (s *sheet) replyPath() {
	s.flag(0x80, "TP-RP", "a reply may take the same service centre", "no reply path")
}
