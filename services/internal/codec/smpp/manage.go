package smpp

import "github.com/fiorix/go-smpp/smpp/pdu/pdufield"

// QuerySM is the body of query_sm (SMPP 3.4 §4.8.1).
type QuerySM struct {
	MessageID []byte
	Source    Address
	TLVs      TLVs
}

// Decode reads a body.
func (m *QuerySM) Decode(body []byte) error {
	r := reader{data: body}
	m.MessageID = r.cstring(pdufield.MessageID, maxMessageID)
	m.Source = r.source(maxAddress)
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *QuerySM) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.MessageID, m.MessageID, maxMessageID)
	w.source(m.Source, maxAddress)
	w.tlvs(m.TLVs)
	return w.done()
}

// MessageState is message_state (SMPP 3.4 §5.2.28).
type MessageState uint8

// States of messages.
const (
	StateEnroute MessageState = iota + 1
	StateDelivered
	StateExpired
	StateDeleted
	StateUndeliverable
	StateAccepted
	StateUnknown
	StateRejected
)

// QuerySMResp is the body of query_sm_resp (SMPP 3.4 §4.8.2). A refusal may come
// without one.
type QuerySMResp struct {
	MessageID, FinalDate []byte
	State                MessageState
	ErrorCode            uint8
	TLVs                 TLVs
}

// Decode reads a body.
func (m *QuerySMResp) Decode(body []byte) error {
	*m = QuerySMResp{}
	r := reader{data: body}
	if !r.answered(&m.MessageID) {
		return r.done()
	}
	m.FinalDate = r.cstring(pdufield.FinalDate, maxTime)
	m.State, m.ErrorCode = MessageState(r.octet(pdufield.MessageState)), r.octet(pdufield.ErrorCode)
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *QuerySMResp) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.MessageID, m.MessageID, maxMessageID)
	w.cstring(pdufield.FinalDate, m.FinalDate, maxTime)
	w.octet(uint8(m.State), m.ErrorCode)
	w.tlvs(m.TLVs)
	return w.done()
}

// CancelSM is the body of cancel_sm (SMPP 3.4 §4.9.1). Without a message id it is
// about all messages of the service type from source to destination.
type CancelSM struct {
	ServiceType, MessageID []byte
	Source, Destination    Address
	TLVs                   TLVs
}

// Decode reads a body.
func (m *CancelSM) Decode(body []byte) error {
	r := reader{data: body}
	m.ServiceType = r.cstring(pdufield.ServiceType, maxServiceType)
	m.MessageID = r.cstring(pdufield.MessageID, maxMessageID)
	m.Source, m.Destination = r.source(maxAddress), r.destination(maxAddress)
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *CancelSM) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.ServiceType, m.ServiceType, maxServiceType)
	w.cstring(pdufield.MessageID, m.MessageID, maxMessageID)
	w.source(m.Source, maxAddress)
	w.destination(m.Destination, maxAddress)
	w.tlvs(m.TLVs)
	return w.done()
}

// ReplaceSM is the body of replace_sm (SMPP 3.4 §4.10.1).
type ReplaceSM struct {
	MessageID                            []byte
	Source                               Address
	ScheduleDeliveryTime, ValidityPeriod []byte
	RegisteredDelivery, DefaultMsgID     uint8
	// Text is short_message.
	Text []byte
	TLVs TLVs
}

// Decode reads a body.
func (m *ReplaceSM) Decode(body []byte) error {
	r := reader{data: body}
	m.MessageID = r.cstring(pdufield.MessageID, maxMessageID)
	m.Source = r.source(maxAddress)
	m.ScheduleDeliveryTime = r.cstring(pdufield.ScheduleDeliveryTime, maxTime)
	m.ValidityPeriod = r.cstring(pdufield.ValidityPeriod, maxTime)
	m.RegisteredDelivery, m.DefaultMsgID = r.octet(pdufield.RegisteredDelivery), r.octet(pdufield.SMDefaultMsgID)
	m.Text = r.text()
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *ReplaceSM) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.MessageID, m.MessageID, maxMessageID)
	w.source(m.Source, maxAddress)
	w.cstring(pdufield.ScheduleDeliveryTime, m.ScheduleDeliveryTime, maxTime)
	w.cstring(pdufield.ValidityPeriod, m.ValidityPeriod, maxTime)
	w.octet(m.RegisteredDelivery, m.DefaultMsgID)
	w.text(m.Text)
	w.tlvs(m.TLVs)
	return w.done()
}

// Alert is the body of alert_notification (SMPP 3.4 §4.12.1). Destination is
// esme_addr.
type Alert struct {
	Source, Destination Address
	TLVs                TLVs
}

// Decode reads a body.
func (m *Alert) Decode(body []byte) error {
	r := reader{data: body}
	m.Source, m.Destination = r.source(maxLongAddress), r.destination(maxLongAddress)
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *Alert) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.source(m.Source, maxLongAddress)
	w.destination(m.Destination, maxLongAddress)
	w.tlvs(m.TLVs)
	return w.done()
}

// Empty is the body of commands that have none: unbind, enquire_link,
// generic_nack, and the responses to unbind, enquire_link, cancel_sm and
// replace_sm. What stands there nevertheless must look like parameters.
type Empty struct{ TLVs TLVs }

// Decode reads a body.
func (m *Empty) Decode(body []byte) error {
	r := reader{data: body}
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *Empty) AppendTo(dst []byte) ([]byte, error) { return append(dst, m.TLVs...), nil }
