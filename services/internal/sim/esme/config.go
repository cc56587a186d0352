package esme

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Config says how a Client reaches a message centre and how it behaves there.
type Config struct {
	// Addr is the address, host:port.
	Addr string
	// TLS is for a port that speaks TLS; nil: plain.
	TLS *tls.Config
	// From is the local IP address; empty: any.
	From string
	// Bind is the command that binds; default bind_transceiver.
	Bind smpp.ID
	// SystemID, Password, SystemType and AddressRange are those of the bind.
	SystemID, Password, SystemType, AddressRange string
	// Version is interface_version; default 0x34.
	Version uint8
	// Window is how many requests may wait for their responses; default 10.
	Window int
	// FirstSequence is the sequence number of the bind; default 1.
	FirstSequence uint32
	// Enquire is the time between two enquire_links; 0: none.
	Enquire time.Duration
	// Deaf leaves every request of the message centre without an answer.
	Deaf bool
	// Answer says how to answer a message or receipt; nil: well and at once. It is
	// called by the goroutine that reads.
	Answer func(d *Delivery) Answer
	// Inbox takes what is delivered; several clients may share one. nil: an own one.
	Inbox *Inbox
	// Tally keeps account of messages with a user_message_reference; nil: none does.
	Tally *Tally
}

const (
	defaultWindow = 10
	firstSequence = 1
)

func (c Config) withDefaults() Config {
	if c.Bind == 0 {
		c.Bind = smpp.BindTransceiverID
	}
	if c.Version == 0 {
		c.Version = smpp.Version34
	}
	if c.Window < 1 {
		c.Window = defaultWindow
	}
	if c.FirstSequence == 0 {
		c.FirstSequence = firstSequence
	}
	if c.Inbox == nil {
		c.Inbox = &Inbox{}
	}
	return c
}

// connect opens the connection, without a word of SMPP.
func (c *Config) connect(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	if c.From != "" {
		ip := net.ParseIP(c.From)
		if ip == nil {
			return nil, fmt.Errorf("connecting to %s: %q is no IP address to connect from", c.Addr, c.From)
		}
		d.LocalAddr = &net.TCPAddr{IP: ip}
	}
	if c.TLS != nil {
		return (&tls.Dialer{NetDialer: &d, Config: c.TLS}).DialContext(ctx, "tcp", c.Addr)
	}
	return d.DialContext(ctx, "tcp", c.Addr)
}

// bind is the body of the bind.
func (c *Config) bind() *smpp.Bind {
	return &smpp.Bind{
		SystemID: []byte(c.SystemID), Password: []byte(c.Password), SystemType: []byte(c.SystemType),
		InterfaceVersion: c.Version, AddressRange: []byte(c.AddressRange),
	}
}
