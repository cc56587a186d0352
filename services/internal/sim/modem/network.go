package modem

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// NetworkConfig describes a Network; the zero value delivers and reports at once.
type NetworkConfig struct {
	// SMSC is the service centre in delivered PDUs, digits without a plus.
	SMSC string
	// DeliverDelay is the time between the acceptance of a message and its delivery.
	DeliverDelay time.Duration
	// ReportDelay is the time between the acceptance of a message and its status
	// report, when no Fate says otherwise.
	ReportDelay time.Duration
	// Fates decide what becomes of messages; the first that matches counts.
	Fates []Fate
	// Now is the clock for time stamps; default time.Now.
	Now func() time.Time
}

// Fate is what becomes of the messages to some destinations.
type Fate struct {
	// Match is searched in the digits of TP-DA; nil matches every destination.
	Match *regexp.Regexp
	// Reject, when not zero, is the +CMS ERROR with which the network refuses
	// the message.
	Reject int
	// Never lets the message disappear without delivery and report.
	Never bool
	// Reports are the status reports, when TP-SRR asks for them. The message is
	// delivered when there are none or the last one says so. Default: one that
	// says delivered after ReportDelay.
	Reports []Report
}

// Report is one status report of a Fate.
type Report struct {
	// After is the time since the network accepted the message.
	After time.Duration
	// Status is TP-ST (3GPP TS 23.040 §9.2.3.15).
	Status tpdu.Status
}

type fateJSON struct {
	Match   *regexp.Regexp `json:"match"`
	Reject  int            `json:"reject"`
	Never   bool           `json:"never"`
	Reports []reportJSON   `json:"reports"`
}

type reportJSON struct {
	After  duration `json:"after"`
	Status uint8    `json:"status"`
}

// UnmarshalJSON decodes strictly; its errors wrap ErrRule. Keys are the names in
// lower case, After is a text such as "1.5s".
func (f *Fate) UnmarshalJSON(data []byte) error {
	var in fateJSON
	if err := decodeStrict(data, &in); err != nil {
		return fmt.Errorf("%w: %w", ErrRule, err)
	}
	if in.Reject < 0 {
		return fmt.Errorf("%w: negative cause", ErrRule)
	}
	*f = Fate{Match: in.Match, Reject: in.Reject, Never: in.Never}
	for _, r := range in.Reports {
		f.Reports = append(f.Reports, Report{time.Duration(r.After), tpdu.Status(r.Status)})
	}
	return nil
}

// ParseFates decodes a JSON array of fates as strictly as ParseRules.
func ParseFates(data []byte) ([]Fate, error) {
	var fates []Fate
	if err := decodeStrict(data, &fates); err != nil {
		return nil, fmt.Errorf("decoding fates: %w", err)
	}
	return fates, nil
}

// Network carries messages between modems, as a service centre does.
type Network struct {
	smsc string
	cfg  NetworkConfig

	mu     sync.Mutex
	modems map[string]*Modem
	fates  []Fate
	closed bool
}

// NewNetwork makes a network without modems; New puts modems onto it.
func NewNetwork(cfg NetworkConfig) *Network {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.SMSC == "" {
		cfg.SMSC = defaultSMSC
	}
	return &Network{cfg: cfg, smsc: cfg.SMSC, fates: cfg.Fates, modems: map[string]*Modem{}}
}

// SetFates replaces the fates for messages that are accepted from now on.
func (n *Network) SetFates(fates ...Fate) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fates = fates
}

// Close stops what is still under way: nothing is delivered or reported any more.
func (n *Network) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
}

func (n *Network) attach(number string, m *Modem) {
	if number == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.modems[number] = m
}

// find returns the modem that has a number, nil when there is none.
func (n *Network) find(a tpdu.Address) *Modem {
	digits := a.Digits
	if a.TOA != tpdu.TOAInternational {
		digits = strings.TrimPrefix(digits, "00")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.modems[digits]
}

// fate returns what becomes of messages to a destination.
func (n *Network) fate(a tpdu.Address) Fate {
	n.mu.Lock()
	fates := n.fates
	n.mu.Unlock()
	for _, f := range fates {
		if f.Match == nil || f.Match.MatchString(a.Digits) {
			return f
		}
	}
	return Fate{}
}

// delivers says whether the destination gets the message.
func (f *Fate) delivers() bool {
	if f.Never {
		return false
	}
	last := len(f.Reports) - 1
	return last < 0 || f.Reports[last].Status.Class() == tpdu.StatusCompleted
}

// submission is a message that the network has taken over.
type submission struct {
	submit tpdu.DecodedSubmit
	mr     byte
	from   *Modem
	at     tpdu.Timestamp
	fate   Fate
}

// carry delivers a message and reports on it.
func (n *Network) carry(sub *submission) {
	if target := n.find(sub.submit.DA); target != nil && sub.fate.delivers() {
		n.after(n.cfg.DeliverDelay, func() { n.deliver(target, sub) })
	}
	if !sub.submit.StatusReportRequest || sub.fate.Never {
		return
	}
	reports := sub.fate.Reports
	if len(reports) == 0 {
		reports = []Report{{After: n.cfg.ReportDelay}}
	}
	for _, r := range reports {
		n.after(r.After, func() { n.report(sub, r.Status) })
	}
}

// after calls f after d unless the network is closed by then.
func (n *Network) after(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	time.AfterFunc(d, func() {
		n.mu.Lock()
		closed := n.closed
		n.mu.Unlock()
		if !closed {
			f()
		}
	})
}

// deliver turns a submission into an SMS-DELIVER; user data, TP-PID and TP-DCS
// stay as they are (3GPP TS 23.040 §9.2.2.1).
func (n *Network) deliver(target *Modem, sub *submission) {
	s := &sub.submit
	d := tpdu.Deliver{
		ReplyPath:    s.ReplyPath,
		StatusReport: s.StatusReportRequest,
		OA:           tpdu.Address{TOA: tpdu.TOAInternational, Digits: sub.from.cfg.Number},
		PID:          s.PID,
		DCS:          s.DCS,
		SCTS:         sub.at,
		UDHI:         s.UDHI,
		UDH:          s.UDH,
		Data:         s.Data,
		Septets:      s.Septets,
	}
	n.send(target, arrival{class: classOf(s.DCS)}, d.AppendTo)
}

// report gives the sender an SMS-STATUS-REPORT (3GPP TS 23.040 §9.2.2.3).
func (n *Network) report(sub *submission, status tpdu.Status) {
	r := tpdu.StatusReport{
		MR:   sub.mr,
		RA:   sub.submit.DA,
		SCTS: sub.at,
		DT:   tpdu.NewTimestamp(n.cfg.Now()),
		ST:   status,
	}
	n.send(sub.from, arrival{report: true, class: noClass}, r.AppendTo)
}

// send puts the service centre in front of a TPDU and hands it to a modem. A
// TPDU that cannot be encoded came from one that should not have been accepted,
// and is lost as in a network.
func (n *Network) send(target *Modem, a arrival, encode func([]byte) ([]byte, error)) {
	smsc, err := tpdu.AppendSMSC(nil, tpdu.TOAInternational, n.smsc)
	if err != nil {
		smsc = []byte{0}
	}
	octets, err := encode(smsc)
	if err != nil {
		return
	}
	a.pdu = fmt.Sprintf("%X", octets)
	a.length = len(octets) - len(smsc)
	target.receive(a)
}
