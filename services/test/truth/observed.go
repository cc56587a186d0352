package truth

import (
	"bytes"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// LeftInOutgoing is the outcome of a file that is not taken.
const LeftInOutgoing = "left in outgoing"

// Observed is what a gateway did with one file.
type Observed struct {
	Outcome string
	Reason  string
	PDUs    []string
	Dir     string
	Name    string
	Content string
	Calls   []string
}

// ObservedFile is what a gateway left of a file: its directory, name, content
// and, in that, the reason of a failure.
func ObservedFile(dir, name, content string) Observed {
	o := Observed{Outcome: dir, Dir: dir, Name: WithoutRandom(name), Content: Normalise(content)}
	if _, reason, ok := strings.Cut(content, "Fail_reason: "); ok {
		o.Reason, _, _ = strings.Cut(reason, "\n")
	}
	return o
}

// randomName is a file name made by the gateway.
var randomName = regexp.MustCompile(`\b(GSM1|smsd)\.[A-Z2-7]{6}(\||$)`)

// WithoutRandom replaces the random part of a file name, as the recording did.
func WithoutRandom(name string) string { return randomName.ReplaceAllString(name, "$1.XXXXXX$2") }

// Call makes a line of the event handler comparable with the recorded ones.
func Call(line, dir string) string {
	return WithoutRandom(strings.ReplaceAll(line, dir, "@DIR@"))
}

var (
	times   = regexp.MustCompile(`(?m)^((?:Sent|Failed|Received): ).*$`)
	seconds = regexp.MustCompile(`(?m)^(Sending_time: ).*$`)
	pdus    = regexp.MustCompile(`(?m)^(PDU: )([0-9A-F]+)$`)
)

// Normalise replaces what differs from run to run, as the recording did.
func Normalise(content string) string {
	head, body, found := strings.Cut(content, "\n\n")
	head = times.ReplaceAllString(head, "${1}<TIME>")
	head = seconds.ReplaceAllString(head, "${1}<SECONDS>")
	head = pdus.ReplaceAllStringFunc(head, func(line string) string { return "PDU: " + WithoutReference(line[len("PDU: "):]) })
	if !found {
		return head
	}
	return head + "\n\n" + body
}

// WithoutReference sets the 8-bit concatenation reference of a PDU to 00.
func WithoutReference(pdu string) string {
	octets, err := hex.DecodeString(pdu)
	if err != nil || len(octets) == 0 || int(octets[0])+1 >= len(octets) {
		return pdu
	}
	smsc := int(octets[0]) + 1
	d, err := tpdu.DecodeSubmit(octets[smsc:])
	if err != nil {
		return pdu
	}
	part, ok := tpdu.Concatenation(d.UDH)
	if !ok || part.Wide {
		return pdu
	}
	element := []byte{0x00, 0x03, byte(part.Reference), part.Total, part.Seq}
	i := bytes.Index(octets, element)
	if i < 0 {
		return pdu
	}
	octets[i+2] = 0
	return strings.ToUpper(hex.EncodeToString(octets))
}
