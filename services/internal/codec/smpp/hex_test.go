package smpp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

// reproducers are whole PDUs that other libraries get wrong: they accept what is
// cut off, lose fields, write into what they read, or panic.
var reproducers = []struct {
	name, pdu string
	// status answers the body; OK: it is good, and text what it says.
	status Status
	text   string
}{
	{"bind without a body", "00000010000000090000000000000001", RInvCmdLen, ""},
	{"submit_sm without a body", "00000010000000040000000000000001", RInvCmdLen, ""},
	{"submit_sm cut in source_addr", "0000001700000004000000000000000100050041414141", RInvCmdLen, ""},
	{"bind without its NUL", "00000013000000090000000000000001737973", RInvCmdLen, ""},
	{"submit_multi_resp with a short error code", "000000158000002100000169640001340001340100", RInvCmdLen, ""},
	{"deliver_sm with a header", "0000002b000000050000000000000001000101410001014200400000000000000000080500030902016869", OK, "\x05\x00\x03\x09\x02\x01hi"},
	{"deliver_sm with a header, cut otherwise", "00000029000000050000000000000001000141000142004000000000000000000805000302016869e5", OK, "\x05\x00\x03\x02\x01hi\xe5"},
	{"deliver_sm with a header in message_payload", "0000002f00000005000000000000000100010141000101420040000000000000000000042400080500030902016869", OK, ""},
	{"deliver_sm whose short_message is absent", "0000002100000005000000000000000100014100010400e13f0000000000000000", OK, ""},
	{"submit_multi to a distribution list", "0000002f00000021000000000000000100010153000202410001010134343739303000000000000000000000026869", OK, "hi"},
	{"submit_multi with 255 destinations announced", "0000002c0000002100000000000000010001014100ff01010134343739303000000000000000000000026869", RInvNumDests, ""},
	{"query_sm with a parameter", "0000001800000003303030303030303000e8030000000000", OK, ""},
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReproducers(t *testing.T) {
	t.Parallel()
	for _, c := range reproducers {
		data := unhex(t, c.pdu)
		h, ok := ReadHeader(data)
		if !ok || int(h.Length) != len(data) {
			t.Fatalf("%s: the header is %+v", c.name, h)
		}
		body := NewBody(h.ID)
		err := body.Decode(data[HeaderLen:])
		if got := statusOf(t, err); got != c.status {
			t.Errorf("%s: status %#x (%v), want %#x", c.name, uint32(got), err, uint32(c.status))
		}
		if err != nil {
			continue
		}
		if got := textOf(body); got != c.text {
			t.Errorf("%s: text %q, want %q", c.name, got, c.text)
		}
	}
}

func statusOf(t testing.TB, err error) Status {
	t.Helper()
	if err == nil {
		return OK
	}
	var e *Error
	var status Status
	if !errors.As(err, &e) || !errors.As(err, &status) || status != e.Status {
		t.Fatalf("the error %v (%T) has no status", err, err)
	}
	return e.Status
}

func textOf(b Body) string {
	switch b := b.(type) {
	case *ShortMessage:
		return string(b.Text)
	case *SubmitMulti:
		return string(b.Message.Text)
	}
	return ""
}

func TestDistributionListIsRead(t *testing.T) {
	t.Parallel()
	var m SubmitMulti
	if err := m.Decode(unhex(t, reproducers[9].pdu)[HeaderLen:]); err != nil {
		t.Fatal(err)
	}
	if len(m.Destinations) != 2 || string(m.Destinations[0].List) != "A" || string(m.Destinations[1].Address.Addr) != "447900" {
		t.Errorf("got %+v", m.Destinations)
	}
}

// TestWhatOthersEncodeWrongly: what go-smpp corrupts comes out whole, or is refused.
func TestWhatOthersEncodeWrongly(t *testing.T) {
	t.Parallel()
	receipt := &ShortMessage{Text: []byte("id:1 stat:DELIVRD")}
	data, err := Append(nil, DeliverSMID, OK, 1, receipt)
	if err != nil {
		t.Fatal(err)
	}
	if got := data[len(data)-18:]; got[0] != 17 || string(got[1:]) != "id:1 stat:DELIVRD" {
		t.Errorf("a receipt ends with %q", got)
	}
	if _, err := Append(nil, SubmitSMID, OK, 1, &ShortMessage{Text: make([]byte, 300)}); statusOf(t, err) != RInvMsgLen {
		t.Errorf("300 octets of text: %v", err)
	}
	if got := TLVs(nil).AppendUint16(TagSarMsgRefNum, 300); hex.EncodeToString(got) != "020c0002012c" {
		t.Errorf("sar_msg_ref_num 300 is %x", got)
	}
	multi := &SubmitMultiResp{MessageID: []byte("id"), Unsuccess: []Unsuccess{{Address: Address{1, 1, []byte("44")}, Status: RInvDstAdr}}}
	data, err = Append(nil, SubmitMultiRespID, OK, 0, multi)
	if want := "0000001d8000002100000000000000006964000101013434000000000b"; err != nil || hex.EncodeToString(data) != want {
		t.Errorf("submit_multi_resp is %x (%v), want %s", data, err, want)
	}
}

// TestPasswordsAreLonger than those of SMPP 3.4 §5.2.2, and bounded.
func TestPasswordsAreLonger(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]Status{8: OK, 64: OK, 65: RInvCmdLen} {
		body := append([]byte("acme\x00"), bytes.Repeat([]byte("x"), n)...)
		body = append(body, 0, 0, 0x34, 0, 0, 0)
		var b Bind
		err := b.Decode(body)
		if got := statusOf(t, err); got != want || err == nil && len(b.Password) != n {
			t.Errorf("%d octets: %#x, %d of them read", n, uint32(got), len(b.Password))
		}
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		data string
		n    int
		err  error
	}{
		{"", 0, nil}, {"000000", 0, nil}, {"00000010", 0, nil}, {"0000000f", 0, ErrLength}, {"00000401", 0, ErrLength}, {"ffffffff", 0, ErrLength},
		{"00000010000000150000000000000001", 16, nil}, {"0000001000000015000000000000000100", 16, nil}, {"00000400", 0, nil},
	} {
		n, err := Frame(unhex(t, c.data), MaxUnbound)
		if n != c.n || !errors.Is(err, c.err) {
			t.Errorf("Frame(%s) = %d, %v; want %d, %v", c.data, n, err, c.n, c.err)
		}
	}
}

