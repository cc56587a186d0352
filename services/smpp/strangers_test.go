package smpp

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// Addresses of this machine: one is on the list of the account, one is not.
const (
	listed   = "127.0.0.2"
	unlisted = "127.0.0.3"
)

// fromListed is an account that binds from one address alone.
func fromListed() *account.Account {
	a := someone("acme")
	a.Networks = []netip.Prefix{netip.MustParsePrefix(listed + "/32")}
	return a
}

// probes are what scanners and broken clients say first.
var probes = map[string]string{
	"enquire_link":         "00000010000000150000000000000001",
	"submit_sm":            "00000010000000040000000000000001",
	"unbind":               "00000010000000060000000000000001",
	"unknown command":      "00000010000000990000000000000001",
	"HTTP":                 hexOf("GET / HTTP/1.0\r\n\r\n"),
	"TLS":                  "16030100fe010000fa0303",
	"too long for unbound": "00000401000000090000000000000001",
	"length 0":             "00000000000000090000000000000001",
	"bind cut off":         "00000013000000090000000000000001737973",
	"generic_nack":         "00000010800000000000000000000001",
}

func hexOf(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}

// TestProbesHearNothing: neither from an address on the list nor from another one.
func TestProbesHearNothing(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(fromListed()))
	for name, probe := range probes {
		for _, from := range []string{listed, unlisted} {
			if said := ask(t, i, from, unhex(t, probe)); len(said) > 0 {
				t.Errorf("%s from %s: answered %x", name, from, said)
			}
			i.penalties.clear(netip.MustParseAddr(listed))
		}
	}
}

// ask says something from an address, and returns what is said until the end.
func ask(t testing.TB, i *instance, from string, octets []byte) []byte {
	t.Helper()
	cfg := i.client("acme")
	cfg.From = from
	r, err := esme.DialRaw(bounded(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	_ = r.Say(octets) // the other side may have closed already
	said, err := r.HearEnd(bounded(t))
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// TestUnlistedIsClosedBeforeTLS: no octet, not even of TLS.
func TestUnlistedIsClosedBeforeTLS(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(fromListed()), withTLS(t, nil))
	hello := unhex(t, "160301")
	if said := ask(t, i, unlisted, hello); len(said) > 0 {
		t.Errorf("answered %x", said)
	}
	i.stop()
}

// TestSilentConnection: whoever says nothing is closed when the time to bind is over.
func TestSilentConnection(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(fromListed()), func(c *Config) { c.SessionInit = config.Duration(30 * time.Millisecond) })
	if said := ask(t, i, listed, nil); len(said) > 0 {
		t.Errorf("answered %x", said)
	}
	if said := ask(t, i, listed, unhex(t, "0000002f")); len(said) > 0 {
		t.Errorf("to the beginning of a PDU: answered %x", said)
	}
}

// TestBindRefusals: all look alike.
func TestBindRefusals(t *testing.T) {
	t.Parallel()
	disabled, expired, transmits, elsewhere := someone("disabled"), someone("expired"), someone("transmits"), someone("elsewhere")
	disabled.Disabled, expired.ExpiresAt, transmits.Modes = true, time.Unix(1, 0), []account.Mode{account.Transmitter}
	elsewhere.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	nothing := someone("nothing")
	nothing.SecretHash = ""
	f := newFake(someone("acme"), disabled, expired, transmits, elsewhere, nothing, someone("crowd"), someone("unlucky"))
	f.bind = func(account string) error {
		return map[string]error{"crowd": bus.ErrTooMany, "unlucky": bus.ErrUnavailable}[account]
	}
	i := served(t, f)
	var first []byte
	for _, c := range []struct {
		systemID, password string
		reason             audit.Reason
	}{
		{"acme", "wrong", audit.Secret}, {"nobody", password, audit.NoAccount}, {"disabled", password, audit.Disabled},
		{"expired", password, audit.Expired}, {"transmits", password, audit.Mode}, {"elsewhere", password, audit.Network},
		{"crowd", password, audit.Binds}, {"unlucky", password, audit.Broker},
		{"nothing", "", audit.Secret}, {"", "", audit.NoAccount}, {"a\x07b", password, audit.NoAccount},
	} {
		r := bindSilently(t, i)
		if err := r.SayPDU(smpp.BindTransceiverID, smpp.OK, 7, &smpp.Bind{SystemID: []byte(c.systemID), Password: []byte(c.password)}); err != nil {
			t.Fatal(err)
		}
		said, err := r.HearEnd(bounded(t))
		if err != nil || len(said) != smpp.HeaderLen+1 {
			t.Fatalf("%q: answered %x (%v)", c.systemID, said, err)
		}
		if h, _ := smpp.ReadHeader(said); h.Status != smpp.RBindFail || h.ID != smpp.BindTransceiverRespID {
			t.Errorf("%q: answered %+v", c.systemID, h)
		}
		if first == nil {
			first = said
		}
		if !bytes.Equal(said, first) {
			t.Errorf("%q: answered %x, others %x", c.systemID, said, first)
		}
		i.penalties.clear(here.Addr())
		found := false
		wait(t, "a record", func() bool {
			for _, e := range f.trail() {
				found = found || e.Kind == audit.Refused && e.SystemID == c.systemID && e.Reason == c.reason
			}
			return found
		})
	}
}

// wait waits until something is so.
func wait(t testing.TB, what string, so func() bool) {
	t.Helper()
	ctx := bounded(t)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !so() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		case <-look.C:
		}
	}
}

