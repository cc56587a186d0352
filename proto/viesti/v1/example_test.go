package viestiv1_test

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/viesti-sms/viesti/proto/subject"
	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
)

// What a program of your own publishes to submit a message: these octets, on
// this subject, with these headers. The message is accepted when JetStream has
// acknowledged the publish.
func Example_submit() {
	names := subject.Default()
	message := &viestiv1.Submission{
		Id: "01k9zq7w3v8e5r2t6y4n0m1p7s", Account: "shop", Queue: "default", Recipient: "358401234567",
		Kind: viestiv1.Kind_KIND_TEXT, Alphabet: viestiv1.Alphabet_ALPHABET_UTF8, Body: []byte("Your parcel is here"),
		AcceptedAt: timestamppb.New(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)),
	}
	payload, err := proto.Marshal(message)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(names.Out(subject.Queued{
		Queue: message.GetQueue(), Priority: subject.Normal, Account: message.GetAccount(), ID: message.GetId(),
	}))
	fmt.Println(subject.HeaderMessageID+":", message.GetId())
	fmt.Println(subject.HeaderExpectedSubjectSeq+":", 0)
	fmt.Println(len(payload) > 0)
	// Output:
	// sms.out.default.n.shop.01k9zq7w3v8e5r2t6y4n0m1p7s
	// Nats-Msg-Id: 01k9zq7w3v8e5r2t6y4n0m1p7s
	// Nats-Expected-Last-Subject-Sequence: 0
	// true
}

// What a program of your own does with a message that the consumer of its
// account hands to it.
func Example_event() {
	names := subject.Default()
	fmt.Println(subject.ConsumerAccount("shop"), "on", names.StreamEvents(), "for", names.EventsOfAccount("shop"))

	payload, err := proto.Marshal(&viestiv1.Event{
		Id: "01k9zq7w3v8e5r2t6y4n0m1p7s", Account: "shop",
		Kind: &viestiv1.Event_Sent{Sent: &viestiv1.Sent{Parts: []*viestiv1.PartDone{{Part: 1, Total: 1}}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	event := &viestiv1.Event{}
	if err := proto.Unmarshal(payload, event); err != nil {
		fmt.Println(err)
		return
	}
	switch kind := event.GetKind().(type) {
	case *viestiv1.Event_Sent:
		fmt.Println("sent in parts:", len(kind.Sent.GetParts()))
	case *viestiv1.Event_Failed:
		fmt.Println("failed:", kind.Failed.GetReason())
	default:
		// A kind of a later version: there is nothing to do about it.
	}
	// Output:
	// acct-shop on SMS_EVT for sms.evt.shop.*.*
	// sent in parts: 1
}
