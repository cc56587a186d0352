package wire

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
)

// TestNoSmpp: integers that no PDU can hold are refused, in a submission and in
// what an event repeats of one.
func TestNoSmpp(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*viestiv1.Smpp{
		"esm_class": {EsmClass: 256}, "source": {Source: &viestiv1.SmppAddress{Ton: 256}}, "destination": {Destination: &viestiv1.SmppAddress{Npi: 1 << 31}},
		"tag": {Tlvs: []*viestiv1.SmppTlv{{Tag: 0x10000}}},
	} {
		submission, err := proto.Marshal(&viestiv1.Submission{Id: "a", Smpp: p})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeSubmission(submission); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s in a submission: %v", name, err)
		}
		event, err := proto.Marshal(&viestiv1.Event{Id: "a", Subject: &viestiv1.Subject{Smpp: p}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeEvent(event); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s in an event: %v", name, err)
		}
	}
}
