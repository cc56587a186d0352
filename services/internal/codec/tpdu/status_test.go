package tpdu

import "testing"

func TestStatusClass(t *testing.T) {
	tests := []struct {
		first, last Status
		want        StatusClass
		final       bool
	}{
		{0x00, 0x1F, StatusCompleted, true},
		{0x20, 0x3F, StatusTrying, false},
		{0x40, 0x5F, StatusPermanent, true},
		{0x60, 0x7F, StatusTemporary, true},
		{0x80, 0xFF, StatusUnknown, false},
	}
	for _, tt := range tests {
		for s := int(tt.first); s <= int(tt.last); s++ {
			if got := Status(s); got.Class() != tt.want || got.Final() != tt.final {
				t.Errorf("%d: class %d, final %v", s, got.Class(), got.Final())
			}
		}
	}
}

func TestStatusText(t *testing.T) {
	tests := map[Status]string{
		0:    "Ok,short message received by the SME",
		2:    "Ok,short message replaced by the SC",
		3:    "unknown",
		31:   "unknown",
		32:   "Still trying,congestion",
		34:   "Still trying,no response sendr SME",
		37:   "Still trying,error in SME",
		38:   "unknown",
		48:   "Temporary error, SC specific, unknown",
		63:   "Temporary error, SC specific, unknown",
		64:   "Error,remote procedure error",
		65:   "Error,incompatible destination",
		71:   "Error,SM deleted by originating SME",
		73:   "Error,SM does not exist",
		74:   "unknown",
		80:   "Permanent error, SC specific, unknown",
		95:   "Permanent error, SC specific, unknown",
		96:   "Error,congestion",
		99:   "Error,service rejected",
		101:  "Error,error in SME",
		102:  "unknown",
		112:  "Permanent error, SC specific, unknown",
		127:  "Permanent error, SC specific, unknown",
		128:  "unknown",
		0xFF: "unknown",
	}
	for status, want := range tests {
		if got := status.Text(); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
}

func TestReplaceType(t *testing.T) {
	for pid := range 0x100 {
		n, ok := ReplaceType(byte(pid))
		if want := pid >= 0x41 && pid <= 0x47; ok != want || ok && int(n) != pid-0x40 || !ok && n != 0 {
			t.Errorf("%02X: %d, %v", pid, n, ok)
		}
	}
}
