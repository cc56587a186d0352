package modem

import (
	"encoding/hex"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	sms "github.com/warthog618/sms/encoding/tpdu"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// independent decodes a delivered PDU with another codec than the network's.
func independent(t testing.TB, pdu string) sms.TPDU {
	t.Helper()
	octets, err := hex.DecodeString(pdu)
	if err != nil {
		t.Fatal(err)
	}
	var d sms.TPDU
	d.Direction = sms.MT
	if err := d.UnmarshalBinary(octets[1+octets[0]:]); err != nil {
		t.Fatalf("decoding %s: %v", pdu, err)
	}
	return d
}

// stored returns what is in a memory, in order.
func stored(m *Modem, memory string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var pdus []string
	m.storage.each(memory, func(_ int, p *place) { pdus = append(pdus, p.pdu) })
	return pdus
}

func fixedClock() time.Time {
	return time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 2*60*60))
}

func TestMessagesBetweenModems(t *testing.T) {
	network := NewNetwork(NetworkConfig{Now: fixedClock, SMSC: "358400000"})
	a := New(Config{Number: "358409999999", Network: network})
	b := New(Config{Number: "358401234567", Network: network})
	ca := dialPipe(t, a).quiet()
	ca.ok("AT+CNMI=2,1,0,2,0")
	ca.submit(hello, accepted+"\r\n+CDSI: \"SR\",1\r\n")

	got := independent(t, stored(b, "SM")[0])
	if got.OA.Number() != "+358409999999" || string(got.UD) != "Hello" || !got.SCTS.Time.Equal(fixedClock()) {
		t.Errorf("got %+v", got)
	}
	answer := independent(t, stored(a, "SR")[0])
	if answer.SmsType() != sms.SmsStatusReport || answer.MR != 1 || answer.ST != 0 ||
		answer.RA.Number() != "+358401234567" || !answer.DT.Time.Equal(fixedClock()) {
		t.Errorf("got %+v", answer)
	}
	if !strings.HasPrefix(stored(b, "SM")[0], "06915348000") {
		t.Errorf("service centre of %s", stored(b, "SM")[0])
	}
}

func TestLoopBackOverNationalPrefix(t *testing.T) {
	m := New(Config{Number: "358401234567"})
	c := dialPipe(t, m).quiet()
	c.submit("0011000E810053481032547600"+"00FF05C8329BFD06", accepted)
	if n := len(stored(m, "SM")); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// TestUserDataIsKept sends random messages round and looks whether the header,
// the text and the options arrive as they were.
func TestUserDataIsKept(t *testing.T) {
	m := New(Config{Number: "358401234567", Memories: []Memory{{"SM", 1}}})
	rapid.Check(t, func(t *rapid.T) {
		in := drawSubmit(t)
		octets, err := in.AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		rec := Record{TPDU: octets, Length: len(octets)}
		sub, r := m.accept(&rec)
		if sub == nil {
			t.Fatalf("refused: %+v", r)
		}
		m.network.carry(sub)
		pdu, _ := hex.DecodeString(stored(m, "SM")[0])
		out, err := tpdu.DecodeMT(pdu)
		if err != nil || len(out.Warnings) > 0 {
			t.Fatalf("%v, %v", err, out.Warnings)
		}
		want := &tpdu.Deliver{
			ReplyPath: in.ReplyPath, StatusReport: in.StatusReportRequest,
			OA:  tpdu.Address{TOA: tpdu.TOAInternational, Digits: "358401234567"},
			PID: in.PID, DCS: in.DCS, SCTS: out.Deliver.SCTS,
			UDHI: in.UDHI, UDH: in.UDH, Data: in.Data, Septets: in.Septets,
		}
		if diff := cmp.Diff(want, out.Deliver); diff != "" {
			t.Fatal(diff)
		}
		m.mu.Lock()
		m.storage.removeAll("SM", 4)
		m.mu.Unlock()
	})
}

func drawSubmit(t *rapid.T) tpdu.Submit {
	s := tpdu.Submit{
		StatusReportRequest: rapid.Bool().Draw(t, "srr"),
		ReplyPath:           rapid.Bool().Draw(t, "rp"),
		DA:                  tpdu.Address{TOA: tpdu.TOAInternational, Digits: "358401234567"},
		PID:                 rapid.Byte().Draw(t, "pid"),
		DCS:                 rapid.SampledFrom([]byte{0x00, 0x04, 0x08, 0x10, 0xF5}).Draw(t, "dcs"),
		VP:                  0xA7,
		UDHI:                rapid.Bool().Draw(t, "udhi"),
	}
	s.Septets = s.DCS == 0x00 || s.DCS == 0x10
	if s.UDHI {
		s.UDH = []byte{5, 0, 3, rapid.Byte().Draw(t, "ref"), 2, 1}
	}
	limit := byte(0xFF)
	if s.Septets {
		limit = 0x7F
	}
	s.Data = rapid.SliceOfN(rapid.ByteRange(0, limit), 1, 130).Draw(t, "data")
	return s
}

func TestFates(t *testing.T) {
	minute := []Report{{After: time.Minute, Status: 0x30}, {After: 2 * time.Minute, Status: 0}}
	tests := []struct {
		name      string
		fate      Fate
		answer    string
		delivered bool
		reports   []tpdu.Status
	}{
		{"delivered", Fate{}, accepted, true, []tpdu.Status{0}},
		{"other destination", Fate{Match: regexp.MustCompile("^49"), Never: true}, accepted, true, []tpdu.Status{0}},
		{"refused", Fate{Reject: 38}, "\r\n+CMS ERROR: 38\r\n", false, nil},
		{"never", Fate{Match: regexp.MustCompile("^358"), Never: true}, accepted, false, nil},
		{"permanent", Fate{Reports: []Report{{Status: 0x41}}}, accepted, false, []tpdu.Status{0x41}},
		{"trying, then delivered", Fate{Reports: minute}, accepted, true, []tpdu.Status{0x30, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := NewNetwork(NetworkConfig{
					Fates: []Fate{tt.fate}, DeliverDelay: time.Second, ReportDelay: time.Second,
				})
				a, b := New(Config{Network: network}), New(Config{Number: "358401234567", Network: network})
				c := dialPipe(t, a).quiet()
				c.ok("AT+CNMI=2,0,0,2,0")
				c.submit(hello, tt.answer)
				<-time.After(time.Hour)
				if got := len(stored(b, "SM")) == 1; got != tt.delivered {
					t.Errorf("delivered: %v", got)
				}
				var got []tpdu.Status
				for _, pdu := range stored(a, "SR") {
					got = append(got, tpdu.Status(independent(t, pdu).ST))
				}
				if diff := cmp.Diff(tt.reports, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestReportComesAfterItsDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{ReportDelay: 3 * time.Second})
		c := dialPipe(t, m).quiet()
		c.ok("AT+CNMI=2,0,0,1,0")
		c.submit(hello, accepted)
		c.silent(2 * time.Second)
		start := time.Now()
		c.until("\r\n+CDS: ")
		if d := time.Since(start); d != time.Second {
			t.Errorf("after %v more", d)
		}
	})
}

func TestNoReportUnlessAskedFor(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CNMI=2,0,0,2,0")
	c.submit(plain, accepted)
	if got := stored(m, "SR"); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestClosedNetworkDeliversNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := NewNetwork(NetworkConfig{DeliverDelay: time.Second})
		m := New(Config{Number: "358401234567", Network: network})
		c := dialPipe(t, m).quiet()
		c.submit(plain, accepted)
		network.Close()
		<-time.After(time.Minute)
		if got := stored(m, "SM"); len(got) != 0 {
			t.Errorf("got %v", got)
		}
	})
}

