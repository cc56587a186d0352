package spool

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

const alarmFile = "To: 358401\nAlternate_to: 358402, 358403\nAlternate_after: 5 min\nX-Mine: kept\n\ndown\n"

// delivered is the report that a message was received.
func delivered() life.Report {
	return life.Report{Part: 1, Total: 1, Outcome: life.Delivered, PDU: []byte{1}}
}

// escalate publishes the decision to try the next recipient, and returns its message.
func (r *rig) escalate(s *message.Submission) *message.Submission {
	r.t.Helper()
	next := escalation.Next(s, s.Queue, time.Now())
	r.report(s, life.Escalation{Next: next.ID, Recipient: next.Recipient, Reason: "a test"})
	return next
}

// holds waits until a file in sent has lines.
func (r *rig) holds(path string, lines ...string) {
	r.t.Helper()
	r.wait("lines in "+path, func() bool {
		data, err := os.ReadFile(path)
		for _, l := range lines {
			if err != nil || !strings.Contains("\n"+string(data), "\n"+l) {
				return false
			}
		}
		return true
	})
}

// TestAlternateFiles follows a chain of three: nobody gets the first, the second is
// sent and overtaken by a late report, and the third is never needed.
func TestAlternateFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.start()
	r.drop("alarm", alarmFile)
	s := r.take()
	if len(s.Alternates) != 2 || s.Alternates[1].After != 5*time.Minute || s.WantsReport() != message.Yes {
		t.Fatalf("%d alternates", len(s.Alternates))
	}
	r.report(s, sentOnce)
	first := filepath.Join(r.cfg.Sent, "alarm")
	r.holds(first, "Alternate_to: 358402, 358403")
	second := r.escalate(s)
	r.holds(first, "Old-Alternate_to: 358402, 358403", "X-Mine: kept", "Sent: ")
	r.wait("the file of the second", func() bool { return len(r.files(r.cfg.Checked)) == 1 })
	r.holds(filepath.Join(r.cfg.Checked, second.ID+".alarm"), "To: 358402\n", "X-Mine: kept\n", "Alternate_to: 358403\n", "Alternate_after: 300 s\n\ndown\n")
	r.report(second, sentOnce)
	r.holds(filepath.Join(r.cfg.Sent, "alarm.1"), "To: 358402\n", "Alternate_to: 358403\n", "Sent: ")
	third := r.escalate(second)
	r.wait("the file of the third", func() bool { return len(r.files(r.cfg.Checked)) == 1 })
	r.report(s, delivered())
	r.holds(first, "Received: ", "Old-Alternate_to: ")
	r.report(third, life.Cancelled{By: escalation.ByDelivery})
	r.wait("the file of the third to go", func() bool { return len(r.files(r.cfg.Checked)) == 0 })
	if names := r.files(r.cfg.Sent); len(names) != 2 {
		t.Errorf("sent: %q", names)
	}
	if names := r.files(r.cfg.Failed); len(names) != 0 {
		t.Errorf("failed: %q", names)
	}
	if data := r.read(filepath.Join(r.cfg.Sent, "alarm.1")); strings.Contains(data, "Received:") {
		t.Errorf("the second has not received it:\n%s", data)
	}
}

// TestAlternateOutOfOrder handles events that overtake each other, and repeated ones.
func TestAlternateOutOfOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.start()
	r.drop("alarm", alarmFile)
	s := r.take()
	r.wait("the file in checked", func() bool { return len(r.files(r.cfg.Checked)) == 1 })
	second := escalation.Next(s, s.Queue, time.Now())
	r.report(second, sentOnce) // waits for the file of the first
	r.report(s, life.Failed{Reason: "a test", Unknown: true})
	r.holds(filepath.Join(r.cfg.Failed, "alarm"), "Fail_reason: a test")
	r.holds(filepath.Join(r.cfg.Sent, "alarm"), "To: 358402\n", "Sent: ")
	r.escalate(s) // comes last
	r.holds(filepath.Join(r.cfg.Failed, "alarm"), "Old-Alternate_to: ")
	if names := r.files(r.cfg.Checked); len(names) != 0 {
		t.Errorf("checked: %q", names)
	}
}

// TestEditedFiles leaves alone what somebody has changed or removed.
func TestEditedFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.start()
	r.drop("alarm", alarmFile)
	s := r.take()
	r.report(s, sentOnce)
	path := filepath.Join(r.cfg.Sent, "alarm")
	r.holds(path, "Sent: ")
	if err := os.WriteFile(path, []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.report(s, delivered())
	second := r.escalate(s)
	r.report(second, sentOnce)
	r.holds(filepath.Join(r.cfg.Sent, "alarm.1"), "To: 358402\n")
	if data := r.read(path); data != "mine\n" {
		t.Errorf("it was changed to %q", data)
	}
}

// TestNotesAreSwept removes what is too old to be of use.
func TestNotesAreSwept(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	old := notePath(r.cfg.Checked, "old")
	if err := os.WriteFile(old, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-noteAge - time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.drop("alarm", alarmFile)
	r.report(r.take(), sentOnce)
	r.holds(filepath.Join(r.cfg.Sent, "alarm"), "Sent: ")
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old note: %v", err)
	}
}
