package smpp

import (
	"bytes"
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp/pdu"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	core "github.com/viesti-sms/viesti/services/internal/core/esme"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// dst and src are addresses that are allowed.
const (
	src = "4917"
	dst = "491701234567"
)

// octets are a body as it is.
type octets []byte

func (o octets) Decode([]byte) error                 { return nil }
func (o octets) AppendTo(dst []byte) ([]byte, error) { return append(dst, o...), nil }

// must is a body that can be written.
func must(b []byte, err error) octets {
	if err != nil {
		panic(err)
	}
	return b
}

func with(m *smpp.ShortMessage, change func(*smpp.ShortMessage)) *smpp.ShortMessage {
	change(m)
	return m
}

// hello is a message that is accepted, changed.
func hello(change func(*smpp.ShortMessage)) *smpp.ShortMessage {
	return with(esme.Text(src, dst, "hello", false), change)
}

// cutText is a message that ends within its text.
func cutText() octets {
	b := must(hello(func(m *smpp.ShortMessage) { m.Text = nil }).AppendTo(nil))
	return append(b[:len(b)-1], 9, 'x')
}

// longText is a message with a text longer than its field may be.
func longText() octets {
	b := must(hello(func(m *smpp.ShortMessage) { m.Text = nil }).AppendTo(nil))
	return append(append(b[:len(b)-1], 255), make([]byte, 255)...)
}

// submissions are messages with the status that answers each (SMPP 3.4 §5.1.3).
var submissions = []struct {
	name   string
	body   smpp.Body
	status smpp.Status
}{
	{"good", hello(func(*smpp.ShortMessage) {}), smpp.OK},
	{"no body", octets(nil), smpp.RInvCmdLen},
	{"no end of a string", octets("\x00\x01\x0149"), smpp.RInvCmdLen},
	{"a string longer than its field", octets("SERVICETYPE\x00"), smpp.RInvCmdLen},
	{"sm_length beyond the rest", cutText(), smpp.RInvMsgLen},
	{"sm_length of 255", longText(), smpp.RInvMsgLen},
	{"text longer than the coding allows", hello(func(m *smpp.ShortMessage) { m.Text = make([]byte, 161) }), smpp.RInvMsgLen},
	{"binary longer than a message", hello(func(m *smpp.ShortMessage) { m.DataCoding, m.Text = 4, make([]byte, 141) }), smpp.RInvMsgLen},
	{"UCS2 of an odd length", hello(func(m *smpp.ShortMessage) { m.DataCoding, m.Text = 8, []byte("abc") }), smpp.RInvMsgLen},
	{"a TLV past the end", hello(func(m *smpp.ShortMessage) { m.TLVs = smpp.TLVs{0x02, 0x04, 0, 9, 1} }), smpp.RInvOptParStr},
	{"a TLV of a wrong size", hello(func(m *smpp.ShortMessage) { m.TLVs = m.TLVs.Append(smpp.TagUserMessageReference, 1) }), smpp.RInvParLen},
	{"a TLV of a reserved value", hello(func(m *smpp.ShortMessage) { m.TLVs = m.TLVs.Append(smpp.TagDestAddrSubunit, 5) }), smpp.RInvOptParVal},
	{"a TLV of a message centre", hello(func(m *smpp.ShortMessage) { m.TLVs = m.TLVs.Append(smpp.TagMessageState, 2) }), smpp.ROptParNotAllwd},
	{"NULs behind the body", append(must(hello(func(*smpp.ShortMessage) {}).AppendTo(nil)), 0, 0, 0), smpp.OK},
	{"unknown service type", hello(func(m *smpp.ShortMessage) { m.ServiceType = []byte("XYZ") }), smpp.RInvSerTyp},
	{"source TON", hello(func(m *smpp.ShortMessage) { m.Source.TON = 7 }), smpp.RInvSrcTON},
	{"source NPI", hello(func(m *smpp.ShortMessage) { m.Source.NPI = 2 }), smpp.RInvSrcNPI},
	{"no source", hello(func(m *smpp.ShortMessage) { m.Source.Addr = nil }), smpp.RInvSrcAdr},
	{"source that the account may not use", hello(func(m *smpp.ShortMessage) { m.Source = smpp.Address{TON: 5, Addr: []byte("Bank")} }), smpp.RInvSrcAdr},
	{"destination TON", hello(func(m *smpp.ShortMessage) { m.Destination.TON = 5 }), smpp.RInvDstTON},
	{"destination NPI", hello(func(m *smpp.ShortMessage) { m.Destination.NPI = 2 }), smpp.RInvDstNPI},
	{"destination that is no number", hello(func(m *smpp.ShortMessage) { m.Destination.Addr = []byte("49x") }), smpp.RInvDstAdr},
	{"destination that the account may not reach", hello(func(m *smpp.ShortMessage) { m.Destination.Addr = []byte("8821234567") }), smpp.RInvDstAdr},
	{"destination on the deny list", hello(func(m *smpp.ShortMessage) { m.Destination.Addr = []byte("49900123456") }), smpp.RInvDstAdr},
	{"destination without a route", hello(func(m *smpp.ShortMessage) { m.Destination.Addr = []byte("49999123456") }), smpp.RSubmitFail},
	{"forwarding mode", hello(func(m *smpp.ShortMessage) { m.ESMClass = 0x02 }), smpp.RInvEsmClass},
	{"a receipt from a client", hello(func(m *smpp.ShortMessage) { m.ESMClass = 0x04 }), smpp.RInvEsmClass},
	{"store and forward, as Kannel has it", hello(func(m *smpp.ShortMessage) { m.ESMClass = 0x03 }), smpp.OK},
	{"datagram", hello(func(m *smpp.ShortMessage) { m.ESMClass = 0x01 }), smpp.OK},
	{"a header longer than the text", hello(func(m *smpp.ShortMessage) { m.ESMClass, m.Text = 0x40, []byte{9, 0} }), smpp.RInvMsgLen},
	{"priority", hello(func(m *smpp.ShortMessage) { m.PriorityFlag = 4 }), smpp.RInvPrtFlg},
	{"schedule that is no time", hello(func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("tomorrow12345678") }), smpp.RInvSched},
	{"schedule in the past", hello(func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("200101000000000+") }), smpp.RInvSched},
	{"schedule too far ahead", hello(func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("010000000000000R") }), smpp.RInvSched},
	{"validity that is no time", hello(func(m *smpp.ShortMessage) { m.ValidityPeriod = []byte("x") }), smpp.RInvExpiry},
	{"validity in the past", hello(func(m *smpp.ShortMessage) { m.ValidityPeriod = []byte("200101000000000+") }), smpp.RInvExpiry},
	{"validity that ends before the schedule", hello(func(m *smpp.ShortMessage) {
		m.ScheduleDeliveryTime, m.ValidityPeriod = []byte("000001000000000R"), []byte("000000010000000R")
	}), smpp.RInvExpiry},
	{"registered_delivery of later versions", hello(func(m *smpp.ShortMessage) { m.RegisteredDelivery = 3 }), smpp.RInvRegDlvFlg},
	{"registered_delivery reserved", hello(func(m *smpp.ShortMessage) { m.RegisteredDelivery = 0x20 }), smpp.RInvRegDlvFlg},
	{"registered_delivery as Kannel has it", hello(func(m *smpp.ShortMessage) { m.RegisteredDelivery = 0x11 }), smpp.OK},
	{"replace_if_present", hello(func(m *smpp.ShortMessage) { m.ReplaceIfPresent = 2 }), smpp.RInvRepFlag},
	{"a part that is to replace a message", hello(func(m *smpp.ShortMessage) {
		m.ReplaceIfPresent, m.ESMClass, m.Text = 1, 0x40, []byte("\x05\x00\x03\x2a\x02\x01part")
	}), smpp.RInvSubRep},
	{"coding that is not supported", hello(func(m *smpp.ShortMessage) { m.DataCoding = 5 }), smpp.RSubmitFail},
	{"coding that the account may not use", hello(func(m *smpp.ShortMessage) { m.DataCoding = 6 }), smpp.RSubmitFail},
	{"class that the account may not use", hello(func(m *smpp.ShortMessage) { m.DataCoding = 0xF2 }), smpp.RSubmitFail},
	{"type 0", hello(func(m *smpp.ShortMessage) { m.ProtocolID = 0x40 }), smpp.RSubmitFail},
	{"SIM data download", hello(func(m *smpp.ShortMessage) { m.ProtocolID = 0x7F }), smpp.RSubmitFail},
	{"predefined message", hello(func(m *smpp.ShortMessage) { m.DefaultMsgID = 1 }), smpp.RInvDftMsgID},
	{"text twice", hello(func(m *smpp.ShortMessage) { m.TLVs = m.TLVs.Append(smpp.TagMessagePayload, []byte("more")...) }), smpp.ROptParNotAllwd},
	{"more parts than allowed", hello(func(m *smpp.ShortMessage) {
		m.Text, m.TLVs = nil, m.TLVs.Append(smpp.TagMessagePayload, bytes.Repeat([]byte("x"), 4*153)...)
	}), smpp.RInvMsgLen},
	{"more parts than there can be", hello(func(m *smpp.ShortMessage) {
		m.Text, m.TLVs = nil, m.TLVs.Append(smpp.TagMessagePayload, bytes.Repeat([]byte("x"), 256*153)...)
	}), smpp.RInvMsgLen},
	{"three parts", hello(func(m *smpp.ShortMessage) {
		m.Text, m.TLVs = nil, m.TLVs.Append(smpp.TagMessagePayload, bytes.Repeat([]byte("x"), 3*152)...)
	}), smpp.OK},
}

