package wire

import (
	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// EncodeEvent returns the octets of an event.
func EncodeEvent(e *life.Event) ([]byte, error) { return marshal(eventOut(e)) }

// DecodeEvent reads octets written by EncodeEvent. An event of a kind that this
// version does not know has a nil Kind; readers pass over it.
func DecodeEvent(data []byte) (*life.Event, error) {
	var p viestiv1.Event
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Event", err)
	}
	if err := checkSmpp(p.GetSubject().GetSmpp()); err != nil {
		return nil, err
	}
	return eventIn(&p), nil
}

func eventOut(e *life.Event) *viestiv1.Event {
	p := &viestiv1.Event{
		Id: text(e.ID), Account: text(e.Account), Time: stamp(e.Time), Subject: subjectOut(e.Subject), Modem: modemOut(e.Modem),
	}
	setKind(p, e.Kind)
	return p
}

func eventIn(p *viestiv1.Event) *life.Event {
	return &life.Event{
		ID: p.GetId(), Account: p.GetAccount(), Time: instant(p.GetTime()),
		Subject: subjectIn(p.GetSubject()), Modem: modemIn(p.GetModem()), Kind: kindOf(p),
	}
}

func subjectOut(s *life.Subject) *viestiv1.Subject {
	if s == nil {
		return nil
	}
	return &viestiv1.Subject{
		Recipient: text(s.Recipient.Reveal()), Sender: []byte(s.Sender), Queue: text(s.Queue), Priority: priorityOut(s.Priority),
		Origin: originOut(s.Origin), AcceptedAt: stamp(s.AcceptedAt), Report: s.Report,
		Alternates: alternatesOut(s.Alternates), AlternateOf: text(s.AlternateOf),
		Smpp: smppOut(s.SMPP),
	}
}

func subjectIn(p *viestiv1.Subject) *life.Subject {
	if p == nil {
		return nil
	}
	return &life.Subject{
		Recipient: message.NewAddress(p.GetRecipient()), Sender: string(p.GetSender()), Queue: p.GetQueue(),
		Priority: priorityIn(p.GetPriority()), Origin: originIn(p.GetOrigin()), AcceptedAt: instant(p.GetAcceptedAt()),
		Report: p.GetReport(), Alternates: alternatesIn(p.GetAlternates()), AlternateOf: p.GetAlternateOf(),
		SMPP: smppIn(p.GetSmpp()),
	}
}

func modemOut(m *life.Modem) *viestiv1.ModemIdentity {
	if m == nil {
		return nil
	}
	return &viestiv1.ModemIdentity{
		Host: text(m.Host), Name: text(m.Name), Imei: text(m.IMEI), Imsi: text(m.IMSI), Number: text(m.Number),
		Description: text(m.Description),
	}
}

func modemIn(p *viestiv1.ModemIdentity) *life.Modem {
	if p == nil {
		return nil
	}
	return &life.Modem{
		Host: p.GetHost(), Name: p.GetName(), IMEI: p.GetImei(), IMSI: p.GetImsi(),
		Number: p.GetNumber(), Description: p.GetDescription(),
	}
}