// TestRefusalTakesItsTime: refusals take as long as configured, whatever the reason.
func TestRefusalTakesItsTime(t *testing.T) {
	t.Parallel()
	const long = 300 * time.Millisecond
	i := served(t, newFake(someone("acme")), func(c *Config) { c.BindFailure = config.Duration(long) })
	for _, name := range []string{"acme", "nobody"} {
		begun := time.Now()
		cfg := i.client(name)
		cfg.Password = "wrong"
		_, err := esme.Dial(bounded(t), cfg)
		var refused *esme.RefusedError
		if !errors.As(err, &refused) || refused.Status != smpp.RBindFail {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(begun); took < long {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// TestPenalties: who fails too often is not let in any more, and nobody else pays.
func TestPenalties(t *testing.T) {
	t.Parallel()
	f := newFake(someone("acme"))
	i := served(t, f)
	for range freeFailures + 1 {
		if _, err := esme.Dial(bounded(t), esme.Config{Addr: i.addr, From: listed, SystemID: "acme", Password: "wrong"}); err == nil {
			t.Fatal("bound with a wrong password")
		}
	}
	if !i.penalties.barred(netip.MustParseAddr(unlisted), time.Now()) {
		t.Error("the neighbourhood is not barred")
	}
	if said := ask(t, i, listed, nil); len(said) > 0 {
		t.Errorf("answered %x", said)
	}
	wait(t, "a record", func() bool {
		for _, e := range f.trail() {
			if e.Reason == audit.BackOff {
				return true
			}
		}
		return false
	})
	c := dial(t, esme.Config{Addr: i.addr, From: "127.0.1.1", SystemID: "acme", Password: password})
	if got := statusOfRequest(t, c, smpp.EnquireLinkID, &smpp.Empty{}); got != smpp.OK {
		t.Errorf("a neighbour: %v", got)
	}
}

func TestPenaltiesGrowAndFade(t *testing.T) {
	t.Parallel()
	var p penalties
	addr, now := netip.MustParseAddr("192.0.2.1"), time.Unix(0, 0)
	var waits []time.Duration
	for range 16 {
		waits = append(waits, p.fail(addr, now))
	}
	for n, want := range map[int]time.Duration{0: 0, 2: 0, 3: time.Second, 4: 2 * time.Second, 6: 8 * time.Second, 15: longestPenalty} {
		if waits[n] != want {
			t.Errorf("failure %d bars for %v, want %v", n+1, waits[n], want)
		}
	}
	p.forget(now.Add(longestPenalty + forgetAfter + 1))
	if len(p.by) != 0 || p.fail(addr, now) != 0 {
		t.Error("it is never forgotten")
	}
	if got := neighbourhood(netip.MustParseAddr("2001:db8::1")).String(); got != "2001:db8::/64" {
		t.Errorf("the neighbourhood of an IPv6 address is %s", got)
	}
}

// TestHalfOpen: connections that do not bind are bounded, those that have are not.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(someone("acme")), func(c *Config) { c.MaxHalfOpenPerAddress, c.MaxHalfOpen = 2, 3 })
	_ = dial(t, i.client("acme"))
	for range 2 {
		bindSilently(t, i)
	}
	wait(t, "two half open ones", func() bool { return i.halfOpen.count() == 2 })
	if said := ask(t, i, "127.0.0.1", nil); len(said) > 0 {
		t.Errorf("a third from the same address: answered %x", said)
	}
	cfg := i.client("acme")
	cfg.From = listed
	c := dial(t, cfg)
	wait(t, "two half open ones again", func() bool { return i.halfOpen.count() == 2 })
	if got := statusOfRequest(t, c, smpp.EnquireLinkID, &smpp.Empty{}); got != smpp.OK {
		t.Error(got)
	}
}

// TestUnboundEnquireLink is for health checks, where it is wanted.
func TestUnboundEnquireLink(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(someone("acme")), func(c *Config) { c.Listeners[0].UnboundEnquireLink = AnswerUnbound })
	r := bindSilently(t, i)
	if err := r.Say(unhex(t, probes["enquire_link"])); err != nil {
		t.Fatal(err)
	}
	if h, _, err := r.Hear(bounded(t)); err != nil || h.ID != smpp.EnquireLinkRespID || h.Status != smpp.OK {
		t.Errorf("answered %+v, %v", h, err)
	}
}

// TestExposure: what is reachable must be restricted, or the server does not start.
func TestExposure(t *testing.T) {
	t.Parallel()
	nowhere := someone("nowhere")
	nowhere.Networks = nil
	cfg := testConfig()
	cfg.Listeners = []Listener{{Address: "0.0.0.0:0", Plaintext: AcceptRisk}}
	off := someone("off")
	off.Networks, off.Disabled = nil, true
	err := New(cfg, newFake(someone("acme"), nowhere, off), nop()).Run(bounded(t))
	if !errors.Is(err, errExposed) || !strings.Contains(err.Error(), "nowhere") || strings.Contains(err.Error(), "acme") || strings.Contains(err.Error(), "off;") {
		t.Errorf("it starts: %v", err)
	}
	core, seen := observer.New(zap.WarnLevel)
	risky := New(cfg, newFake(someone("acme"), off), zap.New(core))
	run(t, risky).stop()
	if seen.FilterMessageSnippet("without TLS").Len() != 1 {
		t.Errorf("nothing is said of plain text that others may read: %v", seen.All())
	}
	for name, l := range map[string]Listener{
		"plain":        {Address: "0.0.0.0:2775"},
		"no host":      {Address: ":2775"},
		"no port":      {Address: "127.0.0.1"},
		"misspelled":   {Address: "0.0.0.0:2775", Plaintext: "yes"},
		"balancers":    {Address: "127.0.0.1:2775", Balancers: []string{"10.0.0.1"}},
		"no files":     {Address: "127.0.0.1:2775", TLS: &TLS{Certificate: "/nowhere", Key: "/nowhere"}},
		"enquire_link": {Address: "127.0.0.1:2775", UnboundEnquireLink: "yes"},
	} {
		cfg.Listeners = []Listener{l}
		if err := cfg.Check(); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cfg.Listeners = []Listener{{Address: "0.0.0.0:2775", Plaintext: AcceptRisk}, {Address: "[::1]:2775"}, {Address: "localhost:2775"}}
	if err := cfg.Check(); err != nil {
		t.Error(err)
	}
}

// TestNoPolicyNoEntry: before the policy is known nothing listens.
func TestNoPolicyNoEntry(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := New(testConfig(), &blind{newFake()}, nop())
	if err := s.Run(ctx); err != nil {
		t.Error(err)
	}
	if s.addresses != nil {
		t.Error("it listened")
	}
}

// blind is a broker whose policy does not come.
type blind struct{ *fake }

func (*blind) WatchPolicy(ctx context.Context, _ func(*Policy)) error {
	<-ctx.Done()
	return nil
}

// TestProxyProtocol: a balancer tells whom it connects, and nobody else may.
func TestProxyProtocol(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("127.0.0.9/32")}
	f := newFake(a)
	i := served(t, f, func(c *Config) { c.Listeners[0].Balancers = []string{listed + "/32"} })
	header := func(version byte, from string) []byte {
		h := proxyproto.HeaderProxyFromAddrs(version, tcp(from), tcp("127.0.0.1:2775"))
		b, err := h.Format()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	bind := must(smpp.Append(nil, smpp.BindTransceiverID, smpp.OK, 1, &smpp.Bind{SystemID: []byte("acme"), Password: []byte(password)}))
	for _, c := range []struct {
		name, from string
		header     []byte
		answered   bool
	}{
		{"an address on the list", listed, header(2, "192.0.2.7:1024"), true},
		{"an address on no list", listed, header(2, "198.51.100.7:1024"), false},
		{"version 1", listed, header(1, "192.0.2.7:1024"), false},
		{"no header", listed, nil, false},
		{"a header from elsewhere", "127.0.0.9", header(2, "192.0.2.7:1024"), false},
	} {
		cfg := i.client("acme")
		cfg.From = c.from
		r, err := esme.DialRaw(bounded(t), cfg)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Say(append(append([]byte(nil), c.header...), bind...))
		h, _, err := r.Hear(bounded(t))
		if got := err == nil && h.ID == smpp.BindTransceiverRespID && h.Status == smpp.OK; got != c.answered {
			t.Errorf("%s: bound %v (%+v, %v)", c.name, got, h, err)
		}
		_ = r.Close()
		i.penalties.clear(netip.MustParseAddr("127.0.0.9"))
	}
	refused := func() (n int) {
		for _, e := range f.trail() {
			if e.Kind == audit.Refused {
				n += int(e.Count)
			}
		}
		return n
	}
	wait(t, "a record of each refusal", func() bool { return refused() == 4 })
	local, err := (&proxyproto.Header{Version: 2, Command: proxyproto.LOCAL}).Format()
	if err != nil {
		t.Fatal(err)
	}
	if said := ask(t, i, listed, local); len(said) > 0 {
		t.Errorf("a health check: answered %x", said)
	}
	i.stop()
	if n := refused(); n != 4 {
		t.Errorf("the balancer's health check is recorded as a refusal: %d, want 4", n)
	}
}

func tcp(addr string) *net.TCPAddr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr)) }

