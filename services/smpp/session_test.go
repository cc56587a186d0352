package smpp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// line is the client's end of a connection without a network, whose time is that of
// the test.
type line struct {
	t    testing.TB
	conn net.Conn
	srv  *Server
}

// connect lets a connection in, as accept does.
func connect(t testing.TB, s *Server) *line {
	t.Helper()
	ours, theirs := net.Pipe()
	peer := netip.MustParseAddrPort("127.0.0.1:1024")
	if !s.halfOpen.enter(peer.Addr(), s.cfg.MaxHalfOpen, s.cfg.MaxHalfOpenPerAddress) {
		t.Fatal("too many connections")
	}
	c := newConn(s, &listener{cfg: Listener{}}, theirs, nil, peer, time.Now())
	s.begin(c)
	s.running.Go(c.serve)
	return &line{t: t, conn: ours, srv: s}
}

// end ends a server that was never run, and everything of it.
func end(s *Server, lines ...*line) {
	for _, l := range lines {
		_ = l.conn.Close()
	}
	s.abort()
	s.running.Wait()
}

func (l *line) say(id smpp.ID, seq uint32, b smpp.Body) {
	l.t.Helper()
	pdu, err := smpp.Append(nil, id, smpp.OK, seq, b)
	if err != nil {
		l.t.Fatal(err)
	}
	if _, err := l.conn.Write(pdu); err != nil {
		l.t.Fatalf("saying %v: %v", id, err)
	}
}

// hear reads a PDU; an error: the connection has ended.
func (l *line) hear() (smpp.Header, []byte, error) {
	header := make([]byte, smpp.HeaderLen)
	if _, err := io.ReadFull(l.conn, header); err != nil {
		return smpp.Header{}, nil, err
	}
	h, _ := smpp.ReadHeader(header)
	rest := make([]byte, h.Length-smpp.HeaderLen)
	_, err := io.ReadFull(l.conn, rest)
	return h, rest, err
}

// expect reads a PDU that must be of a kind.
func (l *line) expect(id smpp.ID) smpp.Header {
	l.t.Helper()
	h, _, err := l.hear()
	if err != nil || h.ID != id {
		l.t.Fatalf("heard %v status %#02x (%v), want %v", h.ID, uint32(h.Status), err, id)
	}
	return h
}

func (l *line) bind(id smpp.ID) *line {
	l.t.Helper()
	l.say(id, 1, &smpp.Bind{SystemID: []byte("acme"), Password: []byte(password), InterfaceVersion: smpp.Version34})
	if h := l.expect(smpp.Response(id)); h.Status != smpp.OK {
		l.t.Fatalf("bind: %#02x", uint32(h.Status))
	}
	return l
}

// bubble runs a test whose time is its own.
func bubble(t *testing.T, f func(t *testing.T, broker *fake, s *Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		broker := newFake(someone("acme"))
		s := broker.server(testConfig())
		f(t, broker, s)
	})
}

// TestSilentClient is asked, twice, and given up.
func TestSilentClient(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, _ *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindTransceiverID)
		begun := time.Now()
		for _, want := range []time.Duration{time.Minute, 70 * time.Second} {
			h := l.expect(smpp.EnquireLinkID)
			if took := time.Since(begun); took != want {
				t.Errorf("asked after %v, want %v", took, want)
			}
			if h.Sequence < firstSequence || h.Sequence > lastSequence {
				t.Errorf("sequence number %#x", h.Sequence)
			}
		}
		l.expect(smpp.UnbindID)
		if _, _, err := l.hear(); err == nil {
			t.Error("the connection is open")
		}
		if took := time.Since(begun); took != 85*time.Second {
			t.Errorf("closed after %v", took)
		}
		end(s, l)
	})
}

// TestAnsweringClient stays for hours.
func TestAnsweringClient(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, _ *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindTransceiverID)
		for range 200 {
			h := l.expect(smpp.EnquireLinkID)
			l.say(smpp.EnquireLinkRespID, h.Sequence, &smpp.Empty{})
		}
		end(s, l)
	})
}

