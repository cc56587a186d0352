package smpp

import "github.com/fiorix/go-smpp/smpp/pdu"

// Body is the body of a PDU: one of the types of this package.
type Body interface {
	// Decode reads a body; the error is an *Error.
	Decode(body []byte) error
	// AppendTo appends the body; the error is an *Error.
	AppendTo(dst []byte) ([]byte, error)
}

// NewBody returns an empty body for a command, nil for an unknown one.
func NewBody(id ID) Body {
	switch id {
	case pdu.BindTransmitterID, pdu.BindReceiverID, pdu.BindTransceiverID:
		return &Bind{}
	case pdu.BindTransmitterRespID, pdu.BindReceiverRespID, pdu.BindTransceiverRespID:
		return &BindResp{}
	case pdu.OutbindID:
		return &Outbind{}
	case pdu.SubmitSMID, pdu.DeliverSMID:
		return &ShortMessage{}
	case pdu.SubmitSMRespID, pdu.DeliverSMRespID, pdu.DataSMRespID:
		return &MessageResp{}
	case pdu.SubmitMultiID:
		return &SubmitMulti{}
	case pdu.SubmitMultiRespID:
		return &SubmitMultiResp{}
	case pdu.DataSMID:
		return &DataSM{}
	case pdu.QuerySMID:
		return &QuerySM{}
	case pdu.QuerySMRespID:
		return &QuerySMResp{}
	case pdu.CancelSMID:
		return &CancelSM{}
	case pdu.ReplaceSMID:
		return &ReplaceSM{}
	case pdu.AlertNotificationID:
		return &Alert{}
	case pdu.UnbindID, pdu.UnbindRespID, pdu.EnquireLinkID, pdu.EnquireLinkRespID, pdu.GenericNACKID, pdu.CancelSMRespID, pdu.ReplaceSMRespID:
		return &Empty{}
	}
	return nil
}

// Append appends a whole PDU. After an error dst is as it was.
func Append(dst []byte, id ID, status Status, sequence uint32, body Body) ([]byte, error) {
	start := len(dst)
	out, err := body.AppendTo(appendHeader(dst, id, status, sequence))
	if err != nil {
		return dst[:start], err
	}
	return finish(out, start), nil
}

// AppendEmpty appends a PDU without a body.
func AppendEmpty(dst []byte, id ID, status Status, sequence uint32) []byte {
	return appendHeader(dst, id, status, sequence)
}

// AppendMessageResp appends a response with a message id, which may be empty:
// then its NUL stands there, as some clients take a bare header for the end of
// the stream.
func AppendMessageResp(dst []byte, id ID, status Status, sequence uint32, messageID string) []byte {
	start := len(dst)
	dst = append(appendHeader(dst, id, status, sequence), messageID...)
	return finish(append(dst, 0), start)
}
