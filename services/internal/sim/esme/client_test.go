package esme

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

const patience = time.Minute

func dial(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func waiting(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// TestSession binds in each mode, submits, and unbinds.
func TestSession(t *testing.T) {
	for _, id := range []smpp.ID{smpp.BindTransmitterID, smpp.BindReceiverID, smpp.BindTransceiverID} {
		centre := newCentre(t, nil)
		c := dial(t, Config{Addr: centre.addr(), Bind: id, SystemID: "acme", Password: "secret"})
		if c.PeerVersion() != smpp.Version34 {
			t.Errorf("version %#x", c.PeerVersion())
		}
		got, err := c.Submit(waiting(t), Text("Viesti", "358401234567", "hello", true))
		if err != nil || got != "1" {
			t.Errorf("submitting: %q, %v", got, err)
		}
		if err := c.Unbind(waiting(t)); err != nil {
			t.Errorf("unbinding: %v", err)
		}
		if err := c.Err(); !errors.Is(err, ErrClosed) {
			t.Errorf("ended with %v", err)
		}
		if h := centre.heard(); len(h) != 3 || h[0].ID != id || h[0].Sequence != 1 || h[1].Sequence != 2 {
			t.Errorf("heard %+v", h)
		}
	}
}

// TestRefusedBind tells the status.
func TestRefusedBind(t *testing.T) {
	centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
		s.say(smpp.Response(h.ID), smpp.RBindFail, h.Sequence, &smpp.BindResp{})
		return true
	})
	_, err := Dial(t.Context(), Config{Addr: centre.addr()})
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Status != smpp.RBindFail || !errors.Is(err, smpp.RBindFail) {
		t.Errorf("got %v", err)
	}
}

// TestWindow wants no more requests under way than the window has room for.
func TestWindow(t *testing.T) {
	const window = 3
	release := make(chan struct{})
	arrived := make(chan smpp.Header, window+1)
	centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
		if h.ID != smpp.SubmitSMID {
			return false
		}
		arrived <- h
		if len(arrived) < window {
			return true
		}
		<-release
		for range window {
			s.say(smpp.SubmitSMRespID, smpp.OK, (<-arrived).Sequence, &smpp.MessageResp{})
		}
		return true
	})
	c := dial(t, Config{Addr: centre.addr(), Window: window})
	replies := make(chan Reply, window)
	for range window {
		if err := c.Go(t.Context(), smpp.SubmitSMID, Text("", "1", "x", false), func(r Reply) { replies <- r }); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Go(ctx, smpp.SubmitSMID, Text("", "1", "x", false), func(Reply) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("beyond the window: %v", err)
	}
	close(release)
	for range window {
		if r := <-replies; r.Status != smpp.OK || r.Err != nil {
			t.Errorf("reply %+v", r)
		}
	}
}

// TestLostConnection tells whoever waits that the outcome is unknown.
func TestLostConnection(t *testing.T) {
	centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
		if h.ID == smpp.SubmitSMID {
			_ = s.conn.Close()
		}
		return h.ID == smpp.SubmitSMID
	})
	tally := &Tally{}
	c := dial(t, Config{Addr: centre.addr(), Tally: tally})
	if _, err := c.Submit(waiting(t), Numbered(Text("", "1", "x", false), 7)); !errors.Is(err, ErrGone) {
		t.Errorf("got %v", err)
	}
	if sum := tally.Sum(); sum.Sent != 1 || sum.Unanswered != 1 || sum.Acknowledged != 0 {
		t.Errorf("tally %+v", sum)
	}
}

