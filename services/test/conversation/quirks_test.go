package conversation_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// quirk is one thing that real modems do, and what is done about it.
type quirk struct {
	// name is that of its row.
	name string
	// test lets a simulated modem do it; nil: it cannot be simulated, for why.
	test func(*testing.T)
	why  string
}

// cannot is a quirk that this simulator cannot show, with the reason.
func cannot(name, why string) quirk { return quirk{name: name, why: why} }

const (
	onUSB    = "which of the ports of a USB device is opened is decided before there is a conversation; the tests of the device have it"
	inPerson = "it changes the stick for good, which is for its owner to decide; it is never given"
	wire     = "it is about the wire, which a pipe does not have"
	network  = "it is the network or the subscription that refuses; a command for it belongs into init"
)

// modemOf is a simulated modem of a maker.
func modemOf(maker, model string) sim.Config { return sim.Config{Manufacturer: maker, Model: model} }

// with adds rules to a simulated modem.
func with(cfg sim.Config, rules ...sim.Rule) sim.Config {
	cfg.Rules = append(cfg.Rules, rules...)
	return cfg
}

// on answers commands that match by a text.
func on(t *testing.T, match, reply string) sim.Rule {
	t.Helper()
	r := rules(t, `[{"stage":"command","match":"x","action":"reply"}]`)[0]
	r.Match, r.Reply = pattern(match), reply
	return r
}

// chatter says a line before the answer to every command and every PDU.
func chatter(t *testing.T, lines ...string) []sim.Rule {
	t.Helper()
	var all []sim.Rule
	for _, stage := range []sim.Stage{sim.StageCommand, sim.StagePDU, sim.StageAccepted} {
		for _, line := range lines {
			all = append(all, sim.Rule{Stage: stage, Match: pattern("."), Action: sim.ActionURC, Reply: line})
		}
	}
	return all
}

// profileOf finds what is known of a family.
func profileOf(t *testing.T, name string) driver.Profile {
	t.Helper()
	p, ok := driver.FindProfile(name)
	if !ok || p.Name != name {
		t.Fatalf("there is no profile %s", name)
	}
	return p
}

// codes wants a family's USSD to be coded so.
func codes(want driver.USSDCoding, profiles ...string) func(*testing.T) {
	return func(t *testing.T) {
		for _, name := range profiles {
			if got := profileOf(t, name).USSD; got != want {
				t.Errorf("%s: USSD coding %d, want %d", name, got, want)
			}
		}
	}
}

// resets wants a family to be restarted by a command, and to be waited for.
func resets(profile, command string) func(*testing.T) {
	return func(t *testing.T) {
		if p := profileOf(t, profile); p.Reset[0] != command || p.Away < 10*time.Second {
			t.Errorf("%s: reset by %q, away for %v", profile, p.Reset, p.Away)
		}
	}
}

// driving makes a test of a driver and a simulated modem.
func driving(cfg func(*testing.T) sim.Config, change func(*driver.Config), f func(*driven)) func(*testing.T) {
	return func(t *testing.T) { drive(t, cfg(t), change, f) }
}

// ofMaker is for driving: a modem of a maker, with rules.
func ofMaker(maker, model string, rules ...func(*testing.T) []sim.Rule) func(*testing.T) sim.Config {
	return func(t *testing.T) sim.Config {
		cfg := modemOf(maker, model)
		for _, r := range rules {
			cfg = with(cfg, r(t)...)
		}
		return cfg
	}
}

// saying and answering are rules for ofMaker.
func saying(lines ...string) func(*testing.T) []sim.Rule {
	return func(t *testing.T) []sim.Rule { return chatter(t, lines...) }
}

func answering(match, reply string) func(*testing.T) []sim.Rule {
	return func(t *testing.T) []sim.Rule { return []sim.Rule{on(t, match, reply)} }
}

// silentFor gives no answer to the first n commands that match.
func silentFor(match string, n int) func(*testing.T) []sim.Rule {
	return func(*testing.T) []sim.Rule {
		return []sim.Rule{{Stage: sim.StageCommand, Match: pattern(match), Action: sim.ActionSilence, Times: n}}
	}
}

// worksBy is works within a time: what is waited for comes long before the pause
// after an error ends, which is an hour.
func worksBy(limit time.Duration) func(*driven) {
	return func(d *driven) {
		d.t.Helper()
		began := time.Now()
		d.works()
		if took := time.Since(began); took > limit {
			d.t.Errorf("it was ready after %v, want %v at most", took, limit)
		}
	}
}

// works is the body of a test that wants nothing but that all goes well.
func works(d *driven) { d.works() }

// quirks are those of the modems' specification, family by family and in its
// order. Every one is tested, or says why it cannot be.
var quirks = slices.Concat(huawei, zte, simcom, simcomLTE, quectel, quectelGSM, telit, wavecom, ublox, siemens, qualcomm, phones, rulesOfDriver)

