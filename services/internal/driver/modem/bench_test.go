package modem

import (
	"io"
	"net"
	"testing"
)

// benchPeer returns a Modem and what plays its other end.
func benchPeer(b *testing.B) (*Modem, func()) {
	near, far := net.Pipe()
	m := New(near, Config{})
	m.step.lost = false
	b.Cleanup(func() { _ = far.Close(); _ = m.Close() })
	return m, func() {
		buffer := make([]byte, 1024)
		for {
			n, err := far.Read(buffer)
			if err != nil {
				return
			}
			answer := "\r\n> "
			if buffer[n-1] == 0x1a {
				answer = "\r\n+CMGS: 7\r\n\r\nOK\r\n"
			}
			_, _ = io.WriteString(far, answer)
		}
	}
}
