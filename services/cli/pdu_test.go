package cli

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// run runs the tool and returns what it wrote.
func runTool(tb testing.TB, stdin string, args ...string) (stdout, stderr string, err error) {
	tb.Helper()
	var out, errs strings.Builder
	cmd := Command("test", strings.NewReader(stdin), &out)
	cmd.SetErr(&errs)
	cmd.SetOut(io.Discard)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(tb.Context())
	return out.String(), errs.String(), err
}

// decode runs pdu decode, which has to succeed.
func decode(tb testing.TB, stdin string, args ...string) string {
	tb.Helper()
	out, _, err := runTool(tb, stdin, append([]string{"pdu", "decode"}, args...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// table is a whole explanation, of a message that uses much of what there is.
const table = `argument 1: SMS-DELIVER, part 2 of 2, TPDU of 37 octets
   0  07                       SMSC length   7 octets follow
   1  91                       SMSC type     international, ISDN/telephone
   2  53 48 50 02 02 00        SMSC          +358405202000
   8  64                       first octet   SMS-DELIVER: a message from the network
      ......00                 TP-MTI        SMS-DELIVER, in this direction
      .....1..                 TP-MMS        no more messages wait for this mobile
      ....0...                 TP-LP         neither forwarded nor spawned
      ...0....                 unused
      ..1.....                 TP-SRI        the sender gets a status report
      .1......                 TP-UDHI       the user data begins with a header
      0.......                 TP-RP         no reply path
   9  0C                       TP-OA length  12 digits
  10  91                       TP-OA type    international, ISDN/telephone
  11  53 48 10 32 54 76        TP-OA         +358401234567
  17  00                       TP-PID        plain message between mobiles
  18  18                       TP-DCS        UCS2, class 0 (flash: shown at once)
  19  62 11 02 31 03 00 80     TP-SCTS       2026-11-20 13:30:00 +02:00 (2026-11-20 11:30:00 UTC)
  26  12                       TP-UDL        18 octets of the 140 that fit
  27  05                       TP-UDHL       5 octets of header
  28  00 03 AA 02 02           TP-UDH IE 00  Concatenated short messages, 8-bit reference number: part 2 of 2, reference 170
  33  00 68 00 E9 D8 3D DE 00  TP-UD         6 units of UCS2, with half a character
  41  00 0A D8 3D
  text  "hé😀\n�"
`

func TestExplanation(t *testing.T) {
	t.Parallel()
	const pdu = "0791534850020200640C91534810325476001862110231030080120500 03AA0202 006800E9D83DDE00000AD83D"
	if diff := cmp.Diff(table, decode(t, "", strings.ReplaceAll(pdu, " ", ""))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMeanings looks at single lines of explanations.
func TestMeanings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, pdu string
		args      []string
		want      []string
	}{
		{"report", "079153480100000006750C91534810325476060101110000000601011110000000", nil, []string{
			"SMS-STATUS-REPORT, TPDU of 25 octets", "TP-MR         reference 117", "TP-DT         2060-10-10 11:01:00 UTC",
			"TP-ST         0, Ok,short message received by the SME: final: it arrived, or was replaced",
		}},
		{"report with parameters", "0006750C915348103254760601011100000006010111100000" + "63" + "83" + "00" + "40" + "04", nil, []string{
			"TP-ST         99, Error,service rejected: final: given up, it may be sent again",
			".......1                 TP-PI 0       TP-PID follows", "1.......", "no meaning is defined",
			"type 0: acknowledged and discarded in silence", "TP-DCS        8-bit data",
		}},
		{"absolute validity", "0019000591" + "9411F1" + "0000" + "62112031030000" + "02E834", nil, []string{
			"...11...", "TP-VP is there, absolute", "valid until 2026-11-02 13:30:00 UTC",
		}},
		{"enhanced validity", "0009000591" + "9411F1" + "0000" + "423C0000000000" + "02E834", nil, []string{
			"TP-VP is there, enhanced", "valid for 1 minute, to be tried but once",
		}},
		{"no validity", "0001000591" + "9411F1" + "0000" + "02E834", nil, []string{"no TP-VP; the service centre decides", `text  "hi"`}},
		{"alphanumeric", "00040BD0CDB77CFE06010000" + "62112031030000" + "00", nil, []string{
			"11 semi-octets, 6 characters", "alphanumeric, unknown", `TP-OA         "Morso "`, "TP-UD         empty",
		}},
		{"binary", "0051000C915348103254760004FF0A0605040B8423F0416203", nil, []string{
			"to port 2948 (WAP push), from port 9200 (WAP)", `data  "Ab."`,
		}},
		{"languages", "00510005919411F10000FF0703250101E83000", nil, []string{
			"Locking Shift Character Set information: Turkish", "2 septets after 3 fill bits", `text  "şğ"`,
		}},
		{"special indication", "00510005919411F10000FF0804010280" + "03" + "00C8", nil, []string{"3 of voicemail waiting, store the message"}},
		{"replace, waiting", "00110005919411F143CAFF00", nil, []string{"replaces the message before it of type 3", "mail waiting, discard the message"}},
		{"bare", "110005919411F10000FF02E834", []string{"--no-smsc"}, []string{"AT+CMGS=13", "without service centre address", `text  "hi"`}},
		{"bare by itself", "110005919411F10000FF02E834", nil, []string{"AT+CMGS=13", "without service centre address"}},
		{"header that does not fit", "00510005919411F10000FF02E834", nil, []string{"! header longer than the user data"}},
		{"element that is cut short", "00510005919411F10004FF0503000301AA", nil, []string{"TP-UDH (rest)", "! element longer than the header"}},
		{"cut", "00110005919411F10000FF0AE834", nil, []string{"10 septets of the 160", "TP-UD         2 septets\n" + strings.Repeat(" ", 45) + "! the PDU ends within this field\n"}},
		{"cut before the text", "00110005919411F10000", nil, []string{"TP-VP         missing", "! the PDU ends within this field"}},
		{"too much", "00110005919411F10000FF02E834AABB", nil, []string{"(rest)        2 octets that belong to no field", "! octets after the end"}},
		{"no time", "00040591" + "9411F1" + "0000" + "99999999999999" + "00", nil, []string{"no time: 99-99-99 99:99:99 zone 99", "! no such date"}},
		{"long number", "001100159153481032547698103254F60000FF05C8329BFD06", nil, []string{"21 digits", "! length of more than 20 semi-octets"}},
		{"asked for", "0691", []string{"--direction", "mt", "--no-smsc"}, []string{"SMS-STATUS-REPORT", "missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, "", append(c.args, c.pdu)...)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in\n%s", want, got)
				}
			}
		})
	}
}