// authority makes certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	der  []byte
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{key: newKey(t)}
	a.cert = &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	var err error
	if a.der, err = x509.CreateCertificate(rand.Reader, a.cert, a.cert, a.key.Public(), a.key); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue writes a certificate for a name and its key into dir.
func (a *authority) issue(t testing.TB, dir, name string) (cert, key string) {
	t.Helper()
	k := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, a.cert, k.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	writePEM(t, cert, "CERTIFICATE", der)
	writePEM(t, key, "PRIVATE KEY", raw)
	return cert, key
}

func writePEM(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withTLS gives the listener a certificate; change may change more.
func withTLS(t testing.TB, change func(a *authority, dir string, cfg *TLS)) func(*Config) {
	t.Helper()
	dir, a := t.TempDir(), newAuthority(t)
	cert, key := a.issue(t, dir, "server")
	cfg := &TLS{Certificate: cert, Key: key}
	if change != nil {
		change(a, dir, cfg)
	}
	return func(c *Config) { c.Listeners[0].TLS = cfg }
}

// TestTLS: a client binds and submits, with a current version of TLS alone.
func TestTLS(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(someone("acme")), withTLS(t, nil))
	cfg := i.client("acme")
	cfg.TLS = &tls.Config{InsecureSkipVerify: true}
	c := dial(t, cfg)
	if got := statusOfRequest(t, c, smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {})); got != smpp.OK {
		t.Errorf("status %#02x", uint32(got))
	}
	cfg.TLS = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if _, err := esme.Dial(bounded(t), cfg); err == nil {
		t.Error("bound with TLS 1.1")
	}
	i.penalties.clear(here.Addr())
	plain := bindSilently(t, i)
	_ = plain.Say(unhex(t, probes["enquire_link"]))
	said, err := plain.HearEnd(bounded(t))
	if err != nil || bytes.Contains(said, unhex(t, "80000015")) {
		t.Errorf("SMPP in plain: answered %x (%v)", said, err)
	}
}

