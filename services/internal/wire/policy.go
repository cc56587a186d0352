package wire

import (
	"time"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// EncodePolicy returns the octets of a policy without its accounts, each of which
// is written by EncodeAccount, and without its version and problems, which are the
// reader's.
func EncodePolicy(p *policy.Policy) ([]byte, error) {
	return marshal(&viestiv1.Policy{
		Queues: each(p.Routes.Queues, func(q route.Queue) *viestiv1.Queue {
			return &viestiv1.Queue{Name: text(q.Name), Prefixes: each(q.Prefixes, text)}
		}),
		Lists: listsOut(&p.Lists),
		Inbound: each(p.Inbound, func(r policy.Inbound) *viestiv1.InboundRoute {
			return &viestiv1.InboundRoute{
				Account: text(r.Account), Modem: text(r.Modem), Queue: text(r.Queue), Destination: text(r.Destination), Keyword: text(r.Keyword),
			}
		}),
		QuietHours: each(p.Quiet, quietOut),
	})
}

// DecodePolicy reads octets written by EncodePolicy. A policy that makes no sense is
// malformed: half a rule is none.
func DecodePolicy(data []byte) (*policy.Policy, error) {
	var p viestiv1.Policy
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Policy", err)
	}
	out := &policy.Policy{
		Routes: route.Policy{Queues: each(p.GetQueues(), func(q *viestiv1.Queue) route.Queue {
			return route.Queue{Name: q.GetName(), Prefixes: q.GetPrefixes()}
		})},
		Lists: listsIn(p.GetLists()),
		Inbound: each(p.GetInbound(), func(r *viestiv1.InboundRoute) policy.Inbound {
			return policy.Inbound{Account: r.GetAccount(), Modem: r.GetModem(), Queue: r.GetQueue(), Destination: r.GetDestination(), Keyword: r.GetKeyword()}
		}),
		Quiet: each(p.GetQuietHours(), quietIn),
	}
	if err := out.Validate(); err != nil {
		return nil, malformed("Policy", err)
	}
	return out, nil
}

func listsOut(l *policy.Lists) *viestiv1.Lists {
	if len(l.Deny) == 0 && len(l.Allow) == 0 && !l.AllowOnly {
		return nil
	}
	return &viestiv1.Lists{Deny: each(l.Deny, text), AllowOnly: l.AllowOnly, Allow: each(l.Allow, func(e route.Entry) *viestiv1.AllowEntry {
		return &viestiv1.AllowEntry{Prefix: text(e.Prefix), Queue: text(e.Queue)}
	})}
}

func listsIn(l *viestiv1.Lists) policy.Lists {
	return policy.Lists{Deny: l.GetDeny(), AllowOnly: l.GetAllowOnly(), Allow: each(l.GetAllow(), func(e *viestiv1.AllowEntry) route.Entry {
		return route.Entry{Prefix: e.GetPrefix(), Queue: e.GetQueue()}
	})}
}

func quietOut(q policy.QuietHours) *viestiv1.QuietHours {
	return &viestiv1.QuietHours{
		Name: text(q.Name), Queues: each(q.Queues, text), Prefixes: each(q.Prefixes, text), TimeZone: text(q.Zone),
		Days:       each(q.Days, func(d time.Weekday) uint32 { return uint32(d) }),
		FromMinute: uint32(q.From), ToMinute: uint32(q.To),
	}
}

func quietIn(q *viestiv1.QuietHours) policy.QuietHours {
	return policy.QuietHours{
		Name: q.GetName(), Queues: q.GetQueues(), Prefixes: q.GetPrefixes(), Zone: q.GetTimeZone(),
		Days: each(q.GetDays(), func(d uint32) time.Weekday { return time.Weekday(d) }),
		From: int(q.GetFromMinute()), To: int(q.GetToMinute()),
	}
}
