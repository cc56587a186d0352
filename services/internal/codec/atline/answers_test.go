package atline

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// parsed makes a case of a parser: a line and what it means, nil for ErrMalformed.
func check[T any](t *testing.T, name string, parse func(string) (T, error), cases map[string]any) {
	t.Helper()
	for line, want := range cases {
		got, err := parse(line)
		if want == nil {
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("%s(%q) = %+v, %v, want ErrMalformed", name, line, got, err)
			}
			continue
		}
		if diff := cmp.Diff(want, any(got)); diff != "" || err != nil {
			t.Errorf("%s(%q): %v (-want +got):\n%s", name, line, err, diff)
		}
	}
}

func TestParseMessages(t *testing.T) {
	check(t, "ParseCMGL", ParseCMGL, map[string]any{
		"+CMGL: 0,1,,24":               Stored{Index: 0, Status: 1, Length: 24},
		`+CMGL: 12,0,"a,"b",159`:       Stored{Index: 12, Status: 0, Length: 159},
		"+CMGL:3,3,24":                 Stored{Index: 3, Status: 3, Length: 24},
		`+CMGL: 1,"REC UNREAD","+358"`: nil, "+CMGL: 1": nil, "+CMGL: x,1,,24": nil, "+CMGL: -1,1,,24": nil, "": nil, "+CMGR: 0,,24": nil,
	})
	check(t, "ParseCMGR", ParseCMGR, map[string]any{
		"+CMGR: 1,,24": Stored{Index: -1, Status: 1, Length: 24}, "+CMGR: 0,24": Stored{Index: -1, Status: 0, Length: 24},
		"+CMGR: 0,,": nil, "+CMGR: 0": nil, "+CMGR": nil, "": nil,
	})
	check(t, "ParseCMGS", ParseCMGS, map[string]any{
		"+CMGS: 0": 0, "+CMGS:255": 255, `+CMGS: 5,"0001"`: 5, "+CMGS: 256": nil, "+CMGS: -1": nil, "+CMGS:": nil, "OK": nil, "": nil,
	})
	check(t, "ParseSlot", ParseSlot, map[string]any{
		`+CMTI: "SM",3`: Slot{"SM", 3}, `+CDSI: "SR",0`: Slot{"SR", 0}, "+CMTI: SM,3": Slot{"SM", 3},
		`+CMTI: "SM"`: nil, `+CMTI: "SM",x`: nil, `+CMGL: "SM",1`: nil, "": nil,
	})
	check(t, "ParseCPMS", ParseCPMS, map[string]any{
		`+CPMS: "SM",1,20,"SM",1,20,"ME",0,99`: []Memory{{"SM", 1, 20}, {"SM", 1, 20}, {"ME", 0, 99}},
		`+CPMS: "SM",1,20`:                     []Memory{{"SM", 1, 20}},
		"+CPMS: 1,20,1,20":                     []Memory{{"", 1, 20}, {"", 1, 20}},
		`+CPMS: "SM",1,20,"ME",,`:              []Memory{{"SM", 1, 20}},
		`+CPMS: "SM",1`:                        nil, "+CPMS: ": nil, "+CPMS: ,,": nil, `+CPMS: ("SM"),("SM")`: nil, "": nil,
	})
	check(t, "ParseCPMSTest", ParseCPMSTest, map[string]any{
		`+CPMS: ("SM","ME"),("SM")`: [][]string{{"SM", "ME"}, {"SM"}}, `+CPMS: "SM"`: [][]string{{"SM"}}, "+CPMS:": nil, "": nil,
	})
}

