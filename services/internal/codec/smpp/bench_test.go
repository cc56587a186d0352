package smpp

import (
	"bytes"
	"testing"

	"github.com/fiorix/go-smpp/smpp/pdu"
)

// BenchmarkDecodeSubmitSMByGoSMPP is BenchmarkDecodeSubmitSM by go-smpp.
func BenchmarkDecodeSubmitSMByGoSMPP(b *testing.B) {
	body := typicalSubmit(b)
	whole := append(appendHeader(nil, SubmitSMID, OK, 1), body...)
	whole = finish(whole, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pdu.Decode(bytes.NewReader(whole)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodeReceipt makes the deliver_sm of a receipt.
func BenchmarkEncodeReceipt(b *testing.B) {
	m := ShortMessage{
		Source: Address{1, 1, []byte("358401234567")}, Destination: Address{5, 0, []byte("ViestiGw")}, ESMClass: 4,
		Text: []byte("id:391234567890123456 sub:001 dlvrd:001 submit date:2611290200 done date:2611290201 stat:DELIVRD err:000 text:"),
		TLVs: TLVs(nil).AppendString(TagReceiptedMessageID, "391234567890123456").Append(TagMessageState, byte(StateDelivered)),
	}
	dst := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = Append(dst[:0], DeliverSMID, OK, 7, &m); err != nil {
			b.Fatal(err)
		}
	}
}
