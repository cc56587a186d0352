package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// shower shows deliveries as they come.
type shower struct {
	w io.Writer
	// quiet shows only messages, no receipts.
	quiet bool

	mu    sync.Mutex
	final int
}

// delivery shows a delivery, counts final receipts, and says OK.
func (s *shower) delivery(d *esme.Delivery) esme.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, receipt := d.Receipt()
	if receipt && r.State != smpp.StateEnroute && r.Stat != "ENROUTE" {
		s.final++
	}
	switch {
	case receipt && !s.quiet:
		fmt.Fprintf(s.w, "receipt for %s: %s, error %s\n", r.MessageID, r.Stat, r.Err)
	case !receipt:
		fmt.Fprintf(s.w, "message from %s to %s, data_coding %#02x: %q\n", d.Message.Source.Addr, d.Message.Destination.Addr,
			d.Message.DataCoding, d.Text())
	}
	return esme.Answer{}
}

// finals is how many final receipts there were.
func (s *shower) finals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.final
}
