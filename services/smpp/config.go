package smpp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Config is the configuration of an SMPP server.
type Config struct {
	// Host is the name of this host.
	Host string `yaml:"-"`

	// Listeners are where clients connect. None: 127.0.0.1:2775, without TLS.
	Listeners []Listener `yaml:"listeners"`
	// SystemID is told to clients that have bound; empty by default.
	SystemID string `yaml:"system_id"`
	// Version5 speaks SMPP 5.0 with clients that ask for it; others get 3.4.
	Version5 bool `yaml:"version5"`

	// MaxHalfOpen bounds connections that have not bound, in total and from one
	// address.
	MaxHalfOpen           int `yaml:"max_half_open"`
	MaxHalfOpenPerAddress int `yaml:"max_half_open_per_address"`
	// SessionInit is how long a connection may take to bind, TLS included.
	SessionInit config.Duration `yaml:"session_init"`
	// TLSHandshake is how much of that TLS may take.
	TLSHandshake config.Duration `yaml:"tls_handshake"`
	// PDURead is how long the rest of a PDU may take after its first octet.
	PDURead config.Duration `yaml:"pdu_read"`
	// Write is how long a client may take to accept what is written to it.
	Write config.Duration `yaml:"write"`
	// EnquireLink is the silence after which a client is asked, EnquireAnswer how
	// long it may take to answer, EnquireMisses how many answers may stay out, and
	// Inactivity the silence after which it is given up in any case.
	EnquireLink   config.Duration `yaml:"enquire_link"`
	EnquireAnswer config.Duration `yaml:"enquire_answer"`
	EnquireMisses int             `yaml:"enquire_misses"`
	Inactivity    config.Duration `yaml:"inactivity"`
	// SubmitDeadline is how long the broker may take to make a message durable; then
	// the client is told to try again later.
	SubmitDeadline config.Duration `yaml:"submit_deadline"`
	// DeliverWindow is how many deliveries one session may have unanswered, and
	// DeliverTimeout how long each answer may take.
	DeliverWindow  int             `yaml:"deliver_window"`
	DeliverTimeout config.Duration `yaml:"deliver_timeout"`
	// Drain is how long everything may take when the server stops.
	Drain config.Duration `yaml:"drain"`
	// MaxMemory bounds the octets of requests that are not answered yet, of all
	// sessions together.
	MaxMemory int64 `yaml:"max_memory"`
	// BindFailure is how long a refused bind takes, whatever the reason.
	BindFailure config.Duration `yaml:"bind_failure"`
}

// DefaultAddress is where a server listens that is not told where.
const DefaultAddress = "127.0.0.1:2775"

// DefaultConfig returns the defaults.
func DefaultConfig() Config {
	const second = config.Duration(time.Second)
	link := esme.DefaultTimers()
	return Config{
		MaxHalfOpen: 200, MaxHalfOpenPerAddress: 20, SessionInit: 5 * second, TLSHandshake: 5 * second, PDURead: 10 * second, Write: 10 * second,
		EnquireLink: config.Duration(link.EnquireAfter), EnquireAnswer: config.Duration(link.Answer), EnquireMisses: link.Misses,
		Inactivity: config.Duration(link.Inactivity), SubmitDeadline: 5 * second, DeliverWindow: 10, DeliverTimeout: 30 * second,
		Drain: 5 * second, MaxMemory: 64 << 20, BindFailure: second,
	}
}

// UnmarshalYAML reads a server over the defaults.
func (c *Config) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Config
	p := plain(DefaultConfig())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*c = Config(p)
	return nil
}

// Listener is an address where clients connect.
type Listener struct {
	// Address is host:port.
	Address string `yaml:"address"`
	// TLS is required beyond loopback, unless Plaintext is AcceptRisk.
	TLS *TLS `yaml:"tls"`
	// Plaintext accepts, spelled out as AcceptRisk, that passwords and messages can
	// be read on the way.
	Plaintext string `yaml:"plaintext"`
	// Balancers are networks of load balancers: they, and they alone, must say with
	// PROXY protocol version 2 whom they connect.
	Balancers []string `yaml:"balancers"`
	// UnboundEnquireLink answers an enquire_link before a bind, for health checks
	// that need it, when it is AnswerUnbound. It tells strangers on the lists that
	// SMPP is spoken here.
	UnboundEnquireLink string `yaml:"unbound_enquire_link"`
}