// TestLateBind: the time to bind is absolute.
func TestLateBind(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, _ *fake, s *Server) {
		begun := time.Now()
		l := connect(t, s)
		for range 3 {
			if _, err := l.conn.Write([]byte{0}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if _, _, err := l.hear(); err == nil || time.Since(begun) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		end(s, l)
	})
}

// TestDripIsClosed: the rest of a PDU has its time from the first octet on.
func TestDripIsClosed(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, _ *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindTransceiverID)
		begun := time.Now()
		pdu := must(smpp.Append(nil, smpp.SubmitSMID, smpp.OK, 2, hello(func(*smpp.ShortMessage) {})))
		for _, octet := range pdu {
			if _, err := l.conn.Write([]byte{octet}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(begun); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("closed after %v", took)
		}
		end(s, l)
	})
}

// TestDeafClient: what nobody reads is not kept for ever.
func TestDeafClient(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, _ *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindTransceiverID)
		begun := time.Now()
		for n := uint32(2); ; n++ { // enquire_link, whose answers are not read
			pdu := smpp.AppendEmpty(nil, smpp.EnquireLinkID, smpp.OK, n)
			if _, err := l.conn.Write(pdu); err != nil {
				break
			}
			if n > 100000 {
				t.Fatal("it never ends")
			}
		}
		if took := time.Since(begun); took != 10*time.Second {
			t.Errorf("closed after %v", took)
		}
		end(s, l)
	})
}

// TestInWindow: a client that fills its window is read no more until it is answered.
func TestInWindow(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		release := make(held)
		f.start = func(*message.Submission) (Pending, error) { return release, nil }
		a := someone("acme")
		a.Window = 3
		f.accounts[0] = a
		s.apply(f.policy())
		l := connect(t, s).bind(smpp.BindTransmitterID)
		var said sync.WaitGroup
		said.Go(func() {
			for n := range uint32(10) {
				l.say(smpp.SubmitSMID, n+2, hello(func(*smpp.ShortMessage) {}))
			}
		})
		synctest.Wait()
		if n := len(f.messages()); n != 3 {
			t.Errorf("%d messages are under way, want 3", n)
		}
		close(release)
		for n := range uint32(10) {
			if h := l.expect(smpp.SubmitSMRespID); h.Status != smpp.OK || h.Sequence != n+2 {
				t.Errorf("answer %d: %+v", n, h)
			}
		}
		said.Wait()
		end(s, l)
	})
}

// TestSubmitDeadline: the broker's silence is answered in time, and later messages
// do not wait for it.
func TestSubmitDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		f.start = func(*message.Submission) (Pending, error) { return make(held), nil }
		l := connect(t, s).bind(smpp.BindTransmitterID)
		begun := time.Now()
		for n := range uint32(3) {
			l.say(smpp.SubmitSMID, n+2, hello(func(*smpp.ShortMessage) {}))
		}
		for range 3 {
			if h := l.expect(smpp.SubmitSMRespID); h.Status != smpp.RSysErr {
				t.Errorf("status %#02x", uint32(h.Status))
			}
		}
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("answered after %v", took)
		}
		synctest.Wait()
		if f.mu.Lock(); len(f.retracted) != 3 {
			t.Errorf("%d messages are taken back", len(f.retracted))
		}
		f.mu.Unlock()
		end(s, l)
	})
}

// TestSilentBroker: all that a client has said is answered in time, also where something
// must be asked of the broker before a message is on its way.
func TestSilentBroker(t *testing.T) {
	for name, change := range map[string]func(*account.Account){
		"message ids": func(*account.Account) {}, "quota": func(a *account.Account) { a.DailyQuota = 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, f *fake, s *Server) {
				const many = 50
				f.silent = true
				change(f.accounts[0])
				s.apply(f.policy())
				l := connect(t, s).bind(smpp.BindTransmitterID)
				begun := time.Now()
				var said sync.WaitGroup
				said.Go(func() {
					for n := range uint32(many) {
						l.say(smpp.SubmitSMID, n+2, hello(func(*smpp.ShortMessage) {}))
					}
				})
				for range many {
					if h := l.expect(smpp.SubmitSMRespID); h.Status != smpp.RSysErr {
						t.Errorf("status %#02x", uint32(h.Status))
					}
				}
				if took := time.Since(begun); took > 6*time.Second {
					t.Errorf("answered after %v", took)
				}
				said.Wait()
				time.Sleep(awayFor)
				f.silent = false
				l.say(smpp.SubmitSMID, 99, hello(func(*smpp.ShortMessage) {}))
				if h := l.expect(smpp.SubmitSMRespID); h.Status != smpp.OK {
					t.Errorf("when it answers again: %#02x", uint32(h.Status))
				}
				end(s, l)
			})
		})
	}
}