// narrow is an account with rules that the table runs into.
func narrow() *account.Account {
	a := someone("narrow")
	a.Sources, a.Destinations, a.Codings, a.Classes, a.MaxParts = []string{"49*"}, []string{"49"}, []string{"gsm", "ucs2", "binary"}, []uint8{0}, 3
	return a
}

// routed gives numbers that begin so no queue, or denies them.
func routed(p *Policy) *Policy {
	p.Route = func(number message.Address) (string, error) {
		switch {
		case strings.HasPrefix(number.Reveal(), "49900"):
			return "", account.WrongDestination
		case strings.HasPrefix(number.Reveal(), "49999"):
			return "", smpp.RSubmitFail
		}
		return message.DefaultQueue, nil
	}
	return p
}

// served runs a server on a fake broker.
func served(t testing.TB, f *fake, change ...func(*Config)) *instance {
	t.Helper()
	cfg := testConfig()
	for _, one := range change {
		one(&cfg)
	}
	return run(t, New(cfg, f, nop()))
}

// TestSubmitStatuses: each submission is answered with exactly its status, and what
// is refused is not submitted.
func TestSubmitStatuses(t *testing.T) {
	t.Parallel()
	f := newFake(narrow())
	i := served(t, f)
	i.apply(routed(f.policy()))
	c := dial(t, i.client("narrow"))
	accepted := 0
	for _, s := range submissions {
		if got := statusOfRequest(t, c, smpp.SubmitSMID, s.body); got != s.status {
			t.Errorf("%s: status %#02x, want %#02x", s.name, uint32(got), uint32(s.status))
		}
		if s.status == smpp.OK {
			accepted++
		}
		if got := len(f.messages()); got != accepted {
			t.Fatalf("%s: %d messages submitted, want %d", s.name, got, accepted)
		}
	}
}

