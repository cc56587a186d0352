package behaviours

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

func receiving() []behaviour {
	both := with{global: "decode_unicode_text = yes\nincoming_utf8 = yes"}
	return []behaviour{
		{102, "a received text", receivedText},
		{103, "UCS2 as it came", received(basis, "ucs2-latin", `\nAlphabet: UCS2\nLength: 7\n\n\x00G\x00r`)},
		{103, "UCS2 decoded to ISO", received(with{global: "decode_unicode_text = yes"}, "ucs2-latin", `\nAlphabet: ISO\n(?s:.*)\n\n[^\x00]+$`)},
		{103, "UCS2 decoded to UTF-8", received(both, "ucs2-latin", `\nAlphabet: UTF-8\n(?s:.*)\n\n[^\x00]+$`)},
		{104, "a flash message", received(basis, "flash", `\nFlash: yes\n`)},
		{104, "one that replaces", received(basis, "replace-7", `\nReplace: 7\n`)},
		{104, "one with an alphanumeric sender", received(basis, "from-alpha-11", `^From: ABCDEFGHIJK\nFrom_TOA: D0 alphanumeric, unknown\n`)},
		{104, "one that asks for a report", reportRequest},
		{105, "a status report", statusReport},
		{106, "parts in any order, 8 bits", joined("concat-2-reverse", `\n\nfirst part, second part, $`)},
		{106, "parts, 16 bits", joined("concat-16bit", `\n\nfirst part, second part, $`)},
		// smsd forgets the event (W9).
		{107, "incomplete parts are purged with an event", purged},
		{108, "what cannot be decoded", received(basis, "bad-cut-16", `(?s)^Error: .*\nPDU: `)},
		// smsd deletes the message (W7).
		{109, "nothing is lost when the file cannot be stored", cannotStore},
		{110, "receiving beside sending", besideSending},
		{111, "all ways of reading the memory", memoryMethods},
		{112, "missed calls", calls},
		{113, "dates and previews in names", names},
		{114, "translated headers", translated},
	}
}

