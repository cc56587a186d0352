package atline

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFramer(t *testing.T) {
	text := func(s string) Line { return Line{Text: s} }
	prompt := Line{Prompt: true}
	for name, c := range map[string]struct {
		stream     string
		wantPrompt bool
		want       []Line
	}{
		"verbose":              {"\r\nOK\r\n", false, []Line{text("OK")}},
		"terse":                {"0\r", false, []Line{text("0")}},
		"LF alone":             {"OK\nRING\n", false, []Line{text("OK"), text("RING")}},
		"LF CR":                {"OK\n\rRING\n\r", false, []Line{text("OK"), text("RING")}},
		"blank lines":          {"\r\n\r\n \r\n\t\r\nOK\r\n\r\n", false, []Line{text("OK")}},
		"outer blanks":         {"  OK \t\r\n", false, []Line{text("OK")}},
		"control octets":       {"\x00O\x11K\x7f\x1a\x1b\r\n", false, []Line{text("OK")}},
		"not ended":            {"\r\nOK", false, nil},
		"prompt":               {"\r\n> ", true, []Line{prompt}},
		"prompt bare":          {">", true, []Line{prompt}},
		"prompt after echo":    {"AT+CMGS=20\r> ", true, []Line{text("AT+CMGS=20"), prompt}},
		"answer after prompt":  {"> +CMGS: 5\r\n", true, []Line{prompt, text("+CMGS: 5")}},
		"one prompt only":      {"> > x\r\n", true, []Line{prompt, text("> x")}},
		"prompt not wanted":    {"> 1. Balance\r\n", false, []Line{text("> 1. Balance")}},
		"larger within a line": {"a> b\r\n", true, []Line{text("a> b")}},
		"octets above 127":     {"caf\xc3\xa9 \xff\r\n", false, []Line{text("caf\xc3\xa9 \xff")}},
		"full":                 {strings.Repeat("x", MaxLine) + "\r", false, []Line{text(strings.Repeat("x", MaxLine))}},
		"too long": {strings.Repeat("x", MaxLine+1) + "\rOK\r", false,
			[]Line{{Text: strings.Repeat("x", MaxLine), Cut: true}, text("OK")}},
	} {
		t.Run(name, func(t *testing.T) {
			f := Framer{WantPrompt: c.wantPrompt}
			if diff := cmp.Diff(c.want, f.Feed([]byte(c.stream), nil)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// However the octets arrive, the lines are the same.
func TestFramerIsIndependentOfPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := rapid.SliceOf(rapid.SampledFrom([]byte("AT+>OK \r\n\t\x1a\x80"))).Draw(t, "stream")
		wantPrompt := rapid.Bool().Draw(t, "prompt")
		whole := Framer{WantPrompt: wantPrompt}
		want := whole.Feed(stream, nil)
		pieces := Framer{WantPrompt: wantPrompt}
		var got []Line
		for len(stream) > 0 {
			n := rapid.IntRange(1, len(stream)).Draw(t, "n")
			got = pieces.Feed(stream[:n], got)
			stream = stream[n:]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("lines (-whole +pieces):\n%s", diff)
		}
	})
}

// FuzzFramer gives octets to everything in this package.
func FuzzFramer(f *testing.F) {
	for _, seed := range []string{
		"\r\n+CMGS: 5\r\n\r\nOK\r\n", "\r\n> ", "+CMS ERROR: 38\r\n", "+CME ERROR: SIM busy\r\n",
		"+CMT: ,24\r\n0791\r\n", "+CDS: 25\r\nOK\r\n", "+CMTI: \"SM\",3\r\n", "+CUSD: 0,\"a\nb\",15\r\n",
		"+CREG: 2,1,\"00C3\",\"0A1B\"\r\n", "+CPMS: \"SM\",1,20,\"ME\",0,99\r\n", "+CPMS: (\"SM\",\"ME\"),(\"SM\")\r\n",
		"+CMGL: 1,0,,24\r\n0791\r\n+CMGR: 0,\"a,b\",24\r\n", "+COPS: 0,0,\"x\",7\r\n+CSQ: 20,99\r\n", "^RSSI: 20\r\n*PSUTTZ: 1\r\n",
	} {
		f.Add([]byte(seed), "AT+CMGL=4", true)
	}
	f.Fuzz(func(t *testing.T, stream []byte, command string, wantPrompt bool) {
		framer, assembler := Framer{WantPrompt: wantPrompt}, Assembler{}
		prompts := 0
		for _, line := range framer.Feed(stream, nil) {
			if line.Prompt {
				prompts++
				continue
			}
			checkLine(t, line)
			_, notices := assembler.Add(line.Text, command, nil)
			for _, n := range notices {
				checkNotice(t, n)
			}
			parseAll(line.Text)
		}
		if prompts > 1 || prompts == 1 && !wantPrompt {
			t.Errorf("%d prompts", prompts)
		}
	})
}

func checkLine(t *testing.T, line Line) {
	t.Helper()
	if line.Text == "" || len(line.Text) > MaxLine || strings.ContainsAny(line.Text, "\r\n\x00\x1a\x1b") {
		t.Errorf("line %q", line.Text)
	}
	if r, ok := ParseResult(line.Text); ok && (r.Code == NotFinal || r.Text == "" || !utf8.ValidString(line.Text) != !utf8.ValidString(r.Text)) {
		t.Errorf("result %+v of %q", r, line.Text)
	}
}

func checkNotice(t *testing.T, n Notice) {
	t.Helper()
	if n.Kind == Solicited || n.Line == "" || wantsPDU(n.Kind) != (n.PDU != "") {
		t.Errorf("notice %+v", n)
	}
}

func parseAll(line string) {
	_, _ = ParseCMGL(line)
	_, _ = ParseCMGR(line)
	_, _ = ParseCMGS(line)
	_, _ = ParseSlot(line)
	_, _ = ParseCPMS(line)
	_, _ = ParseCPMSTest(line)
	_, _ = ParseRegistration(line)
	_, _ = ParseCSQ(line)
	_, _ = ParseCOPS(line)
	_, _ = ParseCPIN(line)
	_, _ = ParseCUSD(line)
	_, _ = ParseCLIP(line)
	_, _ = ParseNumeric(line)
}
