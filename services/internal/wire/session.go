package wire

import (
	"maps"
	"math"
	"net/netip"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
)

// EncodeSession returns the octets of a session.
func EncodeSession(s *account.Session) ([]byte, error) {
	return marshal(&viestiv1.Session{
		Host: text(s.Host), Id: text(s.ID), Account: text(s.Account), Mode: text(string(s.Mode)), Remote: remoteOut(s.Remote), Tls: text(s.TLS),
		Since: stamp(s.Since), ActiveAt: stamp(s.ActiveAt), InterfaceVersion: uint32(s.InterfaceVersion), SystemType: text(s.SystemType),
		Accepted: s.Accepted, Rejected: s.Rejected, Delivered: s.Delivered, Refused: s.Refused, InFlight: s.InFlight, Awaited: s.Awaited,
	})
}

// DecodeSession reads octets written by EncodeSession.
func DecodeSession(data []byte) (*account.Session, error) {
	var p viestiv1.Session
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Session", err)
	}
	return &account.Session{
		Host: p.GetHost(), ID: p.GetId(), Account: p.GetAccount(), Mode: account.Mode(p.GetMode()), Remote: remoteIn(p.GetRemote()), TLS: p.GetTls(),
		Since: instant(p.GetSince()), ActiveAt: instant(p.GetActiveAt()), InterfaceVersion: uint8(p.GetInterfaceVersion()), SystemType: p.GetSystemType(),
		Accepted: p.GetAccepted(), Rejected: p.GetRejected(), Delivered: p.GetDelivered(), Refused: p.GetRefused(),
		InFlight: p.GetInFlight(), Awaited: p.GetAwaited(),
	}, nil
}

func remoteOut(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// remoteIn is for people to see: what cannot be read is absent.
func remoteIn(s string) netip.AddrPort {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPort{}
	}
	return a
}

// EncodeInstance returns the octets of a running process, by a name for people, and of
// what it uses of the rates of accounts, in messages a second.
func EncodeInstance(holder string, rates map[string]float64) ([]byte, error) {
	p := &viestiv1.Instance{Holder: text(holder)}
	for name, rate := range rates {
		if p.Rates == nil {
			p.Rates = make(map[string]float64, len(rates))
		}
		p.Rates[text(name)] = rate
	}
	return marshal(p)
}

// DecodeInstance reads octets written by EncodeInstance. A rate that can be none is
// left out.
func DecodeInstance(data []byte) (holder string, rates map[string]float64, err error) {
	var p viestiv1.Instance
	if err := proto.Unmarshal(data, &p); err != nil {
		return "", nil, malformed("Instance", err)
	}
	maps.DeleteFunc(p.Rates, func(_ string, rate float64) bool { return !(rate > 0) || math.IsInf(rate, 1) })
	return p.GetHolder(), p.Rates, nil
}

// EncodeBinds returns the octets of the sessions of an account.
func EncodeBinds(all []account.Holding) ([]byte, error) {
	return marshal(&viestiv1.Binds{Instances: each(all, func(h account.Holding) *viestiv1.InstanceBinds {
		return &viestiv1.InstanceBinds{Instance: text(h.Instance), Count: h.Count}
	})})
}

// DecodeBinds reads octets written by EncodeBinds.
func DecodeBinds(data []byte) ([]account.Holding, error) {
	var p viestiv1.Binds
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Binds", err)
	}
	return each(p.GetInstances(), func(h *viestiv1.InstanceBinds) account.Holding {
		return account.Holding{Instance: h.GetInstance(), Count: h.GetCount()}
	}), nil
}

// EncodeAudit returns the octets of an audit event.
func EncodeAudit(e *audit.Event) ([]byte, error) {
	return marshal(&viestiv1.AuditEvent{
		Time: stamp(e.Time), Kind: viestiv1.AuditKind(e.Kind), Host: text(e.Host), Service: text(e.Service), Account: text(e.Account),
		SystemId: []byte(e.SystemID), Remote: remoteOut(e.Remote), Mode: text(string(e.Mode)), Tls: text(e.TLS), Certificate: text(e.Certificate),
		Reason: text(string(e.Reason)), Detail: text(e.Detail), By: text(e.By), Count: e.Count, Version: e.Version, Session: text(e.Session),
	})
}

// DecodeAudit reads octets written by EncodeAudit. An event of a kind that this
// version does not know has Kind 0.
func DecodeAudit(data []byte) (*audit.Event, error) {
	var p viestiv1.AuditEvent
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("AuditEvent", err)
	}
	return &audit.Event{
		Time: instant(p.GetTime()), Kind: audit.Kind(known(p.GetKind())), Host: p.GetHost(), Service: p.GetService(), Account: p.GetAccount(),
		SystemID: string(p.GetSystemId()), Remote: remoteIn(p.GetRemote()), Mode: account.Mode(p.GetMode()), TLS: p.GetTls(),
		Certificate: p.GetCertificate(), Reason: audit.Reason(p.GetReason()), Detail: p.GetDetail(), By: p.GetBy(), Count: p.GetCount(),
		Version: p.GetVersion(), Session: p.GetSession(),
	}, nil
}

// EncodePartsClaim returns the octets of which modem sends the parts of a message.
func EncodePartsClaim(c message.PartsClaim) ([]byte, error) {
	return marshal(&viestiv1.PartsClaim{Host: text(c.Host), Modem: text(c.Modem), At: stamp(c.At)})
}

// DecodePartsClaim reads octets written by EncodePartsClaim.
func DecodePartsClaim(data []byte) (message.PartsClaim, error) {
	var p viestiv1.PartsClaim
	if err := proto.Unmarshal(data, &p); err != nil {
		return message.PartsClaim{}, malformed("PartsClaim", err)
	}
	return message.PartsClaim{Host: p.GetHost(), Modem: p.GetModem(), At: instant(p.GetAt())}, nil
}

// EncodeInboundChoice returns the octets of who gets the parts of a message.
func EncodeInboundChoice(c policy.Choice) ([]byte, error) {
	return marshal(&viestiv1.InboundChoice{Account: text(c.Account), First: text(c.First)})
}

// DecodeInboundChoice reads octets written by EncodeInboundChoice.
func DecodeInboundChoice(data []byte) (policy.Choice, error) {
	var p viestiv1.InboundChoice
	if err := proto.Unmarshal(data, &p); err != nil {
		return policy.Choice{}, malformed("InboundChoice", err)
	}
	return policy.Choice{Account: p.GetAccount(), First: p.GetFirst()}, nil
}