var huawei = []quirk{
	cannot("Huawei: port role from the interface's protocol", onUSB),
	{name: "Huawei: AT^GETPORTMODE crashes 12d1:1573", test: driving(ofMaker("huawei", "E3372"), usb("12d1:1573"), func(d *driven) {
		d.works()
		d.never("AT^GETPORTMODE")
	})},
	{name: "Huawei: ^RSSI, ^BOOT, ^DSFLOWRPT, ^RSSILVL, ^HRSSILVL until AT^CURC=0", test: driving(
		ofMaker("huawei", "E173", answering(`\^CURC`, "OK"), saying("^RSSI: 20", "^BOOT:1,0,0,0,6", "^DSFLOWRPT:0,0,0,0,0,0,0", "^RSSILVL: 99", "^HRSSILVL:1,2")), nil,
		func(d *driven) {
			d.works()
			d.gave("AT^CURC=0")
		})},
	{name: "Huawei: indications go to one port only", test: driving(ofMaker("huawei", "E173"), nil, func(d *driven) {
		d.init()
		// Nothing tells that it is there; the worker lists now and then.
		if _, err := d.sim.Store("SM", 0, received); err != nil {
			d.t.Fatal(err)
		}
		d.finds(1)
	})},
	{name: "Huawei: COMMAND NOT SUPPORT instead of ERROR, blank lines", test: driving(func(t *testing.T) sim.Config {
		cfg := modemOf("huawei", "E220")
		cfg.UnknownCommand = "\r\n\r\nCOMMAND NOT SUPPORT\r\n"
		return cfg
	}, func(c *driver.Config) { c.Init = "AT+CSCS=\"GSM\"" }, func(d *driven) {
		d.works()
		began := time.Now()
		_, err := d.m.Command(context.Background(), "AT+NOSUCH", time.Minute)
		var r *driver.RefusedError
		if !errors.As(err, &r) || r.Class != atline.Modem || time.Since(began) > time.Second {
			d.t.Errorf("Command: %v after %v", err, time.Since(began))
		}
	})},
	cannot("Huawei: HiLink firmware has no AT at all", "there is no serial port to talk over"),
	cannot("Huawei: AT^SETPORT removes the CD-ROM", inPerson),
	{name: "Huawei: the list index starts at 0", test: func(t *testing.T) {
		for _, listing := range []driver.Listing{driver.ListAuto, driver.ListByIndex, driver.ListDeletable, driver.ListThenRead, driver.ListWhole} {
			cfg := modemOf("huawei", "E173")
			cfg.FirstIndex0 = true
			drive(t, cfg, func(c *driver.Config) { c.Listing = listing }, works)
		}
	}},
	{name: `Huawei: reports in "SR" with +CDSI`, test: driving(ofMaker("huawei", "E173", answering(`CNMI=2,1,2,1,0`, "+CMS ERROR: 303")), nil, func(d *driven) {
		d.init()
		deliverTo(d, reported)
		if e, ok := happened[driver.NewMessage](d); !ok || !e.Report || e.Memory != "SR" {
			d.t.Errorf("event %+v", e)
		}
		if found := d.finds(1); found[0].Memory != "SR" {
			d.t.Errorf("found in %q", found[0].Memory)
		}
	})},
	{name: "Huawei: reports as +CDS only", test: driving(ofMaker("huawei", "E173"), nil, func(d *driven) {
		d.init()
		deliverTo(d, reported)
		if e, ok := happened[driver.Direct](d); !ok || string(e.PDU) != reported {
			d.t.Errorf("event %+v", e)
		}
		if err := d.m.AckDirect(context.Background()); err != nil || d.Count("AT+CNMA") != 1 {
			d.t.Errorf("AckDirect: %v, %q", err, d.All())
		}
	})},
	{name: "Huawei: E3531 needs AT+CNMI=2,0,0,2,1 or 1,2,0,0,0", test: func(t *testing.T) {
		drive(t, modemOf("huawei", "E3531"), nil, func(d *driven) {
			d.works()
			if got := d.cnmi(); got != "2,0,0,2,1" {
				d.t.Errorf("CNMI %s", got)
			}
		})
		drive(t, with(modemOf("huawei", "E3531"), on(t, "CNMI=2", "ERROR")), nil, func(d *driven) {
			d.works()
			if got := d.cnmi(); got != "1,2,0,0,0" {
				d.t.Errorf("CNMI %s", got)
			}
		})
	}},
	{name: "Huawei: USSD is packed hex whatever AT+CSCS says", test: codes(driver.USSDPacked, "huawei", "huawei-e3531", "huawei-mu736")},
	{name: "Huawei: packed USSD is padded with CR", test: codes(driver.USSDPacked, "huawei")},
	{name: "Huawei: E169 and E3131 take the GSM alphabet", test: codes(driver.USSDGSM, "huawei-gsm-ussd")},
	{name: "Huawei: AT^RESET, MU736 AT+CFUN=16", test: func(t *testing.T) {
		resets("huawei", "AT^RESET")(t)
		resets("huawei-mu736", "AT+CFUN=16")(t)
	}},
	{name: "Huawei: AT+CFUN=1,1 reboots into mass storage", test: func(t *testing.T) {
		for _, p := range driver.Profiles() {
			if strings.HasPrefix(p.Name, "huawei") && slices.Contains(p.Reset, "AT+CFUN=1,1") {
				t.Errorf("%s is reset by AT+CFUN=1,1", p.Name)
			}
		}
	}},
}

