package contract_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/viesti-sms/viesti/proto/subject"
	_ "github.com/viesti-sms/viesti/proto/viesti/v1" // registers the messages
	"github.com/viesti-sms/viesti/services/internal/core/audit"
)

// patterns are all subjects that the code uses, by the stream that stores them.
func patterns() map[string]string {
	s := subject.Default()
	all := map[string]string{
		s.LiveEvents(): "",
		// The pattern of one modem, with its tokens for a host and a name left open.
		strings.ReplaceAll(s.ModemCommands("x", "x"), ".x", ".*"): "",
	}
	for stream, subjects := range map[string][]string{
		s.StreamOut(): s.OutSubjects(), s.StreamEvents(): s.EventSubjects(),
		s.StreamJobs(): s.JobSubjects(), s.StreamCounters(): s.CounterSubjects(), s.StreamAudit(): s.AuditSubjects(),
	} {
		for _, subject := range subjects {
			all[subject] = stream
		}
	}
	return all
}

// TestSubjects wants the channels to be the subjects of the code, each in its
// stream, and nothing else.
func TestSubjects(t *testing.T) {
	documented := map[string]string{}
	for name, c := range readDocument(t).Channels {
		if other, twice := documented[c.subject()]; twice {
			t.Errorf("channel %s has the subject of another one, in stream %q", name, other)
		}
		documented[c.subject()] = c.Stream
	}
	if diff := cmp.Diff(patterns(), documented); diff != "" {
		t.Errorf("subjects and their streams (-code +document):\n%s", diff)
	}
}

// TestAddresses wants each address to be what the code builds of its parameters.
func TestAddresses(t *testing.T) {
	s := subject.Default()
	queued := subject.Queued{Queue: "queue", Priority: "priority", Account: "account", ID: "id"}
	want := map[string]string{
		"out": s.Out(queued), "later": s.Later(queued),
		"event": s.Event("account", "id", "type"), "live": s.LiveEvent("account", "id", "type"),
		"attempt": s.Attempt("account", "id", 1),
		"part": s.Part(subject.Part{
			SIM: "sim", Recipient: "recipient", Reference: 7, Account: "account", ID: "id", Part: 1, Total: 2,
		}),
		"chain":  s.Chain("account", "id", "type"),
		"expiry": s.Expiry("account", "id"), "expiryDue": s.ExpiryDue("account", "id"),
		"alternate": s.Alternate("account", "id"), "alternateDue": s.AlternateDue("account", "id"),
		"tick": s.Tick("job"), "run": s.Run("job"), "counter": s.Counter("account", "period"),
		"modemCommand": s.ModemCommand("host", "modem", "verb"), "audit": s.Audit("account", "kind"),
	}
	values := strings.NewReplacer("{reference}", "7", "{fraction}", "1-2", "{part}", "1", "{", "", "}", "")
	got := map[string]string{}
	for name, c := range readDocument(t).Channels {
		got[name] = values.Replace(c.Address)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses with the names of their parameters (-code +document):\n%s", diff)
	}
}

// TestParameters wants each address to have exactly the parameters that it lists.
func TestParameters(t *testing.T) {
	for name, c := range readDocument(t).Channels {
		var used []string
		for _, m := range parameter.FindAllStringSubmatch(c.Address, -1) {
			used = append(used, m[1])
		}
		slices.Sort(used)
		if diff := cmp.Diff(used, slices.Sorted(maps.Keys(c.Parameters))); diff != "" {
			t.Errorf("%s (-address +parameters):\n%s", name, diff)
		}
	}
}

// TestEnumerations compares the values that tokens may have.
func TestEnumerations(t *testing.T) {
	parameters := readDocument(t).Components["parameters"]
	want := map[string][]any{"type": {}, "priority": {}, "kind": {}}
	for _, k := range audit.Kinds() {
		want["kind"] = append(want["kind"], k.String())
	}
	for _, e := range subject.EventTypes() {
		want["type"] = append(want["type"], string(e))
	}
	for _, p := range subject.Priorities() {
		want["priority"] = append(want["priority"], string(p))
	}
	for name, values := range want {
		p, _ := parameters[name].(anything)
		if diff := cmp.Diff(values, p["enum"]); diff != "" {
			t.Errorf("%s (-code +document):\n%s", name, diff)
		}
	}
}

// TestMessages wants every message to be one of the contract, and every header
// to be one that the code knows.
func TestMessages(t *testing.T) {
	components := readDocument(t).Components
	seen := 0
	for name, m := range components["messages"] {
		typeName, ok := m.(anything)["x-protobuf-message"].(string)
		if !ok {
			continue // a counter has no payload
		}
		seen++
		if _, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(typeName)); err != nil {
			t.Errorf("message %s: %v", name, err)
		}
	}
	if want := 9; seen < want {
		t.Errorf("only %d messages have a type, want %d", seen, want)
	}
	known := []string{
		subject.HeaderMessageID, subject.HeaderSchedule, subject.HeaderScheduleTarget, subject.HeaderScheduleZone, subject.HeaderTTL, subject.HeaderExpectedSubjectSeq,
		subject.HeaderExpectedSubject, subject.HeaderArmed,
	}
	documented := map[string]bool{}
	for _, s := range components["schemas"] {
		for header := range s.(anything)["properties"].(anything) {
			documented[header] = true
		}
	}
	slices.Sort(known)
	if diff := cmp.Diff(known, slices.Sorted(maps.Keys(documented))); diff != "" {
		t.Errorf("headers (-code +document):\n%s", diff)
	}
}

// TestReferences wants every reference to lead somewhere.
func TestReferences(t *testing.T) {
	var whole any
	decode(t, &whole)
	found := 0
	eachReference(whole, func(ref string) {
		found++
		at := whole
		for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			m, _ := at.(anything)
			at = m[step]
		}
		if at == nil {
			t.Errorf("%s leads nowhere", ref)
		}
	})
	if found == 0 {
		t.Error("no reference was found")
	}
}

func eachReference(v any, visit func(string)) {
	switch v := v.(type) {
	case anything:
		for key, value := range v {
			if ref, ok := value.(string); ok && key == "$ref" {
				visit(ref)
			}
			eachReference(value, visit)
		}
	case []any:
		for _, value := range v {
			eachReference(value, visit)
		}
	}
}