// TestRoomOfCharsets: what has to be converted may need more room than it had, and is
// split then, unless it is a part already.
func TestRoomOfCharsets(t *testing.T) {
	t.Parallel()
	f := newFake(someone("acme"))
	c := dial(t, served(t, f).client("acme"))
	part := "\x05\x00\x03\x2a\x02\x01"
	payload := func(text string) smpp.TLVs { return smpp.TLVs(nil).Append(smpp.TagMessagePayload, []byte(text)...) }
	for name, s := range map[string]struct {
		change func(*smpp.ShortMessage)
		status smpp.Status
		parts  int
	}{
		"plain":          {func(m *smpp.ShortMessage) { m.DataCoding, m.Text = 3, bytes.Repeat([]byte("a"), 160) }, smpp.OK, 1},
		"of two septets": {func(m *smpp.ShortMessage) { m.DataCoding, m.Text = 3, bytes.Repeat([]byte("["), 160) }, smpp.OK, 3},
		"for UCS2":       {func(m *smpp.ShortMessage) { m.DataCoding, m.Text = 3, bytes.Repeat([]byte{0xE1}, 160) }, smpp.OK, 3},
		"a part for UCS2": {func(m *smpp.ShortMessage) {
			m.DataCoding, m.ESMClass, m.Text = 3, 0x40, append([]byte(part), bytes.Repeat([]byte{0xE1}, 153)...)
		}, smpp.RInvMsgLen, 0},
		"a short part for UCS2": {func(m *smpp.ShortMessage) {
			m.DataCoding, m.ESMClass, m.Text = 3, 0x40, append([]byte(part), bytes.Repeat([]byte{0xE1}, 67)...)
		}, smpp.OK, 1},
		"a payload with a header": {func(m *smpp.ShortMessage) {
			m.ESMClass, m.Text, m.TLVs = 0x40, nil, payload(part+strings.Repeat("a", 154))
		}, smpp.RInvMsgLen, 0},
		"a payload with ports": {func(m *smpp.ShortMessage) {
			m.Text, m.TLVs = nil, payload(strings.Repeat("a", 160)).AppendUint16(smpp.TagDestinationPort, 2948)
		}, smpp.RInvMsgLen, 0},
	} {
		before := len(f.messages())
		if got := statusOfRequest(t, c, smpp.SubmitSMID, hello(s.change)); got != s.status {
			t.Errorf("%s: status %#02x, want %#02x", name, uint32(got), uint32(s.status))
		}
		if all := f.messages(); len(all) > before {
			whole, err := compose.Compose(all[before], &compose.Settings{})
			if err != nil || len(whole.Parts) != s.parts {
				t.Errorf("%s: %d parts (%v), want %d", name, len(whole.Parts), err, s.parts)
			}
		}
	}
}

