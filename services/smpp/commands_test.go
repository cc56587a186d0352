package smpp

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// inAnHour is a schedule.
var inAnHour = []byte("000000010000000R")

// submit submits a message that must be accepted, and returns its id.
func submit(t testing.TB, c *esme.Client, m *smpp.ShortMessage) string {
	t.Helper()
	id, err := c.Submit(bounded(t), m)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// asked is the answer to a query_sm.
func asked(t testing.TB, c *esme.Client, id, source string) (smpp.QuerySMResp, smpp.Status) {
	t.Helper()
	reply, err := c.Request(bounded(t), smpp.QuerySMID, &smpp.QuerySM{MessageID: []byte(id), Source: smpp.Address{Addr: []byte(source)}})
	if err != nil {
		t.Fatal(err)
	}
	var resp smpp.QuerySMResp
	if err := resp.Decode(reply.Body); err != nil {
		t.Fatal(err)
	}
	return resp, reply.Status
}

// waiting is a message as it waits on the broker.
func (r *rig) waiting(id string) *message.Submission {
	r.t.Helper()
	w, err := r.bus.Find(bounded(r.t), "", id)
	if err != nil {
		r.t.Fatal(err)
	}
	return w.Submission
}

func TestQuery(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"), someone("other"))
	i := r.serve()
	c, other := dial(t, i.client("acme")), dial(t, i.client("other"))
	id := submit(t, c, esme.Text(src, dst, "hello", true))
	resp, status := asked(t, c, id, src)
	if status != smpp.OK || string(resp.MessageID) != id || resp.State != smpp.StateEnroute || len(resp.FinalDate) != 0 {
		t.Errorf("while it waits: %+v, %#02x", resp, uint32(status))
	}
	for name, status := range map[string]smpp.Status{
		"another source": second(asked(t, c, id, "4918")), "another account": second(asked(t, other, id, src)),
		"another message": second(asked(t, c, "1"+id[1:len(id)-1]+"0", src)),
	} {
		if status != smpp.RQueryFail {
			t.Errorf("%s: %#02x", name, uint32(status))
		}
	}
	if got := second(asked(t, c, "*", src)); got != smpp.RInvMsgID {
		t.Errorf("no id: %#02x", uint32(got))
	}
	r.send()
	if _, err := c.Inbox().Wait(bounded(t), 1); err != nil {
		t.Fatal(err)
	}
	if resp, status := asked(t, c, id, src); status != smpp.OK || resp.State != smpp.StateDelivered || len(resp.FinalDate) != 16 {
		t.Errorf("delivered: %+v, %#02x", resp, uint32(status))
	}
}

func second(_ smpp.QuerySMResp, s smpp.Status) smpp.Status { return s }

func TestCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"), someone("other"))
	i := r.serve()
	c, other := dial(t, i.client("acme")), dial(t, i.client("other"))
	to := smpp.Address{TON: 1, NPI: 1, Addr: []byte(dst)}
	from := smpp.Address{Addr: []byte(src)}
	cancel := func(who *esme.Client, m *smpp.CancelSM) smpp.Status {
		return statusOfRequest(t, who, smpp.CancelSMID, m)
	}

	id := submit(t, c, esme.Text(src, dst, "hello", true))
	for name, m := range map[string]*smpp.CancelSM{
		"another source":      {MessageID: []byte(id), Source: to},
		"another destination": {MessageID: []byte(id), Source: from, Destination: from},
	} {
		if got := cancel(c, m); got != smpp.RCancelFail {
			t.Errorf("%s: %#02x", name, uint32(got))
		}
	}
	if got := cancel(other, &smpp.CancelSM{MessageID: []byte(id), Source: from}); got != smpp.RCancelFail {
		t.Errorf("another account: %#02x", uint32(got))
	}
	if got := cancel(c, &smpp.CancelSM{MessageID: []byte(id), Source: from}); got != smpp.OK {
		t.Fatalf("status %#02x", uint32(got))
	}
	d, err := c.Inbox().Wait(bounded(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	if receipt, ok := d[0].Receipt(); !ok || receipt.MessageID != id || receipt.State != smpp.StateDeleted || receipt.Stat != "DELETED" {
		t.Errorf("receipt %+v", receipt)
	}

	// All of a service type, source and destination.
	var ids []string
	for range 2 {
		m := esme.Text(src, dst, "later", false)
		m.ScheduleDeliveryTime = inAnHour
		ids = append(ids, submit(t, c, m))
	}
	kept := submit(t, c, esme.Text(src, "491709999999", "other", false))
	if got := cancel(c, &smpp.CancelSM{Source: from, Destination: to}); got != smpp.OK {
		t.Errorf("status %#02x", uint32(got))
	}
	for _, id := range ids {
		if _, err := r.bus.Find(bounded(t), "acme", id); !errors.Is(err, bus.ErrNotFound) {
			t.Errorf("%s waits still: %v", id, err)
		}
	}
	r.waiting(kept)
	if got := cancel(c, &smpp.CancelSM{Source: from, Destination: to}); got != smpp.RCancelFail {
		t.Errorf("when there is none: %#02x", uint32(got))
	}
	if got := cancel(c, &smpp.CancelSM{MessageID: []byte("no id"), Source: from}); got != smpp.RInvMsgID {
		t.Errorf("no id: %#02x", uint32(got))
	}

	// Too late.
	r.send()
	sent := submit(t, c, esme.Text(src, dst, "now", true))
	if _, err := c.Inbox().Find(bounded(t), func(d *esme.Delivery) bool { r, _ := d.Receipt(); return r.MessageID == sent }); err != nil {
		t.Fatal(err)
	}
	if got := cancel(c, &smpp.CancelSM{MessageID: []byte(sent), Source: from}); got != smpp.RCancelFail {
		t.Errorf("too late: %#02x", uint32(got))
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.MaxParts = 1
	r := newRig(t, a)
	i := r.serve()
	c := dial(t, i.client("acme"))
	m := esme.Text(src, dst, "first", true)
	m.ScheduleDeliveryTime = inAnHour
	id := submit(t, c, m)
	before := r.waiting(id)
	replace := func(m *smpp.ReplaceSM) smpp.Status { return statusOfRequest(t, c, smpp.ReplaceSMID, m) }
	from := smpp.Address{Addr: []byte(src)}
	if got := replace(&smpp.ReplaceSM{MessageID: []byte(id), Source: from, Text: []byte("second")}); got != smpp.OK {
		t.Fatalf("status %#02x", uint32(got))
	}
	after := r.waiting(id)
	if string(after.Body.Reveal()) != "second" || !after.DeliverAt.Equal(before.DeliverAt) || after.Options.Report.Or(true) {
		t.Errorf("it is %q at %v, report %v", after.Body.Reveal(), after.DeliverAt, after.Options.Report)
	}
	m.DataCoding = 3
	latin := submit(t, c, m)
	for name, c := range map[string]struct {
		m      *smpp.ReplaceSM
		status smpp.Status
	}{
		"more parts than allowed": {&smpp.ReplaceSM{
			MessageID: []byte(latin), Source: from, Text: bytes.Repeat([]byte{0xE1}, 100),
		}, smpp.RInvMsgLen},
		"validity before the schedule that stays": {&smpp.ReplaceSM{
			MessageID: []byte(id), Source: from, Text: []byte("x"), ValidityPeriod: []byte("000000000100000R"),
		}, smpp.RInvExpiry},
		"another source":  {&smpp.ReplaceSM{MessageID: []byte(id), Source: smpp.Address{Addr: []byte(dst)}, Text: []byte("x")}, smpp.RReplaceFail},
		"another message": {&smpp.ReplaceSM{MessageID: []byte("123456"), Source: from, Text: []byte("x")}, smpp.RReplaceFail},
		"too long":        {&smpp.ReplaceSM{MessageID: []byte(id), Source: from, Text: make([]byte, 161)}, smpp.RInvMsgLen},
		"no time":         {&smpp.ReplaceSM{MessageID: []byte(id), Source: from, Text: []byte("x"), ScheduleDeliveryTime: []byte("x")}, smpp.RInvSched},
		"no id":           {&smpp.ReplaceSM{MessageID: []byte("?"), Source: from, Text: []byte("x")}, smpp.RInvMsgID},
	} {
		if got := replace(c.m); got != c.status {
			t.Errorf("%s: %#02x, want %#02x", name, uint32(got), uint32(c.status))
		}
	}
	for validity, want := range map[string]smpp.Status{"000000020000000R": smpp.RInvSched, "": smpp.OK} {
		m.ValidityPeriod = []byte(validity)
		id := submit(t, c, m)
		later := &smpp.ReplaceSM{MessageID: []byte(id), Source: from, Text: []byte("x"), ScheduleDeliveryTime: []byte("000000030000000R")}
		if got := replace(later); got != want {
			t.Errorf("scheduled later than a validity of %q: %#02x, want %#02x", validity, uint32(got), uint32(want))
		}
	}
}

// TestAlternatesOfAccount: an SMPP client cannot say whom to try next; its account does,
// and what the client replaces keeps them.
func TestAlternatesOfAccount(t *testing.T) {
	a := someone("acme")
	a.Alternates = []message.Alternate{{Recipient: message.NewAddress("358402"), After: 5 * time.Minute}, {Recipient: message.NewAddress("358403")}}
	r := newRig(t, a, someone("other"))
	i := r.serve()
	c, other := dial(t, i.client("acme")), dial(t, i.client("other"))
	id := submit(t, c, esme.Text(src, dst, "hello", false))
	if s := r.waiting(id); !slices.Equal(s.Alternates, a.Alternates) || s.WantsReport() != message.Yes {
		t.Errorf("%d alternates, report wanted: %v", len(s.Alternates), s.WantsReport())
	}
	m := &smpp.ReplaceSM{MessageID: []byte(id), Source: smpp.Address{Addr: []byte(src)}, Text: []byte("new")}
	if got := statusOfRequest(t, c, smpp.ReplaceSMID, m); got != smpp.OK {
		t.Fatalf("replacing: %#02x", uint32(got))
	}
	timer, err := r.bus.AlternateTimer(bounded(t), "acme", id)
	if err != nil || string(timer.Submission.Body.Reveal()) != "new" || !slices.Equal(timer.Submission.Alternates, a.Alternates) {
		t.Errorf("what the next recipient would get: %+v, %v", timer, err)
	}
	if s := r.waiting(submit(t, other, esme.Text(src, dst, "hello", false))); len(s.Alternates) > 0 {
		t.Errorf("an account without alternates has %d", len(s.Alternates))
	}
}

// TestReplaceIfPresent: the last message of the same kind that waits is replaced; where
// there is none, it is a message like others.
func TestReplaceIfPresent(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"))
	i := r.serve()
	c := dial(t, i.client("acme"))
	m := esme.Text(src, dst, "first", false)
	m.ReplaceIfPresent = 1
	first := submit(t, c, m)
	m.Text = []byte("second")
	if second := submit(t, c, m); second != first {
		t.Errorf("the second has the id %s, want %s", second, first)
	}
	if got := r.waiting(first).Body.Reveal(); string(got) != "second" {
		t.Errorf("it is %q", got)
	}
	m.Destination.Addr = []byte("491707777777")
	m.ScheduleDeliveryTime = inAnHour
	scheduled := submit(t, c, m)
	if s := r.waiting(scheduled); s.DeliverAt.IsZero() {
		t.Error("it does not wait for its time")
	}
	m.ScheduleDeliveryTime = nil
	if at := submit(t, c, m); at != scheduled || !r.waiting(at).DeliverAt.IsZero() {
		t.Errorf("what replaces it now waits until %v", r.waiting(at).DeliverAt)
	}
	m.Destination.Addr = []byte("491709999999")
	if other := submit(t, c, m); other == first {
		t.Error("a message to another destination is replaced")
	}
	part := esme.Text(src, "491708888888", "\x05\x00\x03\x2a\x02\x01one", false)
	part.ESMClass = 0x40
	one := submit(t, c, part)
	part.ReplaceIfPresent, part.Text = 1, []byte("\x05\x00\x03\x2a\x02\x02two")
	if got := statusOfRequest(t, c, smpp.SubmitSMID, part); got != smpp.RInvSubRep {
		t.Errorf("a part that replaces: %#02x", uint32(got))
	}
	m.Destination.Addr = []byte("491708888888")
	if other := submit(t, c, m); other == one {
		t.Error("a part is replaced")
	}
}

func TestSubmitMulti(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.Destinations = []string{"49"}
	r := newRig(t, a)
	i := r.serve()
	c := dial(t, i.client("acme"))
	to := func(number string) smpp.Destination {
		return smpp.Destination{Address: smpp.Address{TON: 1, NPI: 1, Addr: []byte(number)}}
	}
	ask := func(to ...smpp.Destination) (smpp.SubmitMultiResp, smpp.Status) {
		m := &smpp.SubmitMulti{Message: *esme.Text(src, "", "hello", true), Destinations: to}
		reply, err := c.Request(bounded(t), smpp.SubmitMultiID, m)
		if err != nil {
			t.Fatal(err)
		}
		var resp smpp.SubmitMultiResp
		if err := resp.Decode(reply.Body); err != nil {
			t.Fatal(err)
		}
		return resp, reply.Status
	}
	resp, status := ask(to("491701"), to("8821234"), to("491702"), to("49x"))
	if status != smpp.OK || len(resp.Unsuccess) != 2 || resp.Unsuccess[0].Status != smpp.RInvDstAdr || string(resp.Unsuccess[0].Address.Addr) != "8821234" {
		t.Fatalf("%+v, %#02x", resp, uint32(status))
	}
	id := string(resp.MessageID)
	if first, next := r.waiting(id), r.waiting(placeID(id, 1)); first.Recipient.Reveal() != "491701" || next.Recipient.Reveal() != "491702" || next.SMPP.MessageID != id {
		t.Errorf("%v, %v", first, next)
	}
	if _, status := ask(to("88"), to("49x")); status != smpp.RInvDstAdr {
		t.Errorf("all refused: %#02x", uint32(status))
	}
	if _, status := ask(to("491701"), smpp.Destination{List: []byte("friends")}); status != smpp.RCntSubDL {
		t.Errorf("a distribution list: %#02x", uint32(status))
	}
	replacing := multi(1)
	for flag, want := range map[uint8]smpp.Status{1: smpp.RInvSubRep, 2: smpp.RInvRepFlag} {
		replacing.Message.ReplaceIfPresent = flag
		if got := statusOfRequest(t, c, smpp.SubmitMultiID, replacing); got != want {
			t.Errorf("replace_if_present %d: %#02x, want %#02x", flag, uint32(got), uint32(want))
		}
	}
	for n, want := range map[string]smpp.Status{"00": smpp.RInvNumDests, "ff": smpp.RInvNumDests, "0103": smpp.RInvDestFlag} {
		if got := statusOfRequest(t, c, smpp.SubmitMultiID, octets(append([]byte{0, 1, 1, '4', 0}, append(unhex(t, n), make([]byte, 900)...)...))); got != want {
			t.Errorf("destinations %s: %#02x, want %#02x", n, uint32(got), uint32(want))
		}
	}
	r.send()
	all, err := c.Inbox().Wait(bounded(t), 2)
	if err != nil {
		t.Fatal(err)
	}
	var from []string
	for _, d := range all {
		receipt, _ := d.Receipt()
		if receipt.MessageID != id {
			t.Errorf("receipt of %s, want %s", receipt.MessageID, id)
		}
		from = append(from, string(d.Message.Source.Addr))
	}
	slices.Sort(from)
	if strings.Join(from, " ") != "491701 491702" {
		t.Errorf("receipts from %v", from)
	}
	if got := statusOfRequest(t, c, smpp.CancelSMID, &smpp.CancelSM{MessageID: []byte(id), Source: smpp.Address{Addr: []byte(src)}}); got != smpp.RCancelFail {
		t.Errorf("cancelled when they were sent: %#02x", uint32(got))
	}
}

// TestQueryMulti: the state is that of the first destination that was accepted.
func TestQueryMulti(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.Destinations = []string{"49"}
	r := newRig(t, a)
	i := r.serve()
	c := dial(t, i.client("acme"))
	m := multi(2)
	m.Destinations = append([]smpp.Destination{{Address: smpp.Address{TON: 1, NPI: 1, Addr: []byte("8821234")}}}, m.Destinations...)
	reply, err := c.Request(bounded(t), smpp.SubmitMultiID, m)
	var resp smpp.SubmitMultiResp
	if err != nil || resp.Decode(reply.Body) != nil || reply.Status != smpp.OK || len(resp.Unsuccess) != 1 {
		t.Fatalf("%+v, %v", reply, err)
	}
	id := string(resp.MessageID)
	if err := r.bus.Cancel(bounded(t), "acme", id, "test"); err != nil {
		t.Fatal(err)
	}
	if got, status := asked(t, c, id, src); status != smpp.OK || got.State != smpp.StateDeleted || string(got.MessageID) != id {
		t.Errorf("%+v, %#02x", got, uint32(status))
	}
}

// TestCancelMulti: a cancel_sm is about one of the destinations, or about all of those
// that can still be cancelled.
func TestCancelMulti(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"))
	i := r.serve()
	c := dial(t, i.client("acme"))
	m := &smpp.SubmitMulti{Message: *esme.Text(src, "", "hello", true)}
	numbers := []string{"491701", "491702", "491703", "491704"}
	for _, number := range numbers {
		m.Destinations = append(m.Destinations, smpp.Destination{Address: smpp.Address{TON: 1, NPI: 1, Addr: []byte(number)}})
	}
	reply, err := c.Request(bounded(t), smpp.SubmitMultiID, m)
	var resp smpp.SubmitMultiResp
	if err != nil || resp.Decode(reply.Body) != nil || reply.Status != smpp.OK {
		t.Fatalf("%+v, %v", reply, err)
	}
	id := string(resp.MessageID)
	cancel := func(source, to string) smpp.Status {
		return statusOfRequest(t, c, smpp.CancelSMID, &smpp.CancelSM{
			MessageID: resp.MessageID, Source: smpp.Address{Addr: []byte(source)}, Destination: smpp.Address{Addr: []byte(to)},
		})
	}
	waits := func() (all []string) {
		for place, number := range numbers {
			if _, err := r.bus.Find(bounded(t), "acme", placeID(id, place)); err == nil {
				all = append(all, number)
			}
		}
		return all
	}
	if got := cancel(src, "491702"); got != smpp.OK || !slices.Equal(waits(), []string{"491701", "491703", "491704"}) {
		t.Errorf("one of them: %#02x, and %v wait", uint32(got), waits())
	}
	if a, b := cancel("4918", ""), cancel(src, "491709"); a != smpp.RCancelFail || b != smpp.RCancelFail {
		t.Errorf("another source: %#02x, another destination: %#02x", uint32(a), uint32(b))
	}
	// A modem takes the first and the third.
	for _, place := range []int{0, 2} {
		s := r.waiting(placeID(id, place))
		e := outcome(s)[0]
		e.Kind = life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting}
		if _, err := r.bus.Attempt(bounded(t), e, 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := cancel(src, ""); got != smpp.OK || !slices.Equal(waits(), []string{"491701", "491703"}) {
		t.Errorf("all of them: %#02x, and %v wait", uint32(got), waits())
	}
	if got := cancel(src, "491703"); got != smpp.RCancelFail {
		t.Errorf("too late: %#02x", uint32(got))
	}
}

func TestDataSM(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.ReceiptForm = formData
	r := newRig(t, a)
	r.send()
	i := r.serve()
	c := dial(t, i.client("acme"))
	data := &smpp.DataSM{
		Source: smpp.Address{Addr: []byte(src)}, Destination: smpp.Address{TON: 1, NPI: 1, Addr: []byte(dst)}, RegisteredDelivery: 1,
		TLVs: smpp.TLVs(nil).Append(smpp.TagMessagePayload, []byte("hello")...).AppendUint16(smpp.TagUserMessageReference, 77),
	}
	reply, err := c.Request(bounded(t), smpp.DataSMID, data)
	if err != nil || reply.Status != smpp.OK {
		t.Fatalf("%+v, %v", reply, err)
	}
	d, err := c.Inbox().Wait(bounded(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	receipt, ok := d[0].Receipt()
	if !ok || d[0].ID != smpp.DataSMID || receipt.Stat != "DELIVRD" || receipt.Reference == nil || *receipt.Reference != 77 {
		t.Errorf("%v: %+v", d[0].ID, receipt)
	}
}

// TestVersion33 gets no parameters, and ids that it can keep.
func TestVersion33(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"))
	i := r.serve()
	cfg := i.client("acme")
	cfg.Version = smpp.Version33
	c := dial(t, cfg)
	if c.PeerVersion() != 0 {
		t.Error("it was told a version")
	}
	var ids []string
	for range 3 {
		ids = append(ids, submit(t, c, esme.Text(src, dst, "hello", true)))
	}
	if len(ids[0]) != 8 || ids[0] == ids[1] || ids[1] == ids[2] {
		t.Errorf("ids %v", ids)
	}
	if resp, status := asked(t, c, strings.ToUpper(ids[0]), src); status != smpp.OK || string(resp.MessageID) != ids[0] {
		t.Errorf("%+v, %#02x", resp, uint32(status))
	}
	r.send()
	d, err := c.Inbox().Wait(bounded(t), 3)
	if err != nil {
		t.Fatal(err)
	}
	if receipt, ok := d[0].Receipt(); !ok || len(d[0].Message.TLVs) > 0 || len(receipt.MessageID) != 8 {
		t.Errorf("receipt %+v with %d octets of parameters", receipt, len(d[0].Message.TLVs))
	}
}

// TestRepetitions: with deduplication, what is submitted again is the same message,
// whatever instance gets it; what differs is another one.
func TestRepetitions(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.Deduplicate = time.Minute
	r := newRig(t, a)
	i, j := r.serve(), r.serve()
	c, d := dial(t, i.client("acme")), dial(t, j.client("acme"))
	numbered := func(text string) *smpp.ShortMessage { return esme.Numbered(esme.Text(src, dst, text, true), 7) }
	id := submit(t, c, numbered("code 1"))
	if again := submit(t, d, numbered("code 1")); again != id {
		t.Errorf("the repetition has the id %s, want %s", again, id)
	}
	if other := submit(t, d, numbered("code 2")); other == id {
		t.Error("another text with the same reference is taken for a repetition")
	}
	if plain := submit(t, d, esme.Text(src, dst, "code 1", true)); plain == id {
		t.Error("a message without a reference is taken for a repetition")
	}
	r.send()
	waitReceipts(t, c, d, 3)
	if again := submit(t, c, numbered("code 1")); again != id {
		t.Errorf("after it was sent the repetition has the id %s, want %s", again, id)
	}
	last := submit(t, c, esme.Text(src, dst, "last", true))
	receipts := waitReceipts(t, c, d, 4)
	if slices.Sort(receipts); len(slices.Compact(receipts)) != 4 || !slices.Contains(receipts, last) {
		t.Errorf("receipts of %v", receipts)
	}
}

// waitReceipts waits for receipts at two clients.
func waitReceipts(t testing.TB, c, d *esme.Client, n int) (ids []string) {
	t.Helper()
	wait(t, "receipts", func() bool { return c.Inbox().Len()+d.Inbox().Len() >= n })
	for _, d := range append(c.Inbox().All(), d.Inbox().All()...) {
		r, _ := d.Receipt()
		ids = append(ids, r.MessageID)
	}
	return ids
}

// TestIncoming: messages from the network reach the account that they are for, and
// none is taken for a receipt.
func TestIncoming(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"))
	i := r.serve()
	c := dial(t, i.client("acme"))
	forged := "id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:"
	for n, d := range []tpdu.Deliver{
		{OA: tpdu.Address{TOA: 0x91, Digits: "491709"}, Data: []byte("stop"), Septets: true},
		{OA: tpdu.Address{TOA: 0x91, Digits: "491709"}, Data: []byte(forged), Septets: true},
		{OA: tpdu.Address{TOA: 0xD0, Septets: []byte("Bank")}, DCS: 0x08, Data: []byte{0x20, 0xAC}},
		{OA: tpdu.Address{TOA: 0x91, Digits: "491709"}, DCS: 0xF4, UDHI: true, UDH: []byte{6, 5, 4, 0, 1, 0, 2}, Data: []byte{1, 2}},
	} {
		d.SCTS = tpdu.NewTimestamp(time.Now())
		pdu, err := d.AppendTo([]byte{0})
		if err != nil {
			t.Fatal(err)
		}
		e := &life.Event{
			ID: "mo" + string(rune('0'+n)), Account: "acme", Time: time.Now(), Modem: &life.Modem{Host: "h", Name: "GSM1", Number: "+4917123"},
			Kind: life.Received{PDU: pdu},
		}
		if err := r.bus.Publish(bounded(t), e); err != nil {
			t.Fatal(err)
		}
	}
	all, err := c.Inbox().Wait(bounded(t), 4)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, d := range all {
		m := d.Message
		if _, receipt := d.Receipt(); receipt {
			t.Errorf("%q is a receipt", m.Text)
		}
		if string(m.Destination.Addr) != "4917123" || m.Destination.TON != 1 {
			t.Errorf("to %+v", m.Destination)
		}
		switch {
		case string(m.Text) == "stop" && m.DataCoding == 0 && m.Source.TON == 1 && string(m.Source.Addr) == "491709":
			found["text"] = true
		case string(m.Text) == forged:
			found["forged"] = true
		case string(m.Text) == "\x20\xAC" && m.DataCoding == 8 && m.Source.TON == 5 && string(m.Source.Addr) == "Bank":
			found["ucs2"] = true
		case string(m.Text) == "\x06\x05\x04\x00\x01\x00\x02\x01\x02" && m.DataCoding == 0xF4 && m.ESMClass == 0x40:
			found["binary"] = true
		}
	}
	if len(found) != 4 {
		t.Errorf("found %v in %+v", found, all)
	}
}

// TestBindLimit is for all instances together.
func TestBindLimit(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.MaxBinds = 2
	r := newRig(t, a)
	i, j := r.serve(), r.serve()
	c, _ := dial(t, i.client("acme")), dial(t, j.client("acme"))
	for _, one := range []*instance{i, j} {
		_, err := esme.Dial(bounded(t), one.client("acme"))
		var refused *esme.RefusedError
		if !errors.As(err, &refused) || refused.Status != smpp.RBindFail {
			t.Errorf("a third bind: %v", err)
		}
	}
	if err := c.Unbind(bounded(t)); err != nil {
		t.Fatal(err)
	}
	wait(t, "a bind that is free again", func() bool {
		c, err := esme.Dial(bounded(t), j.client("acme"))
		if err == nil {
			t.Cleanup(func() { _ = c.Close() })
		}
		return err == nil
	})
}

// TestReceiptsOnAnotherInstance: transmitter here, receiver there; when that instance
// goes, its receipts come here.
func TestReceiptsOnAnotherInstance(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"))
	a, b := r.serve(), r.serve()
	tx := a.client("acme")
	tx.Bind = smpp.BindTransmitterID
	c := dial(t, tx)
	inbox := &esme.Inbox{}
	rx := b.client("acme")
	rx.Bind, rx.Inbox = smpp.BindReceiverID, inbox
	receiver := dial(t, rx)
	r.send()
	id := submit(t, c, esme.Text(src, dst, "one", true))
	if _, err := inbox.Find(bounded(t), func(d *esme.Delivery) bool { r, _ := d.Receipt(); return r.MessageID == id }); err != nil {
		t.Fatal(err)
	}
	_ = receiver.Close()
	b.stop()
	id = submit(t, c, esme.Text(src, dst, "two", true))
	rx.Addr = a.addr
	_ = dial(t, rx)
	if _, err := inbox.Find(bounded(t), func(d *esme.Delivery) bool { r, _ := d.Receipt(); return r.MessageID == id }); err != nil {
		t.Fatal(err)
	}
}

// TestSessionsAreShown to operators while they last.
func TestSessionsAreShown(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"))
	i := r.serve()
	c := dial(t, i.client("acme"))
	submit(t, c, esme.Text(src, dst, "hello", false))
	wait(t, "the session", func() bool {
		all, err := r.bus.Sessions(bounded(t))
		return err == nil && len(all) == 1 && all[0].Account == "acme" && all[0].InterfaceVersion == smpp.Version34
	})
	if err := c.Unbind(bounded(t)); err != nil {
		t.Fatal(err)
	}
	wait(t, "its end", func() bool {
		all, err := r.bus.Sessions(bounded(t))
		return err == nil && len(all) == 0
	})
}
