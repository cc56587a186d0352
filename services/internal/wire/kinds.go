package wire

import (
	"strings"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// text makes a string fit for protobuf: modems and files give any octets.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func attemptOut(k life.Attempt) *viestiv1.PartAttempted {
	return &viestiv1.PartAttempted{
		Part: uint32(k.Part), Total: uint32(k.Total), Attempt: uint32(k.Number),
		State: viestiv1.PartAttempted_State(k.State), Pdus: each(k.PDUs, text), MaybeSent: k.MaybeSent,
		Revision: k.Revision,
	}
}

func attemptIn(p *viestiv1.PartAttempted) life.Attempt {
	return life.Attempt{
		Part: int(p.GetPart()), Total: int(p.GetTotal()), Number: int(p.GetAttempt()), State: life.AttemptState(known(p.GetState())),
		PDUs: p.GetPdus(), MaybeSent: p.GetMaybeSent(), Revision: p.GetRevision(),
	}
}

func partOut(k life.PartDone) *viestiv1.PartDone {
	p := &viestiv1.PartDone{Part: uint32(k.Part), Total: uint32(k.Total), Pdu: text(k.PDU)}
	if k.Reference >= 0 {
		p.MessageReference = proto.Uint32(uint32(k.Reference))
	}
	return p
}

func partIn(p *viestiv1.PartDone) life.PartDone {
	k := life.PartDone{Part: int(p.GetPart()), Total: int(p.GetTotal()), Reference: -1, PDU: p.GetPdu()}
	if p.MessageReference != nil {
		k.Reference = int(p.GetMessageReference())
	}
	return k
}

func sentOut(k life.Sent) *viestiv1.Sent {
	return &viestiv1.Sent{
		Parts: each(k.Parts, partOut), SendingTime: span(k.SendingTime), Notices: each(k.Notices, octets),
		AirAlphabet: viestiv1.AirAlphabet(k.Alphabet), MaybeDuplicated: k.MaybeDuplicated, Result: text(k.Result), Report: k.Report,
	}
}

func sentIn(p *viestiv1.Sent) life.Sent {
	return life.Sent{
		Parts: each(p.GetParts(), partIn), SendingTime: p.GetSendingTime().AsDuration(), Notices: each(p.GetNotices(), chars),
		Alphabet: life.AirAlphabet(known(p.GetAirAlphabet())), MaybeDuplicated: p.GetMaybeDuplicated(), Result: p.GetResult(),
		Report: p.GetReport(),
	}
}

func failedOut(k life.Failed) *viestiv1.Failed {
	return &viestiv1.Failed{
		Reason: text(k.Reason), FailureClass: viestiv1.FailureClass(k.Class), Parts: each(k.Parts, partOut),
		Pdus: each(k.PDUs, text), Notices: each(k.Notices, octets), AirAlphabet: viestiv1.AirAlphabet(k.Alphabet), Unknown: k.Unknown,
	}
}

func failedIn(p *viestiv1.Failed) life.Failed {
	return life.Failed{
		Reason: p.GetReason(), Class: life.FailureClass(known(p.GetFailureClass())), Parts: each(p.GetParts(), partIn),
		PDUs: p.GetPdus(), Notices: each(p.GetNotices(), chars), Alphabet: life.AirAlphabet(known(p.GetAirAlphabet())),
		Unknown: p.GetUnknown(),
	}
}

func reportOut(k life.Report) *viestiv1.Report {
	return &viestiv1.Report{
		Part: uint32(k.Part), Total: uint32(k.Total), MessageReference: uint32(k.Reference), Status: uint32(k.Status),
		Outcome: viestiv1.Report_Outcome(k.Outcome), Recipient: text(k.Recipient.Reveal()),
		ServiceCentreTime: stamp(k.ServiceCentreTime), DischargeTime: stamp(k.DischargeTime), Pdu: k.PDU,
	}
}

func reportIn(p *viestiv1.Report) life.Report {
	return life.Report{
		Part: int(p.GetPart()), Total: int(p.GetTotal()), Reference: uint8(p.GetMessageReference()), Status: uint8(p.GetStatus()),
		Outcome: life.Outcome(known(p.GetOutcome())), Recipient: message.NewAddress(p.GetRecipient()),
		ServiceCentreTime: instant(p.GetServiceCentreTime()), DischargeTime: instant(p.GetDischargeTime()), PDU: p.GetPdu(),
	}
}

func receivedOut(k life.Received) *viestiv1.Received {
	return &viestiv1.Received{
		Pdu: k.PDU, Originator: text(k.Originator.Reveal()), ServiceCentreTime: stamp(k.ServiceCentreTime),
		Warnings: each(k.Warnings, text), Name: text(k.Name), Raw: []byte(k.Raw),
	}
}

func receivedIn(p *viestiv1.Received) life.Received {
	return life.Received{
		PDU: p.GetPdu(), Originator: message.NewAddress(p.GetOriginator()), ServiceCentreTime: instant(p.GetServiceCentreTime()),
		Warnings: p.GetWarnings(), Name: p.GetName(), Raw: string(p.GetRaw()),
	}
}

func octets(s string) []byte { return []byte(s) }

func chars(b []byte) string { return string(b) }

// each translates a list; an empty one stays nil.
func each[From, To any](in []From, f func(From) To) []To {
	if len(in) == 0 {
		return nil
	}
	out := make([]To, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

func alarmOut(k life.Alarm) *viestiv1.Alarm {
	return &viestiv1.Alarm{Severity: uint32(k.Severity), Code: text(k.Code), Text: text(k.Text)}
}

func alarmIn(p *viestiv1.Alarm) life.Alarm {
	return life.Alarm{Severity: int(p.GetSeverity()), Code: p.GetCode(), Text: p.GetText()}
}