// TestVersion5 is what SMPP 5.0 allows or calls by another name.
func TestVersion5(t *testing.T) {
	t.Parallel()
	a := narrow()
	a.ServiceTypes = []string{""}
	f := newFake(a)
	i := served(t, f, func(c *Config) { c.Version5 = true })
	cfg := i.client("narrow")
	cfg.Version = smpp.Version50
	c := dial(t, cfg)
	if c.PeerVersion() != smpp.Version50 {
		t.Errorf("sc_interface_version %#x", c.PeerVersion())
	}
	for _, s := range []struct {
		name   string
		body   smpp.Body
		status smpp.Status
	}{
		{"priority 4", hello(func(m *smpp.ShortMessage) { m.PriorityFlag = 4 }), smpp.OK},
		{"receipt for success alone", hello(func(m *smpp.ShortMessage) { m.RegisteredDelivery = 3 }), smpp.OK},
		{"coding that the account may not use", hello(func(m *smpp.ShortMessage) { m.DataCoding = 6 }), rInvDCS},
		{"coding that is not supported", hello(func(m *smpp.ShortMessage) { m.DataCoding = 5 }), rInvDCS},
		{"service type that the account has not", hello(func(m *smpp.ShortMessage) { m.ServiceType = []byte("USSD") }), core.RSerTypUnauth},
	} {
		if got := statusOfRequest(t, c, smpp.SubmitSMID, s.body); got != s.status {
			t.Errorf("%s: status %#02x, want %#02x", s.name, uint32(got), uint32(s.status))
		}
	}
}

// refused is a Pending that is not durable for a reason.
type refused struct{ err error }

func (refused) Done() bool                   { return false }
func (r refused) Wait(context.Context) error { return r.err }