func setKind(p *viestiv1.Event, k life.Kind) {
	switch k := k.(type) {
	case life.Accepted:
		p.Kind = &viestiv1.Event_Accepted{Accepted: &viestiv1.Accepted{DeliverAt: stamp(k.DeliverAt), ExpiresAt: stamp(k.ExpiresAt)}}
	case life.Attempt:
		p.Kind = &viestiv1.Event_PartAttempted{PartAttempted: attemptOut(k)}
	case life.PartDone:
		p.Kind = &viestiv1.Event_PartDone{PartDone: partOut(k)}
	case life.Sent:
		p.Kind = &viestiv1.Event_Sent{Sent: sentOut(k)}
	case life.Failed:
		p.Kind = &viestiv1.Event_Failed{Failed: failedOut(k)}
	case life.Rejected:
		p.Kind = &viestiv1.Event_Rejected{Rejected: &viestiv1.Rejected{Reason: text(k.Reason), Detail: text(k.Detail)}}
	case life.Expired:
		p.Kind = &viestiv1.Event_Expired{Expired: &viestiv1.Expired{ExpiresAt: stamp(k.ExpiresAt)}}
	case life.Cancelled:
		p.Kind = &viestiv1.Event_Cancelled{Cancelled: &viestiv1.Cancelled{By: text(k.By)}}
	case life.Report:
		p.Kind = &viestiv1.Event_Report{Report: reportOut(k)}
	case life.Received:
		p.Kind = &viestiv1.Event_Received{Received: receivedOut(k)}
	case life.Call:
		p.Kind = &viestiv1.Event_Call{Call: &viestiv1.Call{Caller: text(k.Caller.Reveal()), TypeOfAddress: uint32(k.TypeOfAddress), Name: text(k.Name)}}
	case life.Alarm:
		p.Kind = &viestiv1.Event_Alarm{Alarm: alarmOut(k)}
	case life.Escalation:
		p.Kind = &viestiv1.Event_Escalation{Escalation: &viestiv1.Escalation{Next: text(k.Next), Recipient: text(k.Recipient.Reveal()), Reason: text(k.Reason)}}
	case life.Postponed:
		p.Kind = &viestiv1.Event_Postponed{Postponed: &viestiv1.Postponed{Until: stamp(k.Until), QuietHours: text(k.Quiet), Revision: k.Revision}}
	case life.JobRan:
		p.Kind = &viestiv1.Event_JobRan{JobRan: jobRanOut(k)}
	case life.ModemStatus:
		p.Kind = &viestiv1.Event_ModemStatus{ModemStatus: statusOut(&k)}
	}
}

func kindOf(p *viestiv1.Event) life.Kind {
	switch k := p.GetKind().(type) {
	case *viestiv1.Event_Accepted:
		return life.Accepted{DeliverAt: instant(k.Accepted.GetDeliverAt()), ExpiresAt: instant(k.Accepted.GetExpiresAt())}
	case *viestiv1.Event_PartAttempted:
		return attemptIn(k.PartAttempted)
	case *viestiv1.Event_PartDone:
		return partIn(k.PartDone)
	case *viestiv1.Event_Sent:
		return sentIn(k.Sent)
	case *viestiv1.Event_Failed:
		return failedIn(k.Failed)
	case *viestiv1.Event_Rejected:
		return life.Rejected{Reason: k.Rejected.GetReason(), Detail: k.Rejected.GetDetail()}
	case *viestiv1.Event_Expired:
		return life.Expired{ExpiresAt: instant(k.Expired.GetExpiresAt())}
	case *viestiv1.Event_Cancelled:
		return life.Cancelled{By: k.Cancelled.GetBy()}
	case *viestiv1.Event_Report:
		return reportIn(k.Report)
	case *viestiv1.Event_Received:
		return receivedIn(k.Received)
	case *viestiv1.Event_Call:
		return life.Call{Caller: message.NewAddress(k.Call.GetCaller()), TypeOfAddress: uint8(k.Call.GetTypeOfAddress()), Name: k.Call.GetName()}
	case *viestiv1.Event_Alarm:
		return alarmIn(k.Alarm)
	case *viestiv1.Event_Postponed:
		return life.Postponed{Until: instant(k.Postponed.GetUntil()), Quiet: k.Postponed.GetQuietHours(), Revision: k.Postponed.GetRevision()}
	case *viestiv1.Event_Escalation:
		return life.Escalation{Next: k.Escalation.GetNext(), Recipient: message.NewAddress(k.Escalation.GetRecipient()), Reason: k.Escalation.GetReason()}
	case *viestiv1.Event_JobRan:
		return jobRanIn(k.JobRan)
	case *viestiv1.Event_ModemStatus:
		return *statusIn(k.ModemStatus)
	default:
		return nil
	}
}
