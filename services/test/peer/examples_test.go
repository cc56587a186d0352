//go:build peer

package peer

import (
	"os"
	"path/filepath"
	"testing"
)

// examplesDir is where the package smstools keeps its examples.
const examplesDir = "/usr/share/doc/smstools/examples"

// TestExamples sends the example messages that come with smsd.
func TestExamples(t *testing.T) {
	t.Parallel()
	var messages []message
	for _, name := range []string{"send_sms.sms", "send_sms_unicode.sms", "operator_logo1.sms", "operator_logo2.sms"} {
		data, err := os.ReadFile(filepath.Join(examplesDir, name))
		if err != nil {
			t.Fatalf("the examples of the package smstools are missing; does dpkg exclude /usr/share/doc? %v", err)
		}
		messages = append(messages, message{name: name, data: data})
	}
	both := runTwins(t, recordedSetup(t, "base")).feed(t, messages)
	for _, m := range messages {
		if diff := both.difference(m.name); diff != "" {
			t.Errorf("%s (-smsd +viesti):\n%s", m.name, diff)
		}
		if o := both.smsd[m.name]; o.Outcome != "sent" || len(o.PDUs) == 0 {
			t.Errorf("smsd did not send %s: %s, %d PDUs", m.name, o.Outcome, len(o.PDUs))
		}
	}
}
