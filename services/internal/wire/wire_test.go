package wire

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/allowance"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// revealed compares what prints itself redacted by what it holds.
var revealed = cmp.Options{
	cmp.Comparer(func(a, b message.Address) bool { return a == b }),
	cmp.Comparer(func(a, b message.Body) bool { return bytes.Equal(a.Reveal(), b.Reveal()) }),
	cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
}

// checker is what both *testing.T and *rapid.T can do.
type checker interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func decoded[T any](t checker, decode func([]byte) (T, error), data []byte, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal("encoding:", err)
	}
	v, err := decode(data)
	if err != nil {
		t.Fatal("decoding:", err)
	}
	return v
}

func same(t checker, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, revealed); d != "" {
		t.Fatalf("%s came back different (-sent +received):\n%s", what, d)
	}
}

func TestSubmissionRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawn[message.Submission](t, rapid.Bool().Draw(t, "full"))
		want.ID = rapid.StringMatching(`[0-9a-z]{1,32}`).Draw(t, "id")
		data, err := EncodeSubmission(&want)
		same(t, "submission", decoded(t, DecodeSubmission, data, err), &want)
	})
}

func TestEventRoundTrip(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(reflect.TypeOf(kind).Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				full := rapid.Bool().Draw(t, "full")
				want := drawn[life.Event](t, full)
				drawer{t: t, full: full}.kindLike(reflect.ValueOf(&want.Kind).Elem(), kind)
				data, err := EncodeEvent(&want)
				same(t, "event", decoded(t, DecodeEvent, data, err), &want)
			})
		})
	}
}

func TestModemRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		status := drawn[life.ModemStatus](t, false)
		data, err := EncodeModemStatus(&status)
		same(t, "status", decoded(t, DecodeModemStatus, data, err), &status)

		reply := drawn[Reply](t, rapid.Bool().Draw(t, "full"))
		data, err = EncodeReply(reply)
		same(t, "reply", decoded(t, DecodeReply, data, err), reply)

		command := drawn[Command](t, false)
		command.Verb = rapid.SampledFrom([]Verb{VerbAT, VerbUSSD, VerbStatus, VerbReset, VerbSuspend, VerbResume}).Draw(t, "verb")
		if command.Verb != VerbReset {
			command.Step = 0
		}
		if command.Verb == VerbStatus || command.Verb == VerbReset || command.Verb == VerbResume {
			command.Argument = ""
		}
		data, err = EncodeCommand(command)
		same(t, "command", decoded(t, DecodeCommand, data, err), command)

		suspension := drawn[life.Suspension](t, false)
		data, err = EncodeSuspension(suspension)
		same(t, "suspension", decoded(t, DecodeSuspension, data, err), suspension)

		tally := drawn[allowance.Tally](t, false)
		tally.Count = int(uint32(tally.Count))
		data, err = EncodeTally(tally)
		same(t, "tally", decoded(t, DecodeTally, data, err), tally)

		session := drawn[account.Session](t, false)
		data, err = EncodeSession(&session)
		same(t, "session", decoded(t, DecodeSession, data, err), &session)

		holdings := drawn[struct{ All []account.Holding }](t, false).All
		data, err = EncodeBinds(holdings)
		same(t, "binds", decoded(t, DecodeBinds, data, err), holdings)

		entry := drawn[audit.Event](t, false)
		data, err = EncodeAudit(&entry)
		same(t, "audit event", decoded(t, DecodeAudit, data, err), &entry)

		choice := drawn[policy.Choice](t, false)
		data, err = EncodeInboundChoice(choice)
		same(t, "inbound choice", decoded(t, DecodeInboundChoice, data, err), choice)

		claim := message.PartsClaim{Host: "h", Modem: "m", At: time.Unix(rapid.Int64Range(1, 1<<33).Draw(t, "at"), 0).UTC()}
		data, err = EncodePartsClaim(claim)
		same(t, "parts claim", decoded(t, DecodePartsClaim, data, err), claim)

		shared := drawnPolicy(t)
		data, err = EncodePolicy(shared)
		same(t, "policy", decoded(t, DecodePolicy, data, err), shared)
	})
}

// TestInstance: rates that can be none are left out.
func TestInstance(t *testing.T) {
	t.Parallel()
	data, err := EncodeInstance("host", map[string]float64{"acme": 12.5, "none": 0, "less": -1, "nan": math.NaN(), "all": math.Inf(1)})
	if err != nil {
		t.Fatal(err)
	}
	holder, rates, err := DecodeInstance(data)
	if err != nil || holder != "host" || len(rates) != 1 || rates["acme"] != 12.5 {
		t.Errorf("%q, %v, %v", holder, rates, err)
	}
	if _, _, err := DecodeInstance([]byte{0xff}); !errors.Is(err, ErrMalformed) {
		t.Errorf("nonsense: %v", err)
	}
}

