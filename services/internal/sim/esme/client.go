package esme

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Client is a session with a message centre. Its methods may be called from
// several goroutines at once.
type Client struct {
	cfg  Config
	conn net.Conn

	mu sync.Mutex
	// room is told when a request was answered, and when the session ends.
	room    *sync.Cond
	pending map[uint32]pending
	// sequence is that of the next request.
	sequence uint32
	// out is what waits to be written.
	out []byte
	// unbound: the message centre wants no more requests; leaving: this side has none.
	unbound, leaving bool
	// err is why the session ended; nil while it has not.
	err error

	wake chan struct{} // there is something to write
	done chan struct{} // the session has ended
	busy sync.WaitGroup
	// peer is the interface version that the message centre told; 0: none.
	peer uint8
}

// pending is a request without its response.
type pending struct {
	id   smpp.ID
	at   time.Time
	done func(Reply)
	// reference is the user_message_reference of a message that is in the tally.
	reference uint16
	counted   bool
}

// Dial connects and binds. A bind that is refused is a *RefusedError.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	c, err := Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := c.bind(ctx); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("binding to %s: %w", cfg.Addr, err)
	}
	return c, nil
}

// Open connects, and leaves it to the caller to bind.
func Open(ctx context.Context, cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	conn, err := cfg.connect(ctx)
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, conn: conn, pending: map[uint32]pending{}, sequence: cfg.FirstSequence,
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	c.room = sync.NewCond(&c.mu)
	c.busy.Go(c.read)
	c.busy.Go(c.write)
	return c, nil
}

// bind makes the bind of the configuration, and begins to enquire.
func (c *Client) bind(ctx context.Context) error {
	reply, err := c.Request(ctx, c.cfg.Bind, c.cfg.bind())
	if err != nil {
		return err
	}
	if reply.Status != smpp.OK {
		return &RefusedError{ID: reply.ID, Status: reply.Status}
	}
	var resp smpp.BindResp
	if err := resp.Decode(reply.Body); err != nil {
		return err
	}
	if version, ok := resp.TLVs.Uint(smpp.TagSCInterfaceVersion); ok {
		c.peer = uint8(version)
	}
	if c.cfg.Enquire > 0 {
		c.busy.Go(c.enquire)
	}
	return nil
}

// PeerVersion is the interface version that the message centre told; 0: none.
func (c *Client) PeerVersion() uint8 { return c.peer }

// Inbox holds what was delivered.
func (c *Client) Inbox() *Inbox { return c.cfg.Inbox }

// Done is closed when the session has ended; Err tells why.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err is why the session ended; nil while it has not.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Unbind ends the session as it should be ended.
func (c *Client) Unbind(ctx context.Context) error {
	reply, err := c.Request(ctx, smpp.UnbindID, &smpp.Empty{})
	if err == nil && reply.Status != smpp.OK {
		err = &RefusedError{ID: reply.ID, Status: reply.Status}
	}
	_ = c.Close()
	return err
}

// Close ends the connection at once, as a client that dies does.
func (c *Client) Close() error {
	c.end(ErrClosed)
	c.busy.Wait()
	return nil
}

// end ends the session for the first reason that is given.
func (c *Client) end(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	switch {
	case c.leaving:
		err = ErrClosed
	case c.unbound:
		err = ErrUnbound
	}
	c.err = err
	lost := c.pending
	c.pending = map[uint32]pending{}
	close(c.done)
	c.room.Broadcast()
	c.mu.Unlock()
	_ = c.conn.Close()
	for _, p := range lost {
		c.finish(p, Reply{Err: err})
	}
}

func (c *Client) enquire() {
	tick := time.NewTicker(c.cfg.Enquire)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-tick.C:
			c.Send(smpp.EnquireLinkID, smpp.OK, c.next(), &smpp.Empty{})
		}
	}
}
