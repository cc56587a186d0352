package esme

import (
	"slices"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Rules are what a session brings into the meaning of its messages.
type Rules struct {
	// Version is that of the session (Version).
	Version uint8
	// Standard is the charset of data_coding 0.
	Standard Charset
	// Source stands in for an absent source address; empty: one must be given.
	Source string
	// Country is the country code that replaces the zero of national numbers;
	// empty: they stay as they are.
	Country string
	// ServiceTypes are those known; nil: those of SMPP 3.4 §5.2.11.
	ServiceTypes []string
	// ProtocolIDs are allowed besides those that can do no harm.
	ProtocolIDs []uint8
	// Furthest is how far ahead a message may be scheduled; 0: 30 days.
	Furthest time.Duration
	// Longest is the longest validity; 0: any, also none.
	Longest time.Duration
}

const defaultFurthest = 30 * 24 * time.Hour

// RSerTypUnauth is what SMPP 5.0 (§4.7.6) says of a service type that there is, but
// not for this client.
const RSerTypUnauth smpp.Status = 0x100

// serviceTypes are those of SMPP 3.4 §5.2.11.
var serviceTypes = []string{"", "CMT", "CPT", "VMN", "VMA", "WAP", "USSD"}

// FromData returns a data_sm as the submit_sm that means the same (SMPP 3.4 §4.7.1).
func FromData(m *smpp.DataSM) smpp.ShortMessage {
	return smpp.ShortMessage{
		ServiceType: m.ServiceType, Source: m.Source, Destination: m.Destination, ESMClass: m.ESMClass,
		RegisteredDelivery: m.RegisteredDelivery, DataCoding: m.DataCoding, TLVs: m.TLVs,
	}
}

// Submission returns what a client's message means, without id, account and
// queue. It shares no memory with m. The error is, or wraps, the smpp.Status that
// refuses it; the order of the tests is that of the fields.
func (r *Rules) Submission(m *smpp.ShortMessage, now time.Time) (*message.Submission, Receipts, error) {
	s := &message.Submission{AcceptedAt: now, SMPP: record(m)}
	class, err := r.envelope(m, s)
	if err != nil {
		return nil, Receipts{}, err
	}
	if err := r.times(m, s, now); err != nil {
		return nil, Receipts{}, err
	}
	receipts, err := ParseReceipts(m.RegisteredDelivery, r.Version)
	if err != nil {
		return nil, Receipts{}, err
	}
	if class.Datagram {
		receipts = Receipts{}
	}
	s.Options.Report = message.TriOf(receipts.Any())
	switch {
	case m.ReplaceIfPresent > 1:
		return nil, receipts, smpp.RInvRepFlag
	case m.DefaultMsgID != 0:
		return nil, receipts, smpp.RInvDftMsgID
	}
	if err := m.TLVs.CheckSubmission(); err != nil {
		return nil, receipts, err
	}
	return s, receipts, r.content(m, class, s)
}

// envelope reads everything up to priority_flag.
func (r *Rules) envelope(m *smpp.ShortMessage, s *message.Submission) (class Class, err error) {
	if err := r.service(string(m.ServiceType)); err != nil {
		return class, err
	}
	if s.Sender, err = source(m.Source, r.Source); err != nil {
		return class, err
	}
	if s.Recipient, s.NumberType, err = destination(m.Destination, r.Country); err != nil {
		return class, err
	}
	if class, err = ParseClass(m.ESMClass); err != nil {
		return class, err
	}
	if class.ReplyPath {
		s.Options.ReplyPath = message.Yes
	}
	if err := r.protocol(m.ProtocolID, s); err != nil {
		return class, err
	}
	return class, r.priority(m.PriorityFlag, s)
}

// service checks service_type.
func (r *Rules) service(name string) error {
	standard := slices.Contains(serviceTypes, name)
	switch {
	case slices.Contains(r.ServiceTypes, name), r.ServiceTypes == nil && standard:
		return nil
	case standard && r.Version >= smpp.Version50:
		return RSerTypUnauth
	}
	return smpp.RInvSerTyp
}

// protocol reads protocol_id, which is TP-PID. What acts on the phone or on the
// SIM without being seen needs to be allowed.
func (r *Rules) protocol(pid uint8, s *message.Submission) error {
	silent := pid >= tpdu.PIDType0 && pid <= tpdu.PIDReplace+7 || pid == tpdu.PIDSIMDownload
	if silent && !slices.Contains(r.ProtocolIDs, pid) {
		return smpp.RSubmitFail
	}
	if pid != 0 {
		s.Options.PID = &pid
	}
	return nil
}

func (r *Rules) priority(flag uint8, s *message.Submission) error {
	const highest, highestV5, urgent = 3, 4, 2
	if flag > highest && (flag > highestV5 || r.Version < smpp.Version50) {
		return smpp.RInvPrtFlg
	}
	if flag >= urgent {
		s.Priority = message.High
	}
	return nil
}

func (r *Rules) times(m *smpp.ShortMessage, s *message.Submission, now time.Time) (err error) {
	furthest := r.Furthest
	if furthest == 0 {
		furthest = defaultFurthest
	}
	if s.DeliverAt, err = schedule(m.ScheduleDeliveryTime, now, furthest); err != nil {
		return err
	}
	if s.ExpiresAt, err = validity(m.ValidityPeriod, now, s.DeliverAt, r.Longest); err != nil {
		return err
	}
	seconds, ok := m.TLVs.Uint(smpp.TagQosTimeToLive)
	if !ok || len(m.ValidityPeriod) > 0 {
		return nil
	}
	if end := now.Add(time.Duration(seconds) * time.Second); s.ExpiresAt.IsZero() || end.Before(s.ExpiresAt) {
		s.ExpiresAt = end
	}
	if s.ExpiresAt.Before(s.DeliverAt) || seconds == 0 {
		return smpp.RInvExpiry
	}
	return nil
}

// content reads the text and everything about it.
func (r *Rules) content(m *smpp.ShortMessage, class Class, s *message.Submission) error {
	coding, ok := ParseCoding(m.DataCoding, r.Standard)
	if !ok {
		return smpp.RSubmitFail
	}
	text, payload := m.Text, false
	if more, ok := m.TLVs.Get(smpp.TagMessagePayload); ok && len(more) > 0 {
		if len(text) > 0 {
			return smpp.ROptParNotAllwd
		}
		text, payload = more, true
	}
	udh, text, err := header(text, class.UDHI)
	if err != nil {
		return err
	}
	if udh, err = withParameters(udh, m.TLVs); err != nil {
		return err
	}
	alphabet, body, err := coding.Charset.body(text)
	if err != nil {
		return err
	}
	if len(udh)+len(body) == 0 || (!payload || len(udh) > 0) && !fits(coding.Charset, len(text), len(udh)) {
		return smpp.RInvMsgLen
	}
	if coding.DCS != nil && alphabet == message.UTF8 {
		alphabet, body, coding.DCS = waiting(string(body), *coding.DCS)
	}
	split := message.SplitConcatenated
	s.Alphabet, s.Body = alphabet, message.NewBody(body)
	s.Options.UDH, s.Options.UDHI, s.Options.Split, s.Options.Reference16 = udh, message.TriOf(len(udh) > 0), &split, true
	s.Options.Class, s.Options.DCS = coding.Class, coding.DCS
	subunit(m.TLVs, &s.Options)
	if m.ReplaceIfPresent == 1 && IsPart(s) {
		return smpp.RInvSubRep // it would take the place of the part before it
	}
	return nil
}

// waiting is the text of a message waiting indication in the alphabet that its TP-DCS
// says, which is another one where the GSM alphabet lacks a character (3GPP TS 23.038 §4).
func waiting(text string, dcs uint8) (message.Alphabet, []byte, *uint8) {
	const storeUCS2, kind = 0xE0, 0x0F
	septets, missing := gsm7.NewEncoder(gsm7.Tables{}).AppendEncode(nil, text)
	if missing == 0 {
		return message.GSM, septets, &dcs
	}
	dcs = storeUCS2 | dcs&kind
	return message.UCS2, ucs2.AppendEncode(nil, text), &dcs
}

// IsPart reports whether a message is a part of one that its client has cut.
func IsPart(s *message.Submission) bool {
	_, concatenated := tpdu.Concatenation(s.Options.UDH)
	return concatenated
}

// header parts the user data header from the text.
func header(text []byte, udhi bool) (udh, rest []byte, err error) {
	if !udhi {
		return nil, text, nil
	}
	if len(text) == 0 || int(text[0]) >= len(text) {
		return nil, nil, smpp.RInvMsgLen
	}
	end := 1 + int(text[0])
	return append([]byte(nil), text[:end]...), text[end:], nil
}

// withParameters adds to a header what parameters say about parts and ports
// (SMPP 3.4 §5.3.2.20 to §5.3.2.24). Parameters about parts that make no sense
// together are ignored, as are those that the header already says.
func withParameters(udh []byte, tlvs smpp.TLVs) ([]byte, error) {
	reference, ok1 := tlvs.Uint(smpp.TagSarMsgRefNum)
	total, ok2 := tlvs.Uint(smpp.TagSarTotalSegments)
	seq, ok3 := tlvs.Uint(smpp.TagSarSegmentSeqnum)
	if _, has := tpdu.Concatenation(udh); !has && ok1 && ok2 && ok3 && seq >= 1 && seq <= total && total > 1 {
		udh = tpdu.Part{Reference: uint16(reference), Wide: true, Total: uint8(total), Seq: uint8(seq)}.AppendTo(udh)
	}
	to, ok := tlvs.Uint(smpp.TagDestinationPort)
	from, _ := tlvs.Uint(smpp.TagSourcePort)
	if _, has := tpdu.ApplicationPorts(udh); !has && ok {
		udh = tpdu.Ports{Destination: uint16(to), Source: uint16(from), Wide: true}.AppendTo(udh)
	}
	if len(udh) > tpdu.MaxOctets {
		return nil, smpp.RInvMsgLen
	}
	return udh, nil
}

// fits reports whether so many octets of text fit one message beside a header
// (3GPP TS 23.040 §9.2.3.24). For charsets that are converted an octet counts as
// a septet.
func fits(c Charset, text, udh int) bool {
	if c == UCS2 || c == Binary {
		return text+udh <= tpdu.MaxOctets
	}
	return text <= tpdu.MaxSeptets-tpdu.HeaderSeptets(udh)
}

// subunit makes a class of dest_addr_subunit where data_coding has none (SMPP 3.4
// §5.3.2.1).
func subunit(tlvs smpp.TLVs, o *message.Options) {
	const display, external = 1, 4
	v, ok := tlvs.Uint(smpp.TagDestAddrSubunit)
	if !ok || v < display || v > external || o.Class != nil || o.DCS != nil {
		return
	}
	class := uint8(v - display)
	o.Class = &class
}
