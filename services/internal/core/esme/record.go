package esme

import (
	"bytes"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// record returns a client's message as it wrote it, but for the text. It shares
// no memory with m.
func record(m *smpp.ShortMessage) *message.SMPP {
	s := &message.SMPP{
		ServiceType: string(m.ServiceType), Source: recordAddress(m.Source), Destination: recordAddress(m.Destination),
		ESMClass: m.ESMClass, ProtocolID: m.ProtocolID, PriorityFlag: m.PriorityFlag, RegisteredDelivery: m.RegisteredDelivery,
		ReplaceIfPresent: m.ReplaceIfPresent, DataCoding: m.DataCoding, DefaultMsgID: m.DefaultMsgID,
		ScheduleDeliveryTime: string(m.ScheduleDeliveryTime), ValidityPeriod: string(m.ValidityPeriod),
	}
	for tag, value := range m.TLVs.All() {
		if tag != smpp.TagMessagePayload {
			s.Parameters = append(s.Parameters, message.Parameter{Tag: uint16(tag), Value: message.NewBody(bytes.Clone(value))})
		}
	}
	return s
}

func recordAddress(a smpp.Address) message.SMPPAddress {
	return message.SMPPAddress{TON: a.TON, NPI: a.NPI, Addr: message.NewAddress(string(a.Addr))}
}

// AddressOf returns an address as its client wrote it.
func AddressOf(a message.SMPPAddress) smpp.Address {
	return smpp.Address{TON: a.TON, NPI: a.NPI, Addr: []byte(a.Addr.Reveal())}
}
