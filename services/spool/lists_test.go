package spool

import (
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// TestListsOfFilesAndPolicy: both must let a number pass, and the whitelist of the file
// goes before the shared one where both select a queue.
func TestListsOfFilesAndPolicy(t *testing.T) {
	t.Parallel()
	shared := &policy.Policy{Lists: policy.Lists{
		Deny: []string{"35899"}, AllowOnly: true, Allow: route.List{{Prefix: "358", Queue: "shared"}, {Prefix: "49"}, {Prefix: "44"}},
	}}
	r := &rules{policy: shared, deny: route.List{{Prefix: "4917"}}, allowOnly: true, allow: route.List{{Prefix: "35840", Queue: "file"}, {Prefix: "358"}, {Prefix: "49"}, {Prefix: "46"}}}
	for number, want := range map[string]struct{ queue, reason string }{
		"358401": {"file", ""}, "358501": {"shared", ""}, "4915": {"", ""},
		"358991": {"", smsfile.ReasonBlacklisted}, "49171": {"", smsfile.ReasonBlacklisted},
		"461": {"", smsfile.ReasonNotWhitelisted}, "441": {"", smsfile.ReasonNotWhitelisted},
	} {
		queue, err := r.admit(message.NewAddress(number))
		reason := ""
		if rejection, ok := err.(*smsfile.Rejection); ok { //nolint:errorlint // the very value
			reason = rejection.Reason
		}
		if queue != want.queue || reason != want.reason {
			t.Errorf("%s: %q, %v; want %q, %q", number, queue, err, want.queue, want.reason)
		}
	}
	r = &rules{policy: shared}
	if queue, err := r.admit(message.NewAddress("358401")); queue != "shared" || err != nil {
		t.Errorf("without files: %q, %v", queue, err)
	}
}
