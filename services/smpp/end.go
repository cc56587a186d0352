package smpp

import (
	"errors"
	"io"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/esme"
)

// conclusion answers what was read before a session ended by a mistake of its client,
// or by the end of what it says: what is accepted and not answered comes again.
func (c *Conn) conclusion(reason error) {
	if !c.bound() || errors.Is(reason, errBroken) {
		return
	}
	c.tenant.withdraw(c)
	c.settle(time.Now().Add(time.Duration(c.cfg().Drain)))
}

// end closes the connection and undoes everything.
func (c *Conn) end() {
	if c.bound() {
		c.tenant.withdraw(c)
	}
	c.out.wait()
	c.become(esme.Closed)
	close(c.gone)
	if c.told() {
		c.linger()
	}
	_ = c.raw.Close()
	c.in.giveBack()
	c.srv.ended(c)
}

// told reports whether the client was told last why the connection ends, and may not
// have been read to the end.
func (c *Conn) told() bool {
	reason := c.asked()
	return errors.Is(reason, errRefusedBind) || c.bound() && (errors.Is(reason, errLength) || errors.Is(reason, errUnknown))
}

// linger says that nothing more comes, and passes over what still arrives, for a
// moment: closing on unread octets resets the connection, and many clients lose what they
// were told with it.
func (c *Conn) linger() {
	const moment, most = time.Second, 64 << 10
	half, ok := c.raw.(interface{ CloseWrite() error })
	if !ok || c.srv.stopping.Load() || half.CloseWrite() != nil {
		return
	}
	_ = c.raw.SetReadDeadline(time.Now().Add(moment))
	_, _ = io.CopyN(io.Discard, c.raw, most)
}
