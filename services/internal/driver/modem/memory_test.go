package modem

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestList(t *testing.T) {
	const cpms = "\r\n+CPMS: \"SM\",2,3,\"SM\",2,3,\"SM\",2,3" + ok
	found := func(index int, pdu string) string {
		return "\r\n+CMGR: 1,,2\r\n" + pdu + ok
	}
	for name, c := range map[string]struct {
		cfg   Config
		rules []rule
		want  []Stored
		err   error
	}{
		"listed": {Config{}, []rule{{"AT+CMGL=4", []string{"\r\n+CMGL: 0,1,,2\r\n0001\r\n+CMGL: 7,0,\"x\",2\r\n0002\r\n" + ok}}},
			[]Stored{{Index: 0, Status: 1, Length: 2, PDU: "0001"}, {Index: 7, Length: 2, PDU: "0002"}}, nil},
		"empty":                   {Config{}, []rule{{"AT+CMGL=4", []string{ok}}}, nil, nil},
		"empty answered by ERROR": {Config{}, []rule{{"AT+CMGL=4", []string{refusal}}, {"AT+CPMS?", []string{refusal}}}, nil, nil},
		"empty by number": {Config{}, []rule{{"AT+CMGL=4", []string{"\r\n+CMS ERROR: 321\r\n"}},
			{"AT+CPMS?", []string{"\r\n+CPMS: \"SM\",0,20" + ok}}}, nil, nil},
		"SIM busy is no empty list": {Config{}, []rule{{"AT+CMGL=4", []string{"\r\n+CMS ERROR: 314\r\n"}}},
			nil, &RefusedError{}},
		"no CMGL": {Config{}, []rule{{"AT+CMGL=4", []string{refusal}}, {"AT+CPMS?", []string{cpms}},
			{"AT+CMGR=0", []string{"\r\n+CMS ERROR: 321\r\n"}}, {"AT+CMGR=1", []string{ok}}, {"AT+CMGR=2", []string{found(2, "0001")}},
			{"AT+CMGR=3", []string{found(3, "0002")}}},
			[]Stored{{"SM", 2, 1, 2, "0001"}, {"SM", 3, 1, 2, "0002"}}, nil},
		"by index, start late": {Config{Listing: ListByIndex, MemoryStart: 2}, []rule{{"AT+CPMS?", []string{cpms}},
			{"AT+CMGR=0", []string{found(0, "0000")}}, {"AT+CMGR=1", []string{refusal}}, {"AT+CMGR=2", []string{found(2, "0001")}},
			{"AT+CMGR=3", []string{ok}}},
			[]Stored{{"SM", 2, 1, 2, "0001"}, {"SM", 0, 1, 2, "0000"}}, nil},
		"none to be found": {Config{}, []rule{{"AT+CMGL=4", []string{refusal}}, {"AT+CPMS?", []string{cpms}}},
			nil, ErrAnswer},
		"PDU missing": {Config{}, []rule{{"AT+CMGL=4", []string{"\r\n+CMGL: 0,1,,2\r\n\r\n+CMGL: 7,0,,2\r\n0002\r\n" + ok}}},
			[]Stored{{Index: 0, Status: 1, Length: 2}, {Index: 7, Length: 2, PDU: "0002"}}, nil},
		"PDU damaged": {Config{}, []rule{{"AT+CMGL=4", []string{"\r\n+CMGL: 0,1,,2\r\n00G" + ok}}},
			[]Stored{{Index: 0, Status: 1, Length: 2, PDU: "00G"}}, nil},
		"noise in between": {Config{}, []rule{{"AT+CMGL=4", []string{
			"\r\n+CMGL: 0,1,,2\r\n+CMTI: \"SM\",9\r\n^RSSI: 3\r\n+CDS: 2\r\nFFFF\r\n0001\r\n" + ok}}},
			[]Stored{{Index: 0, Status: 1, Length: 2, PDU: "0001"}}, nil},
		"echoed": {Config{}, []rule{{"AT+CMGL=4", []string{"AT+CMGL=4\r\r\n+CMGL: 0,1,,2\r\n0001\r\n" + ok}}},
			[]Stored{{Index: 0, Status: 1, Length: 2, PDU: "0001"}}, nil},
		"other value": {Config{CMGLValue: "\"ALL\""}, []rule{{"AT+CMGL=\"ALL\"", []string{"\r\n+CMGL: 0,1,,2\r\n0001\r\n" + ok}}},
			[]Stored{{Index: 0, Status: 1, Length: 2, PDU: "0001"}}, nil},
		"two memories": {Config{Memories: []string{"SM", "SR"}}, []rule{{"AT+CMGL=4", []string{
			"\r\n+CMGL: 0,1,,2\r\n0001\r\n" + ok, "\r\n+CMGL: 0,1,,2\r\n0002\r\n" + ok}}},
			[]Stored{{"SM", 0, 1, 2, "0001"}, {"SR", 0, 1, 2, "0002"}}, nil},
		"memory refused": {Config{Memories: []string{"ZZ"}}, []rule{{"AT+CPMS=", []string{refusal}}}, nil, &RefusedError{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &simulated{rules: c.rules}
			m := newSimulated(t, c.cfg, s)
			got, err := m.List(context.Background())
			if diff := cmp.Diff(c.want, got); diff != "" || isUnusable(err) != (c.err != nil) {
				t.Errorf("List: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestRead(t *testing.T) {
	s := (&simulated{}).on("AT+CMGR=3", "\r\n+CMGR: 0,,2\r\n0001"+ok).on("AT+CMGR=4", ok).
		on("AT+CMGR=5", "\r\n+CMGR: 0,,0\r\n"+ok).on("AT+CMGR=6", cmeError(22)).on("AT+CMGR=7", "\r\n+CMS ERROR: 313\r\n")
	m := newSimulated(t, Config{}, s)
	got, err := m.Read(context.Background(), "SR", 3)
	if diff := cmp.Diff(Stored{"SR", 3, 0, 2, "0001"}, got); diff != "" || err != nil {
		t.Errorf("Read: %v (-want +got):\n%s", err, diff)
	}
	for _, index := range []int{4, 5, 6} {
		if _, err := m.Read(context.Background(), "SR", index); !errors.Is(err, ErrEmptySlot) {
			t.Errorf("Read(%d): %v, want ErrEmptySlot", index, err)
		}
	}
	if _, err := m.Read(context.Background(), "", 7); !isRefusal(err) || errors.Is(err, ErrEmptySlot) {
		t.Errorf("Read: %v", err)
	}
	if n := s.count(`AT+CPMS="SR"`); n != 1 {
		t.Errorf("memory was selected %d times", n)
	}
}

func TestDelete(t *testing.T) {
	for name, c := range map[string]struct {
		answers []string
		want    bool
		given   int
	}{
		"deleted":       {[]string{ok}, true, 1},
		"second try":    {[]string{refusal, ok}, true, 2},
		"refused twice": {[]string{refusal, refusal, ok}, false, 2},
		"already gone":  {[]string{"\r\n+CMS ERROR: 321\r\n"}, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := (&simulated{}).on("AT+CMGD=5", c.answers...)
			m := newSimulated(t, Config{}, s)
			if err := m.Delete(context.Background(), Stored{Memory: "ME", Index: 5}); (err == nil) != c.want {
				t.Errorf("Delete: %v", err)
			}
			if n := s.count("AT+CMGD=5"); n != c.given || s.count(`AT+CPMS="ME"`) != 1 {
				t.Errorf("AT+CMGD was given %d times, want %d", n, c.given)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	m := newSimulated(t, Config{}, (&simulated{}).on("AT+CPMS?", "\r\n+CPMS: \"ME\",3,99"+ok, ok))
	if got, err := m.Usage(context.Background()); err != nil || got.Used != 3 || got.Total != 99 {
		t.Errorf("Usage = %+v, %v", got, err)
	}
	if _, err := m.Usage(context.Background()); !errors.Is(err, ErrAnswer) {
		t.Errorf("Usage: %v, want ErrAnswer", err)
	}
}

func TestReceived(t *testing.T) {
	for status := range 4 {
		if got := (Stored{Status: status}).Received(); got != (status < 2) {
			t.Errorf("status %d received: %v", status, got)
		}
	}
}

func TestSlots(t *testing.T) {
	for _, c := range []struct {
		start, total int
		want         []int
	}{
		{0, 2, []int{0, 1, 2}}, {1, 2, []int{1, 2, 0}}, {9, 2, []int{0, 1, 2}}, {0, 0, []int{0}},
	} {
		if diff := cmp.Diff(c.want, slots(c.start, c.total)); diff != "" {
			t.Errorf("slots(%d, %d) (-want +got):\n%s", c.start, c.total, diff)
		}
	}
	if n := len(slots(0, 1<<40)); n > maxSlots+1 {
		t.Errorf("%d slots", n)
	}
}
