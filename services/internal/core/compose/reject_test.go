package compose_test

import (
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestRejections(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	voicecall, anyType, anyAlphabet := golden(message.Latin, "hi"), golden(message.Latin, "hi"), golden(9, "hi")
	voicecall.Kind = message.Voicecall
	anyType.NumberType = 4
	none := message.Options{Split: new(message.SplitNone)}
	header := func(udh string) message.Options { return message.Options{UDH: []byte(udh)} }
	for _, c := range []struct {
		name       string
		submission *message.Submission
		want       string
	}{
		{"no recipient", to("", golden(message.Latin, "hi")), compose.ReasonNoDestination},
		{"short mark alone", to("s", golden(message.Latin, "hi")), compose.ReasonNoDestination},
		{"21 digits", to(strings.Repeat("1", 21), golden(message.Latin, "hi")), compose.ReasonLongDestination},
		{"letters", to("12x3", golden(message.Latin, "hi")), compose.ReasonDestination},
		{"second short mark", to("ss1", golden(message.Latin, "hi")), compose.ReasonDestination},
		{"plus", to("+49111", golden(message.Latin, "hi")), compose.ReasonDestination},
		{"number type", anyType, compose.ReasonNumberType},
		{"alphabet", anyAlphabet, compose.ReasonAlphabet},
		{"voice call", voicecall, compose.ReasonVoicecall},
		{"language", with(message.Options{Language: new(uint8(14))}, golden(message.UTF8, "hi")), compose.ReasonLanguage},
		{"single shift language", with(message.Options{LanguageExt: new(uint8(14))}, golden(message.Latin, "hi")), compose.ReasonLanguage},
		{"language without UTF-8", with(message.Options{Language: new(turkish)}, golden(message.Latin, "\xFF")), compose.ReasonShiftTables},
		{"no text", golden(message.Latin, ""), compose.ReasonNoText},
		{"nothing left of the text", golden(message.Latin, "日本"), compose.ReasonNoText},
		{"no UCS2", golden(message.UCS2, ""), compose.ReasonNoText},
		{"no data", golden(message.Binary, ""), compose.ReasonNoData},
		{"body of 39017 octets", golden(message.Latin, x(39017)), compose.ReasonTooLongBody},
		{"256 parts", golden(message.Latin, x(255*153+1)), compose.ReasonTooLongText},
		{"256 plain parts of UCS2", with(message.Options{Split: new(message.SplitPlain)}, golden(message.UCS2, x(255*140+2))), compose.ReasonTooLongText},
		{"256 numbered parts", with(message.Options{Split: new(message.SplitNumbered)}, golden(message.Latin, x(255*152+1))), compose.ReasonTooLongText},
		{"256 parts of data", golden(message.Binary, "\x00"+x(255*134)), compose.ReasonTooLongText},
		{"one part only", with(none, golden(message.Latin, x(161))), compose.ReasonTextSingle},
		{"one part of UCS2 only", with(none, golden(message.UCS2, x(142))), compose.ReasonTextSingle},
		{"one part of data only", with(none, golden(message.Binary, x(141))), compose.ReasonTooLongSingle},
		{"ping of data", with(message.Options{Ping: true}, golden(message.Binary, x(141))), compose.ReasonTooLongSingle},
		{"header beside full text", with(header(wapHeader), golden(message.Latin, x(153))), compose.ReasonTextWithUDH},
		{"header of lies", with(header("\x07\x05\x04\x0B\x84\x23\xF0"), golden(message.Latin, "hi")), compose.ReasonUDHLength},
		{"header longer than a message", with(header("\xC7"+x(199)), golden(message.Latin, "hi")), compose.ReasonTextWithUDH},
		{"header of data longer than a part", golden(message.Binary, "\x86"+x(200)), compose.ReasonUDHLength},
		{"header of data from 128 on (W22)", golden(message.Binary, "\xFF"+x(200)), compose.ReasonUDHLength},
		{"system message", with(message.Options{System: message.SystemMessage}, golden(message.Binary, x(141))), compose.ReasonTooLongSystem},
		{"system message of text", with(message.Options{System: message.SystemMessage}, golden(message.Latin, x(141))), compose.ReasonTooLongSystem},
		{"system message and header", with(message.Options{System: message.SystemToSIM, UDH: []byte(wapHeader)}, golden(message.Binary, x(134))), compose.ReasonTooLongSystem},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			m, err := compose.Compose(c.submission, &set)
			wantReason(t, err, c.want)
			if m != nil {
				t.Errorf("got a message of %d parts as well", len(m.Parts))
			}
		})
	}
}

func TestInvalidSMSC(t *testing.T) {
	for _, smsc := range []string{"12x", "abc", "1*", strings.Repeat("1", 21)} {
		set := compose.DefaultSettings()
		set.SMSC, set.SMSCInPDU = smsc, true
		_, err := compose.Compose(golden(message.Latin, "hi"), &set)
		wantReason(t, err, compose.ReasonSMSC)
	}
}

// TestLargest sends what is just not refused.
func TestLargest(t *testing.T) {
	for body, alphabet := range map[string]message.Alphabet{
		strings.Repeat("x", 255*153):              message.Latin,
		strings.Repeat("x", 255*134):              message.UCS2,
		"\x85" + strings.Repeat("x", 133+254*134): message.Binary,
	} {
		set := compose.DefaultSettings()
		if m := mustCompose(t, golden(alphabet, body), &set); len(m.Parts) != 255 {
			t.Errorf("%v has %d parts, want 255", alphabet, len(m.Parts))
		}
	}
}