// TestTolerance reads PDUs the way they are copied from somewhere.
func TestTolerance(t *testing.T) {
	t.Parallel()
	const pdu = "00110005919411F10000FF02E834"
	for name, text := range map[string]string{
		"blanks and lower case": "  00 11 00 05 91 94 11 f1 00 00 ff 02 e8 34 \r\n",
		"message file":          "PDU: " + pdu,
		"listing":               "AT+CMGL=4\r\r\n+CMGL: 1,3,,13\r\n" + pdu + "\r\n\r\nOK\r\n",
		"one line":              `+CMGL: 1,3,"",13 ` + pdu,
		"log":                   "2026-11-20 13:30:00,5, GSM1: -> PDU: " + pdu,
		"conversation":          "AT+CMGS=13\r\n> " + pdu + "\x1a\n+CMGS: 7\nOK\n",
		"source code":           `"0x` + pdu + `"`,
		"blank lines":           "\n# a remark\n\n" + pdu + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, text)
			if !strings.Contains(got, "AT+CMGS=13") || !strings.Contains(got, `text  "hi"`) || strings.Contains(got, "!") {
				t.Errorf("got\n%s", got)
			}
		})
	}
	if got := decode(t, "", strings.Fields("00 11 00 05 91 94 11 f1 00 00 ff 02 e8 34")...); !strings.Contains(got, `text  "hi"`) {
		t.Errorf("octet by octet:\n%s", got)
	}
	if got := decode(t, "+CMT: ,20\n"+pdu); !strings.Contains(got, "! the TPDU has 13 octets, but the command or result before it says 20") {
		t.Errorf("wrong length:\n%s", got)
	}
	if got := decode(t, "0011000591941xF10000FF02E834"); !strings.Contains(got, "! hex at octet 6: character that is no hex digit") {
		t.Errorf("garbled:\n%s", got)
	}
}

