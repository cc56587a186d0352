package atline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		line, command string
		want          Kind
	}{
		{`+CMTI: "SM",3`, "", StoredMessage},
		{`+CMTI: "SM",3`, "AT+CMTI", StoredMessage},
		{`+CDSI: "SR",3`, "AT+CMGS=20", StoredReport},
		{"+CMT: ,24", "", DirectMessage},
		{`+CMT: "a,b",24`, "AT+CMGL=4", DirectMessage},
		{"+CMT: 24", "", DirectMessage},
		{`+CMT: "+358","","22/01/01,00:00:00+08"`, "", TextMessage},
		{"+CDS: 25", "AT+CMGS=20", DirectReport},
		{`+CDS: 6,36,"+358",145`, "", TextMessage},
		{"+CBM: 88", "", DirectBroadcast}, {"+CBM: 1,50,0,1,1", "", TextMessage},
		{`+CMT: "",,24`, "", DirectMessage}, {"+CDS: ,25", "", DirectReport}, {"+cmt:,24", "", DirectMessage}, {"+CMT:", "", Noise},
		{`+cmti: "SM", 3`, "AT", StoredMessage}, {`+CMTI : "SM",3`, "AT", StoredMessage}, {"+creg: 0,1", "AT+CREG?", Solicited},
		{"RING", "", Ring}, {"+CRING: VOICE", "AT", Ring},
		{`+CLIP: "+35840",145`, "AT", CallerID},
		{`+CLIP: "",128`, "", CallerID},
		{"+CLIP: 1,1", "AT+CLIP?", Solicited},
		{"+CREG: 1", "", Registration},
		{"+CREG: 0,1", "AT+CREG?", Solicited},
		{"+CREG: 2", "AT+CREG?", Registration},
		{`+CREG: 1,"00C3","0A1B"`, "AT+CREG?", Registration},
		{"+CREG: 1,00C3,0A1B", "AT+CREG?", Registration},
		{`+CREG: 2,1,"00C3","0A1B"`, "AT+CREG?", Solicited},
		{"+CREG: 0,1", "AT+CMGS=20", Registration},
		{"+CGREG: 0,1", "AT+CREG?", Registration},
		{`+CEREG: 1`, "", Registration},
		{`+CUSD: 0,"x",15`, "AT+CUSD=1,\"*100#\",15", USSD},
		{"+CUSD: 0", "AT+CUSD?", Solicited},
		{"+CPIN: READY", "", Ready},
		{"+CPIN: SIM PIN", "", Noise},
		{"+CPIN: READY", "AT+CPIN?", Solicited},
		{"SMS Ready", "AT", Ready}, {"SMS DONE", "", Ready}, {"Call Ready", "AT", Ready}, {"RDY", "", Ready}, {"^SYSSTART", "AT", Ready}, {"APP RDY", "", Ready}, {"PB DONE", "", Noise},
		{"^RSSI:20", "AT+CSQ", Noise}, {"^SYSINFO:2,3,0,5,1", "AT^SYSINFO", Solicited},
		{"*PSUTTZ: 22,1,1,0,0,0,\"+8\",0", "AT", Noise}, {"DST: 0", "AT", Noise},
		{"+ZUSIMR:2", "AT+CMGS=1", Noise}, {"+UUSORD: 1", "AT", Noise}, {"+WIND: 4", "AT", Noise},
		{"+CIEV: 2,3", "AT+CIND?", Noise},
		{"+CMGS: 5", "AT+CMGS=20", Solicited}, {"+CMGL: 1,0,,24", "AT+CMGL=4", Solicited},
		{"OK", "AT", Solicited}, {"244051234567890", "AT+CIMI", Solicited}, {"#1: balance", "AT+X", Solicited},
		{"+GCAP: +CGSM", "ATI", Solicited}, {"", "", Solicited}, {"+", "", Solicited}, {"^:", "", Solicited},
		{"UNDER-VOLTAGE WARNNING", "AT", Noise},
	} {
		if got := Classify(c.line, c.command); got != c.want {
			t.Errorf("Classify(%q, %q) = %d, want %d", c.line, c.command, got, c.want)
		}
	}
}

