package smstools

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// outgoingCase is a recorded case of what the real smsd did with a file.
type outgoingCase struct {
	Name        string          `json:"name"`
	Config      string          `json:"config"`
	Input       string          `json:"input_base64"`
	DropAs      string          `json:"drop_as"`
	DropAsHex   string          `json:"drop_as_hex"`
	Rules       json.RawMessage `json:"modem_rules"`
	Options     modemOptions    `json:"modem_options"`
	Outcome     string          `json:"outcome"`
	FailReason  string          `json:"fail_reason"`
	Submits     []submit        `json:"submits"`
	File        *recordedFile   `json:"file"`
	EventCalls  []string        `json:"eventhandler"`
	inputOctets []byte
}

type modemOptions struct {
	AnyLength bool `json:"any_length"`
}

type submit struct {
	PDU           string `json:"pdu"`
	RefNormalised bool   `json:"ref_normalised"`
}

type recordedFile struct {
	Dir    string `json:"dir"`
	Name   string `json:"name"`
	Base64 string `json:"base64"`
}

func loadOutgoing(t *testing.T) []*outgoingCase {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(gateway.Shared(t), "vectors/smstools/outgoing/*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded cases beside the repository: %v", err)
	}
	var cases []*outgoingCase
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := &outgoingCase{}
		if err := json.Unmarshal(data, c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if c.inputOctets, err = base64.StdEncoding.DecodeString(c.Input); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		cases = append(cases, c)
	}
	return cases
}

// name is the name under which the file is dropped.
func (c *outgoingCase) name(t *testing.T) string {
	t.Helper()
	switch {
	case c.DropAsHex != "":
		return unhex(t, c.DropAsHex)
	case c.DropAs != "":
		return c.DropAs
	default:
		return c.Name
	}
}

func unhex(t *testing.T, digits string) string {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (c *outgoingCase) rules(t *testing.T) []sim.Rule {
	t.Helper()
	recorded := []byte(c.Rules)
	if d := divergences[c.Name]; d.rules != "" {
		recorded = []byte(d.rules)
	}
	if len(recorded) == 0 {
		return nil
	}
	rules, err := sim.ParseRules(recorded)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// input is the file with its placeholder replaced.
func (c *outgoingCase) input(include string) []byte {
	return bytes.ReplaceAll(c.inputOctets, []byte("@INCLUDE@"), []byte(include))
}

func (f *recordedFile) content(t *testing.T) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(f.Base64)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	times   = regexp.MustCompile(`(?m)^((?:Sent|Failed|Received): ).*$`)
	seconds = regexp.MustCompile(`(?m)^(Sending_time: ).*$`)
	pdus    = regexp.MustCompile(`(?m)^(PDU: )([0-9A-F]+)$`)
)

// normalise replaces what differs from run to run, as the recording did.
func normalise(content string) string {
	head, body, found := strings.Cut(content, "\n\n")
	head = times.ReplaceAllString(head, "${1}<TIME>")
	head = seconds.ReplaceAllString(head, "${1}<SECONDS>")
	head = pdus.ReplaceAllStringFunc(head, func(line string) string { return "PDU: " + withoutReference(line[len("PDU: "):]) })
	if !found {
		return head
	}
	return head + "\n\n" + body
}

// withoutReference sets the 8-bit concatenation reference of a PDU to 00.
func withoutReference(pdu string) string {
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
