package smpp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificates are those of a listener. They are read again when a file has
// changed; what cannot be read leaves those in use that were.
type certificates struct {
	cfg TLS

	mu     sync.Mutex
	looked time.Time
	stamps [3]time.Time
	loaded *tls.Config
	err    error
}

// relook is how long a look at the files is good for.
const relook = 5 * time.Second

func newCertificates(cfg *TLS) (*certificates, error) {
	c := &certificates{cfg: *cfg, stamps: stamps(cfg)}
	loaded, err := load(cfg)
	if err != nil {
		return nil, err
	}
	c.loaded, c.looked = loaded, time.Now()
	return c, nil
}

// config is the tls.Config of a listener.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current(time.Now()), nil },
	}
}

// current returns the configuration for a new connection.
func (c *certificates) current(now time.Time) *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.looked) < relook {
		return c.loaded
	}
	c.looked = now
	if s := stamps(&c.cfg); s != c.stamps {
		loaded, err := load(&c.cfg)
		if c.err = err; err == nil {
			c.loaded, c.stamps = loaded, s
		}
	}
	return c.loaded
}

// failure returns, once, why changed files could not be used.
func (c *certificates) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.err
	c.err = nil
	return err
}

// stamps are the times of the files; those that are not there have none.
func stamps(cfg *TLS) (s [3]time.Time) {
	for i, path := range []string{cfg.Certificate, cfg.Key, cfg.ClientCA} {
		if info, err := os.Stat(path); err == nil {
			s[i] = info.ModTime()
		}
	}
	return s
}

func load(cfg *TLS) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cfg.Certificate, cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: reading certificate and key: %w", err)
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if cfg.ClientCA == "" {
		if len(cfg.ClientNames) > 0 {
			return nil, errors.New("tls: client_names is set, client_ca is not: nobody would be asked for a certificate")
		}
		return out, nil
	}
	pem, err := os.ReadFile(cfg.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("tls: reading client_ca: %w", err)
	}
	out.ClientCAs, out.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !out.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("tls: client_ca %s holds no certificate", cfg.ClientCA)
	}
	return out, nil
}

// allows reports whether a client's certificate is that of an account.
func (t *TLS) allows(state *tls.ConnectionState, account string) bool {
	if t.ClientCA == "" {
		return true
	}
	if len(state.PeerCertificates) == 0 {
		return false
	}
	cert := state.PeerCertificates[0]
	for _, name := range append([]string{cert.Subject.CommonName}, cert.DNSNames...) {
		mapped, ok := t.ClientNames[name]
		if !ok {
			mapped = name
		}
		if mapped != "" && mapped == account {
			return true
		}
	}
	return false
}