func TestAssembler(t *testing.T) {
	type result struct {
		Answers []string
		Notices []Notice
	}
	for name, c := range map[string]struct {
		command string
		lines   []string
		want    result
	}{
		"direct message": {"", []string{"+CMT: ,24", "0791AB"},
			result{nil, []Notice{{DirectMessage, "+CMT: ,24", "0791AB"}}}},
		"report within a list": {"AT+CMGL=4", []string{"+CMGL: 1,1,,2", "+CDS: 25", "0001", "0002", "OK"},
			result{[]string{"+CMGL: 1,1,,2", "0002", "OK"}, []Notice{{DirectReport, "+CDS: 25", "0001"}}}},
		"PDU missing": {"AT", []string{"+CMT: ,24", "OK"},
			result{[]string{"OK"}, []Notice{{Noise, "+CMT: ,24", ""}}}},
		"PDU missing, then another": {"AT", []string{"+CMT: ,24", "+CDS: 25", "0001"},
			result{nil, []Notice{{Noise, "+CMT: ,24", ""}, {DirectReport, "+CDS: 25", "0001"}}}},
		"another indication before the PDU": {"AT+CSQ", []string{"+CMT: ,24", "RING", `+CMTI: "SM",1`, "NO CARRIER", "0791AB", "OK"},
			result{[]string{"OK"}, []Notice{{Ring, "RING", ""}, {StoredMessage, `+CMTI: "SM",1`, ""}, {CallEnd, "NO CARRIER", ""}, {DirectMessage, "+CMT: ,24", "0791AB"}}}},
		"message in text mode": {"AT+CSQ", []string{`+CMT: "+358","","22/01/01,00:00:00+08"`, "Secret", "+CSQ: 20,99", "OK"},
			result{[]string{"+CSQ: 20,99", "OK"}, []Notice{{TextMessage, `+CMT: "+358","","22/01/01,00:00:00+08"`, ""}}}},
		"message in text mode without its text": {"AT+CSQ", []string{`+CMT: "+358","","22/01/01,00:00:00+08"`, "OK"},
			result{[]string{"OK"}, []Notice{{TextMessage, `+CMT: "+358","","22/01/01,00:00:00+08"`, ""}}}},
		"report in text mode": {"AT+CSQ", []string{`+CDS: 6,36,"+358",145,"22/01/01","22/01/01",0`, "+CSQ: 20,99", "OK"},
			result{[]string{"+CSQ: 20,99", "OK"}, []Notice{{TextMessage, `+CDS: 6,36,"+358",145,"22/01/01","22/01/01",0`, ""}}}},
		"USSD that says ok": {"AT+CUSD=1", []string{`+CUSD: 1,"Menu`, "Ok", `Busy",15`, "OK"},
			result{[]string{"OK"}, []Notice{{USSD, "+CUSD: 1,\"Menu\nOk\nBusy\",15", ""}}}},
		"odd digits": {"AT", []string{"+CMT: ,24", "079"},
			result{[]string{"079"}, []Notice{{Noise, "+CMT: ,24", ""}}}},
		"USSD in lines": {"AT+CUSD=1", []string{`+CUSD: 1,"Menu`, "1. Balance", `2. Top-up",15`, "OK"},
			result{[]string{"OK"}, []Notice{{USSD, "+CUSD: 1,\"Menu\n1. Balance\n2. Top-up\",15", ""}}}},
		"USSD cut by a result": {"AT+CUSD=1", []string{`+CUSD: 1,"Menu`, "1. Balance", "OK"},
			result{[]string{"OK"}, []Notice{{USSD, "+CUSD: 1,\"Menu\n1. Balance", ""}}}},
		"USSD cut by an indication": {"", []string{`+CUSD: 1,"Menu`, `+CMTI: "SM",1`},
			result{nil, []Notice{{USSD, `+CUSD: 1,"Menu`, ""}, {StoredMessage, `+CMTI: "SM",1`, ""}}}},
		"call ends amid a command":  {"AT+CSQ", []string{"NO CARRIER", "OK"}, result{[]string{"OK"}, []Notice{{CallEnd, "NO CARRIER", ""}}}},
		"call command ends":         {"ATD123;", []string{"NO CARRIER"}, result{[]string{"NO CARRIER"}, nil}},
		"hanging up":                {"AT+CHUP", []string{"NO CARRIER"}, result{[]string{"NO CARRIER"}, nil}},
		"call ends while idle":      {"", []string{"BUSY"}, result{nil, []Notice{{CallEnd, "BUSY", ""}}}},
		"two indications in a row":  {"", []string{"RING", "RING"}, result{nil, []Notice{{Ring, "RING", ""}, {Ring, "RING", ""}}}},
		"answer of the own command": {"AT+CREG?", []string{"+CREG: 0,1", "OK"}, result{[]string{"+CREG: 0,1", "OK"}, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			var a Assembler
			var got result
			for _, line := range c.lines {
				var answer bool
				if answer, got.Notices = a.Add(line, c.command, got.Notices); answer {
					got.Answers = append(got.Answers, line)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || a.Waiting() {
				t.Errorf("waiting %v (-want +got):\n%s", a.Waiting(), diff)
			}
		})
	}
}

// A USSD text whose quote never closes swallows no more than its bound.
func TestAssemblerBoundsUSSD(t *testing.T) {
	var a Assembler
	var notices []Notice
	_, notices = a.Add(`+CUSD: 0,"x`, "AT+X", notices)
	taken := 0
	for range 2 * maxJoined {
		var answer bool
		if answer, notices = a.Add("line", "AT+X", notices); !answer {
			taken++
		}
	}
	if taken != maxJoined-1 || len(notices) != 1 || strings.Count(notices[0].Line, "\n") != taken {
		t.Errorf("%d lines taken, %d notices", taken, len(notices))
	}
}