// receipted is an event that gives rise to a receipt.
func receipted(seq uint64) *bus.Stored {
	e := &life.Event{
		ID: fmt.Sprint(seq), Account: "acme", Time: time.Now(), Kind: life.Failed{Class: life.FailureMessage},
		Subject: &life.Subject{SMPP: &message.SMPP{
			MessageID: fmt.Sprint(seq), RegisteredDelivery: 1, Source: message.SMPPAddress{Addr: message.NewAddress(src)},
			Destination: message.SMPPAddress{TON: 1, NPI: 1, Addr: message.NewAddress(dst)},
		}},
	}
	return &bus.Stored{Event: e, Seq: seq, Tries: 1}
}

// TestOutWindow: a session gets no more than its window at a time.
func TestOutWindow(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindReceiverID)
		go func() {
			for n := range uint64(12) {
				f.events <- receipted(n + 1)
			}
		}()
		var heard []smpp.Header
		for range s.cfg.DeliverWindow {
			heard = append(heard, l.expect(smpp.DeliverSMID))
		}
		synctest.Wait()
		c := s.sessions()[0]
		if c.deliveries.awaited() != s.cfg.DeliverWindow {
			t.Errorf("%d deliveries are unanswered", c.deliveries.awaited())
		}
		for _, h := range heard {
			l.say(smpp.DeliverSMRespID, h.Sequence, &smpp.Empty{}) // without a body, as many do
		}
		for range 2 {
			h := l.expect(smpp.DeliverSMID)
			l.say(smpp.DeliverSMRespID, h.Sequence, &smpp.MessageResp{MessageID: []byte("7")})
		}
		synctest.Wait()
		for seq := uint64(1); seq <= 12; seq++ {
			if err, done := f.outcome(seq); !done || err != nil {
				t.Errorf("receipt %d: %v, %v", seq, done, err)
			}
		}
		end(s, l)
	})
}

// TestRefusedDeliveries: some statuses ask for another try, later each time; others
// end the matter.
func TestRefusedDeliveries(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindReceiverID)
		for n, c := range []struct {
			status smpp.Status
			tries  uint64
			after  time.Duration
			final  bool
		}{
			{smpp.RxTAppn, 1, 2 * time.Second, false}, {smpp.RThrottled, 3, 8 * time.Second, false}, {smpp.RMsgQFul, 100, 5 * time.Minute, false},
			{smpp.RSysErr, 0, 2 * time.Second, false}, {smpp.RInvDstAdr, 1, 0, true}, {smpp.Status(0x400), 1, 0, true},
		} {
			e := receipted(uint64(n + 1))
			e.Tries = c.tries
			f.events <- e
			h := l.expect(smpp.DeliverSMID)
			pdu := smpp.AppendEmpty(nil, smpp.DeliverSMRespID, c.status, h.Sequence)
			if _, err := l.conn.Write(pdu); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			err, done := f.outcome(e.Seq)
			var later *bus.Later
			if !done || errors.As(err, &later) == c.final || later != nil && later.After != c.after {
				t.Errorf("status %#02x: %v, %+v", uint32(c.status), done, err)
			}
		}
		end(s, l)
		var declined []audit.Event
		for _, e := range s.recorder.take() {
			if e.Kind == audit.Declined {
				declined = append(declined, *e)
			}
		}
		if len(declined) != 1 || declined[0].Count != 2 || declined[0].Account != "acme" || !strings.Contains(declined[0].Detail, "status 0x0b") {
			t.Errorf("recorded: %+v", declined)
		}
	})
}

