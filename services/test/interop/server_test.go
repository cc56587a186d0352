//go:build interop

package interop

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/partner"
)

// The account of the clients, and the number that they send to.
const (
	systemID    = partner.SystemID
	destination = "358401234567"
)

// server is a gateway with a plain and a TLS listener and a simulated modem.
type server struct {
	*partner.Site
	modem       *sim.Modem
	secret      string
	certificate string
}

// start starts a gateway whose modem reports every message as delivered.
func start(t *testing.T) *server {
	t.Helper()
	site := partner.Start(t, tools.viestid, partner.Options{Modem: &sim.Config{ReportDelay: 10 * time.Millisecond}})
	return &server{Site: site, modem: site.Modem, secret: site.Secret, certificate: site.Certificate}
}

// port is the port without, or with TLS.
func (s *server) port(secure bool) string {
	address := s.Plain
	if secure {
		address = s.Secure
	}
	_, port, _ := net.SplitHostPort(address)
	return port
}

func (s *server) trust(t *testing.T) *tls.Config {
	t.Helper()
	return s.Trust()
}

func (s *server) file(t *testing.T, name, content string) string {
	t.Helper()
	return s.File(name, content)
}
