package serial

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// openTCP returns the server's end of a connection, and an open device.
func openTCP(t *testing.T) (net.Conn, io.ReadWriteCloser) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	rw, err := Open(context.Background(), "@"+listener.Addr().String(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rw.Close(); _ = server.Close() })
	return server, rw
}

func TestTCP(t *testing.T) {
	server, rw := openTCP(t)
	exchange(t, rw, server, "AT\r")
	exchange(t, server, rw, "\r\nOK\r\n")
	_ = server.Close()
	if _, err := rw.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("Read: %v, want EOF", err)
	}
}

func TestTCPRefusesOptions(t *testing.T) {
	server, rw := openTCP(t)
	// The option itself may be 255 or look like a command.
	offer := []byte{iac, do, 1, 'A', iac, will, 3, 'T', iac, wont, 5, iac, dont, 6, iac, 241,
		iac, sb, 24, 1, iac, iac, 2, iac, se, iac, iac, iac, do, 251, '\r'}
	if _, err := server.Write(offer); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(rw, got); err != nil || !bytes.Equal(got, []byte{'A', 'T', 255, '\r'}) {
		t.Errorf("data %q, %v", got, err)
	}
	answer := make([]byte, 9)
	_, err := io.ReadFull(server, answer)
	want := []byte{iac, wont, 1, iac, dont, 3, iac, wont, 251}
	if diff := cmp.Diff(want, answer); diff != "" || err != nil {
		t.Errorf("answer: %v (-want +got):\n%s", err, diff)
	}
}

func TestTCPWriteDoublesIAC(t *testing.T) {
	server, rw := openTCP(t)
	if n, err := rw.Write([]byte{'A', iac, 'B'}); n != 3 || err != nil {
		t.Errorf("Write = %d, %v", n, err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(server, got); err != nil || !bytes.Equal(got, []byte{'A', iac, iac, 'B'}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// However a stream is cut, the same data and refusals come out.
func FuzzTelnet(f *testing.F) {
	f.Add([]byte{iac, do, 1, 'A', iac, sb, 24, iac, iac, iac, se, 'B', iac}, 3)
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		whole, parts := &telnet{}, &telnet{}
		data, refusals := filtered(whole, stream)
		cut = min(max(cut, 0), len(stream))
		data1, refusals1 := filtered(parts, stream[:cut])
		data2, refusals2 := filtered(parts, stream[cut:])
		if !bytes.Equal(data, append(data1, data2...)) || !bytes.Equal(refusals, append(refusals1, refusals2...)) {
			t.Errorf("cut at %d changes what %v means", cut, stream)
		}
	})
}

func filtered(t *telnet, stream []byte) (data, refusals []byte) {
	data = bytes.Clone(stream)
	n, refusals := t.filter(data)
	return data[:n], refusals
}

func TestDialErrors(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	if _, err := Open(context.Background(), "@"+address, Options{DialTimeout: time.Minute}); !errors.Is(err, ErrConnect) {
		t.Errorf("Open: %v, want ErrConnect", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, "@"+address, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v, want Canceled", err)
	}
}

func TestKeepAlive(t *testing.T) {
	got := keepAlive(Options{KeepAlive: 9 * time.Second})
	want := net.KeepAliveConfig{Enable: true, Idle: 9 * time.Second, Interval: 3 * time.Second, Count: 3}
	if got != want {
		t.Errorf("keepAlive = %+v, want %+v", got, want)
	}
}
