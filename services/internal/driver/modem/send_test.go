package modem

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

func TestSendAccepted(t *testing.T) {
	for name, c := range map[string]struct {
		prompt, answer string
		want           int
	}{
		"plain":             {"\r\n> ", "\r\n+CMGS: 7\r\n\r\nOK\r\n", 7},
		"prompt no blank":   {"\r\n>", "\r\n+CMGS: 255\r\n\r\nOK\r\n", 255},
		"prompt after LF":   {"\n> ", "+CMGS: 0\nOK\n", 0},
		"command echoed":    {"AT+CMGS=1\r\r\n> ", "0011\x1a\r\n+CMGS: 3\r\n\r\nOK\r\n", 3},
		"PDU echoed bare":   {"\r\n> ", "0011\r\n+CMGS: 3\r\n\r\nOK\r\n", 3},
		"with ackpdu":       {"\r\n> ", "\r\n+CMGS: 9,\"00\"\r\n\r\nOK\r\n", 9},
		"no reference":      {"\r\n> ", "\r\nOK\r\n", NoReference},
		"answer in pieces":  {"\r\n> ", "\r", 5},
		"blank lines":       {"\r\n\r\n\r\n> ", "\r\n\r\n\r\n+CMGS: 8\r\n\r\n\r\n\r\nOK\r\n\r\n", 8},
		"URC after prompt":  {"\r\n> ", "\r\n+CMTI: \"SM\",3\r\n\r\n+CMGS: 4\r\n\r\nOK\r\n", 4},
		"URC before prompt": {"\r\n+CREG: 1\r\n\r\n^RSSI: 20\r\n\r\n> ", "\r\n+CMGS: 4\r\n\r\nOK\r\n", 4},
		"report in between": {"\r\n> ", "\r\n+CDS: 2\r\n00060102\r\n\r\n+CMGS: 4\r\n\r\nOK\r\n", 4},
		"hung up between":   {"\r\n> ", "\r\nNO CARRIER\r\n\r\n+CMGS: 4\r\n\r\nOK\r\n", 4},
	} {
		t.Run(name, func(t *testing.T) {
			m, p := newPeer(t, Config{})
			done := sending(m)
			p.expect("AT+CMGS=1\r")
			p.say(c.prompt)
			p.expect("0011\x1a")
			p.say(c.answer)
			if c.answer == "\r" {
				for _, octet := range "\n+CMGS: 5\r\n\r\nOK\r\n" {
					p.say(string(octet))
				}
			}
			if got := <-done; got.value != c.want || got.err != nil {
				t.Errorf("Send = %d, %v, want %d", got.value, got.err, c.want)
			}
		})
	}
}

func TestSendRefused(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   RefusedError
	}{
		"CMS":           {"+CMS ERROR: 38", RefusedError{Code: 38, Text: "+CMS ERROR: 38 (Network out of order)", Class: atline.Temporary}},
		"CME":           {"+CME ERROR: 14", RefusedError{Code: 14, Text: "+CME ERROR: 14 (SIM busy)", Class: atline.SIM}},
		"bad number":    {"+CMS ERROR: 1", RefusedError{Code: 1, Text: "+CMS ERROR: 1 (Unassigned (unallocated) number)", Class: atline.Recipient}},
		"in words":      {"+CMS ERROR: Unknown error", RefusedError{Code: 500, Text: "+CMS ERROR: Unknown error"}},
		"plain":         {"ERROR", RefusedError{Code: -1, Text: "ERROR"}},
		"Huawei":        {"COMMAND NOT SUPPORT", RefusedError{Code: -1, Text: "COMMAND NOT SUPPORT", Class: atline.Modem}},
		"too many":      {"TOO MANY PARAMETERS", RefusedError{Code: -1, Text: "TOO MANY PARAMETERS", Class: atline.Modem}},
		"vendor number": {"+CMS ERROR: 512", RefusedError{Code: 512, Text: "+CMS ERROR: 512"}},
	} {
		for _, afterPDU := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				m, p := newPeer(t, Config{})
				done := sending(m)
				p.expect("AT+CMGS=1\r")
				if afterPDU {
					p.say("\r\n> ")
					p.expect("0011\x1a")
				}
				p.say("\r\n" + c.answer + "\r\n")
				c.want.Command = "AT+CMGS"
				var got *RefusedError
				if r := <-done; !errors.As(r.err, &got) || *got != c.want {
					t.Errorf("Send: %+v, want %+v", r.err, c.want)
				}
				if service := strings.HasPrefix(c.answer, "+CMS"); got.OfService() != service {
					t.Errorf("of the message service: %v", got.OfService())
				}
				// A refusal leaves the modem in step: nothing comes before the next command.
				next := sending(m)
				p.expect("AT+CMGS=1\r")
				p.say("ERROR\r\n")
				<-next
			})
		}
	}
}

