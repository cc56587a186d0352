package smpp

import (
	"context"
	"errors"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
)

// Reasons for a refused bind, besides those of package account. The client is told
// none of them.
var (
	errUnknownAccount = errors.New("there is no such account")
	errSecret         = errors.New("the secret is wrong")
	errCertificate    = errors.New("the certificate is not that of the account")
)

// bindPatience is how long a bind may wait for its turn to be verified.
const bindPatience = 10 * time.Second

// bind opens the session, or refuses to (SMPP 3.4 §4.1). A connection has one try.
// Every refusal looks the same and takes the same time, whatever the reason.
func (c *Conn) bind(h smpp.Header, body []byte, now time.Time) error {
	var b smpp.Bind
	if err := b.Decode(body); err != nil {
		return c.stranger(h, now)
	}
	state, _ := esme.Bound(h.ID)
	ctx, cancel := context.WithTimeout(c.srv.base, bindPatience)
	defer cancel()
	name := string(b.SystemID)
	a, lease, err := c.admit(ctx, &b, modes[state], now)
	if err != nil {
		c.refuseBind(ctx, h, name, modes[state], now, err)
		return errRefusedBind
	}
	c.mode, c.secretHash, c.lease = modes[state], a.SecretHash, lease
	c.version, c.interfaceVersion, c.systemType = esme.Version(b.InterfaceVersion, c.cfg().Version5), b.InterfaceVersion, string(b.SystemType)
	c.since = time.Now()
	c.srv.penalties.clear(c.address())
	c.srv.halfOpen.leave(c.address())
	c.in.limit = smpp.MaxBound
	c.link = esme.NewLink(c.cfg().timers(), c.since)
	c.counts.heard.Store(c.since.Unix())
	c.tenant = c.srv.tenantOf(a)
	c.become(state)
	c.acceptBind(h)
	c.tenant.join(c)
	c.srv.began(c)
	if err := c.srv.still(c); err != nil { // the policy changed just now
		c.leave(err)
	}
	return nil
}

var modes = map[esme.State]account.Mode{
	esme.BoundTX: account.Transmitter, esme.BoundRX: account.Receiver, esme.BoundTRX: account.Transceiver,
}

// admit judges a bind. The secret is hashed for accounts that there are not, too.
func (c *Conn) admit(ctx context.Context, b *smpp.Bind, mode account.Mode, now time.Time) (*account.Account, Lease, error) {
	a := c.srv.directory.Load().Accounts[string(b.SystemID)]
	hash := ""
	if a != nil {
		hash = a.SecretHash
	}
	right, err := c.srv.verifier.Verify(ctx, string(b.SystemID), hash, string(b.Password))
	switch {
	case a == nil:
		return nil, nil, errUnknownAccount
	case err != nil:
		return nil, nil, err
	case !right:
		return nil, nil, errSecret
	case c.srv.stopping.Load():
		return nil, nil, errStopping
	case c.tls != nil && !c.listener.cfg.TLS.allows(c.tls, a.Name):
		return nil, nil, errCertificate
	}
	if err := a.Bind(c.address(), mode, now); err != nil {
		return nil, nil, err
	}
	lease, err := c.srv.acquire(ctx, a)
	return a, lease, err
}

// refuseBind answers a bind that is refused for whatever reason.
func (c *Conn) refuseBind(ctx context.Context, h smpp.Header, name string, mode account.Mode, begun time.Time, reason error) {
	e := c.srv.recorder.session(audit.Refused, c)
	e.SystemID, e.Mode, e.Reason = name, mode, reasonOf(reason, refusalReasons, audit.Broker)
	if _, ok := c.srv.directory.Load().Accounts[name]; ok {
		e.Account = name
	}
	if e.Reason == audit.Broker {
		e.Detail = reason.Error()
	}
	c.srv.recorder.sum(e)
	if e.Reason.Blames() {
		c.srv.penalties.fail(c.address(), time.Now())
	}
	timer := time.NewTimer(time.Until(begun.Add(time.Duration(c.cfg().BindFailure))))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	c.refuse(h, smpp.RBindFail)
	c.out.flush()
}

// acceptBind answers a bind that succeeded.
func (c *Conn) acceptBind(h smpp.Header) {
	resp := smpp.BindResp{SystemID: []byte(c.cfg().SystemID)}
	if c.version >= smpp.Version34 {
		resp.TLVs = resp.TLVs.Append(smpp.TagSCInterfaceVersion, c.version)
	}
	c.out.add(func(dst []byte) []byte {
		out, err := smpp.Append(dst, smpp.Response(h.ID), smpp.OK, h.Sequence, &resp)
		if err != nil { // the configuration was checked
			return appendRefusal(dst, smpp.Response(h.ID), smpp.OK, h.Sequence)
		}
		return out
	})
	c.out.flush()
}
