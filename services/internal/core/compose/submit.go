package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Values of TP-DCS (3GPP TS 23.038 §4).
const (
	dcs8Bit   = 0x04
	dcsUCS2   = 0x08
	dcsClass  = 0x10 // a class is given, in the lowest two bits
	dcsSystem = 0xF4 // 8-bit data of class 0
	dcsSIM    = 0xF6 // 8-bit data of class 2
)

// Greatest replace type and message class.
const (
	maxReplace = 7
	maxClass   = 3
)

// submit returns what all parts of a message have in common.
func (j *job) submit(c *content, da tpdu.Address) tpdu.Submit {
	o, set := j.options, j.settings
	base := tpdu.Submit{
		RejectDuplicates:    o.RejectDuplicates,
		ReplyPath:           o.ReplyPath.Or(set.ReplyPath),
		StatusReportRequest: wantsReport(j.submission, set),
		MR:                  or(o.MessageReference, 0),
		DA:                  da,
		PID:                 pid(o),
		DCS:                 dcs(o, c.alphabet),
		VP:                  validity(o, set),
		UDHI:                c.udhi,
		Septets:             c.alphabet == tpdu.AlphabetGSM7,
	}
	if set.Phase1 {
		base.MR, base.PID, base.VP, base.NoVP = 0, 0, 0, true
	}
	return base
}

func or(given *uint8, otherwise uint8) uint8 {
	if given != nil {
		return *given
	}
	return otherwise
}

// validity gives TP-VP. The octet grows with the time that it stands for.
func validity(o *message.Options, set *Settings) uint8 {
	octet := or(o.Validity, set.Validity)
	if set.Remaining > 0 {
		octet = min(octet, tpdu.RelativeOctet(set.Remaining))
	}
	return octet
}

// wantsReport gives TP-SRR: a ping is nothing without its report (smstools spec
// §1.2, Report and Ping).
func wantsReport(s *message.Submission, set *Settings) bool {
	switch {
	case s.Options.Ping:
		return true
	case set.Report == ReportDisabled:
		return false
	case set.Report == ReportYes && !set.ReceivesReports:
		return false
	}
	return s.WantsReport().Or(set.Report == ReportYes)
}

// pid gives TP-PID: the octet given, else system message before replace type
// before ping (smstools spec §1.2).
func pid(o *message.Options) byte {
	switch {
	case o.PID != nil:
		return *o.PID
	case o.System == message.SystemToSIM:
		return tpdu.PIDSIMDownload
	case o.System == message.SystemMessage:
		return tpdu.PIDType0
	case o.Replace >= 1 && o.Replace <= maxReplace:
		return tpdu.PIDReplace + o.Replace
	case o.Ping:
		return tpdu.PIDType0
	}
	return 0
}

// dcs gives TP-DCS: that of a system message before the octet given before flash
// before class (smstools spec §1.2).
func dcs(o *message.Options, alphabet tpdu.Alphabet) byte {
	octet := codingOf(alphabet)
	switch {
	case o.System == message.SystemToSIM:
		return dcsSIM
	case o.System == message.SystemMessage:
		return dcsSystem
	case o.DCS != nil:
		return *o.DCS
	case o.Flash:
		return octet | dcsClass
	case o.Class != nil && *o.Class <= maxClass:
		return octet | dcsClass | *o.Class
	}
	return octet
}

func codingOf(alphabet tpdu.Alphabet) byte {
	switch alphabet {
	case tpdu.Alphabet8Bit:
		return dcs8Bit
	case tpdu.AlphabetUCS2:
		return dcsUCS2
	}
	return 0
}
