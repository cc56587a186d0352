package smpp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// chunks is a connection that brings octets in pieces.
type chunks struct {
	net.Conn
	data  []byte
	sizes []byte
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := len(p)
	if len(c.sizes) > 0 {
		n, c.sizes = min(n, int(c.sizes[0])+1), c.sizes[1:]
	}
	n = copy(p[:n], c.data)
	c.data = c.data[n:]
	return n, nil
}

// FuzzFraming: however octets arrive, they are the same PDUs, and what cannot be one
// is noticed at the same place.
func FuzzFraming(f *testing.F) {
	pdu := smpp.AppendEmpty(nil, smpp.EnquireLinkID, smpp.OK, 1)
	long := append(smpp.AppendEmpty(nil, smpp.SubmitSMID, smpp.OK, 2), make([]byte, 20000)...)
	binary.BigEndian.PutUint32(long, uint32(len(long)))
	f.Add(append(append(append([]byte(nil), pdu...), long...), pdu...), []byte{0, 3, 15, 100})
	f.Add(append(bytes.Repeat(pdu, 50), 0, 0, 0, 1), []byte{})
	f.Fuzz(func(t *testing.T, data, sizes []byte) {
		var want [][]byte
		var wantErr error
		for rest := data; ; {
			n, err := smpp.Frame(rest, smpp.MaxBound)
			if wantErr = err; n == 0 || err != nil {
				break
			}
			want, rest = append(want, rest[:n]), rest[n:]
		}
		in := newFrames(&chunks{data: data, sizes: sizes}, smpp.MaxBound)
		for i := 0; ; {
			got, err := in.next()
			switch {
			case err != nil:
				if !errors.Is(wantErr, err) || i != len(want) {
					t.Fatalf("PDU %d: %v, want %v after %d", i, err, wantErr, len(want))
				}
				return
			case got != nil:
				if i >= len(want) || !bytes.Equal(got, want[i]) {
					t.Fatalf("PDU %d is %x", i, got)
				}
				i++
				continue
			}
			in.rest()
			if err := in.read(); err != nil {
				if i != len(want) || wantErr != nil {
					t.Fatalf("%d PDUs, then %v; want %d, then %v", i, err, len(want), wantErr)
				}
				return
			}
		}
	})
}

// known are the commands that a fuzzed session is given most often.
var known = []smpp.ID{
	smpp.SubmitSMID, smpp.SubmitMultiID, smpp.DataSMID, smpp.QuerySMID, smpp.CancelSMID, smpp.ReplaceSMID, smpp.DeliverSMID,
	smpp.DeliverSMRespID, smpp.DataSMRespID, smpp.EnquireLinkID, smpp.EnquireLinkRespID, smpp.UnbindID, smpp.UnbindRespID,
	smpp.GenericNACKID, smpp.BindTransceiverID, smpp.BindReceiverID, smpp.OutbindID, smpp.AlertNotificationID, smpp.SubmitSMRespID, 0x103,
}

// script makes PDUs of fuzzed octets: a command, a length, a body; 0xFF: octets as
// they are.
func script(data []byte) (out []byte) {
	for seq := uint32(2); len(data) >= 2; seq++ {
		which, n := data[0], min(int(data[1]), len(data)-2)
		body := data[2 : 2+n]
		data = data[2+n:]
		if which == 0xFF {
			out = append(out, body...)
			continue
		}
		start := len(out)
		out = append(smpp.AppendEmpty(out, known[int(which)%len(known)], smpp.OK, seq), body...)
		binary.BigEndian.PutUint32(out[start:], uint32(len(out)-start))
	}
	return out
}

// FuzzSession gives a session any commands, in any order, in every state. It must
// answer in whole PDUs, never say anything to a stranger, never panic and come to
// an end.
func FuzzSession(f *testing.F) {
	submit := must(hello(func(*smpp.ShortMessage) {}).AppendTo(nil))
	f.Add(byte(3), append([]byte{0, byte(len(submit))}, submit...))
	f.Add(byte(0), []byte{9, 0})
	f.Add(byte(1), []byte{11, 0, 0, 0})
	f.Add(byte(2), []byte{0xFF, 4, 0, 0, 0, 1})
	cfg := testConfig()
	cfg.Write /= 10
	s := newFake(someone("acme")).server(cfg)
	f.Fuzz(func(t *testing.T, state byte, data []byte) {
		l := connect(t, s)
		states := []smpp.ID{0, smpp.BindTransmitterID, smpp.BindReceiverID, smpp.BindTransceiverID}
		bound := states[int(state)%len(states)]
		if bound != 0 {
			l.bind(bound)
		}
		var heard bytes.Buffer
		var listening sync.WaitGroup
		listening.Go(func() { _, _ = io.Copy(&heard, l.conn) })
		_ = l.conn.SetWriteDeadline(time.Now().Add(patience))
		_, _ = l.conn.Write(script(data))
		_ = l.conn.Close()
		listening.Wait()
		s.running.Wait()
		said := heard.Bytes()
		if bound == 0 && len(said) > 0 {
			t.Errorf("a stranger heard %x", said)
		}
		for len(said) > 0 {
			n, err := smpp.Frame(said, smpp.MaxBound)
			if err != nil || n == 0 {
				break // cut off by the end of the connection
			}
			if h, _ := smpp.ReadHeader(said); !smpp.IsResponse(h.ID) && h.ID != smpp.UnbindID && h.ID != smpp.EnquireLinkID {
				t.Errorf("it said %v", h.ID)
			}
			said = said[n:]
		}
		if n := s.panics.Load(); n > 0 {
			t.Fatalf("%d panics", n)
		}
		if n := s.memory.TryAcquire(s.cfg.MaxMemory); !n {
			t.Fatal("memory is not given back")
		}
		s.memory.Release(s.cfg.MaxMemory)
		s.penalties.clear(here.Addr())
	})
}
