package wire

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestJoinGroupComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.Custom(func(t *rapid.T) *life.Event {
			return &life.Event{
				ID: drawn[string](t, true), Account: "inbox", Time: drawn[life.Accepted](t, true).DeliverAt,
				Modem: &life.Modem{IMSI: "1", Name: "m"}, Kind: drawn[life.Received](t, true),
			}
		})
		parts := rapid.SliceOfN(part, 1, 3)
		at := drawn[life.Accepted](t, true).DeliverAt
		want := &join.Group{
			Waiting:    parts.Draw(t, "waiting"),
			Deliveries: []join.Delivery{{Parts: parts.Draw(t, "parts"), Cause: join.Expired, Owner: "host", Deadline: at}},
			Done:       []join.Done{{ID: "x", Time: at}},
		}
		data, err := EncodeJoinGroup(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeJoinGroup(data)
		if err != nil {
			t.Fatal(err)
		}
		equal := cmp.Comparer(func(a, b message.Address) bool { return a.Reveal() == b.Reveal() })
		if diff := cmp.Diff(want, got, equal); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestJoinGroupThatIsNone(t *testing.T) {
	call := &viestiv1.Event{Id: "x", Modem: &viestiv1.ModemIdentity{}, Kind: &viestiv1.Event_Call{Call: &viestiv1.Call{}}}
	for name, p := range map[string]*viestiv1.JoinGroup{
		"a part that is a call":    {Waiting: []*viestiv1.Event{call}},
		"a part without modem":     {Waiting: []*viestiv1.Event{{Kind: &viestiv1.Event_Received{Received: &viestiv1.Received{}}}}},
		"a delivery of a call":     {Deliveries: []*viestiv1.JoinDelivery{{Parts: []*viestiv1.Event{call}}}},
		"a delivery without parts": {Deliveries: []*viestiv1.JoinDelivery{{}}},
	} {
		data, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeJoinGroup(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := DecodeJoinGroup([]byte("\xff")); !errors.Is(err, ErrMalformed) {
		t.Errorf("no protobuf: %v", err)
	}
}