// TestOvertakenReceipt: that a message is on its way is not told once it has arrived.
func TestOvertakenReceipt(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindReceiverID)
		e := receipted(1)
		e.Subject.SMPP.RegisteredDelivery = 0x11
		sent := life.Sent{Report: true, Parts: make([]life.PartDone, 1)}
		e.Kind = sent
		f.history = []life.Event{{ID: e.ID, Kind: sent}}
		for e.Tries = 1; e.Tries <= 2; e.Tries++ {
			f.events <- e
			h := l.expect(smpp.DeliverSMID)
			l.say(smpp.DeliverSMRespID, h.Sequence, &smpp.MessageResp{})
			synctest.Wait()
		}
		f.history = append(f.history, life.Event{ID: e.ID, Kind: life.Report{Part: 1, Total: 1, Outcome: life.Delivered}})
		f.events <- e
		synctest.Wait()
		if n := s.sessions()[0].deliveries.awaited(); n != 0 {
			t.Errorf("%d deliveries, want none", n)
		}
		if err, done := f.outcome(1); !done || err != nil {
			t.Errorf("%v, %v", done, err)
		}
		end(s, l)
	})
}

// TestNackedDelivery: a generic_nack is no acknowledgement, whatever status it has.
func TestNackedDelivery(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindReceiverID)
		f.events <- receipted(1)
		h := l.expect(smpp.DeliverSMID)
		l.say(smpp.GenericNACKID, h.Sequence, &smpp.Empty{})
		synctest.Wait()
		if n := s.sessions()[0].counts.refused.Load(); n != 1 {
			t.Errorf("%d deliveries were refused, want 1", n)
		}
		end(s, l)
	})
}

// multi is a submit_multi to n destinations.
func multi(n int) *smpp.SubmitMulti {
	m := &smpp.SubmitMulti{Message: *esme.Text(src, "", "hello", false)}
	for i := range n {
		m.Destinations = append(m.Destinations, smpp.Destination{Address: smpp.Address{TON: 1, NPI: 1, Addr: fmt.Append(nil, 491700000+i)}})
	}
	return m
}

// TestRateOfMulti: more destinations than can come at once are accepted together, and
// what comes after them waits for as long as they would have taken.
func TestRateOfMulti(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		a := someone("acme")
		a.Rate = 10
		f.accounts[0] = a
		s.apply(f.policy())
		l := connect(t, s).bind(smpp.BindTransmitterID)
		ask := func(id smpp.ID, body smpp.Body) (smpp.Status, time.Duration) {
			begun := time.Now()
			l.say(id, 2, body)
			return l.expect(smpp.Response(id)).Status, time.Since(begun)
		}
		if got, took := ask(smpp.SubmitMultiID, multi(250)); got != smpp.OK || took != 0 {
			t.Errorf("status %#02x after %v", uint32(got), took)
		}
		steps := []struct {
			pause time.Duration
			want  smpp.Status
		}{{0, smpp.RThrottled}, {10 * time.Second, smpp.RThrottled}, {5 * time.Second, smpp.OK}}
		for _, step := range steps {
			time.Sleep(step.pause)
			if got, _ := ask(smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {})); got != step.want {
				t.Errorf("after another %v: %#02x, want %#02x", step.pause, uint32(got), uint32(step.want))
			}
		}
		end(s, l)
	})
}

// TestMemoryOfMulti: a text counts for each of its destinations.
func TestMemoryOfMulti(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		release := make(held)
		f.start = func(*message.Submission) (Pending, error) { return release, nil }
		l := connect(t, s).bind(smpp.BindTransmitterID)
		m := multi(200)
		body, _ := m.AppendTo(nil)
		l.say(smpp.SubmitMultiID, 2, m)
		synctest.Wait()
		if free := s.cfg.MaxMemory - 200*int64(len(body)); s.memory.TryAcquire(free+1) || !s.memory.TryAcquire(free) {
			t.Error("not each destination counts")
		}
		close(release)
		l.expect(smpp.SubmitMultiRespID)
		end(s, l)
	})
}