func TestSendWithoutPromptNeverWritesThePDU(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		done := sending(m)
		p.expect("AT+CMGS=1\r")
		p.expect(escape)
		var refusal *RefusedError
		r := <-done
		if !errors.As(r.err, &refusal) || !errors.Is(r.err, ErrNoPrompt) || refusal.Class != atline.Modem {
			t.Errorf("Send: %v", r.err)
		}
		// The prompt comes late and must not be taken for the next one.
		p.say("\r\n> ")
		next := sending(m)
		p.expect(escape + "AT+CMEE?\r")
		p.say("\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n")
		p.expect("AT+CMGS=1\r")
		p.say("\r\n> ")
		p.expect("0011\x1a")
		p.say("\r\n+CMGS: 1\r\n\r\nOK\r\n")
		if r := <-next; r.value != 1 || r.err != nil {
			t.Errorf("Send = %d, %v", r.value, r.err)
		}
	})
}

func TestSendAnsweredByOKInPlaceOfPrompt(t *testing.T) {
	m, p := newPeer(t, Config{})
	done := sending(m)
	p.expect("AT+CMGS=1\r")
	p.say("\r\nOK\r\n")
	p.expect(escape)
	if r := <-done; !errors.Is(r.err, ErrNoPrompt) {
		t.Errorf("Send: %v, want ErrNoPrompt", r.err)
	}
}

func TestSendTimeoutAfterPDUIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		start := time.Now()
		done := sending(m)
		p.expect("AT+CMGS=1\r")
		p.say("\r\n> ")
		p.expect("0011\x1a")
		var unknown *UnknownError
		if r := <-done; !errors.As(r.err, &unknown) || !errors.Is(r.err, ErrTimeout) {
			t.Errorf("Send: %v, want unknown", r.err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("waited %v, want 1m", waited)
		}
		// The answer comes while nobody waits.
		p.say("\r\n+CMGS: 9\r\n\r\nOK\r\n")
		if e := <-m.Events(); e != (Late{Reference: 9}) {
			t.Errorf("event %#v, want Late 9", e)
		}
	})
}

func TestSendReferenceWithoutOKIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		done := sending(m)
		p.expect("AT+CMGS=1\r")
		p.say("\r\n> ")
		p.expect("0011\x1a")
		p.say("\r\n+CMGS: 9\r\n")
		if r := <-done; r.value != 9 || r.err != nil {
			t.Errorf("Send = %d, %v, want 9", r.value, r.err)
		}
	})
}

func TestSendDeviceClosed(t *testing.T) {
	for name, c := range map[string]struct {
		script      func(*peer)
		wantUnknown bool
	}{
		"before the prompt": {func(p *peer) { p.expect("AT+CMGS=1\r") }, false},
		"amid the PDU":      {func(p *peer) { p.expect("AT+CMGS=1\r"); p.say("\r\n> "); p.expect("00") }, true},
		"after the PDU":     {func(p *peer) { p.expect("AT+CMGS=1\r"); p.say("\r\n> "); p.expect("0011\x1a") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			m, p := newPeer(t, Config{})
			done := sending(m)
			c.script(p)
			_ = p.conn.Close()
			r := <-done
			var unknown *UnknownError
			if errors.As(r.err, &unknown) != c.wantUnknown || !errors.Is(r.err, ErrGone) {
				t.Errorf("Send: %v", r.err)
			}
			<-m.Done()
			if !errors.Is(m.Err(), ErrGone) {
				t.Errorf("Err = %v, want ErrGone", m.Err())
			}
			if _, err := m.Send(context.Background(), "0011", 1); !errors.Is(err, ErrGone) || !isRefusal(err) {
				t.Errorf("Send afterwards: %v, want ErrGone", err)
			}
		})
	}
}

