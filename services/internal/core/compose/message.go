package compose

import "github.com/viesti-sms/viesti/services/internal/codec/tpdu"

// Message is what a modem has to send for a submission.
type Message struct {
	// Parts are to be sent in this order; there is at least one.
	Parts []Part
	// Notices are the values of the NOTICE headers: characters that were left
	// out or that made UCS2 necessary. They quote the text as it came, octet for
	// octet, and so must not reach a log line.
	Notices []string
	// Report says that a status report is asked for (TP-SRR).
	Report bool
	// Alphabet is the form of the user data (smstools store_sent_pdu).
	Alphabet tpdu.Alphabet
}

// Part is one TPDU with what stands before it in AT+CMGS (3GPP TS 27.005 §4.3).
type Part struct {
	// SMSC is the service centre address: one zero octet for the one of the SIM.
	SMSC []byte
	// TPDU is the SMS-SUBMIT (3GPP TS 23.040 §9.2.2.2).
	TPDU []byte
}

// Length returns the argument of AT+CMGS: the octets of the TPDU without the
// service centre, which smsd counts too (3GPP TS 27.005 §4.3; smstools W37).
func (p Part) Length() int { return len(p.TPDU) }

// Hex returns the PDU for AT+CMGS, the service centre included, in upper case.
func (p Part) Hex() string {
	hex := make([]byte, 0, 2*(len(p.SMSC)+len(p.TPDU)))
	return string(appendHex(appendHex(hex, p.SMSC), p.TPDU))
}

func appendHex(dst, octets []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, o := range octets {
		dst = append(dst, digits[o>>4], digits[o&0xF])
	}
	return dst
}

// Greatest sizes in octets: of a service centre address, and of an SMS-SUBMIT
// with a relative validity period, with some to spare for packing.
const (
	maxSMSC = 12
	maxTPDU = 176
)

// single is a message of one part in one piece of memory.
type single struct {
	message Message
	parts   [1]Part
	octets  [maxSMSC + maxTPDU]byte
}

// newMessage returns a message with room for its parts, and for their octets.
func newMessage(parts int) (m *Message, room []byte) {
	if parts == 1 {
		s := &single{}
		s.message.Parts = s.parts[:0]
		return &s.message, s.octets[:0]
	}
	m = &Message{Parts: make([]Part, 0, parts)}
	return m, make([]byte, 0, maxSMSC+parts*maxTPDU)
}