// TestUnansweredDelivery: goes to another session; the silent one is trusted again
// once it answers anything.
func TestUnansweredDelivery(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		deaf := connect(t, s).bind(smpp.BindReceiverID)
		go func() { f.events <- receipted(1) }()
		deaf.expect(smpp.DeliverSMID)
		begun := time.Now()
		other := connect(t, s).bind(smpp.BindReceiverID)
		h := other.expect(smpp.DeliverSMID)
		if took := time.Since(begun); took != 30*time.Second {
			t.Errorf("given to the other one after %v", took)
		}
		enquiry := deaf.expect(smpp.EnquireLinkID)
		other.say(smpp.DeliverSMRespID, h.Sequence, &smpp.MessageResp{})
		deaf.say(smpp.EnquireLinkRespID, enquiry.Sequence, &smpp.Empty{})
		synctest.Wait()
		if err, done := f.outcome(1); !done || err != nil {
			t.Errorf("%v, %v", done, err)
		}
		for _, c := range s.sessions() {
			if c.deliveries.suspect {
				t.Error("the silent session is not trusted any more")
			}
		}
		end(s, deaf, other)
	})
}

// TestLostSession: what a session did not answer before it ended goes to another one.
func TestLostSession(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		lost := connect(t, s).bind(smpp.BindTransceiverID)
		go func() { f.events <- receipted(1) }()
		lost.expect(smpp.DeliverSMID)
		other := connect(t, s).bind(smpp.BindReceiverID)
		synctest.Wait()
		_ = lost.conn.Close()
		h := other.expect(smpp.DeliverSMID)
		other.say(smpp.DeliverSMRespID, h.Sequence, &smpp.MessageResp{})
		synctest.Wait()
		if err, done := f.outcome(1); !done || err != nil {
			t.Errorf("%v, %v", done, err)
		}
		end(s, other)
	})
}

// TestLastSessionLost: then the event goes back to the broker, at once, for other
// instances.
func TestLastSessionLost(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindReceiverID)
		go func() { f.events <- receipted(1) }()
		l.expect(smpp.DeliverSMID)
		_ = l.conn.Close()
		synctest.Wait()
		err, done := f.outcome(1)
		var later *bus.Later
		if !done || !errors.As(err, &later) || later.After != 0 {
			t.Errorf("%v, %+v", done, err)
		}
		end(s)
	})
}

// TestTransmitterGetsNothing: nobody follows the events of an account that has no
// session for them.
func TestTransmitterGetsNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		l := connect(t, s).bind(smpp.BindTransmitterID)
		taken := false
		go func() {
			select {
			case f.events <- receipted(1):
				taken = true
			case <-time.After(time.Hour):
			}
		}()
		for range 10 {
			h := l.expect(smpp.EnquireLinkID)
			l.say(smpp.EnquireLinkRespID, h.Sequence, &smpp.Empty{})
		}
		if taken {
			t.Error("the event was taken")
		}
		end(s, l)
		time.Sleep(2 * time.Hour)
	})
}

// TestDrain: what was read is answered, then the session is unbound and closed.
func TestDrain(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		release := make(held)
		f.start = func(*message.Submission) (Pending, error) { return release, nil }
		l := connect(t, s).bind(smpp.BindTransceiverID)
		open := connect(t, s)
		l.say(smpp.SubmitSMID, 2, hello(func(*smpp.ShortMessage) {}))
		synctest.Wait()
		var drained sync.WaitGroup
		drained.Go(s.drain)
		synctest.Wait()
		if _, _, err := open.hear(); err == nil {
			t.Error("a connection that has not bound is open")
		}
		time.Sleep(time.Second)
		close(release)
		if h := l.expect(smpp.SubmitSMRespID); h.Status != smpp.OK {
			t.Errorf("status %#02x", uint32(h.Status))
		}
		l.expect(smpp.UnbindID)
		l.say(smpp.SubmitSMID, 3, hello(func(*smpp.ShortMessage) {})) // too late: it goes elsewhere
		l.say(smpp.UnbindRespID, firstSequence, &smpp.Empty{})
		if _, _, err := l.hear(); err == nil {
			t.Error("the connection is open")
		}
		drained.Wait()
		if n := len(f.messages()); n != 1 {
			t.Errorf("%d messages, want 1", n)
		}
		end(s, l, open)
	})
}

