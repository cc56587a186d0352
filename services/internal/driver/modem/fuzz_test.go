package modem

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// FuzzSend lets a modem say anything, before the prompt, after the PDU, and
// during the next command, and then vanish.
func FuzzSend(f *testing.F) {
	f.Add([]byte("\r\n> "), []byte("\r\n+CMGS: 7\r\n\r\nOK\r\n"), []byte("\r\nOK\r\n"))
	f.Add([]byte("\r\nERROR\r\n"), []byte("> "), []byte("\r\n+CMEE: 1\r\nOK\r\nOK\r\n"))
	f.Add([]byte("+CMT: ,2\r\n> "), []byte("0011\r+CDS: 2\r\n00\r\n0\r\n"), []byte("+CUSD: 0,\"\nOK\n"))
	f.Fuzz(func(t *testing.T, first, second, third []byte) {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			m := New(near, Config{Timeouts: Timeouts{Command: time.Second, PDU: time.Second}})
			m.step.lost = false
			said, written := [][]byte{first, second, third}, &bytes.Buffer{}
			drained := make(chan struct{})
			go func() { _, _ = io.Copy(written, far); close(drained) }()
			spoken := make(chan struct{})
			go func() {
				defer close(spoken)
				for _, octets := range said {
					synctest.Wait()
					if _, err := far.Write(octets); err != nil {
						return
					}
				}
			}()
			reference, err := m.Send(context.Background(), "0011", 1)
			_, _ = m.Command(context.Background(), "AT+X", time.Second)
			<-spoken
			_ = far.Close()
			_ = m.Close()
			<-drained
			checkOutcome(t, reference, err, written.Bytes())
		})
	})
}

// checkOutcome holds what Send returned against what it wrote.
func checkOutcome(t *testing.T, reference int, err error, written []byte) {
	t.Helper()
	var refusal *RefusedError
	var unknown *UnknownError
	wrotePDU := bytes.Contains(written, []byte("0011\x1a"))
	switch {
	case err == nil && (!wrotePDU || reference < NoReference || reference > 255):
		t.Errorf("accepted with %d, but wrote %q", reference, written)
	case errors.As(err, &unknown) && !wrotePDU:
		t.Errorf("unknown, but wrote %q", written)
	case errors.As(err, &refusal) && refusal.Err != nil && wrotePDU:
		t.Errorf("%v, but wrote %q", err, written)
	case err != nil && refusal == nil && unknown == nil:
		t.Errorf("error %v is of neither kind", err)
	}
}