func TestSendCancelled(t *testing.T) {
	for name, c := range map[string]struct {
		prompt      string
		wantUnknown bool
	}{"before the prompt": {"", false}, "after the PDU": {"\r\n> ", true}} {
		t.Run(name, func(t *testing.T) {
			m, p := newPeer(t, Config{})
			ctx, cancel := context.WithCancel(context.Background())
			done := calling(func() (int, error) { return m.Send(ctx, "0011", 1) })
			p.expect("AT+CMGS=1\r")
			if c.wantUnknown {
				p.say(c.prompt)
				p.expect("0011\x1a")
			}
			cancel()
			if !c.wantUnknown {
				p.expect(escape)
			}
			var unknown *UnknownError
			if r := <-done; errors.As(r.err, &unknown) != c.wantUnknown || !errors.Is(r.err, context.Canceled) {
				t.Errorf("Send: %v", r.err)
			}
		})
	}
}

func TestSendRejectsWhatIsNoPDU(t *testing.T) {
	m, _ := newPeer(t, Config{})
	for _, pdu := range []string{"", "0", "00\x1a", "00\r", "xx"} {
		if _, err := m.Send(context.Background(), pdu, 1); !errors.Is(err, ErrCommand) || !isRefusal(err) {
			t.Errorf("Send(%q): %v, want ErrCommand", pdu, err)
		}
	}
}

func TestBlockedWriteEndsTheDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := newPeer(t, Config{})
		// Nobody reads at the other end, and a pipe takes nothing by itself.
		r := <-sending(m)
		var unknown *UnknownError
		if !errors.Is(r.err, ErrWriteBlocked) || errors.As(r.err, &unknown) {
			t.Errorf("Send: %v, want ErrWriteBlocked and not unknown", r.err)
		}
		<-m.Done()
	})
}

func TestSendSelectsPDUModeAfterARestart(t *testing.T) {
	m, p := newPeer(t, Config{SelectPDUMode: true})
	p.say("\r\nRDY\r\n")
	if e := <-m.Events(); e != (Ready{"RDY"}) {
		t.Fatalf("event %#v", e)
	}
	done := sending(m)
	p.expect("AT+CMGF=0\r")
	p.say("\r\nERROR\r\n")
	if r := <-done; !errors.Is(r.err, ErrPDUMode) || !isRefusal(r.err) {
		t.Errorf("Send: %v, want ErrPDUMode", r.err)
	}
	done = sending(m)
	p.expect("AT+CMGF=0\r")
	p.say("\r\nOK\r\n")
	for range 2 {
		p.expect("AT+CMGS=1\r")
		p.say("\r\nERROR\r\n")
		<-done
		done = sending(m)
	}
}

// BenchmarkSend measures the driver's own part of one message.
func BenchmarkSend(b *testing.B) {
	m, p := benchPeer(b)
	pdu := make([]byte, 310)
	for i := range pdu {
		pdu[i] = '0'
	}
	go p()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Send(context.Background(), string(pdu), 154); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSendStrayOK has an OK come that answers something else, from a modem that has
// told references before: the outcome is unknown, and the reference that comes late
// is not lost.
func TestSendStrayOK(t *testing.T) {
	m, p := newPeer(t, Config{})
	done := sending(m)
	p.expect("AT+CMGS=1\r")
	p.say("\r\n> ")
	p.expect("0011\x1a")
	p.say("\r\n+CMGS: 7\r\n\r\nOK\r\n")
	<-done
	done = sending(m)
	p.expect("AT+CMGS=1\r")
	p.say("\r\n> ")
	p.expect("0011\x1a")
	p.say("\r\nOK\r\n")
	var unknown *UnknownError
	if got := <-done; !errors.As(got.err, &unknown) || !errors.Is(got.err, ErrAnswer) {
		t.Errorf("Send = %d, %v, want an unknown outcome", got.value, got.err)
	}
	p.say("\r\n+CMGS: 8\r\n\r\nOK\r\n")
	if late, ok := (<-m.Events()).(Late); !ok || late.Reference != 8 {
		t.Errorf("event %+v, want the late reference", late)
	}
}
