package cli

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// serve answers connections until the test ends; each is closed when answer returns.
func serve(t *testing.T, answer func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(patience))
				answer(conn)
			}()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// careless answers like a server that knows no state: as many do.
func careless(conn net.Conn) {
	buf := make([]byte, 1024)
	n, _ := conn.Read(buf)
	h, ok := smpp.ReadHeader(buf[:n])
	switch {
	case ok && h.ID == smpp.EnquireLinkID:
		_, _ = conn.Write(smpp.AppendEmpty(nil, smpp.EnquireLinkRespID, 4, h.Sequence))
	case ok && h.ID == smpp.BindReceiverID:
		_, _ = conn.Write(append(smpp.AppendEmpty(nil, smpp.BindReceiverRespID, 0x0e, h.Sequence), 0))
	default:
		_, _ = conn.Write(smpp.AppendEmpty(nil, smpp.GenericNACKID, 3, 0))
	}
}

func TestScanFinds(t *testing.T) {
	out, err := run(t, "", "scan", "--timeout", "5s", serve(t, careless))
	if !errors.Is(err, errReported) {
		t.Fatalf("%v:\n%s", err, out)
	}
	for _, want := range []string{
		"enquire_link before a bind  TCP  16 octets: PDU 0x80000015, status 0x04; closed  Nessus 31132",
		"bind with junk", "PDU 0x80000001, status 0x0e", "who knows SMPP", "garbage", "16 octets: PDU 0x80000000, status 0x03; closed  nmap",
		"no TLS",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

// TestScanFindsNothing: a server that says nothing before a bind it likes.
func TestScanFindsNothing(t *testing.T) {
	silent := serve(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
	out := prints(t, "", "scan", "--timeout", "5s", silent)
	if !strings.Contains(out, "no probe shows an SMPP server") || strings.Contains(out, "Nessus") || strings.Count(out, "without an answer") != 6 {
		t.Errorf("scan says:\n%s", out)
	}
	// One that speaks, but something else.
	other := serve(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1))
		_, _ = conn.Write([]byte("HTTP/1.0 400 Bad Request\r\n\r\n"))
	})
	if out := prints(t, "", "scan", "--timeout", "5s", other); !strings.Contains(out, "28 octets, no PDU; closed") {
		t.Errorf("scan says:\n%s", out)
	}
}

// TestScanWithoutListed: whoever scans from an address on a list is told so.
func TestScanWithoutListed(t *testing.T) {
	const hint = "scan with --listed"
	refusing := serve(t, func(conn net.Conn) {
		buf := make([]byte, 1024)
		n, _ := conn.Read(buf)
		if h, ok := smpp.ReadHeader(buf[:n]); ok && h.ID == smpp.BindReceiverID && int(h.Length) == n {
			_, _ = conn.Write(append(smpp.AppendEmpty(nil, smpp.BindReceiverRespID, smpp.RBindFail, h.Sequence), 0))
		}
	})
	if out, err := run(t, "", "scan", "--timeout", "5s", refusing); !errors.Is(err, errReported) || !strings.Contains(out, hint) {
		t.Errorf("%v:\n%s", err, out)
	}
	if out, err := run(t, "", "scan", "--timeout", "5s", "--listed", refusing); err != nil || strings.Contains(out, hint) {
		t.Errorf("%v:\n%s", err, out)
	}
	if out, _ := run(t, "", "scan", "--timeout", "5s", serve(t, careless)); strings.Contains(out, hint) {
		t.Errorf("a careless server is taken for one that refuses:\n%s", out)
	}
}

// TestScanOfAListedAddress: a refused bind is no finding there, unless it tells more.
func TestScanOfAListedAddress(t *testing.T) {
	t.Parallel()
	refused := func(status smpp.Status) []byte {
		return append(smpp.AppendEmpty(nil, smpp.BindReceiverRespID, status, probeSequence), 0)
	}
	if got := beyondRefusal(refused(smpp.RBindFail)); got != "" {
		t.Errorf("a refused bind: %q", got)
	}
	for _, status := range []smpp.Status{0, 0x0e, 0x0f} { // let in, wrong password, unknown name
		if got := beyondRefusal(refused(status)); got != "who knows SMPP" {
			t.Errorf("status %d: %q", status, got)
		}
	}
	if got := beyondRefusal(smpp.AppendEmpty(nil, smpp.GenericNACKID, 3, 0)); got == "" {
		t.Error("a generic_nack is no finding")
	}
}

// TestScanEnds: it does not wait for ever for a server that keeps connections open.
func TestScanEnds(t *testing.T) {
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	out := prints(t, "", "scan", "--timeout", "200ms", serve(t, func(net.Conn) { <-stop }))
	if strings.Count(out, "left open, without an answer") != 6 {
		t.Errorf("scan says:\n%s", out)
	}
}

func TestScanOfNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := l.Addr().String()
	must(t, l.Close())
	if out := prints(t, "", "scan", address); !strings.Contains(out, "nothing listens, or it is shut out") {
		t.Errorf("scan says:\n%s", out)
	}
	if _, err := run(t, "", "scan", "127.0.0.1"); err == nil {
		t.Error("an address without a port is scanned")
	}
}

func TestReporters(t *testing.T) {
	t.Parallel()
	if got := nessus(smpp.AppendEmpty(nil, smpp.EnquireLinkRespID, 0, 1)); got != "who knows SMPP" {
		t.Errorf("another sequence number: %q", got)
	}
	if got := nmap(smpp.AppendEmpty(nil, smpp.GenericNACKID, 3, 77)); got != "nmap" {
		t.Errorf("generic_nack: %q", got)
	}
	for _, answer := range []string{"", "\x80", "HTTP/1.0 400 Bad Request", strings.Repeat("\xff", 20)} {
		if got := anySMPP([]byte(answer)); got != "" {
			t.Errorf("%q: %q", answer, got)
		}
	}
}
