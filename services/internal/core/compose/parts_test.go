package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// lengths returns TP-UDL of all parts.
func lengths(t *testing.T, m *compose.Message) []int {
	t.Helper()
	var all []int
	for i := range m.Parts {
		d := decoded(t, m, i)
		n := len(d.UDH) + len(d.Data)
		if d.Septets {
			n = tpdu.HeaderSeptets(len(d.UDH)) + len(d.Data)
		}
		all = append(all, n)
	}
	return all
}

func TestSizes(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	header := "\x06\x05\x04\x15\x81\x15\x81"
	for _, c := range []struct {
		name     string
		alphabet message.Alphabet
		body     string
		options  message.Options
		want     []int
	}{
		{"160", message.Latin, x(160), message.Options{}, []int{160}},
		{"161", message.Latin, x(161), message.Options{}, []int{160, 15}},
		{"161, wide", message.Latin, x(161), message.Options{Reference16: true}, []int{160, 17}},
		{"161, plain", message.Latin, x(161), message.Options{Split: new(message.SplitPlain)}, []int{160, 1}},
		{"161, plain by another number", message.Latin, x(161), message.Options{Split: new(message.Split(9))}, []int{160, 1}},
		{"161, numbered", message.Latin, x(161), message.Options{Split: new(message.SplitNumbered)}, []int{160, 9}},
		{"160, none", message.Latin, x(160), message.Options{Split: new(message.SplitNone)}, []int{160}},
		{"140", message.UCS2, x(140), message.Options{}, []int{140}},
		{"142", message.UCS2, x(142), message.Options{}, []int{140, 14}},
		{"142, wide", message.UCS2, x(142), message.Options{Reference16: true}, []int{139, 17}},
		{"142, numbered", message.UCS2, x(142), message.Options{Split: new(message.SplitNumbered)}, []int{140, 18}},
		{"binary", message.Binary, x(141), message.Options{UDHI: message.No}, []int{140, 13}},
		{"binary, numbered", message.Binary, x(141), message.Options{UDHI: message.No, Split: new(message.SplitNumbered)}, []int{140, 13}},
		{"binary with header", message.Binary, header + x(134), message.Options{}, []int{139, 13}},
		{"binary with header, wide", message.Binary, header + x(134), message.Options{Reference16: true}, []int{139, 15}},
		{"text with header", message.Latin, x(152), message.Options{UDH: []byte(header)}, []int{160}},
		{"UCS2 with header", message.UCS2, x(132), message.Options{UDH: []byte(header)}, []int{139}},
		{"header alone", message.Latin, "", message.Options{UDH: []byte(header)}, []int{8}},
		{"language", message.Latin, strings.Repeat("ş", 155), message.Options{Language: new(turkish)}, []int{160}},
		{"language, cut", message.Latin, strings.Repeat("ş", 156), message.Options{Language: new(turkish)}, []int{160, 18}},
		{"language, plain", message.Latin, strings.Repeat("ş", 156), message.Options{Language: new(turkish), Split: new(message.SplitPlain)}, []int{160, 6}},
		{"language, numbered is plain", message.Latin, strings.Repeat("ş", 156), message.Options{Language: new(turkish), Split: new(message.SplitNumbered)}, []int{160, 6}},
		{"two tables, cut", message.UTF8, strings.Repeat("अ१", 60), message.Options{Language: new(uint8(6))}, []int{159, 49}},
		{"ping", message.Latin, x(159) + "€", message.Options{Ping: true}, []int{159}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			if diff := cmp.Diff(c.want, lengths(t, mustCompose(t, with(c.options, golden(c.alphabet, c.body)), &set))); diff != "" {
				t.Errorf("lengths (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	for _, wide := range []bool{false, true} {
		set := compose.DefaultSettings()
		set.Reference16 = wide
		s := golden(message.Latin, strings.Repeat("x", 400))
		s.ID = "01jd2v4c9h8k7m6n5p4q3r2s1t"
		m := mustCompose(t, s, &set)
		for i := range m.Parts {
			got, _ := tpdu.Concatenation(decoded(t, m, i).UDH)
			want := tpdu.Part{Reference: split.Reference(s.ID, wide), Wide: wide, Total: 3, Seq: uint8(i + 1)}
			if got != want {
				t.Errorf("part %d has %+v, want %+v", i, got, want)
			}
		}
	}
}

// TestReplaceOfParts: a replace type goes when there are several parts, an octet
// that was asked for does not.
func TestReplaceOfParts(t *testing.T) {
	set := compose.DefaultSettings()
	for want, o := range map[byte]message.Options{0: {Replace: 3}, 0x41: {PID: new(uint8(0x41))}} {
		m := mustCompose(t, with(o, golden(message.Latin, strings.Repeat("x", 200))), &set)
		for i := range m.Parts {
			if d := decoded(t, m, i); d.PID != want {
				t.Errorf("TP-PID of part %d is %02X, want %02X", i, d.PID, want)
			}
		}
	}
}

// TestOwnHeader: the header of binary data stays in the first part, which also
// says where it belongs (smstools A20).
func TestOwnHeader(t *testing.T) {
	set := compose.DefaultSettings()
	m := mustCompose(t, golden(message.Binary, wapHeader+strings.Repeat("x", 200)), &set)
	first, second := decoded(t, m, 0), decoded(t, m, 1)
	ports, ok := tpdu.ApplicationPorts(first.UDH)
	if place, _ := tpdu.Concatenation(first.UDH); !ok || ports.Destination != 0x0B84 || place.Seq != 1 || place.Total != 2 {
		t.Errorf("first header is % X", first.UDH)
	}
	if diff := cmp.Diff([]byte{5, 0, 3, 0, 2, 2}, second.UDH); diff != "" {
		t.Errorf("second header (-want +got):\n%s", diff)
	}
	if got := string(first.Data) + string(second.Data); got != strings.Repeat("x", 200) {
		t.Errorf("data is %q", got)
	}
}

func TestUDHI(t *testing.T) {
	for _, c := range []struct {
		name     string
		alphabet message.Alphabet
		options  message.Options
		want     bool
	}{
		{"text", message.Latin, message.Options{}, false},
		{"text, asked for", message.Latin, message.Options{UDHI: message.Yes}, true},
		{"binary", message.Binary, message.Options{}, true},
		{"binary, not wanted", message.Binary, message.Options{UDHI: message.No}, false},
		{"system", message.Binary, message.Options{System: message.SystemMessage}, false},
		{"system, asked for", message.Binary, message.Options{System: message.SystemMessage, UDHI: message.Yes}, true},
		{"header given", message.Latin, message.Options{UDH: []byte{2, 0x70, 0}, UDHI: message.No}, true},
		{"header given for system", message.Binary, message.Options{UDH: []byte{2, 0x70, 0}, System: message.SystemToSIM}, true},
	} {
		set := compose.DefaultSettings()
		if d := decoded(t, mustCompose(t, with(c.options, golden(c.alphabet, "\x01ab")), &set), 0); d.UDHI != c.want {
			t.Errorf("%s: TP-UDHI is %v, want %v", c.name, d.UDHI, c.want)
		}
	}
}
