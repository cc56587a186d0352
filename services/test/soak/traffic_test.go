package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// account is the submitter.
const account = "soak"

// traffic is what was given to the gateway, and what came of it.
type traffic struct {
	*world

	mu sync.Mutex
	// submitted by id, and ids by recipient: each message has its own.
	submitted map[string]*message.Submission
	byNumber  map[string]string
	// arrived are the PDUs that the network delivered to a modem.
	arrived map[string]bool
	// finals are the events that ended messages, by id and kind: events may be
	// repeated, but a message ends once.
	finals map[string]map[string]life.Kind
	// received are the identities under which each incoming PDU was delivered.
	received map[string]map[string]bool
	reports  int
	// outgoing is the number of the next message.
	outgoing int
}

func newTraffic(w *world) *traffic {
	return &traffic{
		world: w, submitted: map[string]*message.Submission{}, byNumber: map[string]string{}, arrived: map[string]bool{},
		finals: map[string]map[string]life.Kind{}, received: map[string]map[string]bool{},
	}
}

// follow collects events until ctx ends.
func (tr *traffic) follow(ctx context.Context) (wait func()) {
	var wg sync.WaitGroup
	for _, a := range []string{account, subject.Inbox} {
		wg.Go(func() {
			if err := tr.bus.FollowAccount(ctx, a, func(_ context.Context, e *life.Event) error { tr.event(e); return nil }); err != nil {
				tr.t.Errorf("following %s: %v", a, err)
			}
		})
	}
	return wg.Wait
}

func (tr *traffic) event(e *life.Event) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	switch k := e.Kind.(type) {
	case life.Sent, life.Failed, life.Expired, life.Cancelled:
		if tr.finals[e.ID] == nil {
			tr.finals[e.ID] = map[string]life.Kind{}
		}
		tr.finals[e.ID][fmt.Sprintf("%T", k)] = k
	case life.Received:
		pdu := fmt.Sprintf("%X", k.PDU)
		if tr.received[pdu] == nil {
			tr.received[pdu] = map[string]bool{}
		}
		tr.received[pdu][e.ID] = true
	case life.Report:
		tr.reports++
		if s := tr.submitted[e.ID]; s != nil && s.Recipient.Reveal() != k.Recipient.Reveal() {
			tr.t.Errorf("message %s got a report about another recipient", e.ID)
		}
	}
}

// out submits messages until ctx ends: some long, some urgent, some to numbers
// that the network refuses, some that must not be doubled.
func (tr *traffic) out(ctx context.Context) {
	r := tr.random("outgoing")
	gap := tr.of(time.Duration(float64(time.Minute) / (tr.perMinute * float64(tr.plan.modems))))
	for pause(ctx, time.Duration(r.ExpFloat64()*float64(gap))) {
		tr.outgoing++
		s := tr.submission(r, tr.outgoing)
		tr.mu.Lock()
		tr.submitted[s.ID], tr.byNumber[s.Recipient.Reveal()] = s, s.ID
		tr.mu.Unlock()
		// A broker that is away is waited for: what is submitted must count.
		if err := tr.bus.Submit(tr.t.Context(), s); err != nil {
			tr.t.Errorf("submitting %s: %v", s.ID, err)
		}
	}
}

func (tr *traffic) submission(r *rand.Rand, n int) *message.Submission {
	text := fmt.Sprintf("message %06d ", n)
	s := &message.Submission{
		ID: fmt.Sprintf("m%06d", n), Account: account, Queue: message.DefaultQueue, Alphabet: message.UTF8,
		Recipient: message.NewAddress(fmt.Sprintf("358401%06d", n)), AcceptedAt: time.Now(),
	}
	switch r.IntN(10) {
	case 0:
		text = strings.Repeat(text, 12+r.IntN(20)) // two to four parts
	case 1:
		s.Priority = message.High
	case 2:
		s.OnUnknown = message.Hold
	case 3:
		if r.IntN(4) == 0 {
			s.Recipient = message.NewAddress(fmt.Sprintf("358499%06d", n))
		}
	}
	s.Body = message.NewBody([]byte(text))
	return s
}

// in lets the network deliver messages until ctx ends, now and then so many at once
// to one modem that its memory overflows.
func (tr *traffic) in(ctx context.Context) {
	const mean, burst = 2 * time.Second, 3 * places
	r := tr.random("incoming")
	for n := 0; pause(ctx, tr.of(time.Duration(r.ExpFloat64()*float64(mean)))); {
		m := tr.modems[r.IntN(len(tr.modems))]
		count := 1
		if r.IntN(30) == 0 {
			count = burst
		}
		for range count {
			n++
			pdu := deliverPDU(tr, n)
			tr.mu.Lock()
			tr.arrived[pdu] = true
			tr.mu.Unlock()
			if err := m.Deliver(pdu); err != nil {
				tr.t.Errorf("delivering: %v", err)
			}
		}
	}
}

// deliverPDU is an SMS-DELIVER like no other.
func deliverPDU(tr *traffic, n int) string {
	d := tpdu.Deliver{
		OA:   tpdu.Address{TOA: tpdu.TOAInternational, Digits: fmt.Sprintf("358402%06d", n)},
		SCTS: tpdu.NewTimestamp(time.Now()), Septets: true,
	}
	for _, c := range fmt.Sprintf("incoming %06d", n) {
		d.Data = append(d.Data, byte(c)) // letters, digits and the space stand for themselves (3GPP TS 23.038 §6.2.1)
	}
	octets, err := d.AppendTo([]byte{0})
	if err != nil {
		tr.t.Errorf("encoding: %v", err)
	}
	return fmt.Sprintf("%X", octets)
}

// settled reports whether everything has come to its end.
func (tr *traffic) settled() bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for id := range tr.submitted {
		if len(tr.finals[id]) == 0 {
			return false
		}
	}
	for pdu := range tr.arrived {
		if len(tr.received[pdu]) == 0 {
			return false
		}
	}
	return true
}