var zte = []quirk{
	{name: "ZTE: +ZUSIMR floods until it crashes, unless AT+CPMS? comes early and after the PIN", test: driving(func(t *testing.T) sim.Config {
		cfg := with(modemOf("ZTE INCORPORATED", "MF190"), chatter(t, "+ZUSIMR:2")...)
		cfg.PIN = "1234"
		return cfg
	}, func(c *driver.Config) { c.PIN = "1234" }, func(d *driven) {
		d.works()
		given := d.All()
		first, pin := slices.Index(given, "AT+CPMS?"), slices.Index(given, `AT+CPIN="1234"`)
		if first < 0 || first > pin || slices.Index(given[pin:], "AT+CPMS?") < 0 || pin+slices.Index(given[pin:], "AT+CPMS?") > slices.Index(given, "AT+CMGF=0") {
			d.t.Errorf("given were %q", given)
		}
	})},
	{name: "ZTE: +ZPASR and +ZEND noise", test: driving(ofMaker("ZTE", "MF626", saying(`+ZPASR:"HSDPA"`, "+ZEND: 1")), nil, works)},
	cannot("ZTE: AT+ZCDRUN=8 removes the CD", inPerson),
	{name: "ZTE: AT+ZOPRT=5 keeps it on the network", test: driving(ofMaker("ZTE", "MF626"), nil, func(d *driven) {
		d.works()
		d.gave("AT+ZOPRT=5")
	})},
	{name: "ZTE: MF190 delivers no status report", test: driving(ofMaker("ZTE", "MF190"), nil, func(d *driven) { d.init(); d.send() })},
	{name: "ZTE: AT+CPMS with three parameters", test: driving(ofMaker("ZTE", "MF190", answering(`^AT\+CPMS="[A-Z]+"$`, "ERROR")),
		func(c *driver.Config) { c.Memories = []string{"ME"} }, func(d *driven) {
			d.init()
			d.gave(`AT+CPMS="ME","SM","SM"`)
			if _, err := d.sim.Store("ME", 0, received); err != nil {
				d.t.Fatal(err)
			}
			d.finds(1)
		})},
	{name: "ZTE: MF667 takes the GSM alphabet", test: codes(driver.USSDGSM, "zte")},
	{name: "ZTE: AT+ZRST", test: resets("zte", "AT+ZRST")},
}

var simcom = []quirk{
	{name: "SIMCom: AT+CMGF before SMS Ready is refused", test: driving(func(*testing.T) sim.Config {
		cfg := modemOf("SIMCOM_Ltd", "SIMCOM_SIM800L")
		cfg.BootTime, cfg.BootLines = 12*time.Second, []string{"+CPIN: READY", "Call Ready", "SMS Ready"}
		return cfg
	}, func(c *driver.Config) { c.ErrorSleep = time.Hour }, worksBy(15*time.Second))},
	{name: "SIMCom: the first characters are lost in auto-baud", test: driving(ofMaker("SIMCOM_Ltd", "SIMCOM_SIM900", silentFor("^AT$", 3)), nil, works)},
	cannot("SIMCom: AT+IPR fixes the speed", "the first AT finds the speed each time; a fixed one outlives the modem's power, which is for its owner to decide"),
	{name: "SIMCom: UNDER-VOLTAGE WARNNING, NORMAL POWER DOWN", test: driving(
		ofMaker("SIMCOM_Ltd", "SIMCOM_SIM800L", saying("UNDER-VOLTAGE WARNNING", "NORMAL POWER DOWN")), nil, func(d *driven) {
			d.works()
			if e, ok := happened[driver.Noise](d); !ok || !strings.Contains(e.Line, "POWER") && !strings.Contains(e.Line, "VOLTAGE") {
				d.t.Errorf("event %+v", e)
			}
		})},
	{name: "SIMCom: without credit AT+CMGS is never answered", test: driving(func(*testing.T) sim.Config {
		cfg := modemOf("SIMCOM_Ltd", "SIMCOM_SIM800L")
		cfg.Rules = []sim.Rule{{Stage: sim.StagePDU, Match: pattern("."), Action: sim.ActionSilence, Times: 1}}
		return cfg
	}, nil, func(d *driven) {
		d.init()
		var unknown *driver.UnknownError
		if _, err := d.m.Send(context.Background(), hello, helloLength); !errors.As(err, &unknown) {
			d.t.Errorf("Send: %v", err)
		}
		d.send() // and it is in step again
	})},
	{name: "SIMCom: a full SIM loses messages silently", test: driving(func(*testing.T) sim.Config {
		cfg := modemOf("SIMCOM_Ltd", "SIMCOM_SIM800L")
		cfg.Memories, cfg.FullLoses = []sim.Memory{{Name: "SM", Size: 3}}, true
		return cfg
	}, nil, func(d *driven) {
		d.init()
		for range 4 {
			_, _ = d.sim.Store("SM", 0, received)
		}
		d.finds(3)
		if u := d.m.Memories(); len(u) != 1 || u[0].Used != 3 || u[0].Total != 3 {
			d.t.Errorf("Memories: %+v; an alarm needs to know", u)
		}
	})},
	{name: "SIMCom: SIM600 wants check_memory_method=5", test: refusesMethod5},
	{name: "SIMCom: +CREG says 0 and it works", test: driving(ofMaker("SIMCOM_Ltd", "SIMCOM_SIM800L",
		answering(`\+CREG\?`, "+CREG: 0,0\r\n\r\nOK"), answering(`\+CGREG\?`, "+CGREG: 0,0\r\n\r\nOK"), answering(`\+CEREG\?`, "ERROR")),
		func(c *driver.Config) { c.CheckNetwork = 0 }, works)},
	{name: "SIMCom: SIM300D codes USSD packed, SIM900 by AT+CSCS", test: func(t *testing.T) {
		codes(driver.USSDPacked, "simcom-sim300")(t)
		codes(driver.USSDCharset, "simcom")(t)
	}},
	{name: "SIMCom: AT+CFUN=1,1", test: resets("simcom", "AT+CFUN=1,1")},
	{name: "SIMCom: M590E dies with AT+CFUN=0", test: func(t *testing.T) {
		if p := profileOf(t, "neoway"); !p.KeepRadioOn || slices.Contains(p.Reset, "AT+CFUN=0") {
			t.Errorf("profile %+v", p)
		}
	}},
	cannot("SIMCom: PWRKEY", wire),
}