func TestSetFates(t *testing.T) {
	network := NewNetwork(NetworkConfig{})
	c := dialPipe(t, New(Config{Network: network})).quiet()
	c.submit(plain, accepted)
	network.SetFates(Fate{Reject: cmsCongestion})
	c.submit(plain, "\r\n+CMS ERROR: 42\r\n")
}

func TestClassOf(t *testing.T) {
	for class, dcs := range map[int]byte{noClass: 0x00, 1: 0xF5, 2: 0x12, 0: 0xF0} {
		if got := classOf(dcs); got != class {
			t.Errorf("class of %02X: %d, want %d", dcs, got, class)
		}
	}
}

// TestManyModemsAtOnce lets modems send to each other at the same time; with the
// race detector it also looks for locks taken in the wrong order.
func TestManyModemsAtOnce(t *testing.T) {
	const messages = 50
	network, journal := NewNetwork(NetworkConfig{}), NewJournal(nil)
	numbers := []string{"358401234567", "358401234568", "358401234569"}
	pdus := []string{hello, strings.Replace(hello, "2547600", "2548600", 1), strings.Replace(hello, "2547600", "2549600", 1)}
	modems := make([]*Modem, len(numbers))
	for i, number := range numbers {
		modems[i] = New(Config{
			Number: number, Network: network, Journal: journal,
			Memories: []Memory{{"SM", 2 * messages}, {"SR", 2 * messages}},
		})
	}
	var sending sync.WaitGroup
	for i, m := range modems {
		c := dialPipe(t, m).quiet()
		c.ok("AT+CNMI=2,1,0,2,0")
		sending.Go(func() {
			for n := range messages {
				pdu := pdus[(i+n)%len(pdus)]
				c.send("AT+CMGS=19\r")
				c.tryUntil("> ", patience)
				c.send(pdu + "\x1a")
				c.tryUntil("+CMGS: ", patience)
				c.tryUntil("OK\r\n", patience)
			}
		})
	}
	sending.Wait()
	got, err := journal.Wait(t.Context(), len(modems)*messages)
	if err != nil || len(got) != len(modems)*messages {
		t.Fatalf("%d records, %v", len(got), err)
	}
	delivered := 0
	for _, m := range modems {
		delivered += len(stored(m, "SM"))
		if n := len(stored(m, "SR")); n != messages {
			t.Errorf("%d reports", n)
		}
	}
	if delivered != len(modems)*messages {
		t.Errorf("%d messages delivered", delivered)
	}
}
