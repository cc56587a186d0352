package wire

import (
	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// EncodeJoinGroup returns the octets of a group of parts.
func EncodeJoinGroup(g *join.Group) ([]byte, error) {
	return marshal(&viestiv1.JoinGroup{
		Waiting: each(g.Waiting, eventOut), Deliveries: each(g.Deliveries, deliveryOut), Done: each(g.Done, doneOut),
	})
}

// DecodeJoinGroup reads octets written by EncodeJoinGroup. Every delivery has
// parts, and every part is a received message of a modem.
func DecodeJoinGroup(data []byte) (*join.Group, error) {
	var p viestiv1.JoinGroup
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("JoinGroup", err)
	}
	g := &join.Group{Waiting: each(p.GetWaiting(), eventIn), Deliveries: each(p.GetDeliveries(), deliveryIn), Done: each(p.GetDone(), doneIn)}
	if err := checkParts(g.Waiting); err != nil {
		return nil, err
	}
	for _, d := range g.Deliveries {
		if len(d.Parts) == 0 {
			return nil, invalid("a delivery without parts")
		}
		if err := checkParts(d.Parts); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func checkParts(parts []*life.Event) error {
	for _, e := range parts {
		if _, received := e.Kind.(life.Received); !received || e.Modem == nil {
			return invalid("a part that is no received message")
		}
	}
	return nil
}

func deliveryOut(d join.Delivery) *viestiv1.JoinDelivery {
	return &viestiv1.JoinDelivery{
		Parts: each(d.Parts, eventOut), Cause: viestiv1.JoinDelivery_Cause(d.Cause), Owner: text(d.Owner), Deadline: stamp(d.Deadline),
	}
}

func deliveryIn(p *viestiv1.JoinDelivery) join.Delivery {
	return join.Delivery{
		Parts: each(p.GetParts(), eventIn), Cause: join.Cause(known(p.GetCause())), Owner: p.GetOwner(), Deadline: instant(p.GetDeadline()),
	}
}

func doneOut(d join.Done) *viestiv1.JoinDone {
	return &viestiv1.JoinDone{Id: text(d.ID), Time: stamp(d.Time)}
}

func doneIn(p *viestiv1.JoinDone) join.Done {
	return join.Done{ID: p.GetId(), Time: instant(p.GetTime())}
}