// TestAnswers answers deliveries in every way there is.
func TestAnswers(t *testing.T) {
	answers := []Answer{{}, {Status: smpp.RThrottled}, {Bare: true}, {MessageID: "42"}, {Never: true}, {After: time.Millisecond}}
	heard := make(chan smpp.Header, len(answers))
	lengths := make(chan int, len(answers))
	centre := newCentre(t, func(s *session, h smpp.Header, body []byte) bool {
		switch h.ID {
		case smpp.BindTransceiverID:
			s.say(smpp.BindTransceiverRespID, smpp.OK, h.Sequence, &smpp.BindResp{})
			for i := range answers {
				s.say(smpp.DeliverSMID, smpp.OK, uint32(100+i), &smpp.ShortMessage{Text: []byte("hi")})
			}
			return true
		case smpp.DeliverSMRespID:
			heard <- h
			lengths <- len(body)
			return true
		}
		return false
	})
	c := dial(t, Config{Addr: centre.addr(), Answer: func(d *Delivery) Answer { return answers[d.Sequence-100] }})
	got, err := c.Inbox().Wait(waiting(t), len(answers))
	if err != nil {
		t.Fatal(err)
	}
	if string(got[0].Text()) != "hi" {
		t.Errorf("text %q", got[0].Text())
	}
	want := map[uint32]int{100: 1, 101: 1, 102: 0, 103: 3, 105: 1}
	for range len(want) {
		h, length := <-heard, <-lengths
		if want[h.Sequence] != length || h.Status != answers[h.Sequence-100].Status {
			t.Errorf("answer %+v with a body of %d octets", h, length)
		}
		delete(want, h.Sequence)
	}
	if len(want) != 0 {
		t.Errorf("not answered: %v", want)
	}
}

// TestUnboundByCentre answers the unbind and says that nothing more is wanted.
func TestUnboundByCentre(t *testing.T) {
	centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
		switch h.ID {
		case smpp.SubmitSMID:
			s.say(smpp.UnbindID, smpp.OK, 9, &smpp.Empty{})
			s.say(smpp.SubmitSMRespID, smpp.OK, h.Sequence, &smpp.MessageResp{MessageID: []byte("1")})
			return true
		case smpp.Response(smpp.UnbindID):
			_ = s.conn.Close()
			return true
		}
		return false
	})
	c := dial(t, Config{Addr: centre.addr()})
	if id, err := c.Submit(waiting(t), Text("", "1", "x", false)); err != nil || id != "1" {
		t.Errorf("the response that followed the unbind: %q, %v", id, err)
	}
	<-c.Done()
	if !errors.Is(c.Err(), ErrUnbound) {
		t.Errorf("ended with %v", c.Err())
	}
	if _, err := c.Submit(waiting(t), Text("", "1", "x", false)); !errors.Is(err, ErrUnbound) {
		t.Errorf("submitting after the unbind: %v", err)
	}
}

// TestDeaf answers nothing; a client that is not does.
func TestDeaf(t *testing.T) {
	for _, deaf := range []bool{true, false} {
		answered := make(chan smpp.Header, 1)
		centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
			switch h.ID {
			case smpp.BindTransceiverID:
				s.say(smpp.BindTransceiverRespID, smpp.OK, h.Sequence, &smpp.BindResp{})
				s.say(smpp.EnquireLinkID, smpp.OK, 9, &smpp.Empty{})
				return true
			case smpp.EnquireLinkRespID:
				answered <- h
				return true
			}
			return false
		})
		c := dial(t, Config{Addr: centre.addr(), Deaf: deaf})
		if _, err := c.Submit(waiting(t), Text("", "1", "x", false)); err != nil {
			t.Fatal(err)
		}
		if err := c.Unbind(waiting(t)); err != nil {
			t.Fatal(err)
		}
		if got := len(answered) == 1; got == deaf {
			t.Errorf("deaf %v, answered %v", deaf, got)
		}
	}
}

// TestEnquire asks the message centre whether it is there.
func TestEnquire(t *testing.T) {
	asked := make(chan struct{}, 1)
	centre := newCentre(t, func(_ *session, h smpp.Header, _ []byte) bool {
		if h.ID == smpp.EnquireLinkID {
			select {
			case asked <- struct{}{}:
			default:
			}
		}
		return false
	})
	dial(t, Config{Addr: centre.addr(), Enquire: time.Millisecond})
	select {
	case <-asked:
	case <-waiting(t).Done():
		t.Error("never")
	}
}

// TestNonsense ends a session with something that speaks no SMPP.
func TestNonsense(t *testing.T) {
	centre := newCentre(t, func(s *session, _ smpp.Header, _ []byte) bool {
		_ = (&Raw{conn: s.conn}).Say([]byte("HTTP/1.1 400 Bad Request\r\n"))
		return true
	})
	if _, err := Dial(waiting(t), Config{Addr: centre.addr()}); !errors.Is(err, errNonsense) || !errors.Is(err, smpp.ErrLength) {
		t.Errorf("got %v", err)
	}
}
