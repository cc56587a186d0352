package modem

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// said is a conversation, with "->" and "<-" in front.
var said = []string{
	"-> AT", "<- OK", "-> AT+CPIN=\"1234\"", "<- +CPIN: READY", "<- OK", "-> AT+CGSN", "<- 490154203237518", "<- OK",
	"-> AT+CREG?", "<- +CREG: 0,5", "<- OK", "-> AT+CSQ", "<- +CSQ: 20,99", "<- OK",
	"-> AT+CSCA=\"+358501234567\"", "<- OK",
	"-> AT+CMGS=23", "<- >", "-> 0011000C915348103254760000FF0AE8329BFD4697D9EC37", "<- ^RSSI:20", "<- +CMGS: 7", "<- OK",
	"-> AT+CMGS=23", "<- >", "-> 0011000C915348103254760000FF0AE8329BFD4697D9EC37", "<- +CMS ERROR: 38 (Network out of order)",
	"<- +CMTI: \"SM\",3", "-> AT+CMGR=3", "<- +CMGR: 0,,26", "<- 07915348010000F0040A9153480000100000621101020304000", "<- OK",
	"-> AT+CUSD=1,\"*101#12345678\",15", "<- OK", "<- +CUSD: 0,\"Your balance is 12.50\",15",
	"-> AT+CPBR=1", "<- +CPBR: 1,\"+358401234567\",145,\"Anna Virtanen\"", "<- OK",
	"-> AT+CMGF=1", "<- OK", "-> AT+CMGR=1", "<- +CMGR: \"REC READ\",\"+358401234567\",,\"26/11/24\"", "<- see you at eight", "<- OK",
	"<- RING", "<- +CLIP: \"+358401234567\",145", "-> ATD+358401234567;", "<- NO CARRIER", "-> secret", "<- COMMAND NOT SUPPORT",
}

func transcript() []string {
	at := time.Date(2026, 11, 24, 10, 54, 34, 0, time.UTC)
	t := &Transcript{Modem: "GSM1", Now: func() time.Time { at = at.Add(7 * time.Millisecond); return at }}
	lines := make([]string, len(said))
	for i, line := range said {
		dir := In
		if line[:2] == Out.String() {
			dir = Out
		}
		lines[i] = t.Line(dir, line[3:])
	}
	return lines
}

func TestTranscript(t *testing.T) {
	got := transcript()
	shown := make([]string, len(got))
	for i, line := range got {
		text, ok := strings.CutPrefix(line, "2026-11-24 10:54:34.")
		if !ok || len(text) < 9 || text[4:8] != "GSM1" {
			t.Fatalf("line %q", line)
		}
		text, meaning, _ := strings.Cut(text[9:], " # ")
		shown[i] = strings.TrimRight(text, " ") + " # " + meaning
	}
	want := []string{
		"-> AT # are you there?", "<- OK # done", "-> AT+CPIN=**** # state of the SIM and its PIN",
		"<- +CPIN: READY # state of the SIM and its PIN", "<- OK # done", "-> AT+CGSN # IMEI", "<- 4901****18 # ", "<- OK # done",
		"-> AT+CREG? # registration, circuit switched?", "<- +CREG: 0,5 # registered, roaming", "<- OK # done", "-> AT+CSQ # signal",
		"<- +CSQ: 20,99 # -73 dBm", "<- OK # done", "-> AT+CSCA=\"3585****67\" # service centre", "<- OK # done",
		"-> AT+CMGS=23 # send a message of 23 octets", "<- > # ready for the PDU", "-> [PDU, 24 octets] # the message",
		"<- ^RSSI:20 # Huawei: signal (unasked)", "<- +CMGS: 7 # accepted by the network, reference 7", "<- OK # done",
		"-> AT+CMGS=23 # send a message of 23 octets", "<- > # ready for the PDU", "-> [PDU, 24 octets] # the message",
		"<- +CMS ERROR: 38 (Network out of order) # refused: Network out of order; whose trouble: temporary",
		"<- +CMTI: \"SM\",3 # a message came, and is stored (unasked)", "-> AT+CMGR=3 # read a message",
		"<- +CMGR: 0,,26 # a message; its PDU follows", "<- [text, 51 octets] # ", "<- OK # done",
		"-> AT+CUSD=1,**** # USSD", "<- OK # done", "<- +CUSD: 0,**** # USSD (unasked)",
		"-> AT+CPBR=1 # read the phone book", "<- +CPBR: 1,\"3584****67\",145,\"****\" # read the phone book", "<- OK # done",
		"-> AT+CMGF=1 # message format, 0 is PDU mode", "<- OK # done", "-> AT+CMGR=1 # read a message",
		"<- +CMGR: \"****\",\"3584****67\",,\"****\" # a message; its PDU follows", "<- [text, 16 octets] # ", "<- OK # done",
		"<- RING # somebody calls", "<- +CLIP: \"3584****67\",145 # number of a caller (unasked)", "-> ATD****; # dial",
		"<- NO CARRIER # the call ended", "-> [text, 6 octets] # ", "<- COMMAND NOT SUPPORT # the modem does not know this command",
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
	for _, secret := range []string{"1234", "0154203", "0E8329BFD", "5348103254", "12.50", "*101#", "Anna", "0123456", "eight", "secret"} {
		if text := strings.Join(got, "\n"); strings.Contains(text, secret) {
			t.Errorf("the transcript tells %q", secret)
		}
	}
}

func TestRedactLine(t *testing.T) {
	for line, want := range map[string]string{
		`+CNUM: "Own","+358401234567",145`: `+CNUM: "****","3584****67",145`,
		`AT+CPIN="1234";+CREG?`:            `AT+CPIN=****;+CREG?`,
		`AT+CPMS="SM","ME","SM"`:           `AT+CPMS="SM","ME","SM"`,
		`AT+CUSD=1,"*100#",15`:             `AT+CUSD=1,****`,
		`+CCID: 8935805012345678901`:       `+CCID: 8935****01`,
		`+CREG: 2,1,"00C3","0000A1B2"`:     `+CREG: 2,1,"00C3","0000A1B2"`,
	} {
		if got := RedactLine(line); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// FuzzTranscript lets a modem say anything: the transcript stays one line that
// can be shown on a terminal, and tells no long run of digits, which a number or
// a PDU would be.
func FuzzTranscript(f *testing.F) {
	for _, line := range said {
		f.Add(line[:2] == "->", line[3:], "AT+CREG?")
	}
	f.Add(false, "+CUSD: 0,\"\x1b[2Jx\",15", "AT+CUSD=1")
	f.Add(false, "+CMGL: 1,1,\"Anna\",23", "AT+CMGL=4")
	f.Add(true, "AT+CMGS?=;D", ">")
	f.Add(true, `AT+CMGS="+358401234567"`, "AT")
	f.Add(true, "AT+CMGS=358401234567", "AT")
	f.Add(false, "+CREG: 358401234567", "AT")
	f.Add(false, "+CMGS: 358401234567", "AT")
	f.Fuzz(func(t *testing.T, out bool, line, before string) {
		tr := &Transcript{Modem: "GSM1", Now: func() time.Time { return time.Time{} }}
		tr.Line(Out, before)
		dir := In
		if out {
			dir = Out
		}
		text := tr.Line(dir, line)
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7F }) {
			t.Errorf("%q is not to be shown", text)
		}
		shown, meaning, _ := strings.Cut(strings.TrimPrefix(text, "0001-01-01 00:00:00.000 GSM1"), " # ")
		if digits.MatchString(shown) || digits.MatchString(meaning) {
			t.Errorf("%q tells a number", text)
		}
	})
}
