package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// encode runs pdu encode, which has to succeed.
func encode(tb testing.TB, stdin string, args ...string) string {
	tb.Helper()
	out, _, err := runTool(tb, stdin, append([]string{"pdu", "encode"}, args...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestEncode makes the PDUs that smsd makes (smstools spec Appendix B).
func TestEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id     string
		args   []string
		length int
		want   string
	}{
		{"A1", []string{"49111", "hi"}, 13, "00110005919411F10000FF02E834"},
		{"A2", []string{"+358 40 123-4567", "hi"}, 16, "0011000C915348103254760000FF02E834"},
		{"A3", []string{"s12345", "hi"}, 13, "00110005812143F50000FF02E834"},
		{"A5", []string{"49111", "ê ő é"}, 21, "00110005919411F10008FF0A00EA00200151002000E9"},
		{"A6", []string{"--alphabet", "latin", "49111", "ab中c€"}, 16, "00110005919411F10000FF0561F1785306"},
		{"A7", []string{"--flash", "--alphabet", "ucs2", "49111", "hé"}, 15, "00110005919411F10018FF04006800E9"},
		{"A8", []string{"--class", "2", "--reply-path", "--reject-duplicates", "--mr", "77", "49111", "hi"}, 13, "00954D05919411F10012FF02E834"},
		{"A11", []string{"--replace", "3", "--report", "49111", "hi"}, 13, "00310005919411F14300FF02E834"},
		{"A14", []string{"--language", "turk", "49111", "şğ"}, 18, "00510005919411F10000FF0703250101E83000"},
		{"A15", []string{"--alphabet", "binary", "--udh", "06 05 04 0B 84 23 F0", "--hex", "49111", "010203"}, 21, "00510005919411F10004FF0A0605040B8423F0010203"},
		{"A22", []string{"--smsc", "358405202000", "49111", "hi"}, 13, "0791534850020200110005919411F10000FF02E834"},
		{"octets", []string{"--pid", "7F", "--dcs", "f6", "--validity", "3d", "--alphabet", "binary", "--hex", "49111", "01 02"}, 13, "00110005919411F17FF6A9020102"},
		{"validity in words", []string{"--validity", "2 weeks", "49111", "hi"}, 13, "00110005919411F10000B402E834"},
		{"validity as octet", []string{"--validity", "11", "49111", "hi"}, 13, "00110005919411F100000B02E834"},
		{"language by number", []string{"--language", "1", "49111", "şğ"}, 18, "00510005919411F10000FF0703250101E83000"},
		{"septets", []string{"--alphabet", "gsm", "--hex", "49111", "1B65"}, 13, "00110005919411F10000FF029B32"},
	} {
		t.Run(c.id, func(t *testing.T) {
			t.Parallel()
			want := fmt.Sprintf("AT+CMGS=%d\n%s\n", c.length, c.want)
			if diff := cmp.Diff(want, encode(t, "", c.args...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestEncodeDecode gives decode what encode wrote, and wants the text back.
func TestEncodeDecode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		args  []string
		parts int
	}{
		"one part":     {"Hello €", nil, 1},
		"concatenated": {strings.Repeat("The quick {brown} fox. ", 30), nil, 5},
		"UCS2":         {strings.Repeat("a😀", 60), nil, 3},
		"wide":         {strings.Repeat("abc ", 80), []string{"--reference16"}, 3},
		"national":     {strings.Repeat("şğ kısa ", 40), []string{"--language", "turkish"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := decodeJSON(t, encode(t, c.text+"\r\n", append(c.args, "358401234567", "-")...))
			if len(d.PDUs) != c.parts {
				t.Fatalf("%d parts, want %d", len(d.PDUs), c.parts)
			}
			got := d.PDUs[0].Text
			if c.parts > 1 {
				got = d.Joined[0].Text
			}
			if *got != c.text {
				t.Errorf("got %q, want %q", *got, c.text)
			}
		})
	}
}

// TestReferences finds an id for the references at both ends.
func TestReferences(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 161)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--reference", "0"}, "0500030002"}, {[]string{"--reference", "255"}, "050003FF02"},
		{[]string{"--reference16", "--reference", "0"}, "060804000002"}, {[]string{"--reference16", "--reference", "65535"}, "060804FFFF02"},
	} {
		if got := encode(t, "", append(c.args, "49111", long)...); strings.Count(got, c.want) != 2 {
			t.Errorf("%v: %s is not in\n%s", c.args, c.want, got)
		}
	}
}

// TestJoined joins parts in any order, and tells what is missing.
func TestJoined(t *testing.T) {
	t.Parallel()
	lines := strings.Fields(encode(t, "", "--reference", "7", "49111", strings.Repeat("1234567890", 40)))
	one, two, three := lines[1], lines[3], lines[5]
	whole := decodeJSON(t, strings.Join([]string{three, one, two, one}, "\n"))
	if len(whole.Joined) != 1 || *whole.Joined[0].Text != strings.Repeat("1234567890", 40) || len(whole.Joined[0].Missing) > 0 {
		t.Errorf("%+v", whole.Joined)
	}
	if got := decode(t, three+"\n"+one); !strings.Contains(got, "joined: message of 3 parts, reference 7\n  ! missing: 2\n  text") {
		t.Errorf("got\n%s", got)
	}
	if d := decodeJSON(t, one+"\n"+one); len(d.Joined) != 0 || d.PDUs[0].Part.Number != 1 {
		t.Errorf("%+v", d)
	}
	data := encode(t, "", "--alphabet", "binary", "--hex", "49111", strings.Repeat("0102", 100))
	if d := decodeJSON(t, data); len(d.Joined) != 1 || d.Joined[0].Data != strings.Repeat("0102", 100) || d.Joined[0].Text != nil {
		t.Errorf("%+v", d.Joined)
	}
}

// TestJoinedForms joins parts that are in different alphabets.
func TestJoinedForms(t *testing.T) {
	t.Parallel()
	d := decodeJSON(t, "", "00510005919411F10000FF08"+"050003070201"+"D0", "00510005919411F10008FF08"+"050003070202"+"00E9")
	if len(d.Joined) != 1 || *d.Joined[0].Text != "hé" {
		t.Errorf("%+v", d.Joined[0])
	}
}

func TestEncodeExplain(t *testing.T) {
	t.Parallel()
	got := encode(t, "", "--explain", "--validity", "3d", "49111", strings.Repeat("a", 161))
	for _, want := range []string{"AT+CMGS=", "part 1: SMS-SUBMIT, part 1 of 2", "part 2: SMS-SUBMIT, part 2 of 2", "valid for 3 days"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	var j struct {
		Parts   []encodedPart
		Notices []string
	}
	if err := json.Unmarshal([]byte(encode(t, "", "--json", "--explain", "49111", "中")), &j); err != nil {
		t.Fatal(err)
	}
	if len(j.Parts) != 1 || j.Parts[0].Length != 13 || *j.Parts[0].Explain.Text != "中" || len(j.Notices) != 2 {
		t.Errorf("%+v", j)
	}
}

// TestEncodeNotices keeps notices apart from the PDUs, and control characters in them harmless.
func TestEncodeNotices(t *testing.T) {
	t.Parallel()
	out, errs, err := runTool(t, "", "pdu", "encode", "--alphabet", "latin", "49111", "a\u0085b")
	if err != nil || strings.Contains(out, "notice") || !strings.Contains(errs, "notice: Cannot convert 2. character") || strings.ContainsRune(errs, '\u0085') {
		t.Errorf("%q, %q, %v", out, errs, err)
	}
}

func TestCannotEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"anna", "hi"}, "the first argument is no phone number"},
		{[]string{"49111", ""}, "No text"},
		{[]string{"--smsc", "x", "49111", "hi"}, "--smsc is no phone number"},
		{[]string{"--alphabet", "morse", "49111", "hi"}, "--alphabet"},
		{[]string{"--class", "4", "49111", "hi"}, "--class is 4, want 0 to 3"},
		{[]string{"--replace", "0", "49111", "hi"}, "--replace is 0, want 1 to 7"},
		{[]string{"--split", "4", "49111", "hi"}, "--split is 4, want 0 to 3"},
		{[]string{"--mr", "256", "49111", "hi"}, "--mr is 256, want 0 to 255"},
		{[]string{"--reference", "256", "49111", "hi"}, "--reference is 256, want 0 to 255"},
		{[]string{"--reference16", "--reference", "65536", "49111", "hi"}, "want 0 to 65535"},
		{[]string{"--dcs", "100", "49111", "hi"}, "--dcs"},
		{[]string{"--pid", "x", "49111", "hi"}, "--pid"},
		{[]string{"--udh", "0", "49111", "hi"}, "--udh is not a row of octets in hex"},
		{[]string{"--udh", "0500", "49111", "hi"}, "Incorrect first byte of UDH"},
		{[]string{"--hex", "49111", "hi"}, "TEXT is not a row of octets in hex"},
		{[]string{"--validity", "soon", "49111", "hi"}, "--validity"},
		{[]string{"--language", "klingon", "49111", "hi"}, "--language"},
		{[]string{"--language", "14", "49111", "hi"}, "--language"},
		{[]string{"--alphabet", "ucs2", "49111", "\xFF"}, "the text is not UTF-8"},
		{[]string{"--split", "0", "49111", strings.Repeat("a", 161)}, "Too long text for single part sending"},
	} {
		out, _, err := runTool(t, "", append([]string{"pdu", "encode"}, c.args...)...)
		if !errors.Is(err, errEncode) || !strings.Contains(err.Error(), c.want) || out != "" {
			t.Errorf("%q: %q, %v, want %q", c.args, out, err, c.want)
		}
	}
}