func ready(octets, key string) *message.Submission {
	s := golden(message.Latin, octets)
	s.Kind, s.Options.PDUKey = message.PDU, key
	return s
}

func TestReady(t *testing.T) {
	const pdu = "\x31\x00\x05\x91\x94\x11\xF1\x00\x00\xFF\x02\xE8\x34"
	for _, c := range []struct {
		name   string
		octets string
		key    string
		set    string
		reason string
	}{
		{"right", pdu, "4711", "4711", ""},
		{"no validity", "\x01\x00\x05\x91\x94\x11\xF1\x00\x00\x02\xE8\x34", "4711", "4711", ""},
		{"absolute validity", "\x19\x00\x05\x91\x94\x11\xF1\x00\x04\x62\x11\x02\x21\x51\x02\x00\x01a", "4711", "4711", ""},
		{"header of its own", "\x51\x00\x05\x91\x94\x11\xF1\x00\x04\xFF\x03\x02\x70\x00", "4711", "4711", ""},
		{"wrong key", pdu, "4712", "4711", compose.ReasonPDUKey},
		{"no key", pdu, "", "4711", compose.ReasonPDUKey},
		{"nothing to unlock", pdu, "", "", compose.ReasonPDUKey},
		{"empty", "", "4711", "4711", compose.ReasonPDU},
		{"service centre alone", "\x07\x91\x53\x48\x00\x00\x00\xF0", "4711", "4711", compose.ReasonPDU},
		{"service centre longer than everything", "\x0B\x91", "4711", "4711", compose.ReasonPDU},
		{"service centre of twelve octets", "\x0C" + strings.Repeat("\x91", 12) + pdu, "4711", "4711", compose.ReasonPDU},
		{"SMS-COMMAND", "\x02" + pdu[1:], "4711", "4711", compose.ReasonPDU},
		{"cut", pdu[:len(pdu)-1], "4711", "4711", compose.ReasonPDU},
		{"cut in the number", pdu[:6], "4711", "4711", compose.ReasonPDU},
		{"too long", pdu + "x", "4711", "4711", compose.ReasonPDU},
		{"too much user data", "\x01\x00\x02\x91\x21\x00\x04\x8D" + strings.Repeat("x", 141), "4711", "4711", compose.ReasonPDU},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			set.PDUKey = c.set
			m, err := compose.Compose(ready(c.octets, c.key), &set)
			if c.reason != "" {
				wantReason(t, err, c.reason)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p := m.Parts[0]; string(p.TPDU) != c.octets || string(p.SMSC) != "\x00" || p.Length() != len(c.octets) {
				t.Errorf("got %s, length %d", p.Hex(), p.Length())
			}
			if want := c.octets[0]&0x20 != 0; m.Report != want {
				t.Errorf("report is %v, want %v", m.Report, want)
			}
		})
	}
}

// TestReadySMSC: the service centre of a ready PDU needs no setting, and is not
// that of the modem.
func TestReadySMSC(t *testing.T) {
	set := compose.DefaultSettings()
	set.PDUKey, set.SMSC, set.SMSCInPDU = "4711", "491722270000", true
	s := ready("\x01\x00\x05\x91\x94\x11\xF1\x00\x00\x02\xE8\x34", "4711")
	if got := hexOf(mustCompose(t, s, &set))[0]; got != "00010005919411F1000002E834" {
		t.Errorf("got %s", got)
	}
	s.Options.SMSC = message.NewAddress("35840000000")
	if got := hexOf(mustCompose(t, s, &set))[0]; got != "07915348000000F0010005919411F1000002E834" {
		t.Errorf("got %s", got)
	}
	for octets, want := range map[string]string{
		"\x00\x01\x00\x05\x91\x94\x11\xF1\x00\x00\x02\xE8\x34":             "07915348000000F0010005919411F1000002E834",
		"\x03\x81\x21\xF3\x01\x00\x05\x91\x94\x11\xF1\x00\x00\x02\xE8\x34": "038121F3010005919411F1000002E834",
	} {
		s.Body = message.NewBody([]byte(octets))
		if p := mustCompose(t, s, &set).Parts[0]; p.Hex() != want || p.Length() != 12 {
			t.Errorf("got %s with length %d, want %s", p.Hex(), p.Length(), want)
		}
	}
	elsewhere := compose.DefaultSettings()
	elsewhere.PDUKey, elsewhere.SMSC = "4711", "491722270000"
	s.Body = message.NewBody([]byte("\x01\x00\x05\x91\x94\x11\xF1\x00\x00\x02\xE8\x34"))
	if p := mustCompose(t, s, &elsewhere).Parts[0]; p.Hex() != "00010005919411F1000002E834" {
		t.Errorf("got %s where the service centre has no place in PDUs", p.Hex())
	}
	s.Options.SMSC = message.NewAddress("x")
	s.Body = message.NewBody([]byte("\x01\x00\x05\x91\x94\x11\xF1\x00\x00\x02\xE8\x34"))
	_, err := compose.Compose(s, &set)
	wantReason(t, err, compose.ReasonSMSC)
}
