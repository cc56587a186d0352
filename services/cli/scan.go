package cli

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// errReported says that a scanner would report what was scanned.
var errReported = errors.New("a scanner would report it")

func (e *env) scan() *cobra.Command {
	var listed bool
	patience := scanPatience
	cmd := &cobra.Command{
		Use: "scan HOST:PORT", Short: "try what scanners try, and tell what they would report", Args: cobra.ExactArgs(1),
		Long: "scan sends what scanners send to find SMPP servers, plain and within TLS, and tells for each what came\n" +
			"back and who would report it. It ends with 1 when somebody would, so that it can stand in a pipeline.\n\n" +
			"It connects to that one address alone, and sends no credentials and no messages. Run it from an address\n" +
			"that is on no list: it must get no answer at all. From one that is on a list, with --listed, a bind with\n" +
			"junk may be refused as any other, and nothing else be answered. Scan only what is yours.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.runScan(cmd.Context(), args[0], probes(listed), patience)
		},
	}
	cmd.Flags().BoolVar(&listed, "listed", false, "this address is on a list of an account: that a bind is refused is no finding")
	spanFlag(cmd, &patience, "timeout", scanPatience, "how long to wait for an answer to each probe")
	return cmd
}

// scanPatience is how long an answer is waited for: longer than the time in which a
// client must bind by default.
const scanPatience = 10 * time.Second

// probe is one thing that scanners try.
type probe struct {
	name string
	// send is what is sent, at once or, with drip, octet by octet.
	send []byte
	drip time.Duration
	// reports names who reports an answer; empty: nobody.
	reports func(answer []byte) string
}

// probeSequence is the sequence number of the PDUs of probes.
const probeSequence = 0x31132

func probes(listed bool) []probe {
	refusal := anySMPP
	if listed {
		refusal = beyondRefusal
	}
	enquire := smpp.AppendEmpty(nil, smpp.EnquireLinkID, 0, probeSequence)
	bind, _ := smpp.Append(nil, smpp.BindReceiverID, 0, probeSequence, &smpp.Bind{SystemID: []byte("scan"), Password: []byte("nothing"), InterfaceVersion: smpp.Version34})
	oversize := binary.BigEndian.AppendUint32(nil, 0xffffffff)
	oversize = append(oversize, bind[4:]...)
	return []probe{
		{name: "enquire_link before a bind", send: enquire, reports: nessus},
		{name: "bind with junk", send: bind, reports: refusal},
		{name: "garbage", send: []byte("GET / HTTP/1.0\r\n\r\n"), reports: nmap},
		{name: "empty lines", send: []byte("\r\n\r\n\r\n\r\n"), reports: nmap},
		{name: "a length of 4 GiB", send: oversize, reports: nmap},
		{name: "a slow drip", send: enquire, drip: 500 * time.Millisecond, reports: nessus},
	}
}

const pduHeader = 16

// nessus is plugin 31132 of Nessus: an enquire_link_resp with the same sequence number,
// whatever its status.
func nessus(answer []byte) string {
	if h, ok := smpp.ReadHeader(answer); ok && h.ID == smpp.EnquireLinkRespID && h.Sequence == probeSequence {
		return "Nessus 31132"
	}
	return nmap(answer)
}

// nmap is the soft match of nmap's service probes: a generic_nack that says "invalid
// command".
func nmap(answer []byte) string {
	const start = "\x00\x00\x00\x10\x80\x00\x00\x00\x00\x00\x00\x03"
	if len(answer) >= pduHeader && strings.HasPrefix(string(answer), start) {
		return "nmap"
	}
	return anySMPP(answer)
}

// anySMPP is whoever knows SMPP: the answer is a response PDU.
func anySMPP(answer []byte) string {
	if h, ok := smpp.ReadHeader(answer); ok && h.ID&0x80000000 != 0 && h.Length >= pduHeader && h.Length <= 1024 {
		return "who knows SMPP"
	}
	return ""
}

