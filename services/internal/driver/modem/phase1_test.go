package modem

import (
	"context"
	"testing"
)

// TestPhase1: PDUs have no address of a service centre on the line, whatever it is, and
// all others have it.
func TestPhase1(t *testing.T) {
	for pdu, want := range map[string]string{
		"00010005919411F1000002E834": "010005919411F1000002E834", "07915348010000F0010005919411F1000002E834": "010005919411F1000002E834", "": "", "zz": "zz", "07": "",
	} {
		if got := withoutCentre(pdu); got != want {
			t.Errorf("withoutCentre(%q) = %q, want %q", pdu, got, want)
		}
	}
	const tpdu = "040C9153481032547600006211010203040005C8329BFD06"
	for phase1, want := range map[bool]string{true: "00" + tpdu, false: tpdu} {
		s := (&simulated{}).on("AT+CMGL=4", "\r\n+CMGL: 1,0,,24\r\n"+tpdu+ok)
		m := newSimulated(t, Config{Phase1: phase1}, s)
		if found, err := m.List(context.Background()); err != nil || len(found) != 1 || string(found[0].PDU) != want {
			t.Errorf("List = %v, %v", found, err)
		}
	}
	m, p := newPeer(t, Config{Phase1: true})
	p.say("\r\n+CMT: ,24\r\n" + tpdu + "\r\n")
	if e, ok := (<-m.Events()).(Direct); !ok || string(e.PDU) != "00"+tpdu {
		t.Errorf("event %+v", e)
	}
}