// TestNoPDU wants an error that says what is wrong, and never repeats the input.
func TestNoPDU(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "no PDU given",
		"OK\n":                 "no PDU given",
		"hello, secret\n":      "no PDU in line 1: character 1 is no hexadecimal digit",
		"\nDEADBEEF01020304\n": "line 2: no PDU: decoding TP-MTI at octet 0: impossible service centre length",
		"0791":                 "line 1: no PDU: decoding TP-MTI at octet 2: no first octet",
		"00110022334455667788": "line 1: no PDU: no address stands where a message has one",
	} {
		out, _, err := runTool(t, text, "pdu", "decode")
		if !errors.Is(err, errNoPDU) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if out != "" {
			t.Errorf("%q: wrote %q", text, out)
		}
	}
	for _, args := range [][]string{
		{"--direction", "up", "0011"}, {"--direction", "mt", "00110005919411F10000FF02E834"},
		{"--direction", "mo", "00040591" + "9411F1" + "0000" + "6211203103000000"},
	} {
		if out, _, err := runTool(t, "", append([]string{"pdu", "decode"}, args...)...); err == nil || out != "" {
			t.Errorf("%v: %q, %v", args, out, err)
		}
	}
}

// TestSomeAreNoPDUs explains those that are, and fails for the others.
func TestSomeAreNoPDUs(t *testing.T) {
	t.Parallel()
	out, _, err := runTool(t, "00110005919411F10000FF02E834\nDEADBEEF01020304\n", "pdu", "decode")
	if !errors.Is(err, errNoPDU) || !strings.Contains(err.Error(), "line 2") || !strings.Contains(out, `"hi"`) {
		t.Errorf("%v\n%s", err, out)
	}
}

// decoded is the JSON of pdu decode.
type decoded struct {
	PDUs   []*explained     `json:"pdus"`
	Joined []*joinedMessage `json:"joined"`
}

func decodeJSON(tb testing.TB, stdin string, args ...string) decoded {
	tb.Helper()
	var d decoded
	if err := json.Unmarshal([]byte(decode(tb, stdin, append([]string{"--json"}, args...)...)), &d); err != nil {
		tb.Fatal(err)
	}
	return d
}

// recordedPDUs are those of the recorded cases, of both directions.
func recordedPDUs(tb testing.TB) map[string][]string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(shared(tb), "vectors", "smstools", "*", "*.json"))
	if err != nil || len(files) == 0 {
		tb.Fatal("no recorded cases", err)
	}
	type entry struct {
		PDU string `json:"pdu"`
	}
	all := map[string][]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		var c struct {
			PDUs    []entry `json:"pdus"`
			Submits []entry `json:"submits"`
		}
		if json.Unmarshal(data, &c) != nil {
			continue // a file of another kind
		}
		for _, e := range append(c.PDUs, c.Submits...) {
			all[filepath.Base(file)] = append(all[filepath.Base(file)], e.PDU)
		}
	}
	return all
}

// shared is the folder that stands beside the repository.
func shared(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared")
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("no go.work above")
		}
		dir = filepath.Dir(dir)
	}
}

// hopeless are recorded PDUs that nobody could take for one.
var hopeless = map[string]bool{"bad-cut-10.json": true, "bad-cut-16.json": true, "bad-ff.json": true, "bad-smsc-long.json": true}