func TestParseNetwork(t *testing.T) {
	check(t, "ParseRegistration", ParseRegistration, map[string]any{
		"+CREG: 0,1":                      Cell{Stat: Home},
		"+CREG: 5":                        Cell{Stat: Roaming},
		`+CREG: 2,1,"00C3","0A1B",2`:      Cell{Home, "00C3", "0A1B"},
		`+CREG: 1,"00C3","0A1B"`:          Cell{Home, "00C3", "0A1B"},
		"+CREG: 1,00C3,0A1B":              Cell{Home, "00C3", "0A1B"},
		`+CEREG: 2,7,"00C3","00000A1B",7`: Cell{RoamingSMSOnly, "00C3", "00000A1B"},
		"+CGREG: 0,11":                    Cell{Stat: 11},
		"+CREG:":                          nil,
		`+CREG: "x"`:                      nil,
		"+CSQ: 1,2":                       nil,
		"":                                nil,
	})
	check(t, "ParseCSQ", ParseCSQ, map[string]any{
		"+CSQ: 0,0": Signal{-113, 0}, "+CSQ: 31,7": Signal{-51, 7}, "+CSQ: 20,99": Signal{-73, -1}, "+CSQ: 99,99": Signal{0, -1},
		"+CSQ: 15": Signal{-83, -1}, "+CSQ: 100,0": Signal{-116, 0}, "+CSQ: x": nil, "": nil,
	})
	check(t, "ParseCOPS", ParseCOPS, map[string]any{
		`+COPS: 0,0,"elisa, Fi",7`: Operator{"elisa, Fi", 7}, "+COPS: 0": Operator{"", -1}, `+COPS: 0,2,"24405"`: Operator{"24405", -1},
		`+COPS: 0,0,"x",y`: Operator{"x", -1}, "": nil,
	})
	check(t, "ParseCPIN", ParseCPIN, map[string]any{"+CPIN: READY": "READY", `+CPIN: "SIM PIN"`: "SIM PIN", "+CPIN: sim puk": "SIM PUK", "OK": nil})
	check(t, "ParseCUSD", ParseCUSD, map[string]any{
		`+CUSD: 0,"Balance, 5",15`: Answer{0, "Balance, 5", 15}, "+CUSD: 4": Answer{4, "", -1}, "+CUSD: 1,\"a\nb\",x": Answer{1, "a\nb", -1},
		"+CUSD:": nil, "": nil,
	})
	check(t, "ParseCLIP", ParseCLIP, map[string]any{`+CLIP: "+35840",145,,,,0`: "+35840", `+CLIP: "",128`: "", "": nil})
}

func TestStatRegistered(t *testing.T) {
	for stat := NotSearching; stat <= 12; stat++ {
		want := stat == 1 || stat == 5 || stat == 6 || stat == 7
		if stat.Registered() != want {
			t.Errorf("Stat %d registered is not %v", stat, want)
		}
	}
}

func TestFields(t *testing.T) {
	for values, want := range map[string][]Field{
		"":              {{"", false}},
		"1, 2":          {{"1", false}, {"2", false}},
		`"a,b",,3`:      {{"a,b", true}, {"", false}, {"3", false}},
		`("a","b"),(0)`: {{`("a","b")`, false}, {"(0)", false}},
		`"open`:         {{"open", true}},
		"),(,":          {{")", false}, {"(,", false}},
	} {
		if diff := cmp.Diff(want, Fields(values)); diff != "" {
			t.Errorf("Fields(%q) (-want +got):\n%s", values, diff)
		}
	}
}

func TestName(t *testing.T) {
	for line, want := range map[string]string{
		"+CMGS: 5": "+CMGS", "^RSSI:20": "^RSSI", "*PSUTTZ: 1": "*PSUTTZ", "#MONI: x": "#MONI", "%X: 1": "%X",
		"OK": "", "": "", "+": "", "+:": "", "+A B: 1": "", "CMGS: 5": "", "+CMGS": "", "#1: x": "", "*100#: x": "",
	} {
		if got := Name(line); got != want {
			t.Errorf("Name(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	for value, want := range map[string]string{"SM": `"SM"`, "": `""`, `a"b\`: `"a\22b\5C"`, "\r\x1a": `"\0D\1A"`} {
		if got := Quote(value); got != want {
			t.Errorf("Quote(%q) = %s, want %s", value, got, want)
		}
	}
}

// What Quote makes is one field, and ends no command.
func TestQuoteIsOneField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		fields := Fields(Quote(value) + ",1")
		if len(fields) != 2 || !fields[0].Quoted {
			t.Errorf("Quote(%q) makes the fields %+v", value, fields)
		}
	})
}

func TestIsPDU(t *testing.T) {
	for line, want := range map[string]bool{"0791": true, "aF": true, "079": false, "": false, "0x": false, "OK": false} {
		if IsPDU(line) != want {
			t.Errorf("IsPDU(%q) is not %v", line, want)
		}
	}
}