// TestBindWhileDraining: it is refused like any other, so that the client tries again,
// with another instance.
func TestBindWhileDraining(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		l := connect(t, s)
		s.stopping.Store(true)
		l.say(smpp.BindTransceiverID, 1, &smpp.Bind{SystemID: []byte("acme"), Password: []byte(password)})
		if h := l.expect(smpp.BindTransceiverRespID); h.Status != smpp.RBindFail {
			t.Errorf("status %#02x", uint32(h.Status))
		}
		if _, _, err := l.hear(); err == nil {
			t.Error("the connection is open")
		}
		if len(s.penalties.by) > 0 {
			t.Error("the client is blamed for it")
		}
		end(s, l)
	})
}

// TestReceiptInTheZoneOfTheAccount: its dates are those of the account's time zone.
func TestReceiptInTheZoneOfTheAccount(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		a := someone("acme")
		a.TimeZone = "Asia/Kolkata" // half an hour beside the others
		f.accounts[0] = a
		s.apply(f.policy())
		l := connect(t, s).bind(smpp.BindReceiverID)
		e := receipted(1)
		e.Time = time.Date(2026, 11, 28, 20, 15, 0, 0, time.UTC)
		e.Subject.AcceptedAt = e.Time.Add(-time.Hour)
		go func() { f.events <- e }()
		h, body, err := l.hear()
		var m smpp.ShortMessage
		if err != nil || h.ID != smpp.DeliverSMID || m.Decode(body) != nil {
			t.Fatalf("%+v, %v", h, err)
		}
		if want := "submit date:2611290045 done date:2611290145 "; !strings.Contains(string(m.Text), want) {
			t.Errorf("%q, want %q in it", m.Text, want)
		}
		l.say(smpp.DeliverSMRespID, h.Sequence, &smpp.MessageResp{})
		synctest.Wait()
		end(s, l)
	})
}

// TestDrainEnds: a client that does not answer holds nobody up for long.
func TestDrainEnds(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		f.start = func(*message.Submission) (Pending, error) { return make(held), nil }
		l := connect(t, s).bind(smpp.BindTransceiverID)
		l.say(smpp.SubmitSMID, 2, hello(func(*smpp.ShortMessage) {}))
		synctest.Wait()
		begun := time.Now()
		s.drain()
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
		end(s, l)
	})
}

// TestLastWords: what was accepted before a session ends by a mistake of its client, or
// by the end of what it says, is answered: otherwise it would come again.
func TestLastWords(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]struct {
		octets string
		words  int
	}{
		"a length that cannot be": {"0000000f000000040000000000000009" + strings.Repeat("00", 40_000), 1},
		"unknown commands":        {strings.Repeat("00000010000000770000000000000009", maxUnknown+1) + strings.Repeat("00", 40_000), maxUnknown + 1},
		"the end":                 {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(someone("acme"))
			release := make(held)
			f.start = func(*message.Submission) (Pending, error) { return release, nil }
			i := served(t, f)
			var d net.Dialer
			conn, err := d.DialContext(bounded(t), "tcp", i.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			bind, _ := smpp.Append(nil, smpp.BindTransceiverID, smpp.OK, 1, &smpp.Bind{SystemID: []byte("acme"), Password: []byte(password)})
			said, _ := smpp.Append(bind, smpp.SubmitSMID, smpp.OK, 2, hello(func(*smpp.ShortMessage) {}))
			if _, err := conn.Write(append(said, unhex(t, last.octets)...)); err != nil {
				t.Fatal(err)
			}
			if last.words == 0 {
				_ = conn.(*net.TCPConn).CloseWrite() //nolint:forcetypeassert // it is one
			}
			wait(t, "the message", func() bool { return len(f.messages()) == 1 })
			close(release)
			heard, err := io.ReadAll(conn)
			if err != nil {
				t.Errorf("the connection is not ended, but broken: %v", err)
			}
			answered, words := false, 0
			for len(heard) > 0 {
				h, _ := smpp.ReadHeader(heard)
				answered = answered || h.ID == smpp.SubmitSMRespID && h.Status == smpp.OK
				if h.ID == smpp.GenericNACKID {
					words++
				}
				heard = heard[h.Length:]
			}
			if !answered || words != last.words {
				t.Errorf("the message is answered: %v; %d words, want %d", answered, words, last.words)
			}
		})
	}
}