var simcomLTE = []quirk{
	cannot("SIMCom LTE: diagnostic and GPS ports look like ports", onUSB),
	{name: "SIMCom LTE: +CPIN, SMS DONE, PB DONE", test: driving(ofMaker("SIMCOM INCORPORATED", "SIMCOM_SIM7600E", saying("+CPIN: READY", "SMS DONE", "PB DONE")), nil, works)},
	{name: "SIMCom LTE: enumerates anew after AT+CFUN and AT+CRESET", test: comesBack(modemOf("SIMCOM INCORPORATED", "SIMCOM_SIM7600E"))},
	{name: "SIMCom LTE: AT+CNMI=2,1", test: driving(ofMaker("SIMCOM INCORPORATED", "SIMCOM_SIM7600E"), nil, func(d *driven) {
		d.works()
		if got := d.cnmi(); !strings.HasPrefix(got, "2,1") {
			d.t.Errorf("CNMI %s", got)
		}
	})},
	cannot("SIMCom LTE: networks with IMS alone need the profile for VoLTE", network),
	{name: "SIMCom LTE: USSD by AT+CSCS", test: codes(driver.USSDCharset, "simcom-lte")},
	{name: "SIMCom LTE: AT+CRESET", test: resets("simcom-lte", "AT+CRESET")},
}

var quectel = []quirk{
	cannot("Quectel: the AT port is interface 2 or 3", onUSB),
	{name: `Quectel: AT+QURCCFG="urcport" chooses the port of indications`, test: driving(ofMaker("Quectel", "EC25",
		answering(`QURCCFG="urcport"$`, "+QURCCFG: \"urcport\",\"usbmodem\"\r\n\r\nOK"), answering(`QURCCFG="urcport","all"`, "ERROR"),
		answering(`QURCCFG="urcport","usbat"`, "OK")), usb("2c7c:0125"), func(d *driven) {
		d.works()
		d.gave(`AT+QURCCFG="urcport"`, `AT+QURCCFG="urcport","usbat"`)
	})},
	cannot("Quectel: ModemManager must be kept off", "it is another program on the port; the tests of the device have it"),
	cannot("Quectel: sending fails on LTE until AT+CGSMS or IMS is changed", network),
	cannot("Quectel: messages come only after one was sent", network),
	{name: "Quectel: USSD by AT+CSCS", test: codes(driver.USSDCharset, "quectel")},
	{name: "Quectel: AT+CFUN=1,1, and 15 to 30 s", test: func(t *testing.T) {
		resets("quectel", "AT+CFUN=1,1")(t)
		if away := profileOf(t, "quectel").Away; away < 30*time.Second {
			t.Errorf("it is waited for %v", away)
		}
	}},
}