// TestBrokerStatuses: trouble of the broker is told by the statuses that clients
// take for passing.
func TestBrokerStatuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		start  func(*message.Submission) (Pending, error)
		status smpp.Status
	}{
		"away":     {func(*message.Submission) (Pending, error) { return nil, bus.ErrUnavailable }, smpp.RSysErr},
		"full":     {func(*message.Submission) (Pending, error) { return nil, bus.ErrFull }, smpp.RMsgQFul},
		"long":     {func(*message.Submission) (Pending, error) { return nil, bus.ErrTooLong }, smpp.RInvMsgLen},
		"no space": {func(*message.Submission) (Pending, error) { return refused{bus.ErrFull}, nil }, smpp.RMsgQFul},
		"other":    {func(*message.Submission) (Pending, error) { return nil, context.DeadlineExceeded }, smpp.RSysErr},
		"late":     {func(*message.Submission) (Pending, error) { return held(make(chan struct{})), nil }, smpp.RSysErr},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(someone("acme"))
			f.start = c.start
			i := served(t, f, func(c *Config) { c.SubmitDeadline /= 50 })
			client := dial(t, i.client("acme"))
			if got := statusOfRequest(t, client, smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {})); got != c.status {
				t.Errorf("status %#02x, want %#02x", uint32(got), uint32(c.status))
			}
			i.stop()
			if want := name == "late" || name == "no space"; want != (len(f.retracted) == 1) {
				t.Errorf("taken back: %q", f.retracted)
			}
		})
	}
}

// TestMultiInPart: what the broker took of a submit_multi is accepted, and the rest is
// listed with its status; where it took nothing, that is the status of the whole.
func TestMultiInPart(t *testing.T) {
	t.Parallel()
	f := newFake(someone("acme"))
	full, none := false, false
	f.start = func(s *message.Submission) (Pending, error) {
		switch {
		case none, s.Recipient.Reveal() == "491702":
			return nil, bus.ErrUnavailable
		case full && s.Recipient.Reveal() == "491703":
			return nil, bus.ErrFull
		}
		return durable{}, nil
	}
	i := served(t, f)
	c := dial(t, i.client("acme"))
	m := &smpp.SubmitMulti{Message: *esme.Text(src, "", "hello", false)}
	for _, number := range []string{"491701", "491702", "491703"} {
		m.Destinations = append(m.Destinations, smpp.Destination{Address: smpp.Address{TON: 1, NPI: 1, Addr: []byte(number)}})
	}
	for _, c := range []struct {
		full, none bool
		want       map[string]smpp.Status
	}{
		{false, false, map[string]smpp.Status{"491702": smpp.RSysErr}},
		{true, false, map[string]smpp.Status{"491702": smpp.RSysErr, "491703": smpp.RMsgQFul}},
	} {
		full, none = c.full, c.none
		var resp smpp.SubmitMultiResp
		reply, err := dial(t, i.client("acme")).Request(bounded(t), smpp.SubmitMultiID, m)
		if err != nil || reply.Status != smpp.OK || resp.Decode(reply.Body) != nil {
			t.Fatalf("%+v, %v", reply, err)
		}
		got := map[string]smpp.Status{}
		for _, u := range resp.Unsuccess {
			got[string(u.Address.Addr)] = u.Status
		}
		if !maps.Equal(got, c.want) || len(resp.MessageID) == 0 {
			t.Errorf("id %q, not accepted %v, want %v", resp.MessageID, got, c.want)
		}
	}
	none = true
	if got := statusOfRequest(t, c, smpp.SubmitMultiID, m); got != smpp.RSysErr {
		t.Errorf("none accepted: %#02x", uint32(got))
	}
}

