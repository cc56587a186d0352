package wire

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// pairing is an enumeration of the contract with what stands for it here.
type pairing[P interface {
	comparable
	protoreflect.Enum
}, V comparable] struct {
	out func(V) P
	in  func(P) V
	is  map[V]P
}

func (p pairing[P, V]) check(t *testing.T) {
	t.Helper()
	reached := map[protoreflect.EnumNumber]bool{0: true}
	var any P
	for v, want := range p.is {
		reached[want.Number()] = true
		if got := p.out(v); got != want {
			t.Errorf("%v goes out as %v, want %v", v, got, want)
		}
		if got := p.in(want); got != v {
			t.Errorf("%v comes in as %v, want %v", want, got, v)
		}
	}
	values := any.Descriptor().Values()
	for i := range values.Len() {
		if n := values.Get(i).Number(); !reached[n] {
			t.Errorf("nothing stands for %s", values.Get(i).Name())
		}
	}
}

// TestEnumerations checks each enumeration in both directions, and that none of
// the contract's values is forgotten.
func TestEnumerations(t *testing.T) {
	t.Parallel()
	pairing[viestiv1.Kind, message.Kind]{kindOut, kindIn, map[message.Kind]viestiv1.Kind{
		message.Text: viestiv1.Kind_KIND_TEXT, message.PDU: viestiv1.Kind_KIND_PDU, message.Voicecall: viestiv1.Kind_KIND_VOICECALL,
	}}.check(t)
	pairing[viestiv1.Alphabet, message.Alphabet]{alphabetOut, alphabetIn, map[message.Alphabet]viestiv1.Alphabet{
		message.UTF8: viestiv1.Alphabet_ALPHABET_UTF8, message.Latin: viestiv1.Alphabet_ALPHABET_LATIN,
		message.GSM: viestiv1.Alphabet_ALPHABET_GSM, message.UCS2: viestiv1.Alphabet_ALPHABET_UCS2,
		message.Binary: viestiv1.Alphabet_ALPHABET_BINARY,
	}}.check(t)
	pairing[viestiv1.Priority, message.Priority]{priorityOut, priorityIn, map[message.Priority]viestiv1.Priority{
		message.Normal: viestiv1.Priority_PRIORITY_NORMAL, message.High: viestiv1.Priority_PRIORITY_HIGH,
	}}.check(t)
	pairing[viestiv1.Split, message.Split]{
		func(s message.Split) viestiv1.Split { return splitOut(&s) },
		func(s viestiv1.Split) message.Split { return *splitIn(s) },
		map[message.Split]viestiv1.Split{
			message.SplitNone: viestiv1.Split_SPLIT_NONE, message.SplitPlain: viestiv1.Split_SPLIT_PLAIN,
			message.SplitNumbered: viestiv1.Split_SPLIT_NUMBERED, message.SplitConcatenated: viestiv1.Split_SPLIT_CONCATENATED,
		},
	}.check(t)
	for _, tri := range []message.Tri{message.Unset, message.No, message.Yes} {
		if got := triIn(triOut(tri)); got != tri {
			t.Errorf("Tri %d comes back as %d", tri, got)
		}
	}
}

// TestEnumerationsOfSubmissions checks those that are translated within a submission.
func TestEnumerationsOfSubmissions(t *testing.T) {
	t.Parallel()
	pairing[viestiv1.NumberType, message.NumberType]{
		func(n message.NumberType) viestiv1.NumberType {
			return contract(t, message.Submission{NumberType: n}).GetNumberType()
		},
		func(n viestiv1.NumberType) message.NumberType {
			return here(t, &viestiv1.Submission{NumberType: n}).NumberType
		},
		map[message.NumberType]viestiv1.NumberType{
			message.NumberAuto: 0, message.NumberUnknown: viestiv1.NumberType_NUMBER_TYPE_UNKNOWN,
			message.NumberInternational: viestiv1.NumberType_NUMBER_TYPE_INTERNATIONAL,
			message.NumberNational:      viestiv1.NumberType_NUMBER_TYPE_NATIONAL,
		},
	}.check(t)
	pairing[viestiv1.OnUnknown, message.OnUnknown]{
		func(o message.OnUnknown) viestiv1.OnUnknown {
			return contract(t, message.Submission{OnUnknown: o}).GetOnUnknown()
		},
		func(o viestiv1.OnUnknown) message.OnUnknown {
			return here(t, &viestiv1.Submission{OnUnknown: o}).OnUnknown
		},
		map[message.OnUnknown]viestiv1.OnUnknown{
			message.OnUnknownDefault: 0, message.Resend: viestiv1.OnUnknown_ON_UNKNOWN_RESEND, message.Hold: viestiv1.OnUnknown_ON_UNKNOWN_HOLD,
		},
	}.check(t)
	pairing[viestiv1.System, message.System]{
		func(s message.System) viestiv1.System {
			return contract(t, message.Submission{Options: message.Options{System: s}}).GetOptions().GetSystem()
		},
		func(s viestiv1.System) message.System {
			return here(t, &viestiv1.Submission{Options: &viestiv1.Options{System: s}}).Options.System
		},
		map[message.System]viestiv1.System{
			message.NotSystem: 0, message.SystemMessage: viestiv1.System_SYSTEM_MESSAGE, message.SystemToSIM: viestiv1.System_SYSTEM_TO_SIM,
		},
	}.check(t)
}