var quectelGSM = []quirk{
	{name: "Quectel M: Call Ready, SMS Ready", test: driving(func(*testing.T) sim.Config {
		cfg := modemOf("Quectel_Ltd", "Quectel_M95")
		cfg.BootTime, cfg.BootLines = 8*time.Second, []string{"Call Ready", "SMS Ready"}
		return cfg
	}, func(c *driver.Config) { c.ErrorSleep = time.Hour }, worksBy(15*time.Second))},
	cannot("Quectel M: sleeps by DTR", wire),
	{name: "Quectel M: memories ME and SM", test: driving(ofMaker("Quectel_Ltd", "M66"),
		func(c *driver.Config) { c.Memories = []string{"SM", "ME"} }, func(d *driven) {
			d.init()
			for _, memory := range []string{"SM", "ME"} {
				if _, err := d.sim.Store(memory, 0, received); err != nil {
					d.t.Fatal(err)
				}
			}
			d.finds(2)
		})},
	{name: "Quectel M: +CMGS with ackpdu", test: driving(func(*testing.T) sim.Config {
		cfg := modemOf("Quectel_Ltd", "M66")
		cfg.Rules = []sim.Rule{{Stage: sim.StageAccepted, Match: pattern("."), Action: sim.ActionReply, Reply: "+CMGS: 12,\"010062110102030400\"\r\n\r\nOK"}}
		return cfg
	}, nil, func(d *driven) {
		d.init()
		if mr := d.send(); mr != 12 {
			d.t.Errorf("reference %d", mr)
		}
	})},
	{name: "Quectel M: USSD by AT+CSCS", test: codes(driver.USSDCharset, "quectel-gsm")},
	{name: "Quectel M: AT+QRST=1, AT+CFUN=1,1", test: func(t *testing.T) {
		resets("quectel-gsm", "AT+CFUN=1,1")(t)
		if !slices.Contains(profileOf(t, "quectel-gsm").Reset, "AT+QRST=1") {
			t.Error("AT+QRST=1 is not known")
		}
	}},
}

var telit = []quirk{
	cannot("Telit: the AT ports differ by model", onUSB),
	{name: "Telit: SELINT and #SMSMODE change what AT+CNMI takes", test: driving(ofMaker("Telit", "LE910", answering("CNMI=2,1,2", "+CMS ERROR: 303"), answering("CNMI=2,1,0,1", "ERROR")), nil, func(d *driven) {
		d.works()
		if got := d.cnmi(); got != "2,1,0,2,0" {
			d.t.Errorf("CNMI %s", got)
		}
	})},
	{name: "Telit: AT+CSMS=1 makes AT+CNMA mandatory, and without it messages are acknowledged to the network", test: driving(
		ofMaker("Telit", "LE910"), func(c *driver.Config) { c.Init = "AT+CNMI=2,2,0,1,0" }, func(d *driven) {
			d.init()
			d.gave("AT+CSMS=1")
			deliverTo(d, received)
			if _, ok := happened[driver.Direct](d); !ok {
				d.t.Fatal("the message was not handed over")
			}
			deliverTo(d, received)
			if n := d.sim.Waiting(); n != 1 {
				d.t.Errorf("%d messages wait for the acknowledgement, want 1", n)
			}
			if err := d.m.AckDirect(context.Background()); err != nil {
				d.t.Error(err)
			}
			synctest.Wait()
			if n := d.sim.Waiting(); n != 0 {
				d.t.Errorf("%d messages wait after it", n)
			}
		})},
	{name: "Telit: older firmware answers AT+CMGD and AT+CPMS oddly", test: driving(ofMaker("Telit", "GM862",
		answering(`CPMS\?`, "+CPMS: 1,20,1,20,1,20\r\n\r\nOK"), func(*testing.T) []sim.Rule {
			return []sim.Rule{{Stage: sim.StageCommand, Match: pattern("CMGD=1"), Action: sim.ActionURC, Reply: "+CMGD: 1"}}
		}), nil, works)},
	{name: `Telit: GM862 stores reports in "SM"`, test: driving(func(t *testing.T) sim.Config {
		cfg := with(modemOf("Telit", "GM862"), on(t, "CNMI=2,1,2,1,0", "ERROR"))
		cfg.Memories = []sim.Memory{{Name: "SM", Size: 20}}
		return cfg
	}, nil, func(d *driven) {
		d.init()
		deliverTo(d, reported)
		if e, ok := happened[driver.NewMessage](d); !ok || !e.Report || e.Memory != "SM" {
			d.t.Errorf("event %+v", e)
		}
		d.finds(1)
	})},
	{name: "Telit: HE910 takes the GSM alphabet", test: codes(driver.USSDGSM, "telit-he910")},
	{name: "Telit: AT#REBOOT, AT#ENHRST", test: resets("telit", "AT#REBOOT")},
}

var wavecom = []quirk{
	cannot("Wavecom: RTS/CTS, 9600 and 115200", wire),
	{name: "Wavecom: +WIND until AT+WIND=0", test: driving(ofMaker("WAVECOM MODEM", "MULTIBAND", saying("+WIND: 4", "+WIND: 10,\"SM\",1")), nil, func(d *driven) {
		d.works()
		d.gave("AT+WIND=0")
	})},
	{name: `Wavecom: AT+CSCS may be "HEX"`, test: driving(ofMaker("WAVECOM MODEM", "MULTIBAND", answering(`CSCS\?`, "+CSCS: \"HEX\"\r\n\r\nOK")), nil, func(d *driven) {
		d.works()
		d.gave(`AT+CSCS="GSM"`)
	})},
	cannot("Wavecom: reports in SR have an odd form", "how they differ is not known; a PDU that cannot be decoded is delivered as it is, which the tests of received messages have"),
	{name: "Wavecom: AT+CNMI=2,1,0,1 or 2,1,0,0", test: func(t *testing.T) {
		for refused, want := range map[string]string{`CNMI=.*,0,1,0$`: "2,1,0,1", `CNMI=.*,(1,0|1)$`: "2,1,0,0"} {
			drive(t, with(modemOf("WAVECOM MODEM", "MULTIBAND"), on(t, refused, "ERROR")), nil, func(d *driven) {
				d.works()
				if got := d.cnmi(); got != want {
					d.t.Errorf("CNMI %s, want %s", got, want)
				}
			})
		}
	}},
	{name: "Wavecom: USSD by AT+CSCS", test: codes(driver.USSDCharset, "wavecom")},
	{name: "Wavecom: AT+CFUN=1", test: resets("wavecom", "AT+CFUN=1")},
}