// TestStates: commands that a state does not admit, and what is no command.
func TestStates(t *testing.T) {
	t.Parallel()
	f := newFake(someone("acme"))
	i := served(t, f)
	for _, c := range []struct {
		name   string
		bind   smpp.ID
		id     smpp.ID
		body   smpp.Body
		answer smpp.ID
		status smpp.Status
	}{
		{"submit_sm of a receiver", smpp.BindReceiverID, smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {}), smpp.SubmitSMRespID, smpp.RInvBndSts},
		{"query_sm of a receiver", smpp.BindReceiverID, smpp.QuerySMID, &smpp.QuerySM{}, smpp.QuerySMRespID, smpp.RInvBndSts},
		{"deliver_sm_resp of a transmitter", smpp.BindTransmitterID, smpp.DeliverSMRespID, &smpp.MessageResp{}, smpp.GenericNACKID, smpp.RInvBndSts},
		{"submit_sm_resp", smpp.BindTransceiverID, smpp.SubmitSMRespID, &smpp.MessageResp{}, smpp.GenericNACKID, smpp.RInvBndSts},
		{"a second bind", smpp.BindTransceiverID, smpp.BindReceiverID, &smpp.Bind{}, smpp.BindReceiverRespID, smpp.RAlyBnd},
		{"deliver_sm of a client", smpp.BindTransceiverID, smpp.DeliverSMID, hello(func(*smpp.ShortMessage) {}), smpp.GenericNACKID, smpp.RInvCmdID},
		{"outbind of a client", smpp.BindTransceiverID, smpp.OutbindID, &smpp.Outbind{}, smpp.GenericNACKID, smpp.RInvCmdID},
		{"unknown command", smpp.BindTransceiverID, 0x77, &smpp.Empty{}, smpp.GenericNACKID, smpp.RInvCmdID},
		{"enquire_link", smpp.BindTransceiverID, smpp.EnquireLinkID, &smpp.Empty{}, smpp.EnquireLinkRespID, smpp.OK},
		{"enquire_link with a body", smpp.BindTransceiverID, smpp.EnquireLinkID, octets("junk!"), smpp.EnquireLinkRespID, smpp.RInvOptParStr},
		{"cancel_sm cut off", smpp.BindTransceiverID, smpp.CancelSMID, octets("x"), smpp.Response(smpp.CancelSMID), smpp.RInvCmdLen},
		{"replace_sm cut off", smpp.BindTransceiverID, smpp.ReplaceSMID, octets("x"), smpp.Response(smpp.ReplaceSMID), smpp.RInvCmdLen},
		{"query_sm cut off", smpp.BindTransceiverID, smpp.QuerySMID, octets("x"), smpp.QuerySMRespID, smpp.RInvCmdLen},
		{"data_sm without text", smpp.BindTransceiverID, smpp.DataSMID, &smpp.DataSM{}, smpp.DataSMRespID, smpp.RMissingOptPar},
		{"unbind", smpp.BindTransceiverID, smpp.UnbindID, &smpp.Empty{}, smpp.UnbindRespID, smpp.OK},
	} {
		r := bindRaw(t, i, c.bind)
		if err := r.SayPDU(c.id, smpp.OK, 0xFFFFFFFF, c.body); err != nil {
			t.Fatal(err)
		}
		h, _, err := r.Hear(bounded(t))
		if err != nil || h.ID != c.answer || h.Status != c.status || h.Sequence != 0xFFFFFFFF {
			t.Errorf("%s: answered %v status %#02x sequence %#x (%v); want %v, %#02x", c.name, h.ID, uint32(h.Status), h.Sequence, err, c.answer, uint32(c.status))
		}
	}
}

// bindRaw is a connection that has bound as "acme".
func bindRaw(t testing.TB, i *instance, id smpp.ID) *esme.Raw {
	t.Helper()
	r, err := esme.DialRaw(bounded(t), i.client("acme"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if err := r.SayPDU(id, smpp.OK, 1, &smpp.Bind{SystemID: []byte("acme"), Password: []byte(password), InterfaceVersion: smpp.Version34}); err != nil {
		t.Fatal(err)
	}
	if h, _, err := r.Hear(bounded(t)); err != nil || h.Status != smpp.OK {
		t.Fatalf("bind: %+v, %v", h, err)
	}
	return r
}

// TestFraming: a command_length that cannot be ends a session, with a word where it
// is bound.
func TestFraming(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(someone("acme")))
	for _, length := range []string{"00000000", "0000000f", "00010001", "ffffffff"} {
		r := bindRaw(t, i, smpp.BindTransceiverID)
		if err := r.Say(unhex(t, length+"0000000400000000"+"00000009")); err != nil {
			t.Fatal(err)
		}
		said, err := r.HearEnd(bounded(t))
		if want := unhex(t, "00000010800000000000000200000000"); err != nil || !bytes.Equal(said, want) {
			t.Errorf("length %s: answered %x (%v), want %x and the end", length, said, err, want)
		}
	}
}

func TestUnknownCommandsEnd(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(someone("acme")))
	r := bindRaw(t, i, smpp.BindTransceiverID)
	for n := range maxUnknown + 1 {
		if err := r.SayPDU(0x77, smpp.OK, uint32(n), &smpp.Empty{}); err != nil {
			t.Fatal(err)
		}
	}
	said, err := r.HearEnd(bounded(t))
	if err != nil || len(said) != (maxUnknown+1)*smpp.HeaderLen {
		t.Errorf("%d octets (%v), want %d answers and the end", len(said), err, maxUnknown+1)
	}
}