// TestEnumerationsOfEvents checks those that are translated within an event.
func TestEnumerationsOfEvents(t *testing.T) {
	t.Parallel()
	pairing[viestiv1.PartAttempted_State, life.AttemptState]{
		func(s life.AttemptState) viestiv1.PartAttempted_State {
			return attemptOut(life.Attempt{State: s}).GetState()
		},
		func(s viestiv1.PartAttempted_State) life.AttemptState {
			return attemptIn(&viestiv1.PartAttempted{State: s}).State
		},
		map[life.AttemptState]viestiv1.PartAttempted_State{
			0: 0, life.Attempting: viestiv1.PartAttempted_STATE_ATTEMPTING, life.Refused: viestiv1.PartAttempted_STATE_REFUSED,
			life.Withdrawn: viestiv1.PartAttempted_STATE_WITHDRAWN, life.Unanswered: viestiv1.PartAttempted_STATE_UNANSWERED,
			life.Replaced: viestiv1.PartAttempted_STATE_REPLACED,
		},
	}.check(t)
	airs := map[life.AirAlphabet]viestiv1.AirAlphabet{
		0: 0, life.AirGSM7: viestiv1.AirAlphabet_AIR_ALPHABET_GSM7, life.Air8Bit: viestiv1.AirAlphabet_AIR_ALPHABET_8BIT,
		life.AirUCS2: viestiv1.AirAlphabet_AIR_ALPHABET_UCS2,
	}
	pairing[viestiv1.AirAlphabet, life.AirAlphabet]{
		func(a life.AirAlphabet) viestiv1.AirAlphabet { return sentOut(life.Sent{Alphabet: a}).GetAirAlphabet() },
		func(a viestiv1.AirAlphabet) life.AirAlphabet { return sentIn(&viestiv1.Sent{AirAlphabet: a}).Alphabet }, airs,
	}.check(t)
	pairing[viestiv1.AirAlphabet, life.AirAlphabet]{
		func(a life.AirAlphabet) viestiv1.AirAlphabet {
			return failedOut(life.Failed{Alphabet: a}).GetAirAlphabet()
		},
		func(a viestiv1.AirAlphabet) life.AirAlphabet {
			return failedIn(&viestiv1.Failed{AirAlphabet: a}).Alphabet
		}, airs,
	}.check(t)
	pairing[viestiv1.FailureClass, life.FailureClass]{
		func(c life.FailureClass) viestiv1.FailureClass {
			return failedOut(life.Failed{Class: c}).GetFailureClass()
		},
		func(c viestiv1.FailureClass) life.FailureClass {
			return failedIn(&viestiv1.Failed{FailureClass: c}).Class
		},
		map[life.FailureClass]viestiv1.FailureClass{
			0: 0, life.FailureMessage: viestiv1.FailureClass_FAILURE_CLASS_MESSAGE,
			life.FailureRecipient: viestiv1.FailureClass_FAILURE_CLASS_RECIPIENT,
			life.FailureUnknown:   viestiv1.FailureClass_FAILURE_CLASS_UNKNOWN,
			life.FailureTemporary: viestiv1.FailureClass_FAILURE_CLASS_TEMPORARY,
		},
	}.check(t)
	pairing[viestiv1.Report_Outcome, life.Outcome]{
		func(o life.Outcome) viestiv1.Report_Outcome { return reportOut(life.Report{Outcome: o}).GetOutcome() },
		func(o viestiv1.Report_Outcome) life.Outcome { return reportIn(&viestiv1.Report{Outcome: o}).Outcome },
		map[life.Outcome]viestiv1.Report_Outcome{
			0: 0, life.Delivered: viestiv1.Report_OUTCOME_DELIVERED, life.StillTrying: viestiv1.Report_OUTCOME_STILL_TRYING,
			life.Undeliverable: viestiv1.Report_OUTCOME_UNDELIVERABLE,
		},
	}.check(t)
	pairing[viestiv1.ModemStatus_State, life.ModemState]{
		func(s life.ModemState) viestiv1.ModemStatus_State {
			return statusOut(&life.ModemStatus{State: s}).GetState()
		},
		func(s viestiv1.ModemStatus_State) life.ModemState {
			return statusIn(&viestiv1.ModemStatus{State: s}).State
		},
		map[life.ModemState]viestiv1.ModemStatus_State{
			0: 0, life.ModemStarting: viestiv1.ModemStatus_STATE_STARTING, life.ModemIdle: viestiv1.ModemStatus_STATE_IDLE,
			life.ModemSending: viestiv1.ModemStatus_STATE_SENDING, life.ModemReceiving: viestiv1.ModemStatus_STATE_RECEIVING,
			life.ModemBlocked: viestiv1.ModemStatus_STATE_BLOCKED, life.ModemTrouble: viestiv1.ModemStatus_STATE_TROUBLE,
			life.ModemStopped: viestiv1.ModemStatus_STATE_STOPPED, life.ModemSuspended: viestiv1.ModemStatus_STATE_SUSPENDED,
		},
	}.check(t)
}

// contract is what s is in the contract.
func contract(t *testing.T, s message.Submission) *viestiv1.Submission {
	t.Helper()
	s.ID = "a"
	data, err := EncodeSubmission(&s)
	return decoded(t, func(b []byte) (*viestiv1.Submission, error) {
		var p viestiv1.Submission
		return &p, proto.Unmarshal(b, &p)
	}, data, err)
}

// here is what p of the contract is here.
func here(t *testing.T, p *viestiv1.Submission) *message.Submission {
	t.Helper()
	p.Id = "a"
	data, err := marshal(p)
	return decoded(t, DecodeSubmission, data, err)
}
