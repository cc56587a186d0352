package smpp

import "github.com/fiorix/go-smpp/smpp/pdu/pdutlv"

// size bounds the octets of a parameter.
type size struct{ least, most int }

// sizes are those of the parameters whose sizes are fixed or bounded (SMPP 3.4 §5.3.2).
var sizes = map[Tag]size{
	pdutlv.TagDestAddrSubunit: {1, 1}, pdutlv.TagSourceAddrSubunit: {1, 1},
	pdutlv.TagDestNetworkType: {1, 1}, pdutlv.TagSourceNetworkType: {1, 1},
	pdutlv.TagDestBearerType: {1, 1}, pdutlv.TagSourceBearerType: {1, 1},
	pdutlv.TagDestTelematicsID: {1, 2}, pdutlv.TagSourceTelematicsID: {1, 2},
	pdutlv.TagQosTimeToLive: {4, 4}, pdutlv.TagPayloadType: {1, 1}, pdutlv.TagAdditionalStatusInfoText: {1, 256},
	pdutlv.TagReceiptedMessageID: {1, 65}, pdutlv.TagMsMsgWaitFacilities: {1, 1}, pdutlv.TagPrivacyIndicator: {1, 1},
	pdutlv.TagSourceSubaddress: {2, 23}, pdutlv.TagDestSubaddress: {2, 23}, pdutlv.TagUserMessageReference: {2, 2},
	pdutlv.TagUserResponseCode: {1, 1}, pdutlv.TagLanguageIndicator: {1, 1}, pdutlv.TagSourcePort: {2, 2},
	pdutlv.TagDestinationPort: {2, 2}, pdutlv.TagSarMsgRefNum: {2, 2}, pdutlv.TagSarTotalSegments: {1, 1},
	pdutlv.TagSarSegmentSeqnum: {1, 1}, TagSCInterfaceVersion: {1, 1}, pdutlv.TagDisplayTime: {1, 1},
	pdutlv.TagMsValidity: {1, 4}, pdutlv.TagDpfResult: {1, 1}, pdutlv.TagSetDpf: {1, 1}, pdutlv.TagMsAvailabilityStatus: {1, 1},
	pdutlv.TagNetworkErrorCode: {3, 3}, pdutlv.TagDeliveryFailureReason: {1, 1}, pdutlv.TagMoreMessagesToSend: {1, 1},
	pdutlv.TagMessageStateOption: {1, 1}, pdutlv.TagCallbackNum: {4, 19}, pdutlv.TagCallbackNumPresInd: {1, 1},
	pdutlv.TagCallbackNumAtag: {1, 65}, pdutlv.TagNumberOfMessages: {1, 1}, pdutlv.TagSmsSignal: {2, 2},
	pdutlv.TagAlertOnMessageDelivery: {0, 1}, pdutlv.TagItsReplyType: {1, 1}, pdutlv.TagItsSessionInfo: {2, 2},
	pdutlv.TagUssdServiceOp: {1, 1}, TagCongestionState: {1, 1},
}

// centres are parameters that only a message centre sends.
var centres = map[Tag]bool{
	pdutlv.TagReceiptedMessageID: true, pdutlv.TagMessageStateOption: true, pdutlv.TagNetworkErrorCode: true,
	pdutlv.TagDeliveryFailureReason: true, pdutlv.TagAdditionalStatusInfoText: true, pdutlv.TagDpfResult: true,
	pdutlv.TagMsAvailabilityStatus: true, TagSCInterfaceVersion: true, TagCongestionState: true,
}

// most are the highest values of the parameters that have reserved ones (SMPP 3.4
// §5.3.2). Those of sar_* are no error: such parameters are ignored.
var most = map[Tag]byte{
	pdutlv.TagDestAddrSubunit: 4, pdutlv.TagSourceAddrSubunit: 4, pdutlv.TagPrivacyIndicator: 3, pdutlv.TagMoreMessagesToSend: 1,
	pdutlv.TagDisplayTime: 2, pdutlv.TagSetDpf: 1, pdutlv.TagNumberOfMessages: 99, pdutlv.TagMsValidity: 3,
}

// CheckSubmission checks the parameters of a client's message: their sizes, their
// values where some are reserved, and that none is a message centre's.
func (t TLVs) CheckSubmission() error {
	for tag, value := range t.All() {
		if s, known := sizes[tag]; known && (len(value) < s.least || len(value) > s.most) {
			return &Error{Status: RInvParLen, Tag: tag, Problem: "it has a wrong size"}
		}
		if centres[tag] {
			return &Error{Status: ROptParNotAllwd, Tag: tag, Problem: "only a message centre sends it"}
		}
		if highest, known := most[tag]; known && value[0] > highest {
			return &Error{Status: RInvOptParVal, Tag: tag, Problem: "its value is reserved"}
		}
	}
	return nil
}