// reproducers are PDUs that other servers fall over, with the status of the answer;
// silence for what is a response or comes from no client.
var reproducers = []struct {
	pdu    string
	answer smpp.ID
	status smpp.Status
}{
	{"00000010000000090000000000000001", smpp.BindTransceiverRespID, smpp.RAlyBnd},
	{"00000010000000040000000000000001", smpp.SubmitSMRespID, smpp.RInvCmdLen},
	{"0000001700000004000000000000000100050041414141", smpp.SubmitSMRespID, smpp.RInvCmdLen},
	{"00000013000000090000000000000001737973", smpp.BindTransceiverRespID, smpp.RAlyBnd},
	{"000000158000002100000169640001340001340100", smpp.GenericNACKID, smpp.RInvBndSts},
	{"0000002b000000050000000000000001000101410001014200400000000000000000080500030902016869", smpp.GenericNACKID, smpp.RInvCmdID},
	{"00000029000000050000000000000001000141000142004000000000000000000805000302016869e5", smpp.GenericNACKID, smpp.RInvCmdID},
	{"0000002f00000005000000000000000100010141000101420040000000000000000000042400080500030902016869", smpp.GenericNACKID, smpp.RInvCmdID},
	{"0000002100000005000000000000000100014100010400e13f0000000000000000", smpp.GenericNACKID, smpp.RInvCmdID},
	{"0000002f00000021000000000000000100010153000202410001010134343739303000000000000000000000026869", smpp.SubmitMultiRespID, smpp.RCntSubDL},
	{"0000002c0000002100000000000000010001014100ff01010134343739303000000000000000000000026869", smpp.SubmitMultiRespID, smpp.RInvNumDests},
	{"0000001e8000002100000000000000086964000101013434000000000b00", smpp.GenericNACKID, smpp.RInvBndSts},
	{"0000001800000003303030303030303000e8030000000000", smpp.QuerySMRespID, smpp.RInvMsgID},
}

// TestReproducers: each is answered as it deserves, and the server goes on.
func TestReproducers(t *testing.T) {
	t.Parallel()
	i := served(t, newFake(someone("acme")))
	for _, c := range reproducers {
		r := bindRaw(t, i, smpp.BindTransceiverID)
		if err := r.Say(unhex(t, c.pdu)); err != nil {
			t.Fatal(err)
		}
		h, _, err := r.Hear(bounded(t))
		if err != nil || h.ID != c.answer || h.Status != c.status {
			t.Errorf("%s: answered %v %#02x (%v), want %v %#02x", c.pdu, h.ID, uint32(h.Status), err, c.answer, uint32(c.status))
		}
		if err := r.SayPDU(smpp.EnquireLinkID, smpp.OK, 9, &smpp.Empty{}); err != nil {
			t.Fatal(err)
		}
		if h, _, err := r.Hear(bounded(t)); err != nil || h.ID != smpp.EnquireLinkRespID {
			t.Errorf("%s: afterwards %v (%v)", c.pdu, h.ID, err)
		}
		before := bindSilently(t, i)
		if err := before.Say(unhex(t, c.pdu)); err != nil {
			t.Fatal(err)
		}
		if said, err := before.HearEnd(bounded(t)); err != nil || len(said) > 0 {
			t.Errorf("%s before a bind: answered %x (%v)", c.pdu, said, err)
		}
		i.penalties.clear(here.Addr())
	}
}

