package modem

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	ok      = "\r\nOK\r\n"
	refusal = "\r\nERROR\r\n"
)

// full is a configuration that takes part in every step.
var full = Config{
	PreInit: true, Init: "AT+CSCS=\"GSM\"", Init2: "AT+X", SignalQuality: true, CheckNetwork: 1,
	SelectPDUMode: true, SMSC: "358501234567", Incoming: true,
}

func TestInitOrder(t *testing.T) {
	s := (&simulated{}).
		on("AT+CGSN", "\r\n350000000000001"+ok).
		on("AT+CIMI", "\r\n244050000000001"+ok).
		on("AT+CGMI", "\r\nACME"+ok).
		on("AT+CGMM", "\r\n+CGMM: \"Model 7\""+ok).
		on("AT+CGMR", "\r\nRevision: 1.2"+ok).
		on("AT+CCID", "\r\n+CCID: \"8935805000000000001F\""+ok).
		on("AT+CPMS?", "\r\n+CPMS: \"SM\",1,20,\"SM\",1,20,\"SM\",1,20\r\n"+ok)
	m := newSimulated(t, full, s)
	got, err := m.Init(context.Background())
	want := Identity{IMEI: "350000000000001", IMSI: "244050000000001", ICCID: "8935805000000000001",
		Manufacturer: "ACME", Model: "Model 7", Revision: "Revision: 1.2"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Init: %v (-want +got):\n%s", err, diff)
	}
	order := []string{"AT", "ATE0", "AT+CMEE=1", "AT+CGMI", "AT+CGMM", "AT+CPIN?", "AT+CSCS=\"GSM\"", "AT+X", "AT+CSQ", "AT+CREG?", "AT+CMGF=0",
		"AT+CSCA=\"+358501234567\"", "AT+CGSN", "AT+CIMI", "AT+CGMR", "AT+CCID", "AT+CPMS?", "AT+CNMI=2,1,2,1,0"}
	if diff := cmp.Diff(order, s.commands()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

func TestInitAgainDoesNotRepeatWhatIsDoneOnce(t *testing.T) {
	s := &simulated{}
	m := newSimulated(t, Config{Start: "AT+START", Incoming: true}, s)
	for range 2 {
		if _, err := m.Init(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for command, want := range map[string]int{"AT+START": 1, "AT+CPIN?": 1, "AT+CGSN": 1, "AT+CPMS?": 1, "AT": 2, "AT+CNMI=2,1,2,1,0": 2} {
		if got := s.count(command); got != want {
			t.Errorf("%s was given %d times, want %d", command, got, want)
		}
	}
}

func TestInitSwitchedOff(t *testing.T) {
	s := &simulated{}
	m := newSimulated(t, Config{IgnorePIN: true, Profile: NoProfile}, s)
	if _, err := m.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := []string{"AT", "AT+CGSN", "AT+CIMI", "AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CCID"}
	if diff := cmp.Diff(want, s.commands()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

func TestInitTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  Config
		rule rule
		want error
	}{
		"init refused":         {full, rule{"AT+X", []string{refusal}}, ErrInit},
		"init refused once":    {full, rule{"AT+X", []string{refusal, ok}}, nil},
		"PDU mode refused":     {full, rule{"AT+CMGF=0", []string{refusal}}, ErrPDUMode},
		"PDU mode later":       {full, rule{"AT+CMGF=0", []string{"\r\n+CMS ERROR: 302\r\n", ok}}, nil},
		"SMSC refused":         {full, rule{"AT+CSCA=", []string{refusal}}, ErrSMSC},
		"echo refused":         {full, rule{"ATE0", []string{"\r\nCOMMAND NOT SUPPORT\r\n"}}, nil},
		"CMEE refused":         {full, rule{"AT+CMEE=1", []string{refusal}}, nil},
		"no identity":          {full, rule{"AT+CGSN", []string{refusal}}, nil},
		"identity unanswered":  {full, rule{"AT+CCID", []string{""}}, nil},
		"CPMS refused":         {full, rule{"AT+CPMS?", []string{refusal}}, nil},
		"CNMI refused":         {full, rule{"AT+CNMI=", []string{refusal}}, nil},
		"CSQ refused":          {full, rule{"AT+CSQ", []string{refusal}}, nil},
		"network unknown":      {full, rule{"AT+CREG?", []string{"\r\n+CREG: 0,2" + ok}}, ErrNotRegistered},
		"network denied":       {full, rule{"AT+CREG?", []string{"\r\n+CREG: 0,3" + ok}}, ErrDenied},
		"network found later":  {full, rule{"AT+CREG?", []string{"\r\n+CREG: 0,2" + ok, "\r\n+CREG: 0,3" + ok, "\r\n+CREG: 0,5" + ok}}, nil},
		"network not asked":    {full, rule{"AT+CREG?", []string{refusal}}, nil},
		"no answer at all":     {full, rule{"AT", []string{""}}, ErrNotAnswering},
		"answer to third AT":   {full, rule{"AT", []string{"", "", ok}}, nil},
		"init gets no answer":  {full, rule{"AT+X", []string{""}}, ErrTimeout},
		"start gets no answer": {Config{Start: "AT+S", StartSleep: time.Second}, rule{"AT+S", []string{""}}, nil},
		"wake up":              {Config{Wakeup: "wake"}, rule{"wake", []string{refusal}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := (&simulated{}).on(c.rule.command, c.rule.answers...)
				s.on("AT+CGREG?", "\r\n+CGREG: 0,0"+ok)
				s.on("AT+CEREG?", refusal)
				if name == "network not asked" {
					s.on("AT+CGREG?", refusal)
					s.rules[1].answers = []string{refusal}
				}
				m := newSimulated(t, c.cfg, s)
				if _, err := m.Init(context.Background()); !errors.Is(err, c.want) {
					t.Errorf("Init: %v, want %v", err, c.want)
				}
				_ = m.Close()
			})
		})
	}
}

func TestInitFindsLTERegistration(t *testing.T) {
	for _, stat := range []string{"1", "5", "6", "7"} {
		s := (&simulated{}).on("AT+CREG?", "\r\n+CREG: 0,0"+ok).on("AT+CGREG?", refusal).on("AT+CEREG?", "\r\n+CEREG: 0,"+stat+ok)
		m := newSimulated(t, Config{CheckNetwork: 1}, s)
		if _, err := m.Init(context.Background()); err != nil {
			t.Errorf("stat %s: %v", stat, err)
		}
	}
}

func TestInitOfTerseModem(t *testing.T) {
	s := (&simulated{}).on("AT", "0\r").on("ATV1", ok)
	m := newSimulated(t, Config{PreInit: true}, s)
	if _, err := m.Init(context.Background()); err != nil || s.count("ATV1") != 1 {
		t.Errorf("Init: %v, commands %q", err, s.commands())
	}
}

func TestInitSeparatesSettingsThatAreRefusedTogether(t *testing.T) {
	s := (&simulated{}).on("AT+CMEE=1;+CLIP=1;+CREG=2", refusal)
	m := newSimulated(t, Config{PreInit: true, CallerID: true, CellInfo: true}, s)
	if _, err := m.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"AT+CMEE=1", "AT+CLIP=1", "AT+CREG=2"} {
		if s.count(command) != 1 {
			t.Errorf("%s was not given", command)
		}
	}
}

// A late OK of an earlier user of the device must not shift every answer by one.
func TestInitIsNotShiftedByALateOK(t *testing.T) {
	s := (&simulated{}).on("AT", "\r\nOK\r\n\r\nOK\r\n").on("AT+CGSN", "\r\n350000000000001"+ok)
	m := newSimulated(t, full, s)
	if id, err := m.Init(context.Background()); err != nil || id.IMEI != "350000000000001" || id.IMSI != id.IMEI {
		t.Errorf("Init = %+v, %v", id, err)
	}
}

func TestCNMIChain(t *testing.T) {
	for name, c := range map[string]struct {
		cfg     Config
		refused int
		want    string
	}{
		"best":               {Config{Incoming: true}, 0, "2,1,2,1,0"},
		"third":              {Config{Incoming: true}, 2, "2,1,2,0,0"},
		"none":               {Config{Incoming: true}, len(cnmiChain), ""},
		"set by the user":    {Config{Incoming: true, Init2: "AT+cnmi=1,2"}, 0, ""},
		"nothing to come":    {Config{}, 0, ""},
		"to be acknowledged": {Config{Incoming: true, Acknowledge: true}, 0, "2,1,2,1,0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &simulated{}
			for _, setting := range cnmiChain[:c.refused] {
				s.on("AT+CNMI="+setting, "\r\n+CMS ERROR: 303\r\n")
			}
			m := newSimulated(t, c.cfg, s)
			if _, err := m.Init(context.Background()); err != nil {
				t.Fatal(err)
			}
			status, err := m.Status(context.Background())
			if status.CNMI != c.want || err != nil {
				t.Errorf("CNMI %q, %v, want %q", status.CNMI, err, c.want)
			}
			if given := s.count("AT+CSMS=1") == 1; given != c.cfg.Acknowledge {
				t.Errorf("AT+CSMS=1 given: %v", given)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	s := (&simulated{}).on("AT+CGREG?", refusal).on("AT+CEREG?", "\r\n+CEREG: 2,5,\"00C3\",\"0A1B\",7"+ok).
		on("AT+COPS?", "\r\n+COPS: 0,0,\"net\",7"+ok).on("AT+CSQ", "\r\n+CSQ: 20,3"+ok)
	m := newSimulated(t, Config{SignalQuality: true}, s)
	got, err := m.Status(context.Background())
	if err != nil || !got.Registered || got.CGREG != nil || got.CEREG.LAC != "00C3" || got.Operator.Name != "net" || got.Signal.DBm != -73 || got.Signal.BER != 3 {
		t.Errorf("Status = %+v, %v", got, err)
	}
	quiet := (&simulated{}).on("AT+CSQ", "\r\n+CSQ: 20,3"+ok)
	m = newSimulated(t, Config{}, quiet)
	if got, err := m.Status(context.Background()); err != nil || got.Signal.DBm != 0 || got.Signal.BER != -1 || quiet.count("AT+CSQ") != 0 {
		t.Errorf("the signal is asked for, which is not wanted: %+v, %v", got, err)
	}
}

func TestStatusOfModemThatKnowsNothing(t *testing.T) {
	s := (&simulated{}).on("AT+CREG?", refusal).on("AT+CGREG?", refusal).on("AT+CEREG?", refusal).on("AT+COPS?", refusal).on("AT+CSQ", refusal)
	m := newSimulated(t, Config{}, s)
	if got, err := m.Status(context.Background()); err != nil || got.Registered || got.CREG != nil || got.Operator.AcT != -1 {
		t.Errorf("Status = %+v, %v", got, err)
	}
}

func TestSendWaitsForTheNetworkOnce(t *testing.T) {
	s := (&simulated{}).on("AT+CMGS=", refusal)
	m := newSimulated(t, Config{CheckNetwork: 2}, s)
	for range 2 {
		if _, err := m.Send(context.Background(), "0011", 1); !isRefusal(err) {
			t.Errorf("Send: %v", err)
		}
	}
	if n := s.count("AT+CREG?"); n != 1 {
		t.Errorf("registration was asked %d times, want 1", n)
	}
}

func TestStopAndOptionalCommands(t *testing.T) {
	s := (&simulated{}).on("AT+CMMS=?", "\r\n+CMMS: (0-2)"+ok).on("AT+CMGS=", refusal)
	m := newSimulated(t, Config{Stop: "AT+CFUN=0", MoreMessages: true}, s)
	if _, err := m.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.SendMore(context.Background(), "0011", 1, true); !isRefusal(err) {
		t.Errorf("SendMore: %v", err)
	}
	if err := errors.Join(m.AckDirect(context.Background()), m.Stop(context.Background())); err != nil {
		t.Error(err)
	}
	for _, command := range []string{"AT+CMMS=2", "AT+CNMA", "AT+CFUN=0"} {
		if s.count(command) != 1 {
			t.Errorf("%s was not given", command)
		}
	}
	if err := newSimulated(t, Config{}, &simulated{}).Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestAckDirect(t *testing.T) {
	for name, c := range map[string]struct {
		acknowledge bool
		answer      string
		want        bool
	}{
		"acknowledged":         {true, ok, true},
		"refused":              {true, refusal, false},
		"none expected":        {true, "\r\n+CMS ERROR: 340\r\n", true},
		"acknowledged already": {false, refusal, true},
	} {
		m := newSimulated(t, Config{Acknowledge: c.acknowledge}, (&simulated{}).on("AT+CNMA", c.answer))
		if err := m.AckDirect(context.Background()); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := (&simulated{}).on("AT+CREG?", "\r\n+CREG: 0,2"+ok).on("AT+CGREG?", refusal).on("AT+CEREG?", refusal)
		m := newSimulated(t, Config{CheckNetwork: 1}, s)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, err := m.Init(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Init: %v, want DeadlineExceeded", err)
		}
		_ = m.Close()
	})
}
