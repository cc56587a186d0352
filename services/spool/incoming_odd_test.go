package spool

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// oddEvent is the arrival of a PDU, given in hex.
func oddEvent(t *testing.T, pdu string) *life.Event {
	t.Helper()
	octets, err := hex.DecodeString(strings.ReplaceAll(pdu, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	e := receivedEvent(t, "id", "M1", "", tpdu.Part{})
	e.Kind = life.Received{PDU: octets}
	if mt, err := tpdu.DecodeMT(octets); err == nil && mt.StatusReport != nil && !mt.StatusReport.Truncated {
		e.Kind = life.Report{PDU: octets}
	}
	return e
}

// Fields of PDUs: a service centre, a sender, a time stamp and `Hello world`.
const (
	oddCentre = "07915358010000F0"
	oddSender = "0C91534810111111"
	oddStamp  = "42506070809021"
	oddText   = "0BC8329BFD06DDDF723619"
	oddHead   = "From: 358401111111\nFrom_TOA: 91 international, ISDN/telephone\nFrom_SMSC: 35851000000\nSent: 24-05-06 07:08:09\n"
)

// TestOddPDUs is what smsd does with PDUs that are odd but can be read: the file begins
// as given, has the lines given, and ends as given, without the PDU.
func TestOddPDUs(t *testing.T) {
	t.Parallel()
	const warning = "Warning: "
	for _, c := range []struct{ name, pdu, head, lines, body string }{
		{"reserved bits", "1C" + oddSender + "0000" + oddStamp + oddText, warning + "Unused bits 3 and 4 are used in the first octet of the SMS-DELIVER PDU.\n" + oddHead, "Report: no\nAlphabet: ISO\nLength: 11\n", "Hello world"},
		{"loop prevention", "0C" + oddSender + "0000" + oddStamp + oddText, warning + "Unused bits 3 and 4 are used in the first octet of the SMS-DELIVER PDU.\n" + oddHead, "", "Hello world"},
		{"type 0", "04" + oddSender + "4000" + oddStamp + oddText, oddHead, "Report: no\nReplace: 0\nAlphabet: ISO\n", "Hello world"},
		{"even sender with filler", "04 0491 21F3 0000" + oddStamp + oddText, warning + "Length of numeric sender address is even, but still was terminated with 'F'.\nFrom: 123\n", "", "Hello world"},
		{"odd sender without filler", "04 0391 2143 0000" + oddStamp + oddText, warning + "Length of numeric sender address is odd, but not terminated with 'F'.\nFrom: 123\n", "", "Hello world"},
		{"filler among the digits", "04 0491 F143 0000" + oddStamp + oddText, warning + "Invalid character(s) in sender address.\nFrom: 134\n", "", "Hello world"},
		{"long sender", "04 1591 21436587092143658709F1 0000" + oddStamp + oddText, "From: 123456789012345678901\n", "", "Hello world"},
		{"plan without a word", "04 0B95 2143658709F1 0000" + oddStamp + oddText, "From: 12345678901\nFrom_TOA: 95 international, international\n", "", "Hello world"},
		{"no zone", "04" + oddSender + "0000 425060708090FF" + oddText, oddHead, "", "Hello world"},
		{"no stamp", "04" + oddSender + "0000 00000000000000" + oddText, "From: 358401111111\n", "Sent: 00-00-00 00:00:00\n", "Hello world"},
		{"31st of April", "04" + oddSender + "0000 42401300000000" + oddText, "From: 358401111111\n", "Sent: 24-04-31 00:00:00\n", "Hello world"},
		{"32nd of May", "04" + oddSender + "0000 42502370809021" + oddText, warning + "Invalid values(s) in date of Service Centre Time Stamp.\nFrom: 358401111111\n", "Sent: 24-05-32 07:08:09\n", "Hello world"},
		{"octets behind the end", "04" + oddSender + "0000" + oddStamp + oddText + "00", oddHead, "", "Hello world"},
		{"element cut short", "44" + oddSender + "0004" + oddStamp + "05 03010501 41", oddHead, "UDH-DATA: 03 01 05 01 \nUDH-Type: Length=4, [01]Special SMS Message Indication, ERROR\nLength: 1\n", "A"},
		{"header alone, cut short", "44" + oddSender + "0004" + oddStamp + "02 0170", oddHead, "Alphabet: binary\nUDH-DATA: 01 70 \n", ""},
		{"default shift table", "44" + oddSender + "0000" + oddStamp + "06 03240100 0803", oddHead, "Alphabet: UTF-8\nUDH-DATA: 03 24 01 00 \n", "a"},
		{"longest centre", "", "From: 358401111111\n", "From_SMSC: 1234567890123456789012\n", "Hello world"},
		{"report with flags", "66 05" + oddSender + oddStamp + oddStamp + "00", oddHead, "Report: yes\nAlphabet: ISO\nLength: 117\nUDH: yes\n", "Status: 0,Ok,short message received by the SME"},
		{"report with reserved bit", "16 05" + oddSender + oddStamp + oddStamp + "00", warning + "Unused bits 3 and 4 are used in the first octet of the SMS-DELIVER PDU.\n" + oddHead, "Report: no\n", "SME"},
		{"report with parameters cut short", "06 05" + oddSender + oddStamp + oddStamp + "00 07", oddHead, "", "SME"},
		{"report without discharge", "06 05" + oddSender + oddStamp + "00000000000000" + "00", oddHead, "", "Discharge_timestamp: 00-00-00 00:00:00\nStatus: 0,Ok,short message received by the SME"},
		{"report of a bad day", "06 05" + oddSender + "42502370809021" + oddStamp + "00", warning + "Invalid value(s) in date of SMSC Timestamp.\nFrom: 3", "Sent: 24-05-32 07:08:09\n", "SME"},
		{"report discharged at a bad time", "06 05" + oddSender + oddStamp + "42502399809021" + "00", warning + "Invalid values(s) in Discharge Timestamp.\n" + oddHead, "", "SME"},
		{"report with even recipient", "06 05 0491 21F3" + oddStamp + oddStamp + "00", warning + "Length of numeric recipient address is even, but still was terminated with 'F'.\nFrom: 123\n", "", "SME"},
		{"report with odd recipient", "06 05 0391 2143" + oddStamp + oddStamp + "00", warning + "Length of numeric recipient address is odd, but not terminated with 'F'.\nFrom: 123\n", "", "SME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pdu := oddCentre + c.pdu
			if c.pdu == "" { // the case is about the service centre
				pdu = "0C91 2143658709214365870921 04" + oddSender + "0000" + oddStamp + oddText
			}
			_, _, content := receiveOne(t, nil, oddEvent(t, pdu))
			if !strings.HasPrefix(content, c.head) || !strings.Contains(content, c.lines) || !strings.HasSuffix(content, c.body) || strings.Contains(content, "\nPDU: ") {
				t.Errorf("the file is:\n%s", content)
			}
		})
	}
}

// TestDamagedPDUs keeps the PDU of what smsd cannot read, with what is wrong.
func TestDamagedPDUs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, pdu, head, body string }{
		{"type of sender", oddCentre + "04 0411 2143 0000" + oddStamp + oddText, "Warning: TP-OA at octet 10: type of address without its highest bit\nFrom: 1234\n", "Hello world"},
		{"type of centre", "0411 21436504" + oddSender + "0000" + oddStamp + oddText, "Warning: SMSC at octet 1: type of address without its highest bit\nFrom: 358401111111\n", "Hello world"},
		{"date", oddCentre + "04" + oddSender + "0000 4A506070809021" + oddText, "Warning: TP-SCTS at octet 19: semi-octet that is no digit\nFrom: 358401111111\n", "Hello world"},
		{"compressed, reserved", oddCentre + "04" + oddSender + "002C" + oddStamp + "0141", "Warning: Reserved data coding scheme, compressed; the octets are shown.\nFrom: 358401111111\n", "A"},
		{"report without recipient", oddCentre + "06 05 0091" + oddStamp + oddStamp + "00", "Warning: TP-RA: no recipient.\nFrom: \n", "SME"},
		{"report cut short", oddCentre + "06 05" + oddSender + oddStamp + oddStamp, "Error: Cannot decode PDU, see text part for details.\nFrom: \n", "gave.\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, content := receiveOne(t, nil, oddEvent(t, c.pdu))
			if !strings.HasPrefix(content, c.head) || !strings.HasSuffix(content, c.body) || !strings.Contains(content, "\nPDU: "+strings.ReplaceAll(c.pdu, " ", "")+"\n") {
				t.Errorf("the file is:\n%s", content)
			}
		})
	}
}

