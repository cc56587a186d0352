package smsfile

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// checkParse holds what is true of every input.
func checkParse(t interface{ Errorf(string, ...any) }, data []byte) {
	before := bytes.Clone(data)
	o, err := Parse(data, Options{Include: includes})
	if !bytes.Equal(before, data) {
		t.Errorf("input changed")
	}
	if err != nil || o.Check() != nil {
		if reasonOf(o, err) == "" {
			t.Errorf("error %v without reason", err)
		}
		return
	}
	if o.To == "" || len(o.To) > maxField || len(o.Body) == 0 || len(o.Body) > MaxBody {
		t.Errorf("a message to %q with %d octets", o.To, len(o.Body))
	}
	if strings.Trim(o.To, "s*#0123456789") != "" || o.Alphabet > Binary {
		t.Errorf("a message to %q in alphabet %v", o.To, o.Alphabet)
	}
}

// checkRewrite holds what is true of every input: the body stays, the added
// headers are the last, a second time changes nothing, and the file means the same.
func checkRewrite(t interface{ Errorf(string, ...any) }, data []byte, value string) {
	added := []Header{{"Modem", value}, {"NOTICE", "x"}, {"NOTICE", value}}
	once := Rewrite(data, added, nil)
	before, after := ParseHeaders(data), ParseHeaders(once)
	if !bytes.Equal(before.Body, after.Body) {
		t.Errorf("body %q became %q", before.Body, after.Body)
	}
	if n := len(after.Headers); n < 3 || !sameHeaders(after.Headers[n-3:], added) {
		t.Errorf("headers %q", after.Headers)
	}
	if bytes.Contains(data, []byte(bom)) {
		return // what stood behind a header that goes may become a byte order mark
	}
	if twice := Rewrite(once, added, nil); !bytes.Equal(once, twice) {
		t.Errorf("%q became %q", once, twice)
	}
	if !reflect.DeepEqual(parsed(data), parsed(once)) {
		t.Errorf("%q means something else", once)
	}
}

func sameHeaders(got, want []Header) bool {
	for i := range want {
		if got[i].Name != want[i].Name || got[i].Value != strings.TrimRight(oneLine(want[i].Value), "\r\n") {
			return false
		}
	}
	return true
}

// parsed is what a file means, without the place that a body is at.
func parsed(data []byte) *Outgoing {
	o, err := Parse(data, Options{Include: includes, MaxSize: 1 << 30})
	if err != nil {
		return nil
	}
	if len(o.Body) == 0 {
		o.Body = nil
	}
	return o
}

var fileLines = []string{
	"To: 358401234567", "To: s", "To_TOA: national", "Alphabet: binary", "Alphabet: UTF-8", "Alphabet: UCS2", "Alphabet: x",
	"Hex: yes", "Macro: A=BB", "Macro: B=01", "Include: text", "Include: nested", "Include: gone", "UDH-DATA: 03 24 01 01",
	"Text_is_pdu: yes", "Language: 1", "Message_reference: 256", "Modem: x", "Sent: y", "NOTICE: z", "PDU:", "",
	" ", "\r", "\x00", "LENGTH", "STRING:A", "INLINESTRING:B", "01 02", "A B", "System_message: yes", "Validity: 1 day",
}

// messageFile draws files that look like messages.
func messageFile(t *rapid.T) []byte {
	lines := rapid.SliceOfN(rapid.SampledFrom(fileLines), 0, 12).Draw(t, "lines")
	end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
	tail := rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "tail")
	return append([]byte(strings.Join(lines, end)), tail...)
}

func TestParseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkParse(t, messageFile(t)) })
}

func TestRewriteProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkRewrite(t, messageFile(t), rapid.String().Draw(t, "value"))
	})
}

// TestHexProperty writes octets in hex notation in several ways and reads them back.
func TestHexProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "octets")
		text := FormatUDH(want)
		if rapid.Bool().Draw(t, "lower") {
			text = strings.ToLower(text)
		}
		if rapid.Bool().Draw(t, "lines") {
			text = strings.ReplaceAll(text, " ", " : comment\r\n")
		}
		got, problem := decodeHex([]byte(text))
		if diff := cmp.Diff(want, got); diff != "" || problem != nil {
			t.Fatalf("%v %s", problem, diff)
		}
	})
}

// TestIncomingProperty reads back what AppendTo wrote, whatever the values are.
func TestIncomingProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Incoming{
			From: rapid.String().Draw(t, "from"), TimeFormat: "now", Alphabet: UTF8,
			Body: rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
		}
		f := ParseHeaders(m.AppendTo(nil, nil))
		if !bytes.Equal(f.Body, m.Body) || f.Headers[0].Name != "From" || len(f.Headers) != 6 {
			t.Fatalf("headers %q, body %q", f.Headers, f.Body)
		}
	})
}

// TestValidityProperty: longer periods never give a smaller octet within a unit.
func TestValidityProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]string{" min", " hours", " days", " weeks", " months", " years"}).Draw(t, "unit")
		n := rapid.IntRange(1, 2000).Draw(t, "n")
		shorter, _ := ParseValidity([]byte(decimal(n) + unit))
		longer, ok := ParseValidity([]byte(decimal(n+1) + unit))
		if !ok || longer < shorter {
			t.Fatalf("%d%s: %d, then %d", n, unit, shorter, longer)
		}
	})
}
