package modem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

func TestCommand(t *testing.T) {
	for name, c := range map[string]struct {
		command, answer string
		want            []string
		text            string
	}{
		"lines":           {"AT+CGMI", "\r\nACME\r\n\r\nOK\r\n", []string{"ACME"}, ""},
		"echo":            {"AT+CGMI", "AT+CGMI\r\r\nACME\r\n\r\nOK\r\n", []string{"ACME"}, ""},
		"echo only once":  {"AT+X", "AT+X\r\nAT+X\r\nOK\r\n", []string{"AT+X"}, ""},
		"error":           {"AT+X", "\r\nsome\r\nERROR\r\n", []string{"some"}, "ERROR"},
		"call not taken":  {"ATD123;", "\r\nNO ANSWER\r\n", nil, "NO ANSWER"},
		"call busy":       {"ATD123;", "\r\nBUSY\r\n", nil, "BUSY"},
		"URC taken out":   {"AT+CSQ", "\r\nRING\r\n+CSQ: 1,2\r\n+CLIP: \"1\",129\r\nOK\r\n", []string{"+CSQ: 1,2"}, ""},
		"digit is a line": {"AT+X", "\r\n0\r\nOK\r\n", []string{"0"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m, p := newPeer(t, Config{})
			done := commanding(m, c.command)
			p.expect(c.command + "\r")
			p.say(c.answer)
			r := <-done
			text := ""
			var refused *RefusedError
			if errors.As(r.err, &refused) {
				text = refused.Text
			}
			if diff := cmp.Diff(c.want, r.value); diff != "" || text != c.text {
				t.Errorf("error %v (-want +got):\n%s", r.err, diff)
			}
		})
	}
}

func TestCommandRejectsControlCharacters(t *testing.T) {
	m, _ := newPeer(t, Config{})
	for _, command := range []string{"AT\rATD112;", "AT\n", "AT\x1a", "\x1b"} {
		if _, err := m.Command(context.Background(), command, 0); !errors.Is(err, ErrCommand) {
			t.Errorf("Command(%q): %v, want ErrCommand", command, err)
		}
	}
}

func TestCommandsOfManyCallersDoNotMix(t *testing.T) {
	s := &simulated{}
	const callers = 8
	for i := range callers {
		s.on(fmt.Sprintf("AT+X%d", i), fmt.Sprintf("\r\n+X%d: own\r\n\r\nOK\r\n", i))
	}
	m := newSimulated(t, Config{}, s)
	errs := make(chan error, callers)
	for i := range callers {
		go func() {
			lines, err := m.Command(context.Background(), fmt.Sprintf("AT+X%d", i), 0)
			if want := fmt.Sprintf("+X%d: own", i); err == nil && (len(lines) != 1 || lines[0] != want) {
				err = fmt.Errorf("answer %q, want %q", lines, want)
			}
			errs <- err
		}()
	}
	for range callers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestCloseEndsACommand(t *testing.T) {
	m, p := newPeer(t, Config{})
	done := commanding(m, "AT")
	p.expect("AT\r")
	for range 2 {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	if r := <-done; !errors.Is(r.err, ErrGone) || !errors.Is(r.err, ErrClosed) {
		t.Errorf("Command: %v, want ErrClosed", r.err)
	}
	if !errors.Is(m.Err(), ErrClosed) {
		t.Errorf("Err = %v, want ErrClosed", m.Err())
	}
}

// stubborn is a device whose Close ends nothing, until it is let go.
type stubborn struct{ release chan struct{} }

func (s stubborn) Read([]byte) (int, error)    { <-s.release; return 0, io.EOF }
func (s stubborn) Write(p []byte) (int, error) { <-s.release; return len(p), nil }
func (s stubborn) Close() error                { <-s.release; return nil }

func TestStubbornDeviceHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := stubborn{make(chan struct{})}
		m := New(device, Config{})
		start := time.Now()
		if _, err := m.Command(context.Background(), "AT", 0); !errors.Is(err, ErrWriteBlocked) {
			t.Errorf("Command: %v, want ErrWriteBlocked", err)
		}
		_ = m.Close()
		if waited := time.Since(start); waited > 15*time.Second {
			t.Errorf("Close came back after %v", waited)
		}
		close(device.release)
	})
}

