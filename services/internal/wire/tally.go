package wire

import (
	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/allowance"
)

// EncodeTally returns the octets of a tally.
func EncodeTally(t allowance.Tally) ([]byte, error) {
	return marshal(&viestiv1.Tally{Since: stamp(t.Since), Count: uint32(t.Count)})
}

// DecodeTally reads octets written by EncodeTally.
func DecodeTally(data []byte) (allowance.Tally, error) {
	var p viestiv1.Tally
	if err := proto.Unmarshal(data, &p); err != nil {
		return allowance.Tally{}, malformed("Tally", err)
	}
	return allowance.Tally{Since: instant(p.GetSince()), Count: int(p.GetCount())}, nil
}
