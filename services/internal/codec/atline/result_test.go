package atline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseResult(t *testing.T) {
	for line, want := range map[string]Result{
		"OK":                        {Code: OK, Number: -1, Text: "OK"},
		"ERROR":                     {Code: Error, Number: -1, Text: "ERROR"},
		"ERROR: 3":                  {Code: Error, Number: -1, Text: "ERROR: 3"},
		"ABORTED":                   {Code: Error, Number: -1, Text: "ABORTED"},
		"+EXT ERROR: 4":             {Code: Error, Number: -1, Text: "+EXT ERROR: 4"},
		"COMMAND NOT SUPPORT":       {Code: NotSupported, Number: -1, Text: "COMMAND NOT SUPPORT"},
		"TOO MANY PARAMETERS":       {Code: NotSupported, Number: -1, Text: "TOO MANY PARAMETERS"},
		"NO CARRIER":                {Code: NoCarrier, Number: -1, Text: "NO CARRIER"},
		"BUSY":                      {Code: Busy, Number: -1, Text: "BUSY"},
		"NO ANSWER":                 {Code: NoAnswer, Number: -1, Text: "NO ANSWER"},
		"NO DIALTONE":               {Code: NoDialtone, Number: -1, Text: "NO DIALTONE"},
		"CONNECT 9600":              {Code: Connect, Number: -1, Text: "CONNECT 9600"},
		"+CMS ERROR: 38":            {Code: CMSError, Number: 38, Text: "+CMS ERROR: 38 (Network out of order)"},
		"+CMS ERROR:38":             {Code: CMSError, Number: 38, Text: "+CMS ERROR: 38 (Network out of order)"},
		"+cms error: 42":            {Code: CMSError, Number: 42, Text: "+CMS ERROR: 42 (Congestion)"},
		"+CMS ERROR: 304":           {Code: CMSError, Number: 304, Text: "+CMS ERROR: 304 (Invalid PDU mode parameter)"},
		"+CMS ERROR: 512":           {Code: CMSError, Number: 512, Text: "+CMS ERROR: 512"},
		"+CMS ERROR: 38 (x)":        {Code: CMSError, Number: 38, Text: "+CMS ERROR: 38 (x)"},
		"+CMS ERROR: (U)SIM busy":   {Code: CMSError, Number: 314, Text: "+CMS ERROR: (U)SIM busy"},
		"+CMS ERROR: no idea":       {Code: CMSError, Number: -1, Text: "+CMS ERROR: no idea"},
		"+CMS ERROR:":               {Code: CMSError, Number: -1, Text: "+CMS ERROR: "},
		"+CMS ERROR 38":             {Code: CMSError, Number: 38, Text: "+CMS ERROR: 38 (Network out of order)"},
		"+CMS ERROR : 38":           {Code: CMSError, Number: 38, Text: "+CMS ERROR: 38 (Network out of order)"},
		"ok":                        {Code: OK, Number: -1, Text: "OK"},
		"No Carrier":                {Code: NoCarrier, Number: -1, Text: "NO CARRIER"},
		"Command not supported":     {Code: NotSupported, Number: -1, Text: "COMMAND NOT SUPPORTED"},
		"+CME ERROR: 14":            {Code: CMEError, Number: 14, Text: "+CME ERROR: 14 (SIM busy)"},
		"+CME ERROR: SIM busy":      {Code: CMEError, Number: 14, Text: "+CME ERROR: SIM busy"},
		"+CME ERROR: -5":            {Code: CMEError, Number: -1, Text: "+CME ERROR: -5"},
		"+CME ERROR: 9999999999999": {Code: CMEError, Number: -1, Text: "+CME ERROR: 9999999999999"},
	} {
		got, ok := ParseResult(line)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("ParseResult(%q) = %v (-want +got):\n%s", line, ok, diff)
		}
	}
	for _, line := range []string{"", "0", "OKAY", "+CMGS: 5", "+CMS: ERROR", "ERRORS", "RING", "CONNECTED"} {
		if r, ok := ParseResult(line); ok {
			t.Errorf("ParseResult(%q) = %+v, want nothing", line, r)
		}
	}
}

func TestParseNumeric(t *testing.T) {
	for line, want := range map[string]string{
		"0": "OK", "1": "CONNECT", "3": "NO CARRIER", "4": "ERROR", "6": "NO DIALTONE", "7": "BUSY", "8": "NO ANSWER",
		"2": "", "5": "", "9": "", "00": "", "": "", "x": "",
	} {
		r, ok := ParseNumeric(line)
		if r.Text != want || ok != (want != "") {
			t.Errorf("ParseNumeric(%q) = %+v, %v, want %q", line, r, ok, want)
		}
	}
}

func TestResultClass(t *testing.T) {
	for line, want := range map[string]Class{
		"OK": Unknown, "ERROR": Unknown, "COMMAND NOT SUPPORT": Modem,
		"+CMS ERROR: 1": Recipient, "+CMS ERROR: 38": Temporary, "+CMS ERROR: 330": SIM,
		"+CMS ERROR: 322": Modem, "+CMS ERROR: 500": Unknown, "+CMS ERROR: 511": Unknown,
		"+CME ERROR: 14": SIM, "+CME ERROR: 3": Modem, "+CME ERROR: 31": Temporary, "+CME ERROR: 100": Unknown,
		"+CME ERROR: sim busy": SIM,
	} {
		if r, _ := ParseResult(line); r.Class() != want {
			t.Errorf("class of %q is %v, want %v", line, r.Class(), want)
		}
	}
}

func TestIsCall(t *testing.T) {
	for line, want := range map[string]bool{"OK": false, "+CMS ERROR: 1": false, "NO CARRIER": true, "BUSY": true, "CONNECT": true} {
		if r, _ := ParseResult(line); r.IsCall() != want {
			t.Errorf("IsCall of %q is not %v", line, want)
		}
	}
}

// Every code has a text, and its text finds a code of the same class.
func TestCodeTables(t *testing.T) {
	for name, table := range map[string]map[int]entry{"CMS": cms, "CME": cme} {
		for number, e := range table {
			if e.text == "" || strings.TrimSpace(e.text) != e.text {
				t.Errorf("%s %d: text %q", name, number, e.text)
			}
			found := numberOf(table, strings.ToUpper(e.text))
			if table[found].text == "" || !strings.EqualFold(table[found].text, e.text) {
				t.Errorf("%s %d: text finds %d", name, number, found)
			}
		}
	}
	if CMSText(38) != "Network out of order" || CMEText(14) != "SIM busy" || CMSText(-1) != "" {
		t.Error("texts are not those of the standard")
	}
	if CMSClass(38) != Temporary || CMEClass(14) != SIM || CMEClass(-1) != Unknown {
		t.Error("classes are wrong")
	}
}

func TestClassString(t *testing.T) {
	for class, want := range map[Class]string{Unknown: "unknown", Recipient: "recipient", Temporary: "temporary", Modem: "modem", SIM: "sim", 99: "unknown"} {
		if class.String() != want {
			t.Errorf("%d is %q, want %q", class, class, want)
		}
	}
}