// TestFullSetsEveryField checks the other side of the round trips: what a full
// value becomes has every field of the contract set, but those that no code uses yet.
func TestFullSetsEveryField(t *testing.T) {
	t.Parallel()
	unused := map[protoreflect.FullName]bool{"viesti.v1.Submission.smpp": true, "viesti.v1.Subject.smpp": true}
	rapid.Check(t, func(t *rapid.T) {
		s := drawn[message.Submission](t, true)
		data, err := EncodeSubmission(&s)
		p := decoded(t, func(b []byte) (*viestiv1.Submission, error) {
			var p viestiv1.Submission
			return &p, proto.Unmarshal(b, &p)
		}, data, err)
		for _, m := range []protoreflect.Message{p.ProtoReflect(), p.GetOptions().ProtoReflect(), p.GetOrigin().ProtoReflect()} {
			for i := range m.Descriptor().Fields().Len() {
				if f := m.Descriptor().Fields().Get(i); !m.Has(f) && !unused[f.FullName()] && f.Kind() != protoreflect.BoolKind {
					t.Fatalf("%s is not set", f.FullName())
				}
			}
		}
	})
}

// TestSubmissionAsGenerated: what is written field by field is, octet for octet, what
// the generated code writes of the same.
func TestSubmissionAsGenerated(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawn[message.Submission](t, rapid.Bool().Draw(t, "full"))
		s.Body = message.NewBody(make([]byte, rapid.SampledFrom([]int{0, 1, 127, 128, 16384}).Draw(t, "octets")))
		data, err := EncodeSubmission(&s)
		if err != nil {
			t.Fatal(err)
		}
		var p viestiv1.Submission
		if err := proto.Unmarshal(data, &p); err != nil {
			t.Fatal(err)
		}
		if len(p.ProtoReflect().GetUnknown()) > 0 {
			t.Fatal("fields that the contract does not have")
		}
		again, err := proto.MarshalOptions{Deterministic: true}.Marshal(&p)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("got  %x\nwant %x (%v)", data, again, err)
		}
		// Events carry the same, made by the generated code.
		for name, pair := range map[string][2]proto.Message{
			"smpp": {p.Smpp, smppOut(s.SMPP)}, "origin": {p.Origin, originOut(s.Origin)},
			"alternates": {&viestiv1.Submission{Alternates: p.Alternates}, &viestiv1.Submission{Alternates: alternatesOut(s.Alternates)}},
		} {
			if !proto.Equal(pair[0], pair[1]) {
				t.Fatalf("%s: %v, want %v", name, pair[0], pair[1])
			}
		}
	})
}

func TestEncodeSubmissionAllocates(t *testing.T) {
	s := message.Submission{ID: "1", Body: message.NewBody(make([]byte, 140)), SMPP: &message.SMPP{MessageID: "1"}, AcceptedAt: time.Now()}
	if n := testing.AllocsPerRun(100, func() { _, _ = EncodeSubmission(&s) }); n > 1 {
		t.Errorf("%v allocations, want 1", n)
	}
}

func TestAbsentStaysAbsent(t *testing.T) {
	t.Parallel()
	data, err := EncodeSubmission(&message.Submission{ID: "a"})
	same(t, "submission", decoded(t, DecodeSubmission, data, err), &message.Submission{ID: "a"})

	zero, unset := uint8(0), message.Options{}
	given := message.Options{
		Class: &zero, DCS: &zero, PID: &zero, MessageReference: &zero, Validity: &zero, Language: &zero, LanguageExt: &zero,
		Retries: new(int), Split: new(message.Split), Report: message.No, ReplyPath: message.No, UDHI: message.No,
	}
	for _, want := range []message.Options{unset, given} {
		data, err := EncodeSubmission(&message.Submission{ID: "a", Options: want})
		same(t, "options", decoded(t, DecodeSubmission, data, err).Options, want)
	}

	data, err = EncodeEvent(&life.Event{Kind: life.Accepted{}})
	same(t, "event", decoded(t, DecodeEvent, data, err), &life.Event{Kind: life.Accepted{}})
}

// TestSubmissionWithoutOptions: another writer may leave out a message that has
// nothing in it.
func TestSubmissionWithoutOptions(t *testing.T) {
	t.Parallel()
	data, err := proto.Marshal(&viestiv1.Submission{Id: "a"})
	same(t, "submission", decoded(t, DecodeSubmission, data, err), &message.Submission{ID: "a"})
}

// dirty is what files and modems give where one expects text.
const dirty = "\xff\xe4\x80x"