// TestRecorded explains every recorded PDU: as the message that it is, each octet
// exactly once, and also when its service centre is taken away.
func TestRecorded(t *testing.T) {
	t.Parallel()
	n := 0
	for name, pdus := range recordedPDUs(t) {
		for _, pdu := range pdus {
			n++
			x, err := explainText(pduText{where: name, hex: pdu, length: unknownLength}, readOptions{direction: anyDirection})
			if (err != nil) != hopeless[name] {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil {
				continue
			}
			checkCovered(t, name, x)
			if x.reading.smsc == nil {
				t.Errorf("%s: read without service centre", name)
			}
			checkBare(t, name, x)
		}
	}
	if n < 700 {
		t.Errorf("only %d recorded PDUs", n)
	}
}

// checkCovered wants each octet in exactly one field, in order.
func checkCovered(t interface{ Errorf(string, ...any) }, name string, x *explained) {
	var all strings.Builder
	for _, f := range x.Fields {
		octets := strings.ReplaceAll(f.Octets, " ", "")
		if f.Bits == "" && f.Offset != all.Len()/2 {
			t.Errorf("%s: %s at %d, want %d", name, f.Name, f.Offset, all.Len()/2)
		}
		all.WriteString(octets)
	}
	if all.String() != x.PDU {
		t.Errorf("%s: fields hold\n%s, the PDU is\n%s", name, all.String(), x.PDU)
	}
	found := len(x.Fields) > 0
	for _, w := range x.reading.warnings {
		found = found && strings.Contains(allWarnings(x), w.Text)
	}
	if !found {
		t.Errorf("%s: warnings %v are not in %q", name, x.reading.warnings, allWarnings(x))
	}
}

func allWarnings(x *explained) string {
	var all []string
	for _, f := range x.Fields {
		all = append(all, f.Warnings...)
	}
	return strings.Join(all, "\n")
}

// checkBare reads the TPDU alone, which is only told apart with certainty when
// nothing is wrong with it.
func checkBare(t *testing.T, name string, x *explained) {
	t.Helper()
	if len(x.reading.warnings) > 0 {
		return
	}
	bare, err := readPDU(x.reading.octets[x.reading.smscSize:], readOptions{direction: anyDirection, length: unknownLength})
	if err != nil || bare.smsc != nil || bare.typeName() != x.Type {
		t.Errorf("%s without service centre: %+v, %v", name, bare, err)
	}
}

// TestAnyOctets explains whatever it is given, each octet once.
func TestAnyOctets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		octets := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "octets")
		d := rapid.SampledFrom([]direction{anyDirection, mobileOriginated, mobileTerminated}).Draw(t, "direction")
		checkAny(t, octets, readOptions{direction: d, bare: rapid.Bool().Draw(t, "bare"), length: unknownLength})
	})
}

func checkAny(t interface {
	Errorf(string, ...any)
	Fatal(...any)
}, octets []byte, o readOptions) {
	r, err := readPDU(octets, o)
	if err != nil {
		if !errors.Is(err, errNoPDU) {
			t.Fatal(err)
		}
		return
	}
	x := describePDU("somewhere", r)
	checkCovered(t, hex.EncodeToString(octets), x)
	if err := writeTables(io.Discard, []*explained{x, x}, joinParts([]*explained{x, x})); err != nil {
		t.Fatal(err)
	}
}

// FuzzExplain tries octets of any kind in every direction.
func FuzzExplain(f *testing.F) {
	for _, pdus := range recordedPDUs(f) {
		if octets, err := hex.DecodeString(pdus[0]); err == nil {
			f.Add(octets, byte(0), false)
			f.Add(octets, byte(1+len(octets)%2), true)
		}
	}
	f.Fuzz(func(t *testing.T, octets []byte, way byte, bare bool) {
		d := []direction{anyDirection, mobileOriginated, mobileTerminated}[way%3]
		checkAny(t, octets, readOptions{direction: d, bare: bare, length: unknownLength})
	})
}
