package esme

import (
	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Receipts says which receipts a message asks for (registered_delivery, SMPP 3.4 §5.2.17).
type Receipts struct {
	OnSuccess, OnFailure bool
	// Intermediate asks for what happens on the way, too.
	Intermediate bool
}

// ParseReceipts reads registered_delivery.
func ParseReceipts(octet, version uint8) (Receipts, error) {
	const reserved, kind, successOnly, intermediate = 0xE0, 0x03, 3, 0x10
	if octet&reserved != 0 || octet&kind == successOnly && version < smpp.Version50 {
		return Receipts{}, smpp.RInvRegDlvFlg
	}
	r := Receipts{Intermediate: octet&intermediate != 0}
	switch octet & kind {
	case 1:
		r.OnSuccess, r.OnFailure = true, true
	case 2:
		r.OnFailure = true
	case successOnly:
		r.OnSuccess = true
	}
	return r, nil
}

// Any reports whether any receipt is asked for.
func (r Receipts) Any() bool { return r.OnSuccess || r.OnFailure || r.Intermediate }

// Want reports whether a receipt for a state is asked for.
func (r Receipts) Want(s smpp.MessageState) bool {
	switch s {
	case smpp.StateEnroute:
		return r.Intermediate
	case smpp.StateDelivered, smpp.StateAccepted:
		return r.OnSuccess
	}
	return r.OnFailure
}

// Class is what esm_class says of a submission (SMPP 3.4 §5.2.12).
type Class struct {
	// Datagram: it is sent, and there is no receipt.
	Datagram        bool
	UDHI, ReplyPath bool
}

// ParseClass reads esm_class. Forwarded messages and client acknowledgements are
// messages like others; receipts are not a client's to send.
func ParseClass(octet uint8) (Class, error) {
	const mode, forward, datagram, kind, userAck, manualAck, udhi, replyPath = 0x03, 0x02, 0x01, 0x3C, 0x08, 0x10, 0x40, 0x80
	k := octet & kind
	if octet&mode == forward || k != 0 && k != userAck && k != manualAck {
		return Class{}, smpp.RInvEsmClass
	}
	return Class{Datagram: octet&mode == datagram, UDHI: octet&udhi != 0, ReplyPath: octet&replyPath != 0}, nil
}
