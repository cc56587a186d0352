package esme

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Raw is a connection on which anything can be said. It is for one goroutine.
type Raw struct{ conn net.Conn }

// DialRaw connects; of cfg only what is about the connection counts.
func DialRaw(ctx context.Context, cfg Config) (*Raw, error) {
	conn, err := cfg.connect(ctx)
	if err != nil {
		return nil, err
	}
	return &Raw{conn: conn}, nil
}

// Close ends the connection.
func (r *Raw) Close() error { return r.conn.Close() }

// Say writes octets.
func (r *Raw) Say(octets []byte) error {
	_, err := r.conn.Write(octets)
	return err
}

// SayPDU writes a PDU.
func (r *Raw) SayPDU(id smpp.ID, status smpp.Status, sequence uint32, body smpp.Body) error {
	pdu, err := smpp.Append(nil, id, status, sequence, body)
	if err != nil {
		return err
	}
	return r.Say(pdu)
}

// Drip writes octets one by one, with a pause after each, until they are written,
// the connection ends or ctx does.
func (r *Raw) Drip(ctx context.Context, octets []byte, pause time.Duration) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for i := range octets {
		if err := r.Say(octets[i : i+1]); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// Hear reads a PDU.
func (r *Raw) Hear(ctx context.Context) (h smpp.Header, body []byte, err error) {
	defer r.deadline(ctx)()
	header := make([]byte, smpp.HeaderLen)
	if _, err := io.ReadFull(r.conn, header); err != nil {
		return h, nil, err
	}
	h, _ = smpp.ReadHeader(header)
	if h.Length < smpp.HeaderLen || h.Length > maxPDU {
		return h, nil, smpp.ErrLength
	}
	body = make([]byte, h.Length-smpp.HeaderLen)
	_, err = io.ReadFull(r.conn, body)
	return h, body, err
}

// HearEnd returns everything that is said until the other side closes the
// connection; a reset is an end like others. It is an error when ctx ends first.
func (r *Raw) HearEnd(ctx context.Context) ([]byte, error) {
	defer r.deadline(ctx)()
	said, err := io.ReadAll(r.conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return said, fmt.Errorf("waiting for the end of the connection: %w", context.Cause(ctx))
	}
	return said, nil
}

// deadline lets reads end with ctx until the function that it returns is called.
func (r *Raw) deadline(ctx context.Context) (undo func()) {
	stop := context.AfterFunc(ctx, func() { _ = r.conn.SetReadDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// Junk appends a PDU whose length is right and whose rest is not: one of the known
// commands in half of the cases, with up to most random octets as its body.
func Junk(dst []byte, random *rand.Rand, most int) []byte {
	known := []smpp.ID{
		smpp.SubmitSMID, smpp.SubmitMultiID, smpp.DataSMID, smpp.QuerySMID, smpp.CancelSMID, smpp.ReplaceSMID,
		smpp.DeliverSMID, smpp.DeliverSMRespID, smpp.EnquireLinkRespID, smpp.BindTransceiverID, smpp.GenericNACKID,
	}
	id := smpp.ID(random.Uint32())
	if random.IntN(2) == 0 {
		id = known[random.IntN(len(known))]
	}
	return junk(dst, random, id, random.IntN(most+1))
}

// JunkSubmit appends a submit_sm that has no end: a message centre that keeps its
// framing answers it, and goes on.
func JunkSubmit(dst []byte, random *rand.Rand) []byte {
	const octets = 40
	start := len(dst)
	dst = junk(dst, random, smpp.SubmitSMID, octets)
	for i := start + smpp.HeaderLen; i < len(dst); i++ {
		dst[i] |= 1 // no NUL ends any string
	}
	return dst
}

func junk(dst []byte, random *rand.Rand, id smpp.ID, octets int) []byte {
	start := len(dst)
	dst = smpp.AppendEmpty(dst, id, smpp.Status(random.Uint32()), random.Uint32())
	for range octets {
		dst = append(dst, byte(random.Uint32()))
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}
