package modem

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// timedOut gives a command that is not answered in time.
func timedOut(t *testing.T, m *Modem, p *peer, command string) {
	t.Helper()
	done := commanding(m, command)
	p.expect(command + "\r")
	if r := <-done; !errors.Is(r.err, ErrTimeout) {
		t.Fatalf("%s: %v, want ErrTimeout", command, r.err)
	}
}

func wantLines(t *testing.T, got outcome[[]string], want ...string) {
	t.Helper()
	if got.err != nil || len(got.value) != len(want) {
		t.Fatalf("answer %q, %v, want %q", got.value, got.err, want)
	}
	for i := range want {
		if got.value[i] != want[i] {
			t.Errorf("answer %q, want %q", got.value, want)
		}
	}
}

// A late answer, wherever it falls into the probe, is never the next command's.
func TestLateAnswerIsNeverTheNextCommands(t *testing.T) {
	const late = "\r\n+COPS: 0,0,\"late\"\r\n\r\nOK\r\n"
	for name, script := range map[string]func(*peer){
		"before the probe": func(p *peer) {
			p.say(late)
			p.expect(escape + "AT+CMEE?\r")
			p.say("\r\n+CMEE: 1\r\n\r\nOK\r\n")
		},
		"after the probe": func(p *peer) {
			p.expect(escape + "AT+CMEE?\r")
			p.say(late)
			p.say("\r\n+CMEE: 1\r\n\r\nOK\r\n")
		},
		"with an OK for ESC": func(p *peer) {
			p.expect(escape + "AT+CMEE?\r")
			p.say("\r\nOK\r\n" + late + "\r\n+CMEE: 1\r\n\r\nOK\r\n")
		},
		"after the probe timed out": func(p *peer) {
			p.expect(escape + "AT+CMEE?\r")
			// Two seconds pass.
			p.expect(escape + "AT+CMGF?\r")
			p.say(late + "\r\n+CMEE: 1\r\n\r\nOK\r\n")
			p.say("\r\n+CMGF: 0\r\n\r\nOK\r\n")
		},
		"probe not understood": func(p *peer) {
			p.expect(escape + "AT+CMEE?\r")
			p.say(late + "\r\nERROR\r\n")
			// Half a second passes.
			p.expect("AT+CMGF?\r")
			p.say("\r\n+CMGF: 0\r\n\r\nOK\r\n")
		},
		"garbled before the probe": func(p *peer) {
			p.expect(escape + "AT+CMEE?\r")
			p.say("ERROR\r\n+CM\r\nERROR\r\n")
			p.expect("AT+CMGF?\r")
			p.say(late + "\r\n+CMGF: 0\r\n\r\nOK\r\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, p := newPeer(t, Config{})
				timedOut(t, m, p, "AT+COPS?")
				done := commanding(m, "AT+COPS?")
				if name == "before the probe" {
					synctest.Wait()
				}
				script(p)
				p.expect("AT+COPS?\r")
				p.say("\r\n+COPS: 0,0,\"own\"\r\n\r\nOK\r\n")
				wantLines(t, <-done, `+COPS: 0,0,"own"`)
			})
		})
	}
}

// The command that timed out was itself a marker: another one must be used.
func TestProbeDoesNotUseTheNameThatIsOwed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		timedOut(t, m, p, "AT+CMEE?")
		done := commanding(m, "AT+CMEE?")
		p.expect(escape + "AT+CMGF?\r")
		p.say("\r\n+CMEE: 9\r\n\r\nOK\r\n\r\n+CMGF: 0\r\n\r\nOK\r\n")
		p.expect("AT+CMEE?\r")
		p.say("\r\n+CMEE: 1\r\n\r\nOK\r\n")
		wantLines(t, <-done, "+CMEE: 1")
	})
}

func TestLateSubmitAnswerDuringTheProbeIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		done := sending(m)
		p.expect("AT+CMGS=1\r")
		p.say("\r\n> ")
		p.expect("0011\x1a")
		<-done
		next := commanding(m, "AT")
		p.expect(escape + "AT+CMEE?\r")
		p.say("\r\n+CMGS: 77\r\n\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n")
		p.expect("AT\r")
		p.say("OK\r\n")
		wantLines(t, <-next)
		if e := <-m.Events(); e != (Late{Reference: 77}) {
			t.Errorf("event %#v, want Late 77", e)
		}
	})
}

func TestDeafModemIsOutOfStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		timedOut(t, m, p, "AT")
		done := commanding(m, "AT")
		p.expect(escape)
		for _, name := range markers {
			p.expect("AT" + name + "?\r" + escape)
		}
		if r := <-done; !errors.Is(r.err, ErrOutOfStep) {
			t.Errorf("error %v, want ErrOutOfStep", r.err)
		}
	})
}

// A modem without any of the queries is brought into step by silence.
func TestSilenceBringsASimpleModemIntoStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		timedOut(t, m, p, "AT+X")
		done := commanding(m, "AT+X")
		p.expect(escape)
		for _, name := range markers {
			p.expect("AT" + name + "?\r")
			p.say("ERROR\r\n")
		}
		p.expect("AT\r")
		p.say("\r\nOK\r\n")
		// Not silent yet: the answer to the first AT+X.
		p.say("\r\nOK\r\n")
		p.expect("AT\r")
		p.say("\r\nOK\r\n")
		start := time.Now()
		p.expect("AT+X\r")
		if waited := time.Since(start); waited != 500*time.Millisecond {
			t.Errorf("silence of %v, want 500ms", waited)
		}
		p.say("\r\nown\r\nOK\r\n")
		wantLines(t, <-done, "own")
	})
}

func TestAnswerThatKeepsComingIsNotCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		done := commanding(m, "AT+CPBR=1,9")
		p.expect("AT+CPBR=1,9\r")
		for range 9 {
			<-time.After(900 * time.Millisecond)
			p.say("+CPBR: 1\r\n")
		}
		p.say("OK\r\n")
		if r := <-done; r.err != nil || len(r.value) != 9 {
			t.Errorf("answer %q, %v", r.value, r.err)
		}
	})
}

// Noise must not keep a command alive that the modem has forgotten.
func TestNoiseDoesNotExtendATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		done := commanding(m, "AT")
		p.expect("AT\r")
		for range 3 {
			<-time.After(300 * time.Millisecond)
			p.say("\r\n^RSSI: 20\r\n")
		}
		start := time.Now()
		if r := <-done; !errors.Is(r.err, ErrTimeout) || time.Since(start) != 100*time.Millisecond {
			t.Errorf("error %v after %v", r.err, time.Since(start))
		}
	})
}

func TestHugeAnswerIsRefused(t *testing.T) {
	m, p := newPeer(t, Config{})
	done := commanding(m, "AT+X")
	p.expect("AT+X\r")
	line := make([]byte, 4000)
	for i := range line {
		line[i] = 'x'
	}
	for range maxAnswer/4000 + 2 {
		p.say(string(line) + "\r\n")
	}
	p.say("OK\r\n")
	if r := <-done; !errors.Is(r.err, ErrAnswer) {
		t.Errorf("error %v, want ErrAnswer", r.err)
	}
}

func TestWaitingForTheTurnEndsWithItsContext(t *testing.T) {
	m, p := newPeer(t, Config{})
	done := commanding(m, "AT")
	p.expect("AT\r")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Command(ctx, "AT+X", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	p.say("OK\r\n")
	wantLines(t, <-done)
}