// pdus are those of a recorded case.
func pdus(t *testing.T, name string) (all []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(truth.Vectors(t), "incoming", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		PDUs []struct{ PDU string } `json:"pdus"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	for _, p := range c.PDUs {
		all = append(all, p.PDU)
	}
	return all
}

// arrives delivers PDUs and waits for the call about the file, which it returns with
// its content. The name is that of the disk.
func (b *bench) arrives(t *testing.T, all ...string) (call, path, content string) {
	t.Helper()
	before := len(b.rawCalls())
	for _, pdu := range all {
		if err := b.Modem.Deliver(pdu); err != nil {
			t.Fatal(err)
		}
	}
	gateway.Wait(t, "a call of the event handler", func() bool { return len(b.rawCalls()) > before })
	call = b.rawCalls()[before]
	path = strings.Split(call, "|")[1]
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("the handler was shown a file that is not there: %v", err)
	}
	return call, path, string(data)
}

// rawCalls are the calls with the names of the disk.
func (b *bench) rawCalls() []string {
	data, _ := os.ReadFile(b.Path("calls"))
	return strings.Split(string(data), "\n")[:strings.Count(string(data), "\n")]
}

// received delivers a recorded case and wants a file that matches.
func received(w with, name, pattern string) func(*testing.T, *lab) {
	return func(t *testing.T, l *lab) {
		b := l.bench(w)
		b.mu.Lock()
		defer b.mu.Unlock()
		call, _, content := b.arrives(t, pdus(t, name)...)
		if !regexp.MustCompile(pattern).MatchString(content) || !strings.HasPrefix(call, "RECEIVED|") {
			t.Errorf("%s: want %q in\n%q", call, pattern, content)
		}
	}
}

// deliver is a message from 358401234567 at 11:00 on 10 October 2060.
func deliver(t *testing.T, change func(*tpdu.Deliver)) string {
	t.Helper()
	d := tpdu.Deliver{
		OA: tpdu.Address{TOA: tpdu.TOAInternational, Digits: "358401234567"}, SCTS: tpdu.NewTimestamp(time.Date(2060, 10, 10, 11, 0, 0, 0, time.UTC)),
		Septets: true,
	}
	d.Data, _ = gsm7.NewEncoder(gsm7.Tables{}).AppendEncode(nil, "Hello @ ¤ €[ ΔÖ")
	if change != nil {
		change(&d)
	}
	pdu, err := d.AppendTo([]byte{0x07, 0x91, 0x53, 0x48, 0x10, 0x00, 0x00, 0x00})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%X", pdu)
}

func receivedText(t *testing.T, l *lab) {
	b := l.bench(basis)
	b.mu.Lock()
	defer b.mu.Unlock()
	_, path, content := b.arrives(t, deliver(t, nil))
	content = regexp.MustCompile(`Received: .*`).ReplaceAllString(content, "Received: <now>")
	want := "From: 358401234567\nFrom_TOA: 91 international, ISDN/telephone\nFrom_SMSC: 358401000000\nSent: 60-10-10 11:00:00\nReceived: <now>\n" +
		"Subject: GSM1\nModem: GSM1\nIMSI: 244050000000001\nIMEI: 350000000000001\nReport: no\nAlphabet: ISO\nLength: 15\n\nHello @ \xA4 \xA4[ \x81\xD6"
	if diff := cmp.Diff(want, content); diff != "" {
		t.Error(diff)
	}
	if !regexp.MustCompile(`/incoming/GSM1\.\w{6}$`).MatchString(path) {
		t.Errorf("the file is %s", path)
	}
}

func reportRequest(t *testing.T, l *lab) {
	b := l.bench(basis)
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _, content := b.arrives(t, deliver(t, func(d *tpdu.Deliver) { d.StatusReport = true; d.OA.Digits = "358401234568" }))
	if !strings.Contains(content, "\nReport: yes\n") {
		t.Error(content)
	}
}

func statusReport(t *testing.T, _ *lab) {
	const pdu = "079153480100000006750C91534810325476060101110000000601011110000000"
	b := alone(t, basis, sim.Config{})
	if _, err := b.Modem.Store("SM", 0, pdu); err != nil {
		t.Fatal(err)
	}
	gateway.Wait(t, "the report", func() bool { return len(b.rawCalls()) > 0 })
	call := b.rawCalls()[0]
	path := strings.Split(call, "|")[1]
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const body = "\n\nSMS STATUS REPORT\nMessage_id: 117\nDischarge_timestamp: 60-10-10 11:01:00\nStatus: 0,Ok,short message received by the SME"
	if !strings.HasPrefix(call, "REPORT|"+b.Path("report")+"/") || !strings.HasSuffix(string(data), body) || !strings.HasPrefix(string(data), "From: 358401234567\n") {
		t.Errorf("%s\n%s", call, data)
	}
}

func joined(name, text string) func(*testing.T, *lab) {
	return func(t *testing.T, _ *lab) {
		b := alone(t, basis, sim.Config{})
		_, _, content := b.arrives(t, pdus(t, name)...)
		if strings.Contains(content, "UDH-DATA") || strings.Contains(content, "Incomplete") || !regexp.MustCompile(text).MatchString(content) {
			t.Errorf("the joined message, want %s:\n%s", text, content)
		}
		b.arrives(t, deliver(t, nil)) // ends the wait for a second call
		if n := len(gateway.Files(t, b.Path("incoming"))); n != 2 || len(b.rawCalls()) != 2 {
			t.Errorf("%d files and %d calls, want one for the message and one for the other", n, len(b.rawCalls()))
		}
		// They are removed when they are durable, which may be after their file was written.
		gateway.Wait(t, "the parts to leave the modem", func() bool { return b.Modem.Stored() == 0 })
	}
}

func purged(t *testing.T, _ *lab) {
	b := alone(t, basis, sim.Config{}, func(c *boot.Config) {
		c.Spool.ICPurgeAfter, c.Spool.ICPurgeInterval = config.Duration(time.Second), config.Duration(500*time.Millisecond)
	})
	call, _, content := b.arrives(t, pdus(t, "concat-2-reverse")[0])
	if !strings.HasPrefix(call, "RECEIVED|") || !strings.Contains(content, "\nIncomplete: yes\n") {
		t.Errorf("%s\n%s", call, content)
	}
}

func cannotStore(t *testing.T, _ *lab) {
	b := alone(t, basis, sim.Config{})
	if err := os.Rename(b.Path("incoming"), b.Path("away")); err != nil {
		t.Fatal(err)
	}
	if err := b.Modem.Deliver(deliver(t, nil)); err != nil {
		t.Fatal(err)
	}
	gateway.Wait(t, "the message on the broker", func() bool { return b.Modem.Stored()+b.Modem.Waiting() == 0 })
	if n := len(b.rawCalls()); n != 0 {
		t.Errorf("the handler was called %d times", n)
	}
	if err := os.Rename(b.Path("away"), b.Path("incoming")); err != nil {
		t.Fatal(err)
	}
	gateway.Wait(t, "the file", func() bool { return len(gateway.Files(t, b.Path("incoming"))) == 1 && len(b.rawCalls()) == 1 })
}

func besideSending(t *testing.T, _ *lab) {
	for _, setting := range []string{"yes", "high"} {
		b := alone(t, with{modem: "incoming = " + setting}, sim.Config{Latency: sim.Latency{Accept: 700 * time.Millisecond}})
		b.drop(t, "long", "To: 49111\n\n"+strings.Repeat("a", 700))
		gateway.Wait(t, "the first part", func() bool { return len(b.Modem.Records()) > 0 })
		_, _, content := b.arrives(t, deliver(t, nil))
		if !strings.HasPrefix(content, "From: ") {
			t.Errorf("incoming = %s: the whole message was sent first", setting)
		}
		b.waits(t, "sent", "long")
		b.Gateway.Stop()
	}
}

func memoryMethods(t *testing.T, _ *lab) {
	for method, commands := range map[string][2][]string{
		"0":  {{"AT+CPMS?", "AT+CMGR="}, {"AT+CMGL", "AT+CMGD=?"}},
		"1":  {{"AT+CPMS?", "AT+CMGR="}, {"AT+CMGL", "AT+CMGD=?"}},
		"2":  {{"AT+CMGD=?", "AT+CMGR="}, {"AT+CMGL"}},
		"3":  {{"AT+CMGL=4", "AT+CMGR="}, {"AT+CMGD=?"}},
		"4":  {{"AT+CMGL=4", "AT+CMGR="}, {"AT+CMGD=?"}},
		"31": {{"AT+CMGL=4"}, {"AT+CMGR=", "AT+CMGD=?"}},
		"41": {{"AT+CMGL=4"}, {"AT+CMGR=", "AT+CMGD=?"}},
	} {
		t.Run(method, func(t *testing.T) {
			var h heard
			b := alone(t, with{modem: "check_memory_method = " + method + "\ninit = AT+CNMI=0,0,0,0,0"}, sim.Config{OnCommand: h.note})
			if _, err := b.Modem.Store("SM", 0, deliver(t, nil)); err != nil {
				t.Fatal(err)
			}
			gateway.Wait(t, "the file", func() bool { return len(gateway.Files(t, b.Path("incoming"))) == 1 })
			gateway.Wait(t, "an empty memory", func() bool { return b.Modem.Stored() == 0 })
			b.Gateway.Stop()
			for _, c := range commands[0] {
				if h.count(c) == 0 {
					t.Errorf("%s is not given; given were %q", c, h.before("end"))
				}
			}
			for _, c := range commands[1] {
				if h.count(c) > 0 {
					t.Errorf("%s is given; given were %q", c, h.before("end"))
				}
			}
		})
	}
}

func calls(t *testing.T, _ *lab) {
	for _, setting := range []string{"yes", "clip"} {
		b := alone(t, with{modem: "phonecalls = " + setting}, sim.Config{RingInterval: 100 * time.Millisecond})
		b.send(t, "To: 49111\n\nhi") // it is initialised
		if !b.Modem.Ring("358401234567") {
			t.Fatal("the modem cannot be called")
		}
		if setting == "yes" {
			b.Modem.GiveUp()
		}
		gateway.Wait(t, "the call with phonecalls = "+setting, func() bool { return len(b.rawCalls()) > 1 })
		call := b.rawCalls()[1]
		data, err := os.ReadFile(strings.Split(call, "|")[1])
		if err != nil || !strings.HasPrefix(call, "CALL|") || !strings.Contains(string(data), "From: 358401234567\n") || !strings.HasSuffix(string(data), "\n\nCALL MISSED\n") {
			t.Errorf("%s, %v:\n%s", call, err, data)
		}
		b.Gateway.Stop()
	}
}

func names(t *testing.T, l *lab) {
	today := time.Now().Format(time.DateOnly)
	for settings, pattern := range map[string]string{
		"date_filename = 1": today + `\.GSM1\.\w{6}`,
		"date_filename = 2": `GSM1\.` + today + `\.\w{6}`,
		"date_filename = 1\ndate_filename_format = day-%d": `day-\d\d\.GSM1\.\w{6}`,
		"filename_preview = 8":                             `GSM1\.\w{6}-Hello___`,
		"filename_preview = 8\ndate_filename = 2\n":        `GSM1\.` + today + `\.\w{6}-Hello___`,
	} {
		b := l.bench(with{global: settings})
		b.mu.Lock()
		_, path, _ := b.arrives(t, deliver(t, nil))
		b.mu.Unlock()
		if !regexp.MustCompile("^" + pattern + "$").MatchString(filepath.Base(path)) {
			t.Errorf("%s: %s, want %s", settings, filepath.Base(path), pattern)
		}
	}
}

const languageFile = `yes_word = ja
yes_chars = 'J','j'
To: = An:
Modem: = Geraet:
IMSI: = -
Report: = Bericht:
Alphabet: = -Zeichen:
CALL MISSED = VERPASST
`

func translated(t *testing.T, _ *lab) {
	b := prepared(t, with{global: "language_file = @DIR@/languagefile"}, sim.Config{}, func(dir string) {
		write(t, filepath.Join(dir, "languagefile"), languageFile, 0o644)
	})
	r := b.send(t, "An: 49111\nBericht: ja\n\nhi")
	sends("00310005919411F10000FF02E834")(t, r)
	has("An: 49111\n", "\nGeraet: GSM1\n", "\nIMEI: ")(t, r)
	lacks("Modem:", "IMSI:")(t, r)
	if r := b.send(t, "To: 49111\nReport: yes\n\nhi"); !slices.Equal(r.PDUs, []string{"00310005919411F10000FF02E834"}) {
		t.Errorf("English is not read: %q", r.PDUs)
	}
	_, _, content := b.arrives(t, deliver(t, nil))
	if !strings.Contains(content, "\nGeraet: GSM1\n") || !strings.Contains(content, "\nBericht: ") || strings.Contains(content, "IMSI") || strings.Contains(content, "Alphabet") {
		t.Errorf("the received file:\n%s", content)
	}
}
