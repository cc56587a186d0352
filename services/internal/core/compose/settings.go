package compose

import (
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Report is a modem's setting for status reports (smstools report).
type Report uint8

// Reports. ReportNo is the zero value.
const (
	// ReportNo asks for a report when the message does.
	ReportNo Report = iota
	// ReportYes asks for one unless the message does not want it.
	ReportYes
	// ReportDisabled never asks for one, except for a ping.
	ReportDisabled
)

// Notices of a text that is sent as UCS2 (smstools notice_ucs2).
const (
	// NoticeNone: none.
	NoticeNone uint8 = 0
	// NoticeTotal: one with the number of characters that made UCS2 necessary.
	NoticeTotal uint8 = 1
	// NoticeEach: one for each such character, and the total.
	NoticeEach uint8 = 2
)

// Settings are what the modem and the gateway bring into a message. The names
// in parentheses are those of smsd.conf.
type Settings struct {
	// Validity is the relative TP-VP octet of messages that have none (validity).
	Validity uint8
	// Remaining is for how long the message may still be delivered, at most: the network
	// is not told to try for longer, but for the next step of TP-VP. 0: no limit.
	Remaining time.Duration
	// Split is how long texts are cut (autosplit).
	Split message.Split
	// Report is the modem's wish for status reports (report).
	Report Report
	// ReceivesReports says that the modem reads messages (incoming). Without it
	// ReportYes forces reports off, also for messages that ask for one.
	ReceivesReports bool
	// ReplyPath sets TP-RP where the message does not say (reply_path).
	ReplyPath bool
	// CSConvert translates Latin text; without it its octets are septets (cs_convert).
	CSConvert bool
	// Optical replaces characters by look-alikes of the GSM alphabet (cs_convert_optical).
	Optical bool
	// Language and LanguageExt are the locking and single shift tables of messages
	// that name neither (language, language_ext); nil: none.
	Language    *uint8
	LanguageExt *uint8
	// NoticeUCS2 is NoticeNone, NoticeTotal or NoticeEach (notice_ucs2).
	NoticeUCS2 uint8
	// InternationalPrefixes, when there are any, make all numbers national that
	// begin with none of them (international_prefixes).
	InternationalPrefixes []string
	// NationalPrefixes make numbers national that begin with one (national_prefixes).
	NationalPrefixes []string
	// NationalTOAUnknown gives such numbers the type unknown (national_toa_unknown).
	NationalTOAUnknown bool
	// SMSC is the service centre, digits (smsc); empty: the one of the SIM.
	SMSC string
	// SMSCInPDU puts the service centre before the TPDU (smsc_pdu).
	SMSCInPDU bool
	// PDUKey is what a ready PDU has to name; empty: none is accepted (text_is_pdu_key).
	PDUKey string
	// Reference16 makes all concatenation references 16 bits wide.
	Reference16 bool
	// Phase1 makes what a modem of GSM phase 1 takes: TPDUs without TP-VP, and with a
	// TP-PID and a TP-MR of 0 (mode = old).
	Phase1 bool
}

// DefaultSettings returns the settings of an smsd.conf that says nothing about
// any of them, for a modem that receives.
func DefaultSettings() Settings {
	return Settings{
		Validity:        255,
		Split:           message.SplitConcatenated,
		ReceivesReports: true,
		CSConvert:       true,
		Optical:         true,
		NoticeUCS2:      NoticeEach,
	}
}