// TestHeaderOfDecodedUCS2 shows the user data header of UCS2 that is decoded to ISO,
// and whether there is one beside the place in a message of one part.
func TestHeaderOfDecodedUCS2(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"050003010101":   "Alphabet: ISO\nLength: 2\nUDH: no\n",
		"050003010201":   "Alphabet: ISO\nUDH-DATA: 05 00 03 01 02 01 \nUDH-Type: Length=6, [00]Concatenated short messages, 8-bit reference number\nLength: 2\nUDH: yes\n",
		"0605040B8423F0": "Alphabet: ISO\nUDH-DATA: 06 05 04 0B 84 23 F0 \nUDH-Type: Length=7, [05]Application port addressing scheme, 16 bit address\nLength: 2\nUDH: yes\n",
		"050003010000":   "Alphabet: ISO\nUDH-DATA: 05 00 03 01 00 00 \nUDH-Type: Length=6, [00]Concatenated short messages, 8-bit reference number\nLength: 2\nUDH: yes\n",
	} {
		length := hex.EncodeToString([]byte{byte(len(header)/2 + 4)})
		e := oddEvent(t, oddCentre+"44"+oddSender+"0008"+oddStamp+length+header+"004100A6")
		_, _, content := receiveOne(t, func(c *Config) { c.DecodeUnicodeText, c.InternalCombine = true, false }, e)
		if !strings.Contains(content, want) || !strings.HasSuffix(content, "\n\nA\xA6") {
			t.Errorf("%s gives:\n%s", header, content)
		}
	}
}