// TestUnbindAnswersFirst: an unbind is answered behind everything that came before.
func TestUnbindAnswersFirst(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		release := make(held)
		f.start = func(*message.Submission) (Pending, error) { return release, nil }
		l := connect(t, s).bind(smpp.BindTransceiverID)
		l.say(smpp.SubmitSMID, 2, hello(func(*smpp.ShortMessage) {}))
		l.say(smpp.UnbindID, 3, &smpp.Empty{})
		synctest.Wait()
		close(release)
		l.expect(smpp.SubmitSMRespID)
		l.expect(smpp.UnbindRespID)
		if _, _, err := l.hear(); err == nil {
			t.Error("the connection is open")
		}
		end(s, l)
	})
}

// TestPanicEndsOneSession: and no other.
func TestPanicEndsOneSession(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		f.start = func(m *message.Submission) (Pending, error) {
			if m.SMPP.ProtocolID == 1 {
				panic("a bug")
			}
			return durable{}, nil
		}
		bad, good := connect(t, s).bind(smpp.BindTransceiverID), connect(t, s).bind(smpp.BindTransceiverID)
		bad.say(smpp.SubmitSMID, 2, hello(func(m *smpp.ShortMessage) { m.ProtocolID = 1 }))
		if _, _, err := bad.hear(); err == nil {
			t.Error("the session goes on")
		}
		good.say(smpp.SubmitSMID, 2, hello(func(*smpp.ShortMessage) {}))
		good.expect(smpp.SubmitSMRespID)
		if s.panics.Load() != 1 {
			t.Errorf("%d panics", s.panics.Load())
		}
		end(s, bad, good)
	})
}

// TestRateIsShared: what other instances use of the account's rate is not used here, and
// they are told what is.
func TestRateIsShared(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, f *fake, s *Server) {
		a := someone("acme")
		a.Window, a.Rate = 1, 20
		f.accounts[0] = a
		f.elsewhere = map[string]account.Elsewhere{"acme": {Rate: 20, Instances: 1}}
		s.apply(f.policy())
		ctx, cancel := context.WithCancel(t.Context())
		s.running.Go(func() { s.renew(ctx) })
		l := connect(t, s).bind(smpp.BindTransmitterID)
		seq := uint32(1)
		during := func(span time.Duration) (accepted int) {
			for end := time.Now().Add(span); time.Now().Before(end); {
				seq++
				l.say(smpp.SubmitSMID, seq, hello(func(*smpp.ShortMessage) {}))
				if h := l.expect(smpp.SubmitSMRespID); h.Status == smpp.OK {
					accepted++
				}
			}
			return accepted
		}
		if n := during(bus.BindRenewal - time.Millisecond); n < 99 || n > 101 {
			t.Errorf("%d messages in five seconds when nothing is known of others, want 100", n)
		}
		time.Sleep(time.Second)
		s.apply(f.policy()) // changes nothing
		if n := during(3 * time.Second); n < 29 || n > 32 {
			t.Errorf("%d messages in three seconds while others use the rate, want 30", n)
		}
		if f.mu.Lock(); len(f.told) == 0 || f.told[0]["acme"] < 19 || f.told[0]["acme"] > 21 {
			t.Errorf("the others were told %v", f.told)
		}
		f.elsewhere = nil
		f.mu.Unlock()
		time.Sleep(bus.BindRenewal)
		if n := during(time.Second); n < 19 || n > 22 {
			t.Errorf("%d messages in a second when the others have stopped, want 20", n)
		}
		cancel()
		end(s, l)
	})
}
