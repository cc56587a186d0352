package modem

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestEvents(t *testing.T) {
	for line, want := range map[string]Event{
		`+CMTI: "SM",3`:          NewMessage{Memory: "SM", Index: 3},
		`+CDSI: "SR",0`:          NewMessage{Memory: "SR", Report: true},
		"+CMTI: broken":          NewMessage{Index: WholeMemory},
		"+CMT: ,2\r\n0001":       Direct{atline.DirectMessage, "0001"},
		"+CDS: 2\r\n0002":        Direct{atline.DirectReport, "0002"},
		"RING":                   Ring{},
		`+CLIP: "+35840",145`:    CallerID{message.NewAddress("35840"), true},
		`+CLIP: "",128`:          CallerID{},
		"NO CARRIER":             CallEnd{},
		"+CREG: 5":               Registration{"+CREG", atline.Cell{Stat: atline.Roaming}},
		"+CREG: x":               Noise{"+CREG: x"},
		"SMS Ready":              Ready{"SMS Ready"},
		"^BOOT: 1":               Noise{"^BOOT: 1"},
		"whatever":               Noise{"whatever"},
		"OK":                     Noise{"OK"},
		"+CMGS: 5":               Late{5},
		"+CUSD: x":               Noise{"+CUSD: x"},
		"+CMGS:":                 Late{NoReference},
		"+CMT: ,2\r\nwhatever":   Noise{"+CMT: ,2"},
		"*PSUTTZ: 1\r\n\r\n\r\n": Noise{"*PSUTTZ: 1"},
	} {
		m, p := newPeer(t, Config{})
		p.say("\r\n" + line + "\r\n")
		if got := <-m.Events(); !cmp.Equal(got, want, cmp.Comparer(func(a, b message.Address) bool { return a == b })) {
			t.Errorf("%q is %#v, want %#v", line, got, want)
		}
	}
}

func TestUSSDEvent(t *testing.T) {
	m, p := newPeer(t, Config{})
	p.say("\r\n+CUSD: 1,\"a\r\nb\",15\r\n")
	got, _ := (<-m.Events()).(USSD)
	if got.Status != 1 || got.DCS != 15 || string(got.Text.Reveal()) != "a\nb" {
		t.Errorf("event %+v with %q", got, got.Text.Reveal())
	}
}

// While nobody takes events, the modem goes on, and what matters is kept.
func TestEventsNobodyTakes(t *testing.T) {
	m, p := newPeer(t, Config{})
	for range 2 * softLimit {
		p.say("^RSSI: 1\r\n")
	}
	for range 3 {
		p.say("+CMTI: \"SM\",1\r\n+CMTI: \"ME\",2\r\n+CDSI: \"SR\",3\r\n+CDS: 2\r\n0001\r\nRING\r\n")
	}
	done := commanding(m, "AT")
	p.expect("AT\r")
	p.say("OK\r\n")
	wantLines(t, <-done)
	_ = p.conn.Close()
	counts := map[string]int{}
	for e := range m.Events() {
		switch e := e.(type) {
		case NewMessage:
			if e.Index != WholeMemory || e.Report != (e.Memory == "SR") {
				t.Errorf("indication %+v", e)
			}
			counts["new"]++
		case Direct:
			counts["direct"]++
		case Noise:
			counts["noise"]++
		case Ring:
			counts["ring"]++
		}
	}
	if counts["new"] != 2 || counts["direct"] != 3 || counts["ring"] != 0 || counts["noise"] > softLimit+1 {
		t.Errorf("events %v", counts)
	}
	if m.DroppedEvents() < softLimit {
		t.Errorf("%d dropped", m.DroppedEvents())
	}
}

func TestEventQueueHardLimit(t *testing.T) {
	q := newEventQueue()
	for range hardLimit + 10 {
		q.add(Direct{})
	}
	if len(q.waiting) != hardLimit || q.dropped.Load() != 10 {
		t.Errorf("%d waiting, %d dropped", len(q.waiting), q.dropped.Load())
	}
}

func TestEventsEndWithClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		p.say("RING\r\nRING\r\n")
		synctest.Wait()
		_ = m.Close()
		for range m.Events() {
			t.Error("event after Close")
		}
	})
}
