package esme

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// TestLoad submits every number once, with and without a rate.
func TestLoad(t *testing.T) {
	const messages = 200
	for _, rate := range []float64{0, 20000} {
		centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
			if h.ID == smpp.SubmitSMID && h.Sequence%10 == 0 {
				s.say(smpp.SubmitSMRespID, smpp.RThrottled, h.Sequence, &smpp.MessageResp{})
				return true
			}
			return false
		})
		tally := &Tally{}
		l := &Load{
			Client: Config{Addr: centre.addr(), Window: 7, Tally: tally}, Connections: 3, Messages: messages, Rate: rate,
			Message: func(n int) *smpp.ShortMessage { return Numbered(Text("", "1", "x", false), uint16(n)) },
		}
		r, err := l.Run(waiting(t))
		if err != nil {
			t.Fatal(err)
		}
		if r.Acknowledged+r.Refused[smpp.RThrottled] != messages || r.Refused[smpp.RThrottled] == 0 || r.Unanswered != 0 {
			t.Errorf("acknowledged %d, refused %v, unanswered %d", r.Acknowledged, r.Refused, r.Unanswered)
		}
		if len(r.Times) != messages || r.Percentile(50) > r.Percentile(99) || r.Rate() <= 0 {
			t.Errorf("%d times, p50 %v, p99 %v, rate %v", len(r.Times), r.Percentile(50), r.Percentile(99), r.Rate())
		}
		if sum := tally.Sum(); sum.Messages != messages || sum.Acknowledged != r.Acknowledged || sum.Refused != r.Refused[smpp.RThrottled] {
			t.Errorf("tally %+v", sum)
		}
	}
}

// TestLoadEnds tells of a session that ended.
func TestLoadEnds(t *testing.T) {
	centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
		if h.ID == smpp.SubmitSMID {
			_ = s.conn.Close()
		}
		return h.ID == smpp.SubmitSMID
	})
	l := &Load{Client: Config{Addr: centre.addr()}, Messages: 50, Message: func(int) *smpp.ShortMessage { return Text("", "1", "x", false) }}
	r, err := l.Run(waiting(t))
	if !errors.Is(err, ErrGone) || r.Unanswered == 0 || r.Acknowledged != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestTally counts what was doubled, and what is missing.
func TestTally(t *testing.T) {
	var tally Tally
	for range 2 {
		tally.sent(1)
	}
	tally.answered(1, Reply{Err: ErrGone})
	tally.answered(1, Reply{MessageID: "b"})
	tally.reported(1, "a") // the submit that was not answered was taken after all
	tally.reported(1, "b")
	tally.reported(1, "b")
	tally.sent(2)
	tally.answered(2, Reply{MessageID: "c"})
	tally.sent(3)
	tally.answered(3, Reply{Status: smpp.RSysErr})
	want := Sum{Sent: 4, Messages: 3, Acknowledged: 2, Refused: 1, Unanswered: 1, Reported: 1, Doubled: 1, Repeated: 1}
	if got := tally.Sum(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := tally.Missing(); len(got) != 1 || got[0] != "c" {
		t.Errorf("missing %q", got)
	}
	if got := tally.Unacknowledged(); len(got) != 1 || got[0] != 3 {
		t.Errorf("unacknowledged %v", got)
	}
}

// TestReceipt reads receipts, and nothing that a handset may forge.
func TestReceipt(t *testing.T) {
	text := []byte("id:77 sub:001 dlvrd:001 submit date:2611290000 done date:2611290001 stat:DELIVRD err:000 text:")
	d := Delivery{Message: smpp.ShortMessage{Text: text}}
	if _, ok := d.Receipt(); ok {
		t.Error("a message of a handset is taken for a receipt")
	}
	d.Message.ESMClass = classReceipt
	if r, ok := d.Receipt(); !ok || r.MessageID != "77" || r.Stat != "DELIVRD" || r.Err != "000" || r.Reference != nil {
		t.Errorf("from the text: %+v", r)
	}
	d.Message.TLVs = smpp.TLVs(nil).AppendString(smpp.TagReceiptedMessageID, "78").
		Append(smpp.TagMessageState, byte(smpp.StateDelivered)).AppendUint16(smpp.TagUserMessageReference, 9)
	if r, _ := d.Receipt(); r.MessageID != "78" || r.State != smpp.StateDelivered || r.Reference == nil || *r.Reference != 9 {
		t.Errorf("from the parameters: %+v", r)
	}
	if r := field("no such thing", "id:"); r != "" {
		t.Errorf("field %q", r)
	}
}

// TestMessages are what they say.
func TestMessages(t *testing.T) {
	if m := Unicode("", "1", "ä€😀", true); m.DataCoding != codingUCS2 || !bytes.Equal(m.Text, []byte{0, 0xE4, 0x20, 0xAC, 0xD8, 0x3D, 0xDE, 0}) || m.RegisteredDelivery != 1 {
		t.Errorf("unicode %+v", m)
	}
	if m := Binary("12345", "1", []byte{0, 1}, false); m.DataCoding != codingBinary || m.Source.TON != tonInternational {
		t.Errorf("binary %+v", m)
	}
	parts := Concatenated("Viesti", "1", string(bytes.Repeat([]byte("x"), 307)), 9, false)
	if len(parts) != 3 || !bytes.Equal(parts[2].Text, []byte{5, 0, 3, 9, 3, 3, 'x'}) || parts[0].ESMClass != classUDHI || parts[0].Source.TON != tonAlphanumeric {
		t.Errorf("concatenated %+v", parts)
	}
}

// TestRaw says what no client says, and hears how that ends.
func TestRaw(t *testing.T) {
	heard := make(chan smpp.Header, 1)
	centre := newCentre(t, func(s *session, h smpp.Header, _ []byte) bool {
		heard <- h
		s.say(smpp.GenericNACKID, smpp.RInvCmdID, h.Sequence, &smpp.Empty{})
		_ = s.conn.(*net.TCPConn).CloseWrite()
		return true
	})
	r, err := DialRaw(t.Context(), Config{Addr: centre.addr()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Drip(waiting(t), smpp.AppendEmpty(nil, smpp.EnquireLinkID, smpp.OK, 5), time.Microsecond); err != nil {
		t.Fatal(err)
	}
	if h := <-heard; h.ID != smpp.EnquireLinkID || h.Sequence != 5 {
		t.Errorf("heard %+v", h)
	}
	said, err := r.HearEnd(waiting(t))
	if err != nil || len(said) != smpp.HeaderLen {
		t.Errorf("said %x, %v", said, err)
	}
}

// TestJunk has the length that it says, and a submit of junk no end.
func TestJunk(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		junk := Junk(nil, random, 100)
		if n, err := smpp.Frame(junk, smpp.MaxBound); err != nil || n != len(junk) {
			t.Fatalf("framed to %d of %d: %v", n, len(junk), err)
		}
		junk = JunkSubmit(nil, random)
		var m smpp.ShortMessage
		if err := m.Decode(junk[smpp.HeaderLen:]); !errors.Is(err, smpp.RInvCmdLen) {
			t.Fatalf("a submit of junk is refused with %v", err)
		}
	}
}

// TestConnectFrom wants an address to connect from.
func TestConnectFrom(t *testing.T) {
	if _, err := Open(t.Context(), Config{Addr: "127.0.0.1:1", From: "nowhere"}); err == nil {
		t.Error("connected from nowhere")
	}
}