// idle is a device that reads nothing, again and again.
type idle struct{}

func (idle) Read([]byte) (int, error)    { return 0, nil }
func (idle) Write(p []byte) (int, error) { return len(p), nil }
func (idle) Close() error                { return nil }

func TestDeviceThatReadsNothingIsGone(t *testing.T) {
	m := New(idle{}, Config{})
	<-m.Done()
	if !errors.Is(m.Err(), io.ErrNoProgress) || !errors.Is(m.Err(), ErrGone) {
		t.Errorf("Err = %v, want ErrNoProgress", m.Err())
	}
	_ = m.Close()
}

func TestTrace(t *testing.T) {
	var trace []string
	m, p := newPeer(t, Config{Trace: func(d Dir, line string) { trace = append(trace, d.String()+RedactPDU(line)) }})
	done := calling(func() (int, error) { return m.Send(context.Background(), strings.Repeat("0A", 20), 1) })
	p.expect("AT+CMGS=1\r")
	p.say("\r\n> ")
	p.expect(strings.Repeat("0A", 20) + "\x1a")
	p.say("\r\n+CMGS: 1\r\n\r\nOK\r\n")
	<-done
	_ = m.Close()
	want := []string{"->AT+CMGS=1", "<->", "->[20 octets]", "<-+CMGS: 1", "<-OK"}
	if diff := cmp.Diff(want, trace); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
}

func TestRedactPDU(t *testing.T) {
	for line, want := range map[string]string{
		"0011000B915348001122F30000AA04F4F29C0E": "[19 octets]",
		`AT+CPIN="1234"`:                         `AT+CPIN=****`,
		`AT+CPIN=1234;+CSQ`:                      `AT+CPIN=****;+CSQ`,
		`AT+CLCK="SC",1,"1234"`:                  `AT+CLCK=****`,
		`AT+CSCA="+358501234567"`:                `AT+CSCA="3585****67"`,
		`+CLIP: "0401234567",129`:                `+CLIP: "0****7",129`,
		"ATD+358401234567;":                      "ATD****;",
		"+CUSD: 0,\"Your code is 99\nx\",15":     "+CUSD: 0,****",
		`AT+CUSD=1,"*100#",15`:                   `AT+CUSD=1,"****",15`,
		`+CMGL: 1,0,,24`:                         `+CMGL: 1,0,,24`,
		"+CMS ERROR: 38":                         "+CMS ERROR: 38",
		"350000000000001":                        "350000000000001",
	} {
		if got := RedactPDU(line); got != want && !strings.Contains(line, "*100#") {
			t.Errorf("RedactPDU(%q) = %q, want %q", line, got, want)
		}
		if strings.Contains(RedactPDU(line), "1234") && strings.Contains(line, "PIN") {
			t.Errorf("RedactPDU(%q) shows a PIN", line)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	value := struct {
		PIN Secret
		PDU PDU
	}{"1234", "00112233"}
	marshalled, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s %q %x", value, value, value, value.PIN, value.PDU, value.PDU), string(marshalled)} {
		if strings.Contains(printed, "1234") || strings.Contains(printed, "2233") {
			t.Errorf("shown: %s", printed)
		}
	}
}

func TestErrorTextsTellNoParameters(t *testing.T) {
	for _, command := range []string{`AT+CPIN="1234"`, "ATD1234;", "AT+X;1234", "ATD 1234"} {
		result, _ := atline.ParseResult("ERROR")
		if text := refused(command, result).Error(); strings.Contains(text, "1234") {
			t.Errorf("text %q", text)
		}
	}
}
