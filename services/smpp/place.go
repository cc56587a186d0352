package smpp

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// place takes a message that may be an earlier one: a repetition, or one that
// replaces it. It asks the broker first, beside the reading of the session.
func (c *Conn) place(j job, p *profile, s *message.Submission, repetition string) {
	defer func() {
		c.finish(j.cost)
		c.out.flush()
	}()
	var again bool
	var err error
	if repetition != "" {
		j.messageID, again, err = c.recall(j.ctx, p, repetition)
	} else {
		j.messageID, err = c.replaceIfPresent(j.ctx, s)
	}
	switch {
	case err != nil:
		j.one.status = smpp.RSysErr
		if status := smpp.Status(0); errors.As(err, &status) {
			j.one.status = status
		}
		c.tenant.quota.giveBack(1)
	case again && c.known(j.ctx, j.messageID), repetition == "" && j.messageID != "":
		c.tenant.quota.giveBack(1) // it was counted before
	default:
		j.one = c.start(j.ctx, s, &j.messageID, 0)
		j.one.keep = repetition != ""
		c.await(j.ctx, &j.one)
	}
	c.answer(&j)
}

// repetition is the name of a message by which a repetition of it is recognised; "":
// none is. A client that had no answer sends the very same again, under another
// sequence number: from and to the same addresses, with the same reference and the
// same content. Addresses are not in the name itself, only in its hash.
func (p *profile) repetition(s *message.Submission) string {
	if p.account.Deduplicate == 0 {
		return ""
	}
	reference, ok := s.SMPP.Parameter(uint16(smpp.TagUserMessageReference))
	if !ok {
		return ""
	}
	return nameOf(
		[]byte(s.SMPP.Source.Addr.Reveal()), []byte(s.SMPP.Destination.Addr.Reveal()), reference, s.Options.UDH, s.Body.Reveal(),
		[]byte{s.SMPP.ESMClass, s.SMPP.DataCoding, s.SMPP.ProtocolID},
	)
}

// nameOf is a name for parts, none of which runs into the next.
func nameOf(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// recall returns the message_id of a message: the one that it got when it was first
// submitted, if that was lately; again says that it was.
func (c *Conn) recall(ctx context.Context, p *profile, repetition string) (id string, again bool, err error) {
	fresh, err := c.srv.nextID(ctx, c.version)
	if err != nil {
		return "", false, err
	}
	id, err = c.srv.broker.Remember(ctx, c.account(), "reference", repetition, fresh, p.account.Deduplicate)
	return id, id != fresh, err
}

// known reports whether the broker has, or had, a message. When it cannot tell, the
// message is sent there again: under the same id it is stored once.
func (c *Conn) known(ctx context.Context, id string) bool {
	_, err := c.srv.broker.Query(ctx, c.account(), id)
	return err == nil
}

// replaceIfPresent puts a message in the place of the last one from the same source
// to the same destination that still waits (SMPP 3.4 §5.2.18), and returns its
// message_id; "" says that there is none, and it is a message like others. A part of
// a longer message is never replaced: the rest would make no sense.
func (c *Conn) replaceIfPresent(ctx context.Context, s *message.Submission) (string, error) {
	waiting, err := c.waitingLike(ctx, maxAtOnce, func(old *message.Submission) bool {
		r := old.SMPP
		return !esme.IsPart(old) && r.ServiceType == s.SMPP.ServiceType && r.Source.Addr == s.SMPP.Source.Addr && r.Destination.Addr == s.SMPP.Destination.Addr
	})
	if err != nil {
		return "", err
	}
	for i := len(waiting) - 1; i >= 0; i-- {
		err := c.srv.broker.Replace(ctx, c.account(), waiting[i].ID, func(old *message.Submission) error {
			next := *s
			record := *s.SMPP
			next.SMPP = &record
			replaceBy(old, &next)
			return nil
		})
		if errors.Is(err, bus.ErrNotFound) || errors.Is(err, bus.ErrTooLate) {
			continue // it was sent just now
		}
		if err != nil {
			return "", fmt.Errorf("replacing: %w", err)
		}
		return waiting[i].SMPP.MessageID, nil
	}
	return "", nil
}

// Bounds on taking back what was not acknowledged.
const (
	retractPatience = time.Minute
	maxRetracts     = 1000
)

// retract takes a message back whose client was told that it was not accepted,
// and will send it again: it must not be sent twice. The broker may still get it.
func (s *Server) retract(m *message.Submission) {
	if !s.retracts.TryAcquire(1) {
		return
	}
	s.running.Go(func() {
		defer s.retracts.Release(1)
		ctx, cancel := context.WithTimeout(s.base, retractPatience)
		defer cancel()
		err := s.broker.Retract(ctx, m)
		if err != nil && s.base.Err() == nil {
			s.log.Warn("a message that was not acknowledged in time could not be taken back", log.Message(m.ID), zap.Error(err))
		}
	})
}