func TestOctetsSurvive(t *testing.T) {
	t.Parallel()
	s := message.Submission{ID: "a", Sender: dirty, Origin: message.Origin{File: dirty, Directory: dirty}}
	data, err := EncodeSubmission(&s)
	same(t, "submission", decoded(t, DecodeSubmission, data, err), &s)
	for _, kind := range []life.Kind{life.Sent{Notices: []string{dirty}}, life.Failed{Notices: []string{dirty}}} {
		e := life.Event{ID: "a", Subject: life.SubjectOf(&s), Kind: kind}
		data, err = EncodeEvent(&e)
		same(t, "event", decoded(t, DecodeEvent, data, err), &e)
	}
}

// TestNoTextIsRefused: whatever octets a field holds, it can be encoded; a message
// that could not would stop the spool, and an event its modem.
func TestNoTextIsRefused(t *testing.T) {
	t.Parallel()
	pollute := func(v any) { polluteValue(reflect.ValueOf(v).Elem()) }
	var s message.Submission
	s.Alternates = make([]message.Alternate, 1)
	pollute(&s)
	if _, err := EncodeSubmission(&s); err != nil {
		t.Error(err)
	}
	for _, kind := range kinds {
		k := reflect.New(reflect.TypeOf(kind))
		polluteValue(k.Elem())
		e := life.Event{Subject: &life.Subject{}, Modem: &life.Modem{}}
		pollute(&e)
		pollute(e.Subject)
		pollute(e.Modem)
		e.Kind = k.Elem().Interface().(life.Kind)
		if _, err := EncodeEvent(&e); err != nil {
			t.Errorf("%T: %v", kind, err)
		}
	}
	if _, err := EncodeReply(Reply{Lines: []string{dirty}, Text: dirty, Error: dirty}); err != nil {
		t.Error(err)
	}
	if _, err := EncodeCommand(Command{Verb: VerbAT, Argument: dirty}); err != nil {
		t.Error(err)
	}
	if _, err := EncodePolicy(&policy.Policy{Routes: route.Policy{Queues: []route.Queue{{Name: dirty, Prefixes: []string{dirty}}}}}); err != nil {
		t.Error(err)
	}
}

// polluteValue makes every text of a value dirty.
func polluteValue(v reflect.Value) {
	switch v.Interface().(type) {
	case message.Address:
		v.Set(reflect.ValueOf(message.NewAddress(dirty)))
		return
	case time.Time, message.Body:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			polluteValue(v.Field(i))
		}
	case reflect.String:
		v.SetString(dirty)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			polluteValue(v.Index(i))
		}
	}
}

