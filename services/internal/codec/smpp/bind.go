package smpp

import "github.com/fiorix/go-smpp/smpp/pdu/pdufield"

// Bind is the body of bind_transmitter, bind_receiver and bind_transceiver (SMPP
// 3.4 §4.1.1, §4.1.3, §4.1.5).
type Bind struct {
	SystemID, Password, SystemType []byte
	InterfaceVersion               uint8
	AddrTON, AddrNPI               uint8
	AddressRange                   []byte
	TLVs                           TLVs
}

// Decode reads a body.
func (b *Bind) Decode(body []byte) error {
	r := reader{data: body}
	b.SystemID = r.cstring(pdufield.SystemID, maxSystemID)
	b.Password = r.cstring(pdufield.Password, maxPassword)
	b.SystemType = r.cstring(pdufield.SystemType, maxSystemType)
	b.InterfaceVersion = r.octet(pdufield.InterfaceVersion)
	b.AddrTON, b.AddrNPI = r.octet(pdufield.AddrTON), r.octet(pdufield.AddrNPI)
	b.AddressRange = r.cstring(pdufield.AddressRange, maxAddressRange)
	b.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (b *Bind) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.SystemID, b.SystemID, maxSystemID)
	w.cstring(pdufield.Password, b.Password, maxPassword)
	w.cstring(pdufield.SystemType, b.SystemType, maxSystemType)
	w.octet(b.InterfaceVersion, b.AddrTON, b.AddrNPI)
	w.cstring(pdufield.AddressRange, b.AddressRange, maxAddressRange)
	w.tlvs(b.TLVs)
	return w.done()
}

// BindResp is the body of the responses to binds (SMPP 3.4 §4.1.2). A refusal may
// come without one.
type BindResp struct {
	SystemID []byte
	TLVs     TLVs
}

// Decode reads a body.
func (b *BindResp) Decode(body []byte) error {
	*b = BindResp{}
	r := reader{data: body}
	if r.more() {
		b.SystemID = r.cstring(pdufield.SystemID, maxSystemID)
		b.TLVs = r.tlvs()
	}
	return r.done()
}

// AppendTo appends the body.
func (b *BindResp) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.SystemID, b.SystemID, maxSystemID)
	w.tlvs(b.TLVs)
	return w.done()
}

// Outbind is the body of outbind (SMPP 3.4 §4.1.7).
type Outbind struct {
	SystemID, Password []byte
	TLVs               TLVs
}

// Decode reads a body.
func (o *Outbind) Decode(body []byte) error {
	r := reader{data: body}
	o.SystemID = r.cstring(pdufield.SystemID, maxSystemID)
	o.Password = r.cstring(pdufield.Password, maxPassword)
	o.TLVs = r.tlvs()
	return r.done()
}

// AppendTo appends the body.
func (o *Outbind) AppendTo(dst []byte) ([]byte, error) {
	w := writer{dst: dst}
	w.cstring(pdufield.SystemID, o.SystemID, maxSystemID)
	w.cstring(pdufield.Password, o.Password, maxPassword)
	w.tlvs(o.TLVs)
	return w.done()
}