var ublox = []quirk{
	{name: "u-blox: wait up to 20 s before AT", test: driving(ofMaker("u-blox", "SARA-R410M", silentFor("^AT$", 9)), nil, func(d *driven) {
		began := time.Now()
		d.works()
		if took := time.Since(began); took < 18*time.Second {
			d.t.Errorf("it was ready after %v", took)
		}
	})},
	cannot("u-blox: TOBY-L4 interface 6, GNSS ports", onUSB),
	{name: "u-blox: +UUSORD, +UMWI", test: driving(ofMaker("u-blox", "SARA-U201", saying("+UUSORD: 0,16", "+UMWI: 1,1,0,0,0")), nil, works)},
	{name: "u-blox: AT+CMMS is supported", test: driving(ofMaker("u-blox", "SARA-N410"), nil, func(d *driven) {
		d.init()
		for _, more := range []bool{true, true, false} {
			if _, err := d.m.SendMore(context.Background(), hello, helloLength, more); err != nil {
				d.t.Fatal(err)
			}
		}
		if d.Count("AT+CMMS=2") != 1 || d.Count("AT+CMMS=0") != 1 {
			d.t.Errorf("given were %q", d.All())
		}
	})},
	{name: "u-blox: AT+CNMI by 27.005", test: driving(ofMaker("u-blox", "SARA-U201"), nil, works)},
	{name: "u-blox: USSD by AT+CSCS", test: codes(driver.USSDCharset, "ublox")},
	{name: "u-blox: AT+CFUN=16", test: resets("ublox", "AT+CFUN=16")},
}

var siemens = []quirk{
	{name: "Siemens: some need AT+CNMI=2,0,0,2,1", test: driving(ofMaker("SIEMENS", "TC35i", answering(`CNMI=(2,1|1)`, "+CMS ERROR: 302")), nil, func(d *driven) {
		d.works()
		if got := d.cnmi(); got != "2,0,0,2,1" {
			d.t.Errorf("CNMI %s", got)
		}
	})},
	{name: "Siemens: MC75i takes no fifth value of AT+CNMI but 1", test: driving(ofMaker("Cinterion", "MC75i", answering(`CNMI=.*,0$`, "+CMS ERROR: 302"), answering(`CNMI=2,1,2`, "ERROR")), nil, func(d *driven) {
		d.works()
		if got := d.cnmi(); got != "2,1,0,1,1" {
			d.t.Errorf("CNMI %s", got)
		}
	})},
	{name: "Siemens: MC75i has no ME as third memory", test: driving(ofMaker("Cinterion", "MC75i", answering(`CPMS=.*,"ME"$`, "+CMS ERROR: 302"), answering(`CPMS="[A-Z]+"$`, "ERROR")),
		func(c *driver.Config) { c.Memories = []string{"ME", "SM"} }, func(d *driven) {
			d.works()
			d.gave(`AT+CPMS="ME","SM","SM"`)
		})},
	{name: "Siemens: EHS takes AT+CMMS 0 to 2", test: driving(ofMaker("Cinterion", "EHS6"), nil, func(d *driven) {
		d.init()
		if _, err := d.m.SendMore(context.Background(), hello, helloLength, true); err != nil {
			d.t.Fatal(err)
		}
		d.gave("AT+CMMS=?", "AT+CMMS=2")
	})},
	{name: "Siemens: both memories (AT^SSMSS=1)", test: driving(ofMaker("SIEMENS", "MC35"), nil, func(d *driven) {
		d.init()
		for _, memory := range []string{"SM", "ME"} {
			if _, err := d.sim.Store(memory, 0, received); err != nil {
				d.t.Fatal(err)
			}
		}
		d.gave(`AT+CPMS="MT"`)
		d.finds(2)
	})},
	{name: "Siemens: USSD by AT+CSCS", test: codes(driver.USSDCharset, "siemens")},
	{name: "Siemens: AT+CFUN=1,1; AT^SMSO switches it off", test: func(t *testing.T) {
		resets("siemens", "AT+CFUN=1,1")(t)
		if slices.Contains(profileOf(t, "siemens").Reset, "AT^SMSO") {
			t.Error("a reset that switches it off for good")
		}
	}},
}

