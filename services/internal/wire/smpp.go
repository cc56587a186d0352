package wire

import (
	"google.golang.org/protobuf/encoding/protowire"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func smppOut(s *message.SMPP) *viestiv1.Smpp {
	if s == nil {
		return nil
	}
	return &viestiv1.Smpp{
		ServiceType: text(s.ServiceType), Source: smppAddressOut(s.Source), Destination: smppAddressOut(s.Destination),
		EsmClass: uint32(s.ESMClass), ProtocolId: uint32(s.ProtocolID), PriorityFlag: uint32(s.PriorityFlag),
		RegisteredDelivery: uint32(s.RegisteredDelivery), ReplaceIfPresent: uint32(s.ReplaceIfPresent),
		DataCoding: uint32(s.DataCoding), SmDefaultMsgId: uint32(s.DefaultMsgID),
		ScheduleDeliveryTime: text(s.ScheduleDeliveryTime), ValidityPeriod: text(s.ValidityPeriod),
		Tlvs: each(s.Parameters, func(p message.Parameter) *viestiv1.SmppTlv {
			return &viestiv1.SmppTlv{Tag: uint32(p.Tag), Value: p.Value.Reveal()}
		}),
		MessageId: text(s.MessageID),
	}
}

// smpp writes what smppOut makes.
func (f *fields) smpp(field protowire.Number, s *message.SMPP) {
	if s == nil {
		return
	}
	at := f.begin(field)
	f.text(1, s.ServiceType)
	f.smppAddress(2, s.Source)
	f.smppAddress(3, s.Destination)
	f.number(4, uint64(s.ESMClass))
	f.number(5, uint64(s.ProtocolID))
	f.number(6, uint64(s.PriorityFlag))
	f.number(7, uint64(s.RegisteredDelivery))
	f.number(8, uint64(s.ReplaceIfPresent))
	f.number(9, uint64(s.DataCoding))
	f.number(10, uint64(s.DefaultMsgID))
	f.text(11, s.ScheduleDeliveryTime)
	f.text(12, s.ValidityPeriod)
	for i := range s.Parameters {
		at := f.begin(13)
		f.number(1, uint64(s.Parameters[i].Tag))
		f.octets(2, s.Parameters[i].Value.Reveal())
		f.end(at)
	}
	f.text(14, s.MessageID)
	f.end(at)
}

func (f *fields) smppAddress(field protowire.Number, a message.SMPPAddress) {
	at := f.begin(field)
	f.number(1, uint64(a.TON))
	f.number(2, uint64(a.NPI))
	f.raw(3, a.Addr.Reveal())
	f.end(at)
}

func smppAddressOut(a message.SMPPAddress) *viestiv1.SmppAddress {
	return &viestiv1.SmppAddress{Ton: uint32(a.TON), Npi: uint32(a.NPI), Addr: []byte(a.Addr.Reveal())}
}

// checkSmpp refuses integers that are none of SMPP.
func checkSmpp(p *viestiv1.Smpp) error {
	const octetMost, tagMost = 0xFF, 0xFFFF
	for name, v := range map[string]uint32{
		"source.ton": p.GetSource().GetTon(), "source.npi": p.GetSource().GetNpi(),
		"destination.ton": p.GetDestination().GetTon(), "destination.npi": p.GetDestination().GetNpi(),
		"esm_class": p.GetEsmClass(), "protocol_id": p.GetProtocolId(), "priority_flag": p.GetPriorityFlag(),
		"registered_delivery": p.GetRegisteredDelivery(), "replace_if_present": p.GetReplaceIfPresent(),
		"data_coding": p.GetDataCoding(), "sm_default_msg_id": p.GetSmDefaultMsgId(),
	} {
		if v > octetMost {
			return invalid("Smpp.%s is %d, more than 255", name, v)
		}
	}
	for _, t := range p.GetTlvs() {
		if t.GetTag() > tagMost {
			return invalid("Smpp.tlvs has the tag %d, more than 65535", t.GetTag())
		}
	}
	return nil
}

// smppIn reads what checkSmpp has found good.
func smppIn(p *viestiv1.Smpp) *message.SMPP {
	if p == nil {
		return nil
	}
	return &message.SMPP{
		MessageID: p.GetMessageId(), ServiceType: p.GetServiceType(),
		Source: smppAddressIn(p.GetSource()), Destination: smppAddressIn(p.GetDestination()),
		ESMClass: uint8(p.GetEsmClass()), ProtocolID: uint8(p.GetProtocolId()), PriorityFlag: uint8(p.GetPriorityFlag()),
		RegisteredDelivery: uint8(p.GetRegisteredDelivery()), ReplaceIfPresent: uint8(p.GetReplaceIfPresent()),
		DataCoding: uint8(p.GetDataCoding()), DefaultMsgID: uint8(p.GetSmDefaultMsgId()),
		ScheduleDeliveryTime: p.GetScheduleDeliveryTime(), ValidityPeriod: p.GetValidityPeriod(),
		Parameters: each(p.GetTlvs(), func(t *viestiv1.SmppTlv) message.Parameter {
			return message.Parameter{Tag: uint16(t.GetTag()), Value: message.NewBody(t.GetValue())}
		}),
	}
}

func smppAddressIn(p *viestiv1.SmppAddress) message.SMPPAddress {
	return message.SMPPAddress{TON: uint8(p.GetTon()), NPI: uint8(p.GetNpi()), Addr: message.NewAddress(string(p.GetAddr()))}
}
