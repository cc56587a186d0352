package route

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestParseList(t *testing.T) {
	got := ParseList([]byte("4912 # all of it\n\n# comment\n  s44\r\n[Fast ]\n358\n[]\n1"))
	want := List{{Prefix: "4912"}, {Prefix: "s44"}, {Prefix: "358", Queue: "Fast"}, {Prefix: "1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMatch(t *testing.T) {
	list := List{{Prefix: "4912"}, {Prefix: "44"}, {Prefix: "s7"}}
	for number, want := range map[string]bool{
		"49123": true, "4911": false, "s4412": true, "s7": true, "7": false, "s9": false,
	} {
		if _, got := list.Match(message.NewAddress(number)); got != want {
			t.Errorf("Match(%s) = %v, want %v", number, got, want)
		}
	}
}