var qualcomm = []quirk{
	{name: "Qualcomm: AT+CNMI=? advertises ds=1, which is refused", test: driving(ofMaker("QUALCOMM INCORPORATED", "22", answering(`CNMI=2,1,2,1`, "+CMS ERROR: 303"), answering(`CNMI=2,1,2,2`, "+CMS ERROR: 303")), nil, func(d *driven) {
		d.works()
		var tried []string
		for _, line := range d.All() {
			if strings.HasPrefix(line, "AT+CNMI=") {
				tried = append(tried, line[len("AT+CNMI="):])
			}
		}
		if want := []string{"2,1,2,1,0", "2,1,2,2,0", "2,1,2,0,0"}; !slices.Equal(tried, want) {
			d.t.Errorf("tried %q, want %q", tried, want)
		}
	})},
	{name: "Qualcomm: AT+CPMS with one, two or three values", test: func(t *testing.T) {
		for arguments := 1; arguments <= 3; arguments++ {
			cfg := modemOf("QUALCOMM INCORPORATED", "22")
			cfg.MemoryArguments = arguments
			drive(t, cfg, func(c *driver.Config) { c.Memories = []string{"ME", "SM"} }, works)
		}
	}},
	{name: "Qualcomm: USSD by AT+CSCS", test: codes(driver.USSDCharset, "qualcomm")},
	{name: "Qualcomm: AT+CFUN", test: resets("qualcomm", "AT+CFUN=1,1")},
}

var phones = []quirk{
	{name: "Phones: send yes, receive no", test: sendsOnly},
}