// Values that must be spelled out.
const (
	AcceptRisk    = "accept-risk"
	AnswerUnbound = "answer"
)

// TLS says how a listener proves who it is.
type TLS struct {
	// Certificate and Key are PEM files; they are read again when they change.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	// ClientCA is a PEM file: clients must show a certificate of it, whose common
	// name or a DNS name of which is their account, or stands in ClientNames.
	ClientCA string `yaml:"client_ca"`
	// ClientNames maps names in certificates to accounts.
	ClientNames map[string]string `yaml:"client_names"`
}

// ErrConfig says that the configuration of the server cannot be used.
var ErrConfig = errors.New("smpp configuration")

// listeners are those configured, or the default one.
func (c *Config) listeners() []Listener {
	if len(c.Listeners) == 0 {
		return []Listener{{Address: DefaultAddress}}
	}
	return c.Listeners
}

// Check reports everything that is wrong with the configuration, on the disk too.
func (c *Config) Check() error {
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...))
	}
	for _, l := range c.listeners() {
		if err := l.check(); err != nil {
			bad("listener %s: %w", l.Address, err)
		}
	}
	if len(c.SystemID) > maxSystemID {
		bad("system_id has %d characters, more than the %d that fit", len(c.SystemID), maxSystemID)
	}
	for name, v := range map[string]config.Duration{
		"session_init": c.SessionInit, "tls_handshake": c.TLSHandshake, "pdu_read": c.PDURead, "write": c.Write, "enquire_link": c.EnquireLink,
		"enquire_answer": c.EnquireAnswer, "inactivity": c.Inactivity, "submit_deadline": c.SubmitDeadline,
		"deliver_timeout": c.DeliverTimeout, "drain": c.Drain,
	} {
		if v <= 0 {
			bad("%s is %v, want a time like 10s", name, time.Duration(v))
		}
	}
	for name, v := range map[string]int{
		"max_half_open": c.MaxHalfOpen, "max_half_open_per_address": c.MaxHalfOpenPerAddress, "enquire_misses": c.EnquireMisses,
		"deliver_window": c.DeliverWindow,
	} {
		if v < 1 {
			bad("%s is %d, want at least 1", name, v)
		}
	}
	if c.MaxMemory < smpp.MaxBound {
		bad("max_memory is %d, want at least %d, the longest PDU", c.MaxMemory, smpp.MaxBound)
	}
	return errors.Join(problems...)
}

// maxSystemID is what bind_resp has room for (SMPP 3.4 §4.1.2).
const maxSystemID = 15

func (l *Listener) check() error {
	host, _, err := net.SplitHostPort(l.Address)
	if err != nil {
		return fmt.Errorf("address: %w; write host:port", err)
	}
	switch {
	case l.Plaintext != "" && l.Plaintext != AcceptRisk:
		return fmt.Errorf("plaintext is %q; the only value is %q", l.Plaintext, AcceptRisk)
	case l.UnboundEnquireLink != "" && l.UnboundEnquireLink != AnswerUnbound:
		return fmt.Errorf("unbound_enquire_link is %q; the only value is %q", l.UnboundEnquireLink, AnswerUnbound)
	case l.TLS == nil && l.Plaintext == "" && !loopback(host):
		return fmt.Errorf("it is no loopback address and has no tls: give it a certificate, or accept that everything can be read on the way with plaintext: %s", AcceptRisk)
	}
	if _, err := l.balancers(); err != nil {
		return err
	}
	if l.TLS == nil {
		return nil
	}
	_, err = newCertificates(l.TLS)
	return err
}

// balancers are the networks of the load balancers.
func (l *Listener) balancers() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range l.Balancers {
		n, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("balancers: %w; write networks like 192.0.2.0/24", err)
		}
		all = append(all, n.Masked())
	}
	return all, nil
}

// loopback reports whether a host is this machine alone.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// public reports whether some listener can be reached from other machines.
func (c *Config) public() bool {
	for _, l := range c.listeners() {
		if host, _, err := net.SplitHostPort(l.Address); err != nil || !loopback(host) {
			return true
		}
	}
	return false
}

// timers are those of the link.
func (c *Config) timers() esme.Timers {
	return esme.Timers{
		EnquireAfter: time.Duration(c.EnquireLink), Answer: time.Duration(c.EnquireAnswer), Misses: c.EnquireMisses,
		Inactivity: time.Duration(c.Inactivity),
	}
}