// TestHealthChecksOfTLS: who connects and closes without a word is no attacker.
func TestHealthChecksOfTLS(t *testing.T) {
	t.Parallel()
	f := newFake(someone("acme"))
	i := served(t, f, withTLS(t, nil))
	for range freeFailures + 2 {
		_ = bindSilently(t, i).Close()
	}
	wait(t, "their end", func() bool { return i.halfOpen.count() == 0 })
	if i.penalties.barred(here.Addr(), time.Now()) {
		t.Error("the address is barred")
	}
	cfg := i.client("acme")
	cfg.TLS = &tls.Config{InsecureSkipVerify: true}
	_ = dial(t, cfg)
	i.stop()
	for _, e := range f.trail() {
		if e.Kind == audit.Refused {
			t.Errorf("recorded as refused: %+v", e)
		}
	}
}

// TestClientCertificates: a certificate is good for its own account alone.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	var ca *authority
	dir := t.TempDir()
	i := served(t, newFake(someone("acme"), someone("other")), withTLS(t, func(a *authority, own string, cfg *TLS) {
		ca = a
		cfg.ClientCA = filepath.Join(own, "ca.pem")
		cfg.ClientNames = map[string]string{"partner": "other"}
		writePEM(t, cfg.ClientCA, "CERTIFICATE", a.der)
	}))
	for _, c := range []struct {
		certificate, account string
		ok                   bool
	}{{"acme", "acme", true}, {"acme", "other", false}, {"partner", "other", true}, {"partner", "partner", false}, {"", "acme", false}} {
		cfg := i.client(c.account)
		cfg.TLS = &tls.Config{InsecureSkipVerify: true}
		if c.certificate != "" {
			pair, err := tls.LoadX509KeyPair(ca.issue(t, dir, c.certificate))
			if err != nil {
				t.Fatal(err)
			}
			cfg.TLS.Certificates = []tls.Certificate{pair}
		}
		client, err := esme.Dial(bounded(t), cfg)
		if (err == nil) != c.ok {
			t.Errorf("certificate %q, account %q: %v", c.certificate, c.account, err)
		}
		if err == nil {
			_ = client.Close()
		}
		i.penalties.clear(here.Addr())
	}
}

