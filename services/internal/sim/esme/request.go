package esme

import (
	"bytes"
	"context"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Reply is the response to a request.
type Reply struct {
	ID     smpp.ID
	Status smpp.Status
	// MessageID is that of the responses to submit_sm and data_sm.
	MessageID string
	// Body is that of the response; it is the receiver's own.
	Body []byte
	// Took is the time from the request to the response.
	Took time.Duration
	// Err says that there is no response, because the session ended.
	Err error
}

// Request makes a request and waits for its response, whatever its status is. It
// waits for its place in the window first.
func (c *Client) Request(ctx context.Context, id smpp.ID, body smpp.Body) (Reply, error) {
	answer := make(chan Reply, 1)
	if err := c.Go(ctx, id, body, func(r Reply) {
		r.Body = bytes.Clone(r.Body)
		answer <- r
	}); err != nil {
		return Reply{}, err
	}
	select {
	case r := <-answer:
		return r, r.Err
	case <-ctx.Done():
		return Reply{}, context.Cause(ctx)
	}
}

// Submit submits a message and returns its message_id. A refusal is a *RefusedError.
func (c *Client) Submit(ctx context.Context, m *smpp.ShortMessage) (messageID string, err error) {
	r, err := c.Request(ctx, smpp.SubmitSMID, m)
	if err == nil && r.Status != smpp.OK {
		err = &RefusedError{ID: r.ID, Status: r.Status}
	}
	return r.MessageID, err
}

// Go makes a request without waiting for its response, which done is given; when
// the session ends first it is given a Reply with an error. Go waits for a place in
// the window. done is called once, by the goroutine that reads or by one that ends the
// session: it must not wait for another response, and Reply.Body lasts as long as the
// call.
func (c *Client) Go(ctx context.Context, id smpp.ID, body smpp.Body, done func(Reply)) error {
	p := pending{id: id, done: done}
	if c.cfg.Tally != nil {
		p.reference, p.counted = reference(body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.waitForRoom(ctx, id); err != nil {
		return err
	}
	p.at = time.Now()
	out, err := smpp.Append(c.out, id, smpp.OK, c.sequence, body)
	if err != nil {
		return err
	}
	if p.counted {
		c.cfg.Tally.sent(p.reference)
	}
	c.leaving = c.leaving || id == smpp.UnbindID
	c.out, c.pending[c.sequence] = out, p
	c.sequence++
	c.poke()
	return nil
}

// reference is the user_message_reference of a message.
func reference(body smpp.Body) (uint16, bool) {
	m, ok := body.(*smpp.ShortMessage)
	if !ok {
		return 0, false
	}
	v, ok := m.TLVs.Uint(smpp.TagUserMessageReference)
	return uint16(v), ok
}

// waitForRoom waits for a place in the window; it needs the lock. An unbind does
// not wait.
func (c *Client) waitForRoom(ctx context.Context, id smpp.ID) error {
	if id != smpp.UnbindID && len(c.pending) >= c.cfg.Window {
		defer context.AfterFunc(ctx, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.room.Broadcast()
		})()
		for len(c.pending) >= c.cfg.Window && c.err == nil && ctx.Err() == nil && !c.unbound {
			c.room.Wait()
		}
	}
	switch {
	case c.err != nil:
		return c.err
	case c.unbound:
		return ErrUnbound
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return nil
}

// Send writes any PDU, in any state, and expects nothing.
func (c *Client) Send(id smpp.ID, status smpp.Status, sequence uint32, body smpp.Body) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if out, err := smpp.Append(c.out, id, status, sequence, body); err == nil && c.err == nil {
		c.out = out
		c.poke()
	}
}

// SendOctets writes any octets, and expects nothing. It does not wait: callers
// bound what they send.
func (c *Client) SendOctets(octets []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.out = append(c.out, octets...)
		c.poke()
	}
}

// next takes a sequence number.
func (c *Client) next() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sequence++
	return c.sequence - 1
}

// poke wakes the writer; it needs the lock.
func (c *Client) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// write writes what waits, all of it at once.
func (c *Client) write() {
	var buffer []byte
	for {
		select {
		case <-c.done:
			return
		case <-c.wake:
		}
		c.mu.Lock()
		buffer, c.out = c.out, buffer[:0]
		c.mu.Unlock()
		if len(buffer) == 0 {
			continue
		}
		if _, err := c.conn.Write(buffer); err != nil {
			c.end(ErrGone)
			return
		}
	}
}