// bindSilently is a connection that has not bound.
func bindSilently(t testing.TB, i *instance) *esme.Raw {
	t.Helper()
	r, err := esme.DialRaw(bounded(t), i.client("acme"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCommandsOfTheAccount: a command that the account may not use is answered as
// such, and the session goes on.
func TestCommandsOfTheAccount(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.Commands = nil
	i := served(t, newFake(a))
	c := dial(t, i.client("acme"))
	address := smpp.Address{TON: 1, NPI: 1, Addr: []byte(dst)}
	for id, b := range map[smpp.ID]smpp.Body{
		smpp.SubmitSMID:    hello(func(*smpp.ShortMessage) {}),
		smpp.SubmitMultiID: &smpp.SubmitMulti{Destinations: []smpp.Destination{{Address: address}}},
		smpp.DataSMID:      &smpp.DataSM{TLVs: smpp.TLVs(nil).Append(smpp.TagMessagePayload, 'x')},
		smpp.QuerySMID:     &smpp.QuerySM{MessageID: []byte("1")},
		smpp.CancelSMID:    &smpp.CancelSM{MessageID: []byte("1")},
		smpp.ReplaceSMID:   &smpp.ReplaceSM{MessageID: []byte("1")},
	} {
		if got := statusOfRequest(t, c, id, octets("cut off")); got != smpp.RInvCmdID {
			t.Errorf("%v, malformed: status %#02x", id, uint32(got))
		}
		if got := statusOfRequest(t, c, id, b); got != smpp.RInvCmdID {
			t.Errorf("%v: status %#02x", id, uint32(got))
		}
	}
	if got := statusOfRequest(t, c, smpp.EnquireLinkID, &smpp.Empty{}); got != smpp.OK {
		t.Errorf("enquire_link: %v", got)
	}
}

// TestRefusalsAreWhole: gosmpp ends its session when a response lacks a field, whatever
// its status. Of binds it expects the system_id of a transceiver alone, against all others.
func TestRefusalsAreWhole(t *testing.T) {
	t.Parallel()
	for _, id := range []smpp.ID{
		smpp.BindTransceiverID, smpp.SubmitSMID, smpp.SubmitMultiID, smpp.DataSMID,
		smpp.QuerySMID, smpp.CancelSMID, smpp.ReplaceSMID, smpp.EnquireLinkID, smpp.UnbindID, smpp.GenericNACKID,
	} {
		answer := appendRefusal([]byte("before"), smpp.Response(id), smpp.RSysErr, 7)
		p, err := pdu.Parse(bytes.NewReader(answer[len("before"):]))
		if err != nil || p.GetHeader().CommandStatus != 8 || p.GetHeader().SequenceNumber != 7 {
			t.Errorf("%v: %x is read as %+v, %v", smpp.Response(id), answer[len("before"):], p, err)
		}
	}
}

// TestQuota: what the account may send on a day is sent, and no more.
func TestQuota(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.DailyQuota = 250
	f := newFake(a)
	i := served(t, f)
	c := dial(t, i.client("acme"))
	var statuses []smpp.Status
	for range a.DailyQuota + 1 {
		statuses = append(statuses, statusOfRequest(t, c, smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {})))
	}
	if n := slices.Index(statuses, smpp.RMsgQFul); n != int(a.DailyQuota) {
		t.Errorf("status %#02x for message %d, want message %d", uint32(smpp.RMsgQFul), n, a.DailyQuota)
	}
}

// TestRate: within the burst nothing waits; beyond it the client is held up, and
// refused where that would take too long.
func TestRate(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.Window, a.Rate = 1, 0.1
	f := newFake(a)
	i := served(t, f)
	c := dial(t, i.client("acme"))
	if got := statusOfRequest(t, c, smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {})); got != smpp.OK {
		t.Errorf("within the burst: %#02x", uint32(got))
	}
	if got := statusOfRequest(t, c, smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {})); got != smpp.RThrottled {
		t.Errorf("beyond the burst: %#02x", uint32(got))
	}
	b := someone("acme")
	b.Window, b.Rate = 1, 10
	f.accounts = []*account.Account{b}
	i.apply(f.policy())
	begun := time.Now()
	for range 3 {
		if got := statusOfRequest(t, c, smpp.SubmitSMID, hello(func(*smpp.ShortMessage) {})); got != smpp.OK {
			t.Errorf("held up: %#02x", uint32(got))
		}
	}
	if took := time.Since(begun); took < 150*time.Millisecond {
		t.Errorf("three messages at 10 a second took %v", took)
	}
}