// beyondRefusal is anySMPP for an address that may bind: a bind with junk is refused
// with the one status that all refusals have, which tells nothing of accounts.
func beyondRefusal(answer []byte) string {
	if h, ok := smpp.ReadHeader(answer); ok && h.ID == smpp.BindReceiverRespID && h.Status == smpp.RBindFail {
		return ""
	}
	return anySMPP(answer)
}

// finding is what a probe found.
type finding struct {
	probe, transport, answer, reporter string
	// refused says that the answer refuses a bind, and tells no more than that.
	refused bool
}

func (e *env) runScan(ctx context.Context, target string, all []probe, patience time.Duration) error {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return fmt.Errorf("%q is no HOST:PORT: %w", target, err)
	}
	ips, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return err
	}
	address := net.JoinHostPort(ips[0], port)
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", address)
	if err != nil {
		fmt.Fprintf(e.stdout, "%s: nothing listens, or it is shut out: %v\n", address, err)
		return nil
	}
	_ = conn.Close()
	found := scanAll(ctx, address, host, all, patience)
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROBE\tBY\tANSWER\tREPORTED BY")
	reported := 0
	for _, f := range found {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.probe, f.transport, f.answer, dash(f.reporter))
		if f.reporter != "" {
			reported++
		}
	}
	_ = w.Flush()
	if slices.ContainsFunc(found, func(f finding) bool { return f.reporter != "" && f.refused }) {
		fmt.Fprintln(e.stdout, "\nA bind was refused as all are that may not: this address is on the list of an account. From one that is on\n"+
			"none there must be no answer at all; from here, scan with --listed.")
	}
	if reported > 0 {
		return fmt.Errorf("%s: %w: %d of %d probes show an SMPP server", address, errReported, reported, len(found))
	}
	fmt.Fprintf(e.stdout, "\n%s: no probe shows an SMPP server\n", address)
	return nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// scanAll tries all probes, a few at a time: a server may let few connections of one
// address wait at once.
func scanAll(ctx context.Context, address, host string, all []probe, patience time.Duration) []finding {
	const atOnce = 4
	var found []finding
	for _, p := range all {
		for _, transport := range []string{"TCP", "TLS"} {
			found = append(found, finding{probe: p.name, transport: transport})
		}
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range found {
		p := all[i/2]
		group.Go(func() error {
			f := &found[i]
			answer, how := p.try(ctx, address, host, f.transport == "TLS", patience)
			f.answer, f.reporter, f.refused = how, p.reports(answer), len(answer) > 0 && beyondRefusal(answer) == "" && anySMPP(answer) != ""
			return nil
		})
	}
	_ = group.Wait()
	return found
}

// try sends a probe on a connection of its own, and returns what came back, and in
// words how it ended.
func (p *probe) try(ctx context.Context, address, host string, secure bool, patience time.Duration) (answer []byte, how string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, "no connection"
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if secure {
		// It is asked who it is, not trusted: nothing secret is sent.
		t := tls.Client(conn, &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}) //nolint:gosec // a scanner does so
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, "no TLS"
		}
		conn = t
	}
	if p.drip > 0 {
		go p.dripInto(ctx, conn)
	} else if _, err := conn.Write(p.send); err != nil {
		return nil, "closed, without an answer"
	}
	return readAnswer(conn)
}

func (p *probe) dripInto(ctx context.Context, conn net.Conn) {
	tick := time.NewTicker(p.drip)
	defer tick.Stop()
	for i := range p.send {
		if _, err := conn.Write(p.send[i : i+1]); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// readAnswer reads until the other side closes, or time is up.
func readAnswer(conn net.Conn) (answer []byte, how string) {
	const most = 4096
	answer, err := io.ReadAll(io.LimitReader(conn, most))
	end := "closed"
	if errors.Is(err, os.ErrDeadlineExceeded) {
		end = "left open"
	}
	if len(answer) == 0 {
		return nil, end + ", without an answer"
	}
	h, ok := smpp.ReadHeader(answer)
	if ok && h.ID&0x80000000 != 0 {
		return answer, fmt.Sprintf("%d octets: PDU 0x%08x, status 0x%02x; %s", len(answer), uint32(h.ID), uint32(h.Status), end)
	}
	return answer, fmt.Sprintf("%d octets, no PDU; %s", len(answer), end)
}
