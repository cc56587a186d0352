package smpp

import (
	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
)

// The vocabulary is that of go-smpp. A Status is an error, too.
type (
	// ID is a command_id (SMPP 3.4 §5.1.2.1).
	ID = pdu.ID
	// Status is a command_status (SMPP 3.4 §5.1.3).
	Status = pdu.Status
	// Field names a field of a PDU.
	Field = pdufield.Name
	// Tag is the tag of an optional parameter (SMPP 3.4 §5.3.2).
	Tag = pdutlv.Tag
)

// Responses have the highest bit of their request's id set (SMPP 3.4 §5.1.2).
const response ID = 0x80000000

// Response returns the id of the response to a request.
func Response(id ID) ID { return id | response }

// IsResponse reports whether id is that of a response, generic_nack included.
func IsResponse(id ID) bool { return id&response != 0 }

// Statuses (SMPP 3.4 §5.1.3).
const (
	OK              Status = 0x00
	RInvMsgLen      Status = 0x01
	RInvCmdLen      Status = 0x02
	RInvCmdID       Status = 0x03
	RInvBndSts      Status = 0x04
	RAlyBnd         Status = 0x05
	RInvPrtFlg      Status = 0x06
	RInvRegDlvFlg   Status = 0x07
	RSysErr         Status = 0x08
	RInvSrcAdr      Status = 0x0A
	RInvDstAdr      Status = 0x0B
	RInvMsgID       Status = 0x0C
	RBindFail       Status = 0x0D
	RCancelFail     Status = 0x11
	RReplaceFail    Status = 0x13
	RMsgQFul        Status = 0x14
	RInvSerTyp      Status = 0x15
	RInvNumDests    Status = 0x33
	RInvDLName      Status = 0x34
	RInvDestFlag    Status = 0x40
	RInvSubRep      Status = 0x42
	RInvEsmClass    Status = 0x43
	RCntSubDL       Status = 0x44
	RSubmitFail     Status = 0x45
	RInvSrcTON      Status = 0x48
	RInvSrcNPI      Status = 0x49
	RInvDstTON      Status = 0x50
	RInvDstNPI      Status = 0x51
	RInvRepFlag     Status = 0x54
	RThrottled      Status = 0x58
	RInvSched       Status = 0x61
	RInvExpiry      Status = 0x62
	RInvDftMsgID    Status = 0x63
	RxTAppn         Status = 0x64
	RQueryFail      Status = 0x67
	RInvOptParStr   Status = 0xC0
	ROptParNotAllwd Status = 0xC1
	RInvParLen      Status = 0xC2
	RMissingOptPar  Status = 0xC3
	RInvOptParVal   Status = 0xC4
)

// Tags that go-smpp lacks.
const (
	// TagCongestionState is of SMPP 5.0 (§4.8.4.18).
	TagCongestionState Tag = 0x0428
	// TagSCInterfaceVersion tells a client the version of the server (SMPP 3.4 §5.3.2.25).
	TagSCInterfaceVersion Tag = 0x0210
	// TagVendorFirst and TagVendorLast bound what message centres define themselves.
	TagVendorFirst Tag = 0x1400
	TagVendorLast  Tag = 0x3FFF
)

// Versions of interface_version (SMPP 3.4 §5.2.4).
const (
	Version33 uint8 = 0x33
	Version34 uint8 = 0x34
	Version50 uint8 = 0x50
)

// Octets of fields, their closing NUL included (SMPP 3.4 §4). password is longer
// than there: clients send what they were given.
const (
	maxSystemID      = 16
	maxPassword      = 65
	maxSystemType    = 13
	maxAddressRange  = 41
	maxServiceType   = 6
	maxAddress       = 21
	maxLongAddress   = 65 // in data_sm, alert_notification
	maxTime          = 17
	maxMessageID     = 65
	maxDLName        = 21
	maxShortMessage  = 254
	maxDestinations  = 254
	maxParameterSize = 0xFFFF
)
