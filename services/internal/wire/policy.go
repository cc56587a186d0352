package wire

import (
	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// EncodePolicy returns the octets of a policy.
func EncodePolicy(p *route.Policy) ([]byte, error) {
	return marshal(&viestiv1.Policy{Queues: each(p.Queues, func(q route.Queue) *viestiv1.Queue {
		return &viestiv1.Queue{Name: text(q.Name), Prefixes: each(q.Prefixes, text)}
	})})
}

// DecodePolicy reads octets written by EncodePolicy.
func DecodePolicy(data []byte) (*route.Policy, error) {
	var p viestiv1.Policy
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Policy", err)
	}
	return &route.Policy{Queues: each(p.GetQueues(), func(q *viestiv1.Queue) route.Queue {
		return route.Queue{Name: q.GetName(), Prefixes: q.GetPrefixes()}
	})}, nil
}
