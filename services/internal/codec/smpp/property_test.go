package smpp

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// allIDs are all commands that have a body here.
var allIDs = []ID{
	BindTransmitterID, BindReceiverID, BindTransceiverID, BindTransmitterRespID, BindReceiverRespID, BindTransceiverRespID, OutbindID,
	SubmitSMID, DeliverSMID, SubmitSMRespID, DeliverSMRespID, SubmitMultiID, SubmitMultiRespID, DataSMID, DataSMRespID, QuerySMID,
	QuerySMRespID, CancelSMID, ReplaceSMID, AlertNotificationID, UnbindID, UnbindRespID, EnquireLinkID, EnquireLinkRespID, GenericNACKID,
	Response(CancelSMID), Response(ReplaceSMID),
}

// limits are the lengths of the strings that have their own, without NUL.
var limits = map[string]int{
	"SystemID": 15, "Password": 64, "SystemType": 12, "AddressRange": 40, "ServiceType": 5, "Addr": 20, "ScheduleDeliveryTime": 16,
	"ValidityPeriod": 16, "Text": 254, "MessageID": 64, "FinalDate": 16, "List": 20,
}

func fill(t *rapid.T, v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Pointer:
		fill(t, v.Elem(), name)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Byte().Draw(t, name)))
	case reflect.Uint32:
		v.SetUint(uint64(rapid.Uint32().Draw(t, name)))
	case reflect.Slice:
		fillSlice(t, v, name)
	}
}

func fillSlice(t *rapid.T, v reflect.Value, name string) {
	switch {
	case name == "TLVs":
		var tlvs TLVs
		for range rapid.IntRange(0, 3).Draw(t, "parameters") {
			tlvs = tlvs.Append(Tag(rapid.Uint16().Draw(t, "tag")), rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "value")...)
		}
		v.Set(reflect.ValueOf(tlvs))
	case name == "Destinations" || name == "Unsuccess":
		n := rapid.IntRange(1, 5).Draw(t, name)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i), name)
		}
	case name == "Text":
		v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, limits[name]).Draw(t, name))
	default:
		v.SetBytes(rapid.SliceOfN(rapid.ByteRange(1, 255), 0, limits[name]).Draw(t, name))
	}
}

// tidy removes what does not travel: the message's own destination in
// submit_multi, and one of the two ways of naming one.
func tidy(t *rapid.T, b Body) {
	multi, ok := b.(*SubmitMulti)
	if !ok {
		return
	}
	multi.Message.Destination = Address{}
	for i := range multi.Destinations {
		if rapid.Bool().Draw(t, "list") {
			multi.Destinations[i].Address = Address{}
		} else {
			multi.Destinations[i].List = nil
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom(allIDs).Draw(t, "id")
		want, got := NewBody(id), NewBody(id)
		fill(t, reflect.ValueOf(want), "")
		tidy(t, want)
		data, err := Append([]byte("before"), id, RThrottled, 7, want)
		if err != nil {
			t.Fatal(err)
		}
		data = data[len("before"):]
		if n, err := Frame(data, MaxBound); err != nil || n != len(data) {
			t.Fatalf("Frame = %d, %v of %d", n, err, len(data))
		}
		h, _ := ReadHeader(data)
		if h != (Header{Length: uint32(len(data)), ID: id, Status: RThrottled, Sequence: 7}) {
			t.Fatalf("the header is %+v", h)
		}
		if err := got.Decode(data[HeaderLen:]); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

// TestCutOff: no proper beginning of a message is a message, and an error does
// not touch what was there.
func TestCutOff(t *testing.T) {
	t.Parallel()
	whole := typicalSubmit(t)
	for n := range whole {
		var m ShortMessage
		if err := m.Decode(whole[:n]); err == nil {
			t.Errorf("the first %d octets of %d are accepted", n, len(whole))
		}
	}
	before := []byte("before")
	out, err := Append(before, SubmitSMID, OK, 1, &ShortMessage{ServiceType: bytes.Repeat([]byte("x"), 6)})
	if statusOf(t, err) != RInvCmdLen || string(out) != "before" {
		t.Errorf("a long service_type: %q, %v", out, err)
	}
}

func typicalSubmit(t testing.TB) []byte {
	t.Helper()
	m := ShortMessage{
		Source: Address{5, 0, []byte("ViestiGw")}, Destination: Address{1, 1, []byte("358401234567")}, ESMClass: 3, RegisteredDelivery: 1,
		Text: bytes.Repeat([]byte("0123456789"), 14),
	}
	body, err := m.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func BenchmarkDecodeSubmitSM(b *testing.B) {
	body := typicalSubmit(b)
	b.ReportAllocs()
	for b.Loop() {
		var m ShortMessage
		if err := m.Decode(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeSubmitSMResp(b *testing.B) {
	dst := make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendMessageResp(dst[:0], SubmitSMRespID, OK, 7, "391234567890123456")
	}
}

// TestHotPathAllocates: nothing on the way of a message in, nor of its response.
func TestHotPathAllocates(t *testing.T) {
	body, dst := typicalSubmit(t), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		var m ShortMessage
		_ = m.Decode(body)
	}); n > 0 {
		t.Errorf("decoding submit_sm allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { dst = AppendMessageResp(dst[:0], SubmitSMRespID, OK, 7, "391234567890123456") }); n > 0 {
		t.Errorf("encoding submit_sm_resp allocates %v times", n)
	}
}