func TestUnknownEventKindIsNil(t *testing.T) {
	t.Parallel()
	data, err := proto.Marshal(&viestiv1.Event{Id: "a", Account: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, 0x92, 0x3f, 0x02, 0x08, 0x01) // field 1010, a message
	e := decoded(t, DecodeEvent, data, nil)
	same(t, "event", e, &life.Event{ID: "a", Account: "acme"})
}

func TestUnknownModemCommand(t *testing.T) {
	t.Parallel()
	data := []byte{0x92, 0x3f, 0x02, 0x08, 0x01} // field 1010, a message
	if _, err := DecodeCommand(data); !errors.Is(err, ErrMalformed) {
		t.Errorf("DecodeCommand of an unknown command: %v", err)
	}
	if _, err := EncodeCommand(Command{Verb: "dance"}); err == nil {
		t.Error("EncodeCommand of an unknown verb succeeded")
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	big := func(set func(*viestiv1.Options, *uint32)) *viestiv1.Submission {
		o := &viestiv1.Options{}
		set(o, proto.Uint32(256))
		return &viestiv1.Submission{Id: "a", Options: o}
	}
	for name, p := range map[string]*viestiv1.Submission{
		"no id":             {},
		"long id":           {Id: "abcdefghijklmnopqrstuvwxyz0123456"},
		"id of a subject":   {Id: "a.b"},
		"upper-case id":     {Id: "A"},
		"wildcard":          {Id: ">"},
		"kind":              {Id: "a", Kind: 99},
		"alphabet":          {Id: "a", Alphabet: 6},
		"number type":       {Id: "a", NumberType: -1},
		"split":             {Id: "a", Options: &viestiv1.Options{Split: 9}},
		"system":            {Id: "a", Options: &viestiv1.Options{System: 257}},
		"replace":           {Id: "a", Options: &viestiv1.Options{Replace: 8}},
		"message class":     big(func(o *viestiv1.Options, v *uint32) { o.MessageClass = v }),
		"dcs":               big(func(o *viestiv1.Options, v *uint32) { o.Dcs = v }),
		"pid":               big(func(o *viestiv1.Options, v *uint32) { o.Pid = v }),
		"message reference": big(func(o *viestiv1.Options, v *uint32) { o.MessageReference = v }),
		"validity":          big(func(o *viestiv1.Options, v *uint32) { o.Validity = v }),
		"language":          big(func(o *viestiv1.Options, v *uint32) { o.Language = v }),
		"language ext":      big(func(o *viestiv1.Options, v *uint32) { o.LanguageExt = v }),
	} {
		data, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := DecodeSubmission(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v, %v; want ErrMalformed", name, s, err)
		}
	}
	broken := []byte{0x0a, 0xff}
	for name, decode := range decoders {
		if err := decode(broken); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s of broken octets: %v, want ErrMalformed", name, err)
		}
	}
}

// TestForeignValues: where a value that this version does not know changes
// nothing that is sent, it is the default.
func TestForeignValues(t *testing.T) {
	t.Parallel()
	for _, foreign := range []int32{-1, 9, 258, 1 << 30} {
		data, err := proto.Marshal(&viestiv1.Submission{Id: "a", Priority: viestiv1.Priority(foreign), OnUnknown: viestiv1.OnUnknown(foreign)})
		same(t, "submission", decoded(t, DecodeSubmission, data, err), &message.Submission{ID: "a"})
		for _, pair := range []struct {
			in   *viestiv1.Event
			want life.Kind
		}{
			{&viestiv1.Event{Kind: &viestiv1.Event_PartAttempted{PartAttempted: &viestiv1.PartAttempted{State: viestiv1.PartAttempted_State(foreign)}}}, life.Attempt{}},
			{&viestiv1.Event{Kind: &viestiv1.Event_Sent{Sent: &viestiv1.Sent{AirAlphabet: viestiv1.AirAlphabet(foreign)}}}, life.Sent{}},
			{&viestiv1.Event{Kind: &viestiv1.Event_Failed{Failed: &viestiv1.Failed{FailureClass: viestiv1.FailureClass(foreign)}}}, life.Failed{}},
			{&viestiv1.Event{Kind: &viestiv1.Event_Report{Report: &viestiv1.Report{Outcome: viestiv1.Report_Outcome(foreign)}}}, life.Report{}},
			{&viestiv1.Event{Kind: &viestiv1.Event_ModemStatus{ModemStatus: &viestiv1.ModemStatus{State: viestiv1.ModemStatus_State(foreign), BitErrors: proto.Uint32(uint32(foreign))}}}, life.ModemStatus{BitErrors: -1}},
		} {
			data, err := proto.Marshal(pair.in)
			same(t, "kind", decoded(t, DecodeEvent, data, err).Kind, pair.want)
		}
	}
}

// decoders are all of this package; a decoded value is encoded again, which must
// succeed.
var decoders = map[string]func([]byte) error{
	"submission": func(b []byte) error {
		v, err := DecodeSubmission(b)
		if err != nil {
			return err
		}
		_, err = EncodeSubmission(v)
		return again(err)
	},
	"event": func(b []byte) error {
		v, err := DecodeEvent(b)
		if err != nil {
			return err
		}
		_, err = EncodeEvent(v)
		return again(err)
	},
	"status": func(b []byte) error {
		v, err := DecodeModemStatus(b)
		if err != nil {
			return err
		}
		_, err = EncodeModemStatus(v)
		return again(err)
	},
	"command": func(b []byte) error { _, err := DecodeCommand(b); return err },
	"reply":   func(b []byte) error { _, err := DecodeReply(b); return err },
	"policy":  func(b []byte) error { _, err := DecodePolicy(b); return err },
}

var errAgain = errors.New("what was decoded cannot be encoded")

func again(err error) error {
	if err != nil {
		return errors.Join(errAgain, err)
	}
	return nil
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x0a, 0x01, 'a'})
	for _, kind := range kinds {
		data, err := EncodeEvent(&life.Event{ID: "a", Subject: &life.Subject{}, Modem: &life.Modem{}, Kind: kind})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	data, err := EncodeSubmission(&message.Submission{ID: "a", Alternates: make([]message.Alternate, 2), Origin: message.Origin{File: "f"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, decode := range decoders {
			if err := decode(data); err != nil && (!errors.Is(err, ErrMalformed) || errors.Is(err, errAgain)) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestValidID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(rapid.StringMatching(`[0-9a-z]{0,40}`), rapid.String()).Draw(t, "id")
		want := len(id) >= 1 && len(id) <= MaxID
		for _, c := range []byte(id) {
			want = want && bytes.IndexByte([]byte("0123456789abcdefghijklmnopqrstuvwxyz"), c) >= 0
		}
		if got := ValidID(id); got != want {
			t.Fatalf("ValidID(%q) = %v", id, got)
		}
	})
}
