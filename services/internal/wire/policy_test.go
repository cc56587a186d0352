package wire

import (
	"errors"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// drawnPolicy is a valid policy of which every part that travels was drawn.
func drawnPolicy(t *rapid.T) *policy.Policy {
	p := drawn[struct {
		Routes  route.Policy
		Lists   policy.Lists
		Inbound []policy.Inbound
		Quiet   []policy.QuietHours
	}](t, false)
	word := rapid.StringMatching(`s?[0-9]{1,6}`)
	for i := range p.Routes.Queues {
		p.Routes.Queues[i].Name = fmt.Sprintf("queue %d", i)
		for j := range p.Routes.Queues[i].Prefixes {
			p.Routes.Queues[i].Prefixes[j] = word.Draw(t, "prefix")
		}
	}
	for i := range p.Lists.Deny {
		p.Lists.Deny[i] = word.Draw(t, "deny")
	}
	for i := range p.Lists.Allow {
		p.Lists.Allow[i].Prefix = word.Draw(t, "allow")
	}
	for i := range p.Inbound {
		r := &p.Inbound[i]
		r.Account, r.Destination, r.Keyword = "acme", "1"+word.Draw(t, "destination"), policy.FirstWord(r.Keyword)
		if len(p.Routes.Queues) > 0 {
			r.Queue = p.Routes.Queues[0].Name
		}
	}
	for i := range p.Quiet {
		q := &p.Quiet[i]
		q.Name, q.Zone, q.Queues = fmt.Sprintf("hours %d", i), rapid.SampledFrom([]string{"UTC", "Europe/Helsinki"}).Draw(t, "zone"), nil
		if len(p.Routes.Queues) > 0 {
			q.Queues = []string{p.Routes.Queues[0].Name}
		}
		for j := range q.Prefixes {
			q.Prefixes[j] = word.Draw(t, "quiet prefix")
		}
		for j := range q.Days {
			q.Days[j] %= 7
		}
		q.From, q.To = q.From%720, 721+q.To%720
	}
	return &policy.Policy{Routes: p.Routes, Lists: p.Lists, Inbound: p.Inbound, Quiet: p.Quiet}
}

func TestPolicyMalformed(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*viestiv1.Policy{
		"queue without a name":        {Queues: []*viestiv1.Queue{{Prefixes: []string{"1"}}}},
		"route to nobody":             {Inbound: []*viestiv1.InboundRoute{{Modem: "SIM1"}}},
		"quiet hours without a zone":  {QuietHours: []*viestiv1.QuietHours{{Name: "q", FromMinute: 1, ToMinute: 2}}},
		"quiet day that there is not": {QuietHours: []*viestiv1.QuietHours{{Name: "q", TimeZone: "UTC", ToMinute: 2, Days: []uint32{7}}}},
		"empty prefix":                {Lists: &viestiv1.Lists{Deny: []string{""}}},
	} {
		data, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := DecodePolicy(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
