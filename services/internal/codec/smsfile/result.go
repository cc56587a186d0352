package smsfile

import (
	"strconv"
	"time"
)

// MessageIDs says which ids of a message with several parts the Message_id
// header shows (smstools setting messageids, spec §3).
type MessageIDs uint8

// Choices of ids; the numbers are those of the setting, the zero value is the default.
const (
	DefaultMessageIDs MessageIDs = iota
	// FirstMessageID shows the id of the first part.
	FirstMessageID
	// LastMessageID shows the id of the last part; this is the default.
	LastMessageID
	// AllMessageIDs shows all ids, for example `3 4 .`.
	AllMessageIDs
)

// Text renders the ids that the modem gave, in the order of the parts; empty
// without ids.
func (m MessageIDs) Text(ids []int) string {
	switch {
	case len(ids) == 0:
		return ""
	case m == AllMessageIDs:
		return joinIDs(ids)
	case m == FirstMessageID:
		return decimal(ids[0])
	default:
		return decimal(ids[len(ids)-1])
	}
}

func joinIDs(ids []int) string {
	var out []byte
	for _, id := range ids {
		out = append(strconv.AppendInt(out, int64(id), 10), ' ')
	}
	return string(append(out, '.'))
}

func decimal(n int) string { return strconv.Itoa(n) }

// StorePDU says which files show the PDUs of a message (smstools setting
// store_sent_pdu, spec §3).
type StorePDU uint8

// Choices; the numbers are those of the setting. Its default is StoreFailedPDU.
const (
	StoreNoPDU StorePDU = iota
	// StoreFailedPDU keeps the PDUs of failed messages.
	StoreFailedPDU
	// StoreCodedPDU keeps those of binary and UCS2 messages too.
	StoreCodedPDU
	// StoreAllPDU keeps all.
	StoreAllPDU
)

// Station describes the modem that handled a message; what is empty is left out.
// IMSI and IMEI are also left out when they hold the modem's ERROR answer.
type Station struct {
	Modem, Number, Description, IMSI, IMEI string
}

// Sent is the outcome of a message that the network took.
type Sent struct {
	Station
	// Time is when the last part went, shown in its own zone in the form of
	// TimeFormat (empty: DefaultTimeFormat).
	Time       time.Time
	TimeFormat string
	// SendingTime is how long the whole message took; whole seconds are shown.
	SendingTime time.Duration
	// MessageIDs are those that the modem gave, in the order of the parts. They are
	// shown when Report says that a status report was asked for.
	MessageIDs []int
	IDs        MessageIDs
	Report     bool
	// Result is the outcome of a voice call.
	Result string
	// PDUs are the TPDUs in hex, shown as Store says; Coded says that the message
	// went as UCS2 or binary.
	PDUs  []string
	Store StorePDU
	Coded bool
	// Notices are remarks about the text, such as UnmappedNotice.
	Notices []string
}

// Headers returns the headers of the file in sent, in their order (smstools spec §3).
func (s *Sent) Headers() []Header {
	h := make([]Header, 0, 8+len(s.PDUs)+len(s.Notices))
	h = s.appendModem(h)
	h = append(h, Header{"Sent", FormatTime(s.Time, s.TimeFormat)})
	h = append(h, Header{"Sending_time", decimal(int(s.SendingTime / time.Second))})
	if s.Report {
		h = appendGiven(h, "Message_id", s.IDs.Text(s.MessageIDs))
	}
	h = s.appendIdentities(h)
	h = appendGiven(h, "Result", s.Result)
	if s.Store == StoreAllPDU || s.Store == StoreCodedPDU && s.Coded {
		h = appendEach(h, "PDU", s.PDUs)
	}
	return appendEach(h, "NOTICE", s.Notices)
}

// Failed is the outcome of a message that a modem could not send.
type Failed struct {
	Station
	// Reason is the value of Fail_reason: Rejection.FailReason, or the modem's answer.
	Reason string
	// Time is when it failed, shown in its own zone in the form of TimeFormat.
	Time       time.Time
	TimeFormat string
	// PDUs are the TPDUs that were tried, in hex, shown as Store says.
	PDUs    []string
	Store   StorePDU
	Notices []string
}

// Headers returns the headers of the file in failed, in their order (smstools spec §3).
func (f *Failed) Headers() []Header {
	h := make([]Header, 0, 7+len(f.PDUs)+len(f.Notices))
	h = f.appendModem(h)
	h = f.appendIdentities(h)
	h = appendFailure(h, f.Reason, f.Time, f.TimeFormat)
	if f.Store >= StoreFailedPDU {
		h = appendEach(h, "PDU", f.PDUs)
	}
	return appendEach(h, "NOTICE", f.Notices)
}

// Rejected is the outcome of a message that the spooler refused.
type Rejected struct {
	// Reason is the value of Fail_reason: Rejection.FailReason.
	Reason string
	// Time is when it was refused, shown in its own zone in the form of TimeFormat.
	Time       time.Time
	TimeFormat string
}

// Headers returns the headers of the file in failed, in their order (smstools spec §3).
func (r *Rejected) Headers() []Header {
	return appendFailure(nil, r.Reason, r.Time, r.TimeFormat)
}

func appendFailure(h []Header, reason string, at time.Time, format string) []Header {
	return append(h, Header{"Fail_reason", reason}, Header{"Failed", FormatTime(at, format)})
}

func (s *Station) appendModem(h []Header) []Header {
	h = appendGiven(h, "Modem", s.Modem)
	h = appendGiven(h, "Number", s.Number)
	return appendGiven(h, "Description", s.Description)
}

func (s *Station) appendIdentities(h []Header) []Header {
	h = appendIdentity(h, "IMSI", s.IMSI)
	return appendIdentity(h, "IMEI", s.IMEI)
}

func appendEach(h []Header, name string, values []string) []Header {
	for _, v := range values {
		h = append(h, Header{name, v})
	}
	return h
}

// OriginalFilename is the header that keeps the name of a file whose name
// changes (smstools settings keep_filename, store_original_filename; spec §3).
func OriginalFilename(name string) Header { return Header{"Original_filename", name} }