func TestTrailingNULs(t *testing.T) {
	t.Parallel()
	plain, err := (&ShortMessage{Text: []byte("x"), TLVs: TLVs(nil).Append(TagDestAddrSubunit, 1)}).AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []Status{OK, OK, OK, OK, OK} {
		var m ShortMessage
		if got := statusOf(t, m.Decode(append(plain[:len(plain):len(plain)], make([]byte, n)...))); got != want {
			t.Errorf("%d NULs: %#x", n, uint32(got))
		}
	}
	var m ShortMessage
	if got := statusOf(t, m.Decode(append(plain[:len(plain):len(plain)], 1))); got != RInvOptParStr {
		t.Errorf("an octet left over: %#x", uint32(got))
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	tlvs := TLVs(nil).Append(0x1400, 1).Append(0x1400, 2).AppendUint16(TagUserMessageReference, 0x1234).AppendString(TagReceiptedMessageID, "7")
	var order []byte
	for tag, v := range tlvs.All() {
		if tag == 0x1400 {
			order = append(order, v[0])
		}
	}
	if string(order) != "\x01\x02" {
		t.Errorf("duplicates came as %v", order)
	}
	if v, ok := tlvs.Uint(TagUserMessageReference); !ok || v != 0x1234 {
		t.Errorf("user_message_reference is %#x, %v", v, ok)
	}
	if _, ok := tlvs.Uint(0x1401); ok {
		t.Error("found a parameter that is not there")
	}
	for _, c := range []struct {
		tlvs TLVs
		want Status
	}{
		{nil, OK}, {TLVs(nil).Append(0x1401, 1, 2, 3), OK}, {TLVs(nil).Append(TagUserMessageReference, 1), RInvParLen},
		{tlvs, ROptParNotAllwd}, {TLVs(nil).Append(TagMessageState, 2), ROptParNotAllwd},
		{TLVs(nil).Append(TagDestAddrSubunit, 4), OK}, {TLVs(nil).Append(TagDestAddrSubunit, 5), RInvOptParVal},
		{TLVs(nil).Append(0x0426, 2), RInvOptParVal}, {TLVs(nil).Append(TagSarTotalSegments, 0), OK},
	} {
		if got := statusOf(t, c.tlvs.CheckSubmission()); got != c.want {
			t.Errorf("%x: %#x, want %#x", []byte(c.tlvs), uint32(got), uint32(c.want))
		}
	}
}
