package smpp

import (
	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
)

// Command ids (SMPP 3.4 §5.1.2.1).
const (
	GenericNACKID         = pdu.GenericNACKID
	BindReceiverID        = pdu.BindReceiverID
	BindTransmitterID     = pdu.BindTransmitterID
	BindTransceiverID     = pdu.BindTransceiverID
	OutbindID             = pdu.OutbindID
	SubmitSMID            = pdu.SubmitSMID
	SubmitSMRespID        = pdu.SubmitSMRespID
	SubmitMultiID         = pdu.SubmitMultiID
	SubmitMultiRespID     = pdu.SubmitMultiRespID
	DataSMID              = pdu.DataSMID
	DataSMRespID          = pdu.DataSMRespID
	DeliverSMID           = pdu.DeliverSMID
	DeliverSMRespID       = pdu.DeliverSMRespID
	QuerySMID             = pdu.QuerySMID
	QuerySMRespID         = pdu.QuerySMRespID
	CancelSMID            = pdu.CancelSMID
	ReplaceSMID           = pdu.ReplaceSMID
	EnquireLinkID         = pdu.EnquireLinkID
	EnquireLinkRespID     = pdu.EnquireLinkRespID
	UnbindID              = pdu.UnbindID
	UnbindRespID          = pdu.UnbindRespID
	AlertNotificationID   = pdu.AlertNotificationID
	BindTransceiverRespID = pdu.BindTransceiverRespID
	BindTransmitterRespID = pdu.BindTransmitterRespID
	BindReceiverRespID    = pdu.BindReceiverRespID
)

// Tags of optional parameters that mean something here (SMPP 3.4 §5.3.2).
const (
	TagDestAddrSubunit      = pdutlv.TagDestAddrSubunit
	TagQosTimeToLive        = pdutlv.TagQosTimeToLive
	TagReceiptedMessageID   = pdutlv.TagReceiptedMessageID
	TagUserMessageReference = pdutlv.TagUserMessageReference
	TagSourcePort           = pdutlv.TagSourcePort
	TagDestinationPort      = pdutlv.TagDestinationPort
	TagSarMsgRefNum         = pdutlv.TagSarMsgRefNum
	TagSarTotalSegments     = pdutlv.TagSarTotalSegments
	TagSarSegmentSeqnum     = pdutlv.TagSarSegmentSeqnum
	TagNetworkErrorCode     = pdutlv.TagNetworkErrorCode
	TagMessagePayload       = pdutlv.TagMessagePayload
	TagMessageState         = pdutlv.TagMessageStateOption
)
