package esme

import (
	"errors"
	"net"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// centre is the smallest message centre: it says OK to everything, and what a test
// wants it to say.
type centre struct {
	t        *testing.T
	listener net.Listener
	sessions sync.WaitGroup
	// handle is asked first; true: it has dealt with the PDU.
	handle func(s *session, h smpp.Header, body []byte) bool

	mu   sync.Mutex
	seen []smpp.Header
	ids  int
}

// session is a connection of the centre.
type session struct {
	t    *testing.T
	conn net.Conn
}

func newCentre(t *testing.T, handle func(s *session, h smpp.Header, body []byte) bool) *centre {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &centre{t: t, listener: l, handle: handle}
	c.sessions.Go(c.accept)
	t.Cleanup(func() {
		_ = l.Close()
		c.sessions.Wait()
	})
	return c
}

func (c *centre) addr() string { return c.listener.Addr().String() }

func (c *centre) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.sessions.Go(func() {
			defer conn.Close()
			c.serve(&session{t: c.t, conn: conn})
		})
	}
}

func (c *centre) serve(s *session) {
	r := &Raw{conn: s.conn}
	for {
		h, body, err := r.Hear(c.t.Context())
		if err != nil {
			return
		}
		c.mu.Lock()
		c.seen = append(c.seen, h)
		c.mu.Unlock()
		if c.handle != nil && c.handle(s, h, body) {
			continue
		}
		c.agree(s, h)
		if h.ID == smpp.UnbindID {
			return
		}
	}
}

// agree says OK to a request.
func (c *centre) agree(s *session, h smpp.Header) {
	switch {
	case smpp.IsResponse(h.ID):
	case h.ID == smpp.SubmitSMID:
		c.mu.Lock()
		c.ids++
		id := strconv.Itoa(c.ids)
		c.mu.Unlock()
		s.say(smpp.Response(h.ID), smpp.OK, h.Sequence, &smpp.MessageResp{MessageID: []byte(id)})
	case h.ID == smpp.UnbindID, h.ID == smpp.EnquireLinkID:
		s.say(smpp.Response(h.ID), smpp.OK, h.Sequence, &smpp.Empty{})
	default:
		s.say(smpp.Response(h.ID), smpp.OK, h.Sequence, &smpp.BindResp{TLVs: smpp.TLVs(nil).Append(smpp.TagSCInterfaceVersion, smpp.Version34)})
	}
}

func (s *session) say(id smpp.ID, status smpp.Status, sequence uint32, body smpp.Body) {
	err := (&Raw{conn: s.conn}).SayPDU(id, status, sequence, body)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		s.t.Logf("the client is gone: %v", err)
	}
}

// heard lists the commands that were heard.
func (c *centre) heard() []smpp.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]smpp.Header(nil), c.seen...)
}
