package tpdu

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestElements(t *testing.T) {
	tests := []struct {
		name string
		udh  string
		want []Element
	}{
		{"none", "", nil},
		{"empty", "00", nil},
		{"one", "050003AA0201", []Element{{0x00, []byte{0xAA, 2, 1}}}},
		{"two", "080003AA0201250101", []Element{{0x00, []byte{0xAA, 2, 1}}, {0x25, []byte{1}}}},
		{"no data", "027000", []Element{{0x70, nil}}},
		{"cut short", "050003AA02", nil},
		{"second cut short", "0625010100 03AA", []Element{{0x25, []byte{1}}}},
		{"lone identifier", "0425010100", []Element{{0x25, []byte{1}}}},
		{"octets after the header", "03250101 240101", []Element{{0x25, []byte{1}}}},
		{"length beyond the octets", "FF250101", []Element{{0x25, []byte{1}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []Element
			for e := range Elements(unhex(t, tt.udh)) {
				got = append(got, e)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestElementsStops(t *testing.T) {
	for e := range Elements(unhex(t, "06250101240102")) {
		if e.ID != ElementLockingShift {
			t.Errorf("went on to %02X", e.ID)
		}
		break
	}
}

func TestConcatenation(t *testing.T) {
	tests := []struct {
		name string
		udh  string
		want Part
		ok   bool
	}{
		{"8 bit", "050003AA0201", Part{Reference: 0xAA, Total: 2, Seq: 1}, true},
		{"16 bit", "06080412340302", Part{Reference: 0x1234, Wide: true, Total: 3, Seq: 2}, true},
		{"behind ports", "0B05040B8423F00003010101", Part{Reference: 1, Total: 1, Seq: 1}, true},
		{"last counts", "0B0003AA0201 080412340302", Part{Reference: 0x1234, Wide: true, Total: 3, Seq: 2}, true},
		{"impossible last", "0A0003AA0201 0003BB0203", Part{Reference: 0xAA, Total: 2, Seq: 1}, true},
		{"part nought", "050003AA0200", Part{}, false},
		{"of nought", "050003AA0000", Part{}, false},
		{"beyond the last", "050003AA0203", Part{}, false},
		{"wrong length", "040002AA02", Part{}, false},
		{"none", "03250101", Part{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Concatenation(unhex(t, tt.udh))
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
}

func TestApplicationPorts(t *testing.T) {
	tests := []struct {
		udh  string
		want Ports
		ok   bool
	}{
		{"0605040B8423F0", Ports{Destination: 2948, Source: 9200, Wide: true}, true},
		{"040402F0F1", Ports{Destination: 0xF0, Source: 0xF1}, true},
		{"0A 04020102 05040B8423F0", Ports{Destination: 2948, Source: 9200, Wide: true}, true},
		{"09 04020102 05040B8423", Ports{Destination: 1, Source: 2}, true},
		{"0504030B8423", Ports{}, false},
		{"050003AA0201", Ports{}, false},
	}
	for _, tt := range tests {
		if got, ok := ApplicationPorts(unhex(t, tt.udh)); ok != tt.ok || got != tt.want {
			t.Errorf("%s: got %+v, %v", tt.udh, got, ok)
		}
	}
}

func TestHeaderBuilders(t *testing.T) {
	tests := []struct {
		name string
		udh  []byte
		want string
	}{
		{"part", Part{Reference: 0x1AA, Total: 2, Seq: 1}.AppendTo(nil), "050003AA0201"},
		{"wide part", Part{Reference: 0x1AA, Wide: true, Total: 2, Seq: 1}.AppendTo(nil), "06080401AA0201"},
		{"ports", Ports{Destination: 2948, Source: 9200, Wide: true}.AppendTo(nil), "0605040B8423F0"},
		{"narrow ports", Ports{Destination: 240, Source: 241}.AppendTo(nil), "040402F0F1"},
		{"language", AppendLanguages(nil, 1, 0), "03250101"},
		{"languages", AppendLanguages(nil, 1, 2), "06250101240102"},
		{"no language", AppendLanguages(nil, 0, 0), ""},
		{"A20", Part{Reference: 7, Total: 2, Seq: 1}.AppendTo(unhex(t, "0605040B8423F0")), "0B05040B8423F00003070201"},
		{"A21", AppendLanguages(Part{Reference: 7, Total: 2, Seq: 1}.AppendTo(nil), 1, 0), "080003070201250101"},
		{"empty element", AppendElement(nil, 0x70), "027000"},
	}
	for _, tt := range tests {
		if want := unhex(t, tt.want); !bytes.Equal(tt.udh, want) {
			t.Errorf("%s: got %X, want %X", tt.name, tt.udh, want)
		}
	}
}

func TestHeaderTooLarge(t *testing.T) {
	var udh []byte
	for range 20 {
		udh = AppendElement(udh, 0x70, make([]byte, 20)...)
	}
	s := Submit{UDHI: true, UDH: udh}
	if _, err := s.AppendTo(nil); err == nil {
		t.Errorf("a header of %d octets was taken", len(udh))
	}
}

func TestLanguages(t *testing.T) {
	for notation, want := range map[string][2]byte{
		"":               {0, 0},
		"03250101":       {1, 0},
		"03240163":       {0, 0x63},
		"06250101240102": {1, 2},
		"04250201 01":    {0, 0},
	} {
		locking, single := Languages(unhex(t, notation))
		if got := [2]byte{locking, single}; got != want {
			t.Errorf("%s: got %v, want %v", notation, got, want)
		}
	}
}

func TestWithoutElements(t *testing.T) {
	for notation, want := range map[string]string{
		"":                         "",
		"050003AA0201":             "",
		"080003AA0201250101":       "03250101",
		"0B05040B8423F00003010101": "0605040B8423F0",
		"06080412340302":           "",
		"03250101":                 "03250101",
	} {
		udh := unhex(t, notation)
		got := WithoutElements(udh, ElementConcatenated8, ElementConcatenated16)
		if !bytes.Equal(got, unhex(t, want)) || !bytes.Equal(udh, unhex(t, notation)) {
			t.Errorf("%s: got %X, want %s", notation, got, want)
		}
	}
}
