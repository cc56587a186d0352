package modem

import (
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// Values of AT+CNMI (3GPP TS 27.005 §3.4.1) by position.
const (
	cnmiMode = iota
	cnmiMT
	cnmiBM
	cnmiDS
	cnmiBFR
)

// maxBuffered is how many indications AT+CNMI=0 keeps; the oldest go first.
const maxBuffered = 64

// noClass is the class of a message without one (3GPP TS 23.038 §4).
const noClass = -1

// arrival is something that the network has for the modem.
type arrival struct {
	pdu    string
	length int
	report bool
	class  int
}

// incoming is what is on its way to the terminal.
type incoming struct {
	// waiting are those that the network keeps because the modem cannot take
	// them yet, oldest first.
	waiting []arrival
	// unacknowledged is the one routed to the terminal that AT+CNMA is expected
	// for; nil for none.
	unacknowledged *arrival
	ackTimer       *time.Timer
	// resting holds the network back after a refusal.
	resting *time.Timer
	// buffered are indications kept while <mode> is 0.
	buffered []string
}

// powerUp lets the network repeat what was not acknowledged.
func (in *incoming) powerUp() {
	in.requeue()
	if in.resting != nil {
		in.resting.Stop()
		in.resting = nil
	}
	in.buffered = nil
}

// requeue puts the message without acknowledgement back to the network.
func (in *incoming) requeue() {
	if in.unacknowledged != nil {
		in.ackTimer.Stop()
		in.waiting = append([]arrival{*in.unacknowledged}, in.waiting...)
		in.unacknowledged = nil
	}
}

func classOf(dcs byte) int {
	if d := tpdu.ParseDCS(dcs); d.HasClass {
		return int(d.Class)
	}
	return noClass
}

// Deliver lets the network deliver a PDU: hexadecimal with the service centre
// in front, an SMS-DELIVER or an SMS-STATUS-REPORT. Anything else on one line is
// passed on as a message as it is, so that broken PDUs can be tried. The PDU
// waits in the network while the modem cannot take it. What AT+CNMI has no place
// for, a status report with <ds> 0, is lost.
func (m *Modem) Deliver(pdu string) error {
	if pdu == "" || strings.ContainsAny(pdu, "\r\n") {
		return ErrNoMessage
	}
	m.receive(newArrival(pdu))
	return nil
}

func newArrival(pdu string) arrival {
	octets, _ := tpdu.DecodeHex(pdu)
	a := arrival{pdu: pdu, class: noClass, length: max(len(octets)-1, 0)}
	if len(octets) > 0 {
		a.length = max(a.length-int(octets[0]), 0)
	}
	mt, err := tpdu.DecodeMT(octets)
	switch {
	case err != nil:
	case mt.StatusReport != nil:
		a.report = true
	case mt.Deliver != nil:
		a.class = classOf(mt.Deliver.DCS)
	}
	return a
}

func (m *Modem) receive(a arrival) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.incoming.waiting = append(m.incoming.waiting, a)
	m.pump()
}

// Waiting returns how many messages and reports the network keeps because the
// modem cannot take them: it is off, its memory is full, or nobody reads.
func (m *Modem) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.incoming.waiting)
}

// Stored returns how many messages and reports are in the memories.
func (m *Modem) Stored() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored := 0
	for _, st := range m.storage.stores {
		stored += st.used
	}
	return stored
}

// Store puts a PDU into a memory as it is, without an indication, and returns
// its index; stat is <stat> of 3GPP TS 27.005 §3.1 in PDU mode, 0 to 3.
func (m *Modem) Store(memory string, stat int, pdu string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := newArrival(pdu)
	return m.storage.put(memory, place{stat: stat, pdu: pdu, length: a.length})
}

// pump takes from the network what can be taken, in order.
func (m *Modem) pump() {
	for len(m.incoming.waiting) > 0 && m.reachable() {
		if !m.route(&m.incoming.waiting[0]) {
			return
		}
		m.incoming.waiting = m.incoming.waiting[1:]
	}
}

func (m *Modem) reachable() bool {
	return !m.booting && m.incoming.resting == nil && m.registered().hasService()
}

// route takes one arrival as AT+CNMI says, and reports whether it could.
func (m *Modem) route(a *arrival) bool {
	if a.report {
		return m.routeReport(a)
	}
	mt := m.set.cnmi[cnmiMT]
	if mt == 2 && a.class != 2 || mt == 3 && a.class == 3 {
		return m.handOver(a, "+CMT: ,")
	}
	memory := m.storage.chosen[memoryReceive]
	if a.class == 2 && m.storage.members("SM") != nil {
		memory = "SM"
	}
	return m.keep(a, memory, "+CMTI: ", mt != 0)
}

func (m *Modem) routeReport(a *arrival) bool {
	switch m.set.cnmi[cnmiDS] {
	case 1:
		return m.handOver(a, "+CDS: ")
	case 2:
		memory := m.storage.chosen[memoryReceive]
		if m.storage.members("SR") != nil {
			memory = "SR"
		}
		return m.keep(a, memory, "+CDSI: ", true)
	}
	return true
}

// keep stores an arrival and tells where.
func (m *Modem) keep(a *arrival, memory, prefix string, tell bool) bool {
	index, err := m.storage.put(memory, place{stat: statUnread, pdu: a.pdu, length: a.length})
	if err != nil {
		return m.cfg.FullLoses
	}
	if tell {
		m.indicate(fmt.Sprintf(`%s"%s",%d`, prefix, memory, index))
	}
	return true
}

// handOver routes an arrival to the terminal; with AT+CSMS=1 the next one has to
// wait for AT+CNMA (3GPP TS 27.005 §3.4.1).
func (m *Modem) handOver(a *arrival, prefix string) bool {
	if m.line == nil || m.incoming.unacknowledged != nil {
		return false
	}
	if m.set.textMode && !a.report {
		m.indicate("+CMT: " + textHeader + "\r\n" + secretText)
	} else {
		m.indicate(fmt.Sprintf("%s%d\r\n%s", prefix, a.length, a.pdu))
	}
	if m.set.csms == 1 {
		kept := *a
		m.incoming.unacknowledged = &kept
		m.incoming.ackTimer = time.AfterFunc(m.cfg.AckTimeout, func() { m.unacknowledged(&kept) })
	}
	return true
}

// unacknowledged is the time-out for AT+CNMA: the modem stops routing and the
// network delivers again (3GPP TS 27.005 §3.4.1).
func (m *Modem) unacknowledged(a *arrival) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.incoming.unacknowledged != a {
		return
	}
	m.set.cnmi[cnmiMT], m.set.cnmi[cnmiDS] = 0, 0
	m.incoming.requeue()
	m.pump()
}

// indicate shows an indication, or keeps it while <mode> is 0.
func (m *Modem) indicate(line string) {
	if m.set.cnmi[cnmiMode] != 0 {
		m.urc(line)
		return
	}
	if len(m.incoming.buffered) == maxBuffered {
		m.incoming.buffered = m.incoming.buffered[1:]
	}
	m.incoming.buffered = append(m.incoming.buffered, line)
}
