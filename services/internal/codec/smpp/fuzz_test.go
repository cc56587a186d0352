package smpp

import (
	"bytes"
	"testing"

	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func seed(f *testing.F) {
	for _, c := range reproducers {
		f.Add(unhex(f, c.pdu))
	}
	data, err := Append(nil, SubmitSMID, OK, 1, &ShortMessage{Text: []byte("hi"), TLVs: TLVs(nil).Append(TagMessagePayload, 1, 2, 3)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
}

// FuzzDecode: whatever comes, decoding ends, an error has a status, and what is
// accepted comes out the same when it is written and read again.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Frame(data, MaxBound)
		if err != nil || n == 0 {
			return
		}
		h, _ := ReadHeader(data)
		body, again := NewBody(h.ID), NewBody(h.ID)
		if body == nil {
			return
		}
		before := bytes.Clone(data)
		err = body.Decode(data[HeaderLen:n])
		if !bytes.Equal(before, data) {
			t.Fatal("decoding wrote into what it read")
		}
		if statusOf(t, err) != OK {
			return
		}
		out, err := Append(nil, h.ID, h.Status, h.Sequence, body)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		if err := again.Decode(out[HeaderLen:]); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(body, again, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

// layouts are the fields of bodies as go-smpp can decode them, in our order.
var layouts = map[ID]pdufield.List{
	BindTransmitterID: {
		pdufield.SystemID, pdufield.Password, pdufield.SystemType, pdufield.InterfaceVersion, pdufield.AddrTON, pdufield.AddrNPI,
		pdufield.AddressRange,
	},
	SubmitSMID: {
		pdufield.ServiceType, pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr, pdufield.DestAddrTON,
		pdufield.DestAddrNPI, pdufield.DestinationAddr, pdufield.ESMClass, pdufield.ProtocolID, pdufield.PriorityFlag,
		pdufield.ScheduleDeliveryTime, pdufield.ValidityPeriod, pdufield.RegisteredDelivery, pdufield.ReplaceIfPresentFlag,
		pdufield.DataCoding, pdufield.SMDefaultMsgID, pdufield.SMLength, pdufield.ShortMessage,
	},
	DataSMID: {
		pdufield.ServiceType, pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr, pdufield.DestAddrTON,
		pdufield.DestAddrNPI, pdufield.DestinationAddr, pdufield.ESMClass, pdufield.RegisteredDelivery, pdufield.DataCoding,
	},
	QuerySMID: {pdufield.MessageID, pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr},
	CancelSMID: {
		pdufield.ServiceType, pdufield.MessageID, pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr,
		pdufield.DestAddrTON, pdufield.DestAddrNPI, pdufield.DestinationAddr,
	},
	ReplaceSMID: {
		pdufield.MessageID, pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr, pdufield.ScheduleDeliveryTime,
		pdufield.ValidityPeriod, pdufield.RegisteredDelivery, pdufield.SMDefaultMsgID, pdufield.SMLength, pdufield.ShortMessage,
	},
}

// caps are the limits of strings that go-smpp does not know, with NUL.
func caps(id ID, name pdufield.Name) int {
	most := map[pdufield.Name]int{
		pdufield.SystemID: maxSystemID, pdufield.Password: maxPassword, pdufield.SystemType: maxSystemType,
		pdufield.AddressRange: maxAddressRange, pdufield.ServiceType: maxServiceType, pdufield.SourceAddr: maxAddress,
		pdufield.DestinationAddr: maxAddress, pdufield.ScheduleDeliveryTime: maxTime, pdufield.ValidityPeriod: maxTime,
		pdufield.MessageID: maxMessageID, pdufield.ShortMessage: maxShortMessage,
	}[name]
	if id == DataSMID && (name == pdufield.SourceAddr || name == pdufield.DestinationAddr) {
		return maxLongAddress
	}
	return most
}

// guarded decodes with go-smpp and a guard around it: every field must be there
// and within its limit, and nothing may be left over.
func guarded(id ID, body []byte) (fields pdufield.Map, ok bool) {
	list := layouts[id]
	buffer := bytes.NewBuffer(bytes.Clone(body))
	fields, err := list.Decode(buffer)
	if err != nil || len(fields) != len(list) {
		return nil, false
	}
	for name, field := range fields {
		raw, isBytes := field.Raw().([]byte)
		if most := caps(id, name); isBytes && most > 0 && len(raw) > most {
			return nil, false
		}
	}
	return fields, wellFormedRest(buffer.Bytes())
}

func wellFormedRest(rest []byte) bool {
	for len(rest) >= tlvHeader {
		n := tlvHeader + int(rest[2])<<8 + int(rest[3])
		if n > len(rest) {
			return false
		}
		rest = rest[n:]
	}
	return len(bytes.Trim(rest, "\x00")) == 0
}

// ours are the same fields as they were decoded here.
func ours(b Body) map[pdufield.Name]string {
	address := func(m map[pdufield.Name]string, source, destination Address) map[pdufield.Name]string {
		m[pdufield.SourceAddr], m[pdufield.DestinationAddr] = string(source.Addr), string(destination.Addr)
		return m
	}
	switch b := b.(type) {
	case *Bind:
		return map[pdufield.Name]string{
			pdufield.SystemID: string(b.SystemID), pdufield.Password: string(b.Password), pdufield.SystemType: string(b.SystemType),
			pdufield.AddressRange: string(b.AddressRange),
		}
	case *ShortMessage:
		return address(map[pdufield.Name]string{
			pdufield.ServiceType: string(b.ServiceType), pdufield.ScheduleDeliveryTime: string(b.ScheduleDeliveryTime),
			pdufield.ValidityPeriod: string(b.ValidityPeriod), pdufield.ShortMessage: string(b.Text),
		}, b.Source, b.Destination)
	case *DataSM:
		return address(map[pdufield.Name]string{pdufield.ServiceType: string(b.ServiceType)}, b.Source, b.Destination)
	case *QuerySM:
		return map[pdufield.Name]string{pdufield.MessageID: string(b.MessageID), pdufield.SourceAddr: string(b.Source.Addr)}
	case *CancelSM:
		return address(map[pdufield.Name]string{pdufield.ServiceType: string(b.ServiceType), pdufield.MessageID: string(b.MessageID)}, b.Source, b.Destination)
	case *ReplaceSM:
		return map[pdufield.Name]string{
			pdufield.MessageID: string(b.MessageID), pdufield.SourceAddr: string(b.Source.Addr), pdufield.ShortMessage: string(b.Text),
			pdufield.ScheduleDeliveryTime: string(b.ScheduleDeliveryTime), pdufield.ValidityPeriod: string(b.ValidityPeriod),
		}
	}
	return nil
}

// FuzzDifferential: go-smpp behind its guard and this package accept the same
// bodies, and read the same in them.
func FuzzDifferential(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		h, ok := ReadHeader(data)
		if !ok || layouts[h.ID] == nil {
			return
		}
		body := NewBody(h.ID)
		err := body.Decode(data[HeaderLen:])
		fields, good := guarded(h.ID, data[HeaderLen:])
		if good != (err == nil) {
			t.Fatalf("go-smpp accepts: %v; we: %v", good, err)
		}
		if !good {
			return
		}
		for name, want := range ours(body) {
			if got := fields[name].String(); got != want {
				t.Errorf("%s: go-smpp reads %q, we %q", name, got, want)
			}
		}
		checkParameters(t, body)
	})
}

// checkParameters compares message_payload, the last of which go-smpp keeps.
func checkParameters(t *testing.T, body Body) {
	m, ok := body.(*ShortMessage)
	if !ok {
		return
	}
	theirs, err := pdutlv.DecodeTLV(bytes.NewBuffer(bytes.Clone(m.TLVs)))
	if err != nil {
		t.Fatalf("go-smpp does not read %x: %v", []byte(m.TLVs), err)
	}
	last := map[Tag][]byte{}
	for tag, v := range m.TLVs.All() {
		last[tag] = v
	}
	if len(last) != len(theirs) {
		t.Fatalf("go-smpp reads %d parameters, we %d", len(theirs), len(last))
	}
	for tag, v := range last {
		if !bytes.Equal(theirs[tag].Bytes(), v) {
			t.Errorf("parameter %#x: go-smpp reads %x, we %x", uint16(tag), theirs[tag].Bytes(), v)
		}
	}
}
