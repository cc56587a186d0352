package smpp

import "github.com/fiorix/go-smpp/smpp/pdu/pdufield"

// Address is an SME address with its type of number and numbering plan (SMPP 3.4
// §5.2.5, §5.2.6).
type Address struct {
	TON, NPI uint8
	Addr     []byte
}

func (r *reader) source(most int) Address {
	return Address{TON: r.octet(pdufield.SourceAddrTON), NPI: r.octet(pdufield.SourceAddrNPI), Addr: r.cstring(pdufield.SourceAddr, most)}
}

func (r *reader) destination(most int) Address {
	return Address{TON: r.octet(pdufield.DestAddrTON), NPI: r.octet(pdufield.DestAddrNPI), Addr: r.cstring(pdufield.DestinationAddr, most)}
}

func (w *writer) source(a Address, most int) {
	w.octet(a.TON, a.NPI)
	w.cstring(pdufield.SourceAddr, a.Addr, most)
}

func (w *writer) destination(a Address, most int) {
	w.octet(a.TON, a.NPI)
	w.cstring(pdufield.DestinationAddr, a.Addr, most)
}

// ShortMessage is the body of submit_sm and of deliver_sm (SMPP 3.4 §4.4.1, §4.6.1).
type ShortMessage struct {
	ServiceType                          []byte
	Source, Destination                  Address
	ESMClass, ProtocolID, PriorityFlag   uint8
	ScheduleDeliveryTime, ValidityPeriod []byte
	RegisteredDelivery, ReplaceIfPresent uint8
	DataCoding, DefaultMsgID             uint8
	// Text is short_message.
	Text []byte
	TLVs TLVs
}

// Decode reads a body.
func (m *ShortMessage) Decode(body []byte) error {
	r := reader{data: body}
	m.ServiceType = r.cstring(pdufield.ServiceType, maxServiceType)
	m.Source = r.source(maxAddress)
	m.Destination = r.destination(maxAddress)
	m.rest(&r)
	return r.done()
}

// rest reads what follows the destination.
func (m *ShortMessage) rest(r *reader) {
	m.ESMClass, m.ProtocolID, m.PriorityFlag = r.octet(pdufield.ESMClass), r.octet(pdufield.ProtocolID), r.octet(pdufield.PriorityFlag)
	m.ScheduleDeliveryTime = r.cstring(pdufield.ScheduleDeliveryTime, maxTime)
	m.ValidityPeriod = r.cstring(pdufield.ValidityPeriod, maxTime)
	m.RegisteredDelivery, m.ReplaceIfPresent = r.octet(pdufield.RegisteredDelivery), r.octet(pdufield.ReplaceIfPresentFlag)
	m.DataCoding, m.DefaultMsgID = r.octet(pdufield.DataCoding), r.octet(pdufield.SMDefaultMsgID)
	m.Text = r.text()
	m.TLVs = r.tlvs()
}

// text reads sm_length and short_message.
func (r *reader) text() []byte {
	n := int(r.octet(pdufield.SMLength))
	if n > maxShortMessage {
		r.fail(pdufield.SMLength, RInvMsgLen, "it is more than 254")
	}
	if r.err != nil {
		return nil
	}
	return r.octets(pdufield.ShortMessage, n, RInvMsgLen)
}

func (w *writer) text(text []byte) {
	if len(text) > maxShortMessage {
		w.fail(pdufield.ShortMessage, RInvMsgLen, problemLong)
	}
	w.octet(uint8(len(text)))
	w.dst = append(w.dst, text...)
}

// AppendTo appends the body.
func (m *ShortMessage) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.ServiceType, m.ServiceType, maxServiceType)
	w.source(m.Source, maxAddress)
	w.destination(m.Destination, maxAddress)
	m.appendRest(&w)
	return w.done()
}

func (m *ShortMessage) appendRest(w *writer) {
	w.octet(m.ESMClass, m.ProtocolID, m.PriorityFlag)
	w.cstring(pdufield.ScheduleDeliveryTime, m.ScheduleDeliveryTime, maxTime)
	w.cstring(pdufield.ValidityPeriod, m.ValidityPeriod, maxTime)
	w.octet(m.RegisteredDelivery, m.ReplaceIfPresent, m.DataCoding, m.DefaultMsgID)
	w.text(m.Text)
	w.tlvs(m.TLVs)
}

// answered reads the message_id that a response begins with. It reports false for
// the body of a refusal, which is empty, or an empty message_id alone.
func (r *reader) answered(id *[]byte) bool {
	if !r.more() {
		return false
	}
	*id = r.cstring(pdufield.MessageID, maxMessageID)
	return len(*id) > 0 || r.more()
}

// MessageResp is the body of the responses to submit_sm, deliver_sm and data_sm
// (SMPP 3.4 §4.4.2, §4.6.2, §4.7.2). Many come without one.
type MessageResp struct {
	MessageID []byte
	TLVs      TLVs
}

// Decode reads a body.
func (m *MessageResp) Decode(body []byte) error {
	*m = MessageResp{}
	r := reader{data: body}
	if r.more() {
		m.MessageID = r.cstring(pdufield.MessageID, maxMessageID)
		m.TLVs = r.tlvs()
	}
	return r.done()
}

// AppendTo appends the body.
func (m *MessageResp) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.MessageID, m.MessageID, maxMessageID)
	w.tlvs(m.TLVs)
	return w.done()
}

// DataSM is the body of data_sm (SMPP 3.4 §4.7.1); its text is a parameter.
type DataSM struct {
	ServiceType                              []byte
	Source, Destination                      Address
	ESMClass, RegisteredDelivery, DataCoding uint8
	TLVs                                     TLVs
}

// Decode reads a body.
func (m *DataSM) Decode(body []byte) error {
	r := reader{data: body}
	m.ServiceType = r.cstring(pdufield.ServiceType, maxServiceType)
	m.Source = r.source(maxLongAddress)
	m.Destination = r.destination(maxLongAddress)
	m.ESMClass, m.RegisteredDelivery = r.octet(pdufield.ESMClass), r.octet(pdufield.RegisteredDelivery)
	m.DataCoding = r.octet(pdufield.DataCoding)
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *DataSM) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.ServiceType, m.ServiceType, maxServiceType)
	w.source(m.Source, maxLongAddress)
	w.destination(m.Destination, maxLongAddress)
	w.octet(m.ESMClass, m.RegisteredDelivery, m.DataCoding)
	w.tlvs(m.TLVs)
	return w.done()
}