var rulesOfDriver = []quirk{
	cannot("Rule 1: identify by sysfs", onUSB),
	{name: "Rule 2: a device that comes back is a new one", test: comesBack(sim.Config{})},
	{name: "Rule 3: a bare OK to AT+CPIN?", test: driving(ofMaker("", "", answering(`CPIN\?`, "OK")), func(c *driver.Config) { c.PIN = "1234" }, func(d *driven) {
		d.works()
		d.never("AT+CPIN=")
	})},
	{name: "Rule 3: never a PIN twice", test: driving(func(*testing.T) sim.Config { return sim.Config{PIN: "4321"} },
		func(c *driver.Config) { c.PIN = "1234" }, func(d *driven) {
			for range 5 {
				if _, err := d.m.Init(context.Background()); !errors.Is(err, driver.ErrPINRefused) {
					d.t.Errorf("Init: %v", err)
				}
			}
			if d.Count("AT+CPIN=") != 1 || d.sim.PINAttemptsLeft() != 2 || !d.m.PINRefused(context.Background()) {
				d.t.Errorf("given were %q", d.All())
			}
		})},
	{name: "Rule 3: a SIM that wants its PUK", test: driving(func(*testing.T) sim.Config { return sim.Config{PIN: "1234", PUK: "12345678", Blocked: true} }, func(c *driver.Config) { c.PIN = "1234" }, func(d *driven) {
		if _, err := d.m.Init(context.Background()); !errors.Is(err, driver.ErrPUKRequired) || d.Count("AT+CPIN=") != 0 {
			d.t.Errorf("Init: %v; %q", err, d.All())
		}
	})},
	{name: "Rule 3: ERROR to a bare AT", test: driving(ofMaker("", "", answering("^AT$", "ERROR")), nil, works)},
	{name: "Rule 3: no AT+CPMS at all", test: func(t *testing.T) {
		drive(t, with(sim.Config{}, on(t, "CPMS", "ERROR")), nil, works)
		drive(t, with(sim.Config{}, on(t, "CPMS|CMGL", "ERROR")), nil, works)
	}},
	{name: "Rule 3: an empty list is an error", test: func(t *testing.T) {
		for _, reply := range []string{"ERROR", "+CMS ERROR: 321", "+CMS ERROR: 500"} {
			drive(t, with(sim.Config{}, on(t, "CMGL", reply)), nil, func(d *driven) {
				d.init()
				d.finds(0)
				if _, err := d.sim.Store("SM", 0, received); err != nil {
					d.t.Fatal(err)
				}
				d.finds(1)
			})
		}
	}},
	{name: "Rule 3: AT+CMMS is refused", test: driving(ofMaker("", "", answering("CMMS=[012]$", "ERROR")), nil, func(d *driven) {
		d.init()
		for range 3 {
			if _, err := d.m.SendMore(context.Background(), hello, helloLength, true); err != nil {
				d.t.Fatal(err)
			}
		}
		if n := d.Count("AT+CMMS=2"); n != 1 {
			d.t.Errorf("tried %d times", n)
		}
	})},
	{name: "Rule 4: an indication between the prompt and +CMGS", test: driving(ofMaker("", "", saying(`+CMTI: "SM",1`, "RING", "+CREG: 1")), nil, func(d *driven) {
		d.works()
		if _, ok := happened[driver.NewMessage](d); !ok {
			d.t.Error("the indication is lost")
		}
	})},
	{name: "Rule 4: other final codes", test: func(t *testing.T) {
		for _, reply := range []string{"COMMAND NOT SUPPORT", "TOO MANY PARAMETERS", "+CMS ERROR: SIM busy", "+CME ERROR: 100", "+CMS ERROR: 512", "NO CARRIER"} {
			drive(t, with(sim.Config{}, on(t, "CMGS", reply)), nil, func(d *driven) {
				d.init()
				began := time.Now()
				_, err := d.m.Send(context.Background(), hello, helloLength)
				var r *driver.RefusedError
				// NO CARRIER is about a call: the prompt did not come.
				if !errors.As(err, &r) || reply != "NO CARRIER" && time.Since(began) > time.Second {
					d.t.Errorf("%s: %v after %v", reply, err, time.Since(began))
				}
			})
		}
	}},
	{name: "Rule 4: a late answer is not the next command's", test: driving(func(*testing.T) sim.Config {
		return sim.Config{Rules: []sim.Rule{{Stage: sim.StageCommand, Match: pattern("CSQ"), Action: sim.ActionLate, Delay: 12 * time.Second, Times: 2}}}
	}, func(c *driver.Config) { c.SignalQuality = false }, func(d *driven) {
		d.init()
		if _, err := d.m.Command(context.Background(), "AT+CSQ", 5*time.Second); !errors.Is(err, driver.ErrTimeout) {
			d.t.Fatalf("AT+CSQ: %v", err)
		}
		lines, err := d.m.Command(context.Background(), "AT+COPS?", 5*time.Second)
		if err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0], "+COPS") {
			d.t.Errorf("AT+COPS?: %q, %v", lines, err)
		}
		d.send()
	})},
	{name: "Rule 4: a modem that hangs for a while", test: driving(func(*testing.T) sim.Config {
		return sim.Config{Rules: []sim.Rule{{Stage: sim.StageCommand, Match: pattern("COPS"), Action: sim.ActionHang, Delay: 6 * time.Second, Times: 1}}}
	}, nil, func(d *driven) {
		d.init()
		if _, err := d.m.Command(context.Background(), "AT+COPS?", 5*time.Second); !errors.Is(err, driver.ErrTimeout) {
			d.t.Errorf("AT+COPS?: %v", err)
		}
		d.send()
	})},
	{name: "Rule 4: octet by octet, and echo", test: driving(func(*testing.T) sim.Config {
		return sim.Config{Rules: []sim.Rule{{Stage: sim.StageCommand, Match: pattern("."), Action: sim.ActionSlow, Delay: 3 * time.Millisecond}}}
	}, func(c *driver.Config) { c.PreInit = false }, works)},
	{name: "Rule 4: noise on the line", test: driving(func(*testing.T) sim.Config {
		return sim.Config{Seed: 7, Rules: []sim.Rule{{Stage: sim.StageCommand, Match: pattern("CSQ|CREG"), Action: sim.ActionGarbage, Probability: 0.5}}}
	}, nil, works)},
	{name: "Rule 5: a message is stored, told, read, removed", test: driving(ofMaker("", ""), nil, func(d *driven) {
		d.init()
		deliverTo(d, received)
		if e, ok := happened[driver.NewMessage](d); !ok || e.Memory != "SM" || e.Index != 1 {
			d.t.Errorf("event %+v", e)
		}
		d.finds(1)
	})},
	{name: "Rule 6: accepted, rejected, unknown", test: driving(func(t *testing.T) sim.Config {
		return sim.Config{Rules: []sim.Rule{
			{Stage: sim.StagePDU, Match: pattern("."), Action: sim.ActionReply, Reply: "+CMS ERROR: 38", Times: 1, Skip: 1},
			{Stage: sim.StageAccepted, Match: pattern("."), Action: sim.ActionSilence, Times: 1, Skip: 1},
		}}
	}, nil, func(d *driven) {
		d.init()
		d.send()
		if _, err := d.m.Send(context.Background(), hello, helloLength); !refused(err, 38) {
			d.t.Errorf("second: %v", err)
		}
		var unknown *driver.UnknownError
		if _, err := d.m.Send(context.Background(), hello, helloLength); !errors.As(err, &unknown) {
			d.t.Errorf("third: %v", err)
		}
	})},
	cannot("Rule 7: the reset ladder", "the port is closed and opened there; the tests of the device have it"),
	cannot("Rule 8: USSD sessions", "they are commands of an operator; the tests of those have it"),
	{name: "Rule 9: LTE-only SIMs, and 6 and 7", test: func(t *testing.T) {
		for _, stat := range []string{"1", "5", "6", "7"} {
			drive(t, with(sim.Config{}, on(t, `\+CREG\?`, "+CREG: 0,0\r\n\r\nOK"), on(t, `\+CGREG\?`, "ERROR"), on(t, `\+CEREG\?`, "+CEREG: 0,"+stat+"\r\n\r\nOK")), nil, works)
		}
	}},
	{name: "Rule 9: the network denies", test: driving(func(*testing.T) sim.Config { return sim.Config{Registration: sim.RegistrationDenied} }, nil, func(d *driven) {
		if _, err := d.m.Init(context.Background()); !errors.Is(err, driver.ErrDenied) {
			d.t.Errorf("Init: %v", err)
		}
	})},
}

// usb tells the driver which USB device it is.
func usb(id string) func(*driver.Config) { return func(c *driver.Config) { c.USB = id } }

// deliverTo has the network deliver a PDU.
func deliverTo(d *driven, pdu string) {
	d.t.Helper()
	if err := d.sim.Deliver(pdu); err != nil {
		d.t.Fatal(err)
	}
	synctest.Wait()
}
