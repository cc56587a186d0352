package spool

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// submission makes a submission of a parsed file. A *smsfile.Rejection says why
// the file is none; the tests are in the order of smstools spec §1.10.
func submission(o *smsfile.Outgoing, r *rules, now time.Time) (*message.Submission, error) {
	if err := o.CheckDestination(); err != nil {
		return nil, err
	}
	wanted, err := r.admit(message.NewAddress(o.To))
	if err != nil {
		return nil, err
	}
	for _, a := range alternates(o) {
		if _, err := r.admit(a.Recipient); err != nil {
			return nil, alternateRejection(err)
		}
	}
	if o.Queue != "" {
		wanted = o.Queue
	}
	if err := o.CheckAlphabet(); err != nil {
		return nil, err
	}
	queue, err := r.policy.Routes.Choose(wanted, message.NewAddress(o.To))
	if err != nil {
		return nil, queueRejection(err)
	}
	for _, check := range []func() error{o.CheckContent, o.CheckNumberType, o.CheckTransmission} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	s := &message.Submission{
		Queue: queue, Recipient: message.NewAddress(o.To), NumberType: message.NumberType(o.ToTOA), Sender: o.From,
		Kind: kind(o), Alphabet: alphabet(o), Body: message.NewBody(o.Body), Trim: o.Trims(),
		Options: options(o), Alternates: alternates(o), AcceptedAt: now,
	}
	if o.HighPriority {
		s.Priority = message.High
	}
	if s.DeliverAt, err = deliverAt(o.Send, now); err != nil {
		return nil, err
	}
	return s, nil
}

func queueRejection(err error) error {
	reason := smsfile.ReasonNoProvider
	if errors.Is(err, route.ErrQueue) {
		reason = smsfile.ReasonWrongQueue
	}
	return &smsfile.Rejection{Reason: reason}
}

// alternateRejection says that it is an alternate that is not admitted.
func alternateRejection(err error) error {
	var r *smsfile.Rejection
	if errors.As(err, &r) {
		return &smsfile.Rejection{Reason: smsfile.ReasonInvalidAlternate, Detail: r.Reason}
	}
	return err
}

func kind(o *smsfile.Outgoing) message.Kind {
	switch {
	case o.Voicecall:
		return message.Voicecall
	case o.TextIsPDU:
		return message.PDU
	default:
		return message.Text
	}
}

func alphabet(o *smsfile.Outgoing) message.Alphabet {
	switch {
	case o.Alphabet == smsfile.UTF8:
		return message.UTF8
	case o.Alphabet == smsfile.UCS2:
		return message.UCS2
	case o.Alphabet == smsfile.Binary:
		return message.Binary
	case o.Alphabet == smsfile.GSM, o.Hex:
		return message.GSM // what hex notation gives is not converted any more
	default:
		return message.Latin
	}
}

// latin reads each octet as a character of the smstools Latin set, and writes them
// in UTF-8, so that none of them is taken for a part of another one.
func latin(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for _, o := range body {
		out = utf8.AppendRune(out, gsm7.LatinRune(o))
	}
	return out
}

func options(o *smsfile.Outgoing) message.Options {
	opts := message.Options{
		Report: tri(o.Report), Flash: o.Flash, Class: o.Class, DCS: o.DCS, Ping: o.Ping, Replace: o.Replace,
		System: message.System(o.System), ReplyPath: tri(o.ReplyPath), RejectDuplicates: o.RejectDuplicates,
		MessageReference: o.MessageReference, Validity: o.Validity, UDHI: tri(o.UDH), UDH: o.UDHData,
		Language: o.Language, LanguageExt: o.LanguageExt, SMSC: message.NewAddress(o.SMSC), Retries: o.Retries,
	}
	if o.Autosplit != nil {
		split := message.Split(*o.Autosplit)
		opts.Split = &split
	}
	if o.TextIsPDU {
		opts.PDUKey = o.To
	}
	return opts
}

func tri(v *bool) message.Tri {
	if v == nil {
		return message.Unset
	}
	return message.TriOf(*v)
}

func alternates(o *smsfile.Outgoing) []message.Alternate {
	if o.TextIsPDU {
		return nil // the number is in the PDU
	}
	after := escalation.DefaultAfter
	var as []message.Alternate
	for i, to := range o.AlternateTo {
		if i < len(o.AlternateAfter) {
			after = o.AlternateAfter[i]
		}
		as = append(as, message.Alternate{Recipient: message.NewAddress(to), After: after})
	}
	return as
}

// sendFormats are the ways of writing a Send header that are understood, in
// local time where no zone is given.
var sendFormats = []string{
	time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.RFC1123Z, time.RFC1123,
}

// deliverAt reads a Send header (smstools spec §9 part 3). A time in the past
// means at once.
func deliverAt(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, format := range sendFormats {
		if at, err := time.ParseInLocation(format, text, now.Location()); err == nil {
			if at.After(now) {
				return at, nil
			}
			return time.Time{}, nil
		}
	}
	return time.Time{}, &smsfile.Rejection{Reason: "Invalid Send time", Detail: "write it like 2026-01-31 18:30"}
}
