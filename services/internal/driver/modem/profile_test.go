package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProfileIsFoundByWhatTheModemSays(t *testing.T) {
	for _, c := range []struct{ maker, model, usb, want string }{
		{"huawei", "E173", "", "huawei"},
		{"huawei", "E3531", "", "huawei-e3531"},
		{"Huawei Technologies", "E3131", "", "huawei-gsm-ussd"},
		{"huawei", "MU736", "", "huawei-mu736"},
		{"ZTE INCORPORATED", "MF190", "", "zte"},
		{"SIMCOM_Ltd", "SIMCOM_SIM800L", "", "simcom"},
		{"SIMCOM_Ltd", "SIMCOM_SIM300D", "", "simcom-sim300"},
		{"SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "", "simcom-lte"},
		{"Quectel", "EC25", "", "quectel"},
		{"Quectel_Ltd", "Quectel_M95", "", "quectel-gsm"},
		{"Quectel_Ltd", "M66", "", "quectel-gsm"},
		{"Telit", "HE910-G", "", "telit-he910"},
		{"Telit", "LE910C1-EU", "", "telit"},
		{"Sierra Wireless, Incorporated", "MC7304", "", "sierra"},
		{"WAVECOM MODEM", "MULTIBAND  900E  1800", "", "wavecom"},
		{"Sierra Wireless", "Fastrack Supreme 20", "", "wavecom"},
		{"u-blox", "SARA-R410M-02B", "", "ublox"},
		{"SIEMENS", "TC35i", "", "siemens"},
		{"Cinterion", "MC75i", "", "siemens"},
		{"NEOWAY", "M590", "", "neoway"},
		{"Nokia", "Nokia N95", "", "phone"},
		{"QUALCOMM INCORPORATED", "22", "", "qualcomm"},
		{"QUALCOMM INCORPORATED", "22", "12D1:1001", "qualcomm"},
		{"", "", "12D1:1001", "huawei"},
		{"", "", "19d2:0117", "zte"},
		{"", "", "1bc7:1201", "telit"},
		{"", "", "ffff:0000", ""},
		{"ACME", "7", "", ""},
	} {
		if got := matchProfile(c.maker, c.model, c.usb).Name; got != c.want {
			t.Errorf("%q %q on %q: profile %q, want %q", c.maker, c.model, c.usb, got, c.want)
		}
	}
}

// TestProfilesAreWellFormed reads the table: names that a configuration can
// hold, commands that are commands, and a family that can be found.
func TestProfilesAreWellFormed(t *testing.T) {
	seen := map[string]bool{AutoProfile: true, NoProfile: true}
	for _, p := range Profiles() {
		if p.Name == "" || seen[p.Name] || p.Title == "" || len(p.makers) == 0 {
			t.Errorf("%q: a name that is not its own, no title, or no maker", p.Name)
		}
		seen[p.Name] = true
		if found, ok := FindProfile(p.Name); !ok || found.Name != p.Name {
			t.Errorf("%s is not found by its name", p.Name)
		}
		if len(p.Reset) > 0 && p.Away == 0 {
			t.Errorf("%s: a reset that takes no time", p.Name)
		}
		if p.OwnCNMI && len(p.CNMI) == 0 {
			t.Errorf("%s: nothing in the place of the common settings", p.Name)
		}
		commands := slices.Clone(p.Reset)
		for _, s := range slices.Concat(p.Early, p.Init) {
			commands = append(commands, s.Try...)
			if s.Ask != "" {
				commands = append(commands, s.Ask)
			}
			if (s.Ask == "") != (len(s.Have) == 0) || len(s.Try) == 0 {
				t.Errorf("%s: a setting that is not whole: %+v", p.Name, s)
			}
		}
		for _, c := range commands {
			if !strings.HasPrefix(c, "AT") || strings.ContainsAny(c, "\r\n") {
				t.Errorf("%s: %q is no command", p.Name, c)
			}
		}
	}
	if _, ok := FindProfile("no such"); ok {
		t.Error("a profile of any name is found")
	}
}

// family is a simulated modem of a maker.
func family(maker, model string) *simulated {
	return (&simulated{}).on("AT+CGMI", "\r\n"+maker+ok).on("AT+CGMM", "\r\n"+model+ok)
}

func TestProfileSettingsComeBeforeTheUsers(t *testing.T) {
	s := family("huawei", "E173")
	m := newSimulated(t, Config{Incoming: true, Init: "AT+USER"}, s)
	if _, err := m.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := s.commands()
	at := func(c string) int { return slices.Index(got, c) }
	if !(at("AT+CGMM") < at("AT^CURC=0") && at("AT^CURC=0") < at("AT+CPIN?") && at("AT+CPIN?") < at("AT+USER")) || at("AT^CURC=0") < 0 {
		t.Errorf("commands: %q", got)
	}
	if p := m.Profile(); p.Name != "huawei" || p.USSD != USSDPacked {
		t.Errorf("profile %+v", p)
	}
}

func TestProfileIsOverridden(t *testing.T) {
	for name, c := range map[string]struct {
		cfg          Config
		given, never []string
	}{
		"by name":        {Config{Profile: "wavecom", Incoming: true}, []string{"AT+WIND=0"}, []string{"AT^CURC=0"}},
		"by none":        {Config{Profile: NoProfile}, nil, []string{"AT^CURC=0"}},
		"by init":        {Config{Init: "AT^CURC=1"}, []string{"AT^CURC=1"}, []string{"AT^CURC=0"}},
		"by init2, CNMI": {Config{Init2: "AT+CNMI=1,1", Incoming: true}, []string{"AT^CURC=0", "AT+CNMI=1,1"}, []string{"AT+CNMI=2,1,2,1,0"}},
		"by start":       {Config{Start: "AT^CURC=1"}, []string{"AT^CURC=1"}, []string{"AT^CURC=0"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := family("huawei", "E173")
			m := newSimulated(t, c.cfg, s)
			if _, err := m.Init(context.Background()); err != nil {
				t.Fatal(err)
			}
			for _, command := range c.given {
				if s.count(command) != 1 {
					t.Errorf("%s was not given once: %q", command, s.commands())
				}
			}
			for _, command := range c.never {
				if s.count(command) != 0 {
					t.Errorf("%s was given", command)
				}
			}
		})
	}
}

// A modem that tells its name only when its SIM is unlocked is asked again then.
func TestProfileIsFoundAfterThePIN(t *testing.T) {
	s := (&simulated{}).on("AT+CGMI", "\r\n+CME ERROR: 11\r\n", "\r\nZTE"+ok)
	m := newSimulated(t, Config{}, s)
	if _, err := m.Init(context.Background()); err != nil || m.Profile().Name != "zte" {
		t.Errorf("Init: %v, profile %q", err, m.Profile().Name)
	}
	if s.count("AT+ZOPRT=5") != 1 {
		t.Errorf("its settings were not given: %q", s.commands())
	}
}

func TestSettingAsksFirst(t *testing.T) {
	for name, c := range map[string]struct {
		usb, now string
		refused  []string
		want     []string
	}{
		"elsewhere":       {"2c7c:0125", "uart1", nil, []string{`AT+QURCCFG="urcport","all"`}},
		"one port only":   {"2c7c:0125", "usbmodem", []string{`AT+QURCCFG="urcport","all"`}, []string{`AT+QURCCFG="urcport","all"`, `AT+QURCCFG="urcport","usbat"`}},
		"here":            {"2c7c:0125", "usbat", nil, nil},
		"not over USB":    {"", "usbmodem", nil, nil},
		"all are refused": {"usb", "usbmodem", []string{`AT+QURCCFG="urcport",`}, []string{`AT+QURCCFG="urcport","all"`, `AT+QURCCFG="urcport","usbat"`}},
	} {
		t.Run(name, func(t *testing.T) {
			s := family("Quectel", "EC25").on(`AT+QURCCFG="urcport"`, "\r\n+QURCCFG: \"urcport\",\""+c.now+"\""+ok)
			for _, command := range c.refused {
				s.on(command, refusal)
			}
			if name == "all are refused" {
				s.on(`AT+QURCCFG="urcport","all"`, refusal).on(`AT+QURCCFG="urcport","usbat"`, refusal)
			}
			m := newSimulated(t, Config{USB: c.usb}, s)
			if _, err := m.Init(context.Background()); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, command := range s.commands() {
				if strings.HasPrefix(command, `AT+QURCCFG="urcport",`) {
					got = append(got, command)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCNMIOfFamilies(t *testing.T) {
	for _, c := range []struct {
		maker, model string
		refused      []string
		want         string
	}{
		{"huawei", "E3531", nil, "2,0,0,2,1"},
		{"huawei", "E3531", []string{"2,0,0,2,1"}, "1,2,0,0,0"},
		{"Cinterion", "MC75i", []string{"2,1,2,1,1"}, "2,1,0,1,1"},
		{"WAVECOM MODEM", "900", []string{"2,1,0,1,0"}, "2,1,0,1"},
		{"QUALCOMM INCORPORATED", "22", []string{"2,1,2,1,0"}, "2,1,2,2,0"},
		{"Cinterion", "TC35", []string{"2,1,2,1,1", "2,1,0,1,1", "2,1,0,2,1", "2,1,0,0,1"}, "2,0,0,2,1"},
	} {
		s := family(c.maker, c.model)
		for _, setting := range c.refused {
			s.on("AT+CNMI="+setting, "\r\n+CMS ERROR: 303\r\n")
		}
		m := newSimulated(t, Config{Incoming: true}, s)
		if _, err := m.Init(context.Background()); err != nil {
			t.Fatal(err)
		}
		if status, err := m.Status(context.Background()); status.CNMI != c.want || err != nil {
			t.Errorf("%s %s: CNMI %q (%v), want %q", c.maker, c.model, status.CNMI, err, c.want)
		}
	}
}

// A modem that refuses message commands until its SMS part is up is waited for.
func TestSlowStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := append(slices.Repeat([]string{refusal}, 20), ok)
		s := family("SIMCOM_Ltd", "SIMCOM_SIM800L").on("AT+CMGF=0", answers...)
		m := newSimulated(t, Config{SelectPDUMode: true, ErrorSleep: time.Hour}, s)
		began := time.Now()
		_, err := m.Init(context.Background())
		if took := time.Since(began); err != nil || took > 30*time.Second {
			t.Errorf("Init: %v after %v", err, took)
		}
		_ = m.Close()
	})
}

func TestFamilyMemories(t *testing.T) {
	const cpms = "\r\n+CPMS: \"SM\",0,20,\"SM\",0,20,\"SM\",0,20\r\n" + ok
	for name, c := range map[string]struct{ advertised, want string }{
		"both":            {`("MT","SM","ME"),("MT","SM"),("MT")`, `AT+CPMS="MT"`},
		"SIM only":        {`("SM"),("SM"),("SM")`, ""},
		"not to be known": {"", ""},
	} {
		s := family("SIEMENS", "MC35").on("AT+CPMS?", cpms).on("AT+CPMS=?", "\r\n+CPMS: "+c.advertised+"\r\n"+ok)
		m := newSimulated(t, Config{Incoming: true}, s)
		if _, err := m.Init(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, command := range s.commands() {
			if strings.HasPrefix(command, `AT+CPMS="`) {
				got = command
			}
		}
		if got != c.want {
			t.Errorf("%s: gave %q, want %q", name, got, c.want)
		}
	}
}

func TestLinkIsKeptWhileMoreFollows(t *testing.T) {
	for name, c := range map[string]struct {
		test string
		set  []string
		want []string
	}{
		"mode 2":      {"+CMMS: (0-2)", []string{ok}, []string{"AT+CMMS=2", "AT+CMGS", "AT+CMGS", "AT+CMMS=0", "AT+CMGS", "AT+CMGS"}},
		"mode 1":      {"+CMMS: (0,1)", []string{ok}, []string{"AT+CMMS=1", "AT+CMGS", "AT+CMMS=1", "AT+CMGS", "AT+CMGS", "AT+CMGS"}},
		"unknown":     {"", []string{ok}, []string{"AT+CMGS", "AT+CMGS", "AT+CMGS", "AT+CMGS"}},
		"refused":     {"+CMMS: (0-2)", []string{refusal}, []string{"AT+CMMS=2", "AT+CMGS", "AT+CMGS", "AT+CMGS", "AT+CMGS"}},
		"no answer":   {"+CMMS: (0-2)", []string{""}, []string{"AT+CMMS=2", "AT+CMGS", "AT+CMGS", "AT+CMGS", "AT+CMGS"}},
		"only zero":   {"+CMMS: (0)", []string{ok}, []string{"AT+CMGS", "AT+CMGS", "AT+CMGS", "AT+CMGS"}},
		"set by user": {"+CMMS: (0-2)", []string{ok}, []string{"AT+CMGS", "AT+CMGS", "AT+CMGS", "AT+CMGS"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := (&simulated{}).on("AT+CMMS=?", "\r\n"+c.test+"\r\n"+ok).on("AT+CMMS=", c.set...).on("AT+CMGS=", refusal)
			cfg := Config{MoreMessages: true, Timeouts: Timeouts{Command: 50 * time.Millisecond, Probe: 50 * time.Millisecond}}
			if name == "set by user" {
				cfg.Init = "AT+CMMS=2"
			}
			m := newSimulated(t, cfg, s)
			if _, err := m.Init(context.Background()); err != nil {
				t.Fatal(err)
			}
			before := len(s.commands())
			for _, more := range []bool{true, true, false, false} {
				if _, err := m.SendMore(context.Background(), "0011", 1, more); !isRefusal(err) {
					t.Fatal(err)
				}
			}
			var got []string
			for _, command := range s.commands()[before:] {
				if strings.HasPrefix(command, "AT+CM") {
					got = append(got, strings.TrimSuffix(command, "=1 "))
				}
			}
			for i := range got {
				if strings.HasPrefix(got[i], "AT+CMGS") {
					got[i] = "AT+CMGS"
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSIMCheck(t *testing.T) {
	absent := "\r\n+CME ERROR: 10\r\n"
	for name, c := range map[string]struct {
		check   SIMCheck
		answers []string
		want    error
		given   map[string]int
	}{
		"there":         {SIMCheck{Enabled: true}, []string{ok}, nil, map[string]int{"AT+CPIN?": 2}},
		"appears":       {SIMCheck{Enabled: true, Retries: 3, Wait: time.Second}, []string{absent, absent, ok}, nil, nil},
		"never":         {SIMCheck{Enabled: true, Retries: 3, Wait: time.Second}, []string{absent}, ErrNoSIM, map[string]int{"AT+CPIN?": 4}},
		"with a reset":  {SIMCheck{Enabled: true, Retries: 1, Reset: "AT+A[2]AT+B[1]"}, []string{absent, ok}, nil, map[string]int{"AT+A": 1, "AT+B": 1}},
		"radio off, on": {SIMCheck{Enabled: true, Retries: 1, Reset: "RADIO_OFF_ON"}, []string{absent, ok}, nil, map[string]int{"AT+CFUN=0;+CFUN=1": 1}},
		"slowly": {SIMCheck{Enabled: true, Retries: -1, Reset: "RADIO_OFF_ON_SLOW"}, append(slices.Repeat([]string{absent}, 30), ok), nil,
			map[string]int{"AT+CFUN=0": 30, "AT+CFUN=1": 30}},
		"other command": {SIMCheck{Enabled: true, Command: "AT+CIMI"}, []string{ok}, nil, map[string]int{"AT+CPIN?": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := (&simulated{}).on("AT+CPIN?", c.answers...)
				m := newSimulated(t, Config{SIMCheck: c.check}, s)
				if _, err := m.Init(context.Background()); !errors.Is(err, c.want) {
					t.Errorf("Init: %v, want %v", err, c.want)
				}
				for command, n := range c.given {
					if got := s.count(command); got != n {
						t.Errorf("%s was given %d times, want %d", command, got, n)
					}
				}
				_ = m.Close()
			})
		})
	}
}

func TestPatienceAndGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := (&simulated{}).on("AT+CMGL=4", "")
		m := newSimulated(t, Config{Profile: NoProfile, Gap: 300 * time.Millisecond, Timeouts: Timeouts{Factors: map[Op]int{OpCMGL: 3}}}, s)
		if _, err := m.Init(context.Background()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := m.List(context.Background()); !errors.Is(err, ErrTimeout) {
			t.Errorf("List: %v", err)
		}
		if took := time.Since(began); took != 15*time.Second+300*time.Millisecond {
			t.Errorf("the list was waited for %v, want three times 5 s and the gap", took)
		}
		_ = m.Close()
	})
}

func TestListings(t *testing.T) {
	const (
		cpms   = "\r\n+CPMS: \"SM\",2,20,\"SM\",2,20,\"SM\",2,20\r\n" + ok
		first  = "\r\n+CMGR: 1,,2\r\n0001\r\n" + ok
		second = "\r\n+CMGR: 1,,2\r\n0002\r\n" + ok
		list   = "\r\n+CMGL: 1,1,,2\r\n0001\r\n+CMGL: 4,1,,2\r\n0002\r\n" + ok
		empty  = "\r\n+CMS ERROR: 321\r\n"
	)
	slots := []rule{{"AT+CMGR=1", []string{first}}, {"AT+CMGR=4", []string{second}}, {"AT+CMGR=", []string{empty}}}
	for name, c := range map[string]struct {
		listing Listing
		rules   []rule
		given   map[string]int
		want    error
	}{
		"0":          {ListBlindly, append([]rule{{"AT+CPMS?", []string{cpms}}}, slots...), map[string]int{"AT+CMGL=4": 0, "AT+CMGR=5": 0}, nil},
		"0, no CPMS": {ListBlindly, append([]rule{{"AT+CPMS?", []string{refusal}}}, slots...), map[string]int{"AT+CMGR=10": 1, "AT+CMGR=11": 0}, nil},
		"1":          {ListByIndex, append([]rule{{"AT+CPMS?", []string{cpms}}}, slots...), map[string]int{"AT+CMGL=4": 0, "AT+CMGR=4": 1}, nil},
		"1, no CPMS": {ListByIndex, []rule{{"AT+CPMS?", []string{refusal}}}, map[string]int{"AT+CMGR=1": 0}, &RefusedError{}},
		"2":          {ListDeletable, append([]rule{{"AT+CMGD=?", []string{"\r\n+CMGD: (1,4),(0-4)\r\n" + ok}}}, slots...), map[string]int{"AT+CMGL=4": 0, "AT+CMGR=2": 0}, nil},
		"2, a range": {ListDeletable, append([]rule{{"AT+CMGD=?", []string{"\r\n+CMGD: (1-4)\r\n" + ok}}}, slots...), map[string]int{"AT+CMGR=2": 1}, nil},
		"3 and 4":    {ListThenRead, append([]rule{{"AT+CMGL=4", []string{list}}}, slots...), map[string]int{"AT+CMGR=1": 1, "AT+CMGR=4": 1}, nil},
		"31 and 41":  {ListWhole, append([]rule{{"AT+CMGL=4", []string{list}}}, slots...), map[string]int{"AT+CMGR=1": 0}, nil},
		"auto, no list, no CPMS": {ListAuto, append([]rule{{"AT+CMGL=4", []string{refusal}}, {"AT+CPMS?", []string{refusal}}}, slots...),
			map[string]int{"AT+CMGR=10": 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := &simulated{rules: slices.Clone(c.rules)}
			m := newSimulated(t, Config{Listing: c.listing, MemoryStart: 1}, s)
			m.step.lost = false
			found, err := m.List(context.Background())
			var refused *RefusedError
			if c.want != nil != (err != nil) || c.want != nil && !errors.As(err, &refused) {
				t.Fatalf("List: %v", err)
			}
			if got := fmt.Sprint(indexes(found)); c.want == nil && got != "[1 4]" {
				t.Errorf("found %s, want those of slots 1 and 4", got)
			}
			for command, n := range c.given {
				if got := s.count(command); got != n {
					t.Errorf("%s was given %d times, want %d", command, got, n)
				}
			}
		})
	}
}

// A report that the modem puts into a memory of its own is found, and so are
// messages in the usual one after that.
func TestMemoriesThatIndicationsName(t *testing.T) {
	s := (&simulated{}).
		on("AT+CPMS?", "\r\n+CPMS: \"SM\",0,20,\"SM\",0,20,\"SM\",0,20\r\n"+ok).
		on("AT+CMGL=4", ok, "\r\n+CMGL: 1,1,,2\r\n0002\r\n"+ok, ok, ok).
		on("AT+POKE", "\r\n+CDSI: \"SR\",1\r\n"+ok)
	m := newSimulated(t, Config{Incoming: true}, s)
	if _, err := m.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Command(context.Background(), "AT+POKE", 0); err != nil {
		t.Fatal(err)
	}
	found, err := m.List(context.Background())
	if err != nil || len(found) != 1 || found[0].Memory != "SR" {
		t.Fatalf("List: %+v, %v", found, err)
	}
	if _, err := m.List(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := []string{`AT+CMGL=4`, `AT+CPMS="SR"`, `AT+CMGL=4`, `AT+CPMS="SM"`, `AT+CMGL=4`, `AT+CPMS="SR"`, `AT+CMGL=4`}
	got := s.commands()
	if diff := cmp.Diff(want, got[len(got)-len(want):]); diff != "" {
		t.Error(diff)
	}
}

// A modem that wants all three memories named is given those that are in use.
func TestSelectingAMemoryOfAModemThatWantsAllThree(t *testing.T) {
	s := (&simulated{}).
		on("AT+CPMS?", "\r\n+CPMS: \"ME\",0,20,\"ME\",0,20,\"SM\",0,10\r\n"+ok).
		on(`AT+CPMS="SM"`, refusal).
		on(`AT+CPMS="SM","ME","SM"`, "\r\n+CPMS: 9,10,0,20,9,10\r\n"+ok)
	m := newSimulated(t, Config{Incoming: true, Memories: []string{"SM"}}, s)
	if _, err := m.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s.count(`AT+CPMS="SM","ME","SM"`) != 1 {
		t.Errorf("commands: %q", s.commands())
	}
	for _, u := range m.Memories() {
		if u.Name == "SM" && (u.Used != 9 || u.Total != 10) {
			t.Errorf("usage %+v", u)
		}
	}
}