// TestCertificatesAreReadAgain: when the files change, and not before they are whole.
func TestCertificatesAreReadAgain(t *testing.T) {
	t.Parallel()
	dir, a := t.TempDir(), newAuthority(t)
	cert, key := a.issue(t, dir, "server")
	c, err := newCertificates(&TLS{Certificate: cert, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	old := c.current(now)
	touch := func(path string, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(time.Hour), now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	touch(cert, []byte("half a certificate"))
	if c.current(now.Add(relook)) != old || c.failure() == nil || c.failure() != nil {
		t.Error("damaged files are used, or nobody is told, or told twice")
	}
	other, otherKey := a.issue(t, t.TempDir(), "server")
	for from, to := range map[string]string{other: cert, otherKey: key} {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		touch(to, data)
	}
	if c.current(now.Add(2*relook)) == old || c.failure() != nil {
		t.Error("the new certificate is not used")
	}
}

// TestWithdrawnAccount: a session ends as soon as its account does not allow it.
func TestWithdrawnAccount(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*account.Account) bool{
		"disabled":  func(a *account.Account) bool { a.Disabled = true; return true },
		"rotated":   func(a *account.Account) bool { a.SecretHash = "other"; return true },
		"elsewhere": func(a *account.Account) bool { a.Networks = nil; return true },
		"mode":      func(a *account.Account) bool { a.Modes = []account.Mode{account.Receiver}; return true },
		"removed":   func(*account.Account) bool { return false },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(someone("acme"))
			i := served(t, f)
			c := dial(t, i.client("acme"))
			a := someone("acme")
			f.accounts = nil
			if change(a) {
				f.accounts = append(f.accounts, a)
			}
			i.apply(f.policy())
			select {
			case <-c.Done():
			case <-bounded(t).Done():
				t.Fatal("the session goes on")
			}
		})
	}
}

// count is how many there are.
func (h *halfOpen) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.total
}
