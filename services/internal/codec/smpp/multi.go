package smpp

import (
	"encoding/binary"

	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
)

// Destination flags (SMPP 3.4 §5.2.25).
const (
	flagAddress = 1
	flagList    = 2
)

// Destination is one of submit_multi: an address, or the name of a distribution list.
type Destination struct {
	Address Address
	// List is the name; nil: it is an address.
	List []byte
}

// SubmitMulti is the body of submit_multi (SMPP 3.4 §4.5.1).
type SubmitMulti struct {
	// Message is all but the destinations; its own is not used.
	Message      ShortMessage
	Destinations []Destination
}

// Decode reads a body.
func (m *SubmitMulti) Decode(body []byte) error {
	r := reader{data: body}
	*m = SubmitMulti{}
	m.Message.ServiceType = r.cstring(pdufield.ServiceType, maxServiceType)
	m.Message.Source = r.source(maxAddress)
	m.Destinations = r.destinations()
	m.Message.rest(&r)
	return r.done()
}

func (r *reader) destinations() []Destination {
	const least = 3 // octets of the shortest destination
	n := int(r.octet(pdufield.NumberDests))
	if n == 0 || n > maxDestinations {
		r.fail(pdufield.NumberDests, RInvNumDests, "it is not 1 to 254")
	}
	if r.err == nil && (len(r.data)-r.pos)/least < n {
		r.fail(pdufield.NumberDests, RInvCmdLen, "the body has no room for so many")
	}
	if r.err != nil {
		return nil
	}
	all := make([]Destination, 0, n)
	for range n {
		switch r.octet(pdufield.DestinationList) {
		case flagAddress:
			all = append(all, Destination{Address: r.destination(maxAddress)})
		case flagList:
			all = append(all, Destination{List: r.cstring(pdufield.DestinationList, maxDLName)})
		default:
			r.fail(pdufield.DestinationList, RInvDestFlag, "dest_flag is not 1 or 2")
		}
	}
	if r.err != nil {
		return nil
	}
	return all
}

// AppendTo appends the body.
func (m *SubmitMulti) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.ServiceType, m.Message.ServiceType, maxServiceType)
	w.source(m.Message.Source, maxAddress)
	if n := len(m.Destinations); n == 0 || n > maxDestinations {
		w.fail(pdufield.NumberDests, RInvNumDests, "it is not 1 to 254")
	}
	w.octet(uint8(len(m.Destinations)))
	for _, d := range m.Destinations {
		if d.List != nil {
			w.octet(flagList)
			w.cstring(pdufield.DestinationList, d.List, maxDLName)
			continue
		}
		w.octet(flagAddress)
		w.destination(d.Address, maxAddress)
	}
	m.Message.appendRest(&w)
	return w.done()
}

// Unsuccess is a destination of submit_multi that was refused (SMPP 3.4 §4.5.2.1).
type Unsuccess struct {
	Address Address
	Status  Status
}

// SubmitMultiResp is the body of submit_multi_resp (SMPP 3.4 §4.5.2). A refusal
// may come without one.
type SubmitMultiResp struct {
	MessageID []byte
	Unsuccess []Unsuccess
	TLVs      TLVs
}

// Decode reads a body.
func (m *SubmitMultiResp) Decode(body []byte) error {
	const statusOctets = 4
	*m = SubmitMultiResp{}
	r := reader{data: body}
	if !r.answered(&m.MessageID) {
		return r.done()
	}
	n := int(r.octet(pdufield.NoUnsuccess))
	for range n {
		u := Unsuccess{Address: r.destination(maxAddress)}
		if status := r.octets(pdufield.UnsuccessSme, statusOctets, RInvCmdLen); r.err == nil {
			u.Status = Status(binary.BigEndian.Uint32(status))
		}
		if r.err != nil {
			break
		}
		m.Unsuccess = append(m.Unsuccess, u)
	}
	m.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (m *SubmitMultiResp) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.MessageID, m.MessageID, maxMessageID)
	if len(m.Unsuccess) > maxDestinations {
		w.fail(pdufield.NoUnsuccess, RInvNumDests, "it is more than 254")
	}
	w.octet(uint8(len(m.Unsuccess)))
	for _, u := range m.Unsuccess {
		w.destination(u.Address, maxAddress)
		w.dst = binary.BigEndian.AppendUint32(w.dst, uint32(u.Status))
	}
	w.tlvs(m.TLVs)
	return w.done()
}
