package cluster

import (
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// story is a link with these events.
func story(id string, alternates, out int, kinds ...life.Kind) Link {
	l := Link{Submission: &message.Submission{ID: id}, Out: out}
	for range alternates {
		l.Submission.Alternates = append(l.Submission.Alternates, message.Alternate{Recipient: message.NewAddress("1")})
	}
	for i, k := range kinds {
		l.Events, l.Stored = append(l.Events, life.Event{Kind: k}), append(l.Stored, time.Unix(int64(i), 0))
	}
	return l
}

// TestJudge shows the judge stories that are right, and wrong ones.
func TestJudge(t *testing.T) {
	next := escalation.NextID("m")
	escalated, closed := life.Escalation{Next: next}, life.Escalation{}
	delivered := life.Report{Part: 1, Total: 1, Outcome: life.Delivered}
	second := story(next, 0, 1, life.Sent{})
	for name, c := range map[string]struct {
		chain []Link
		want  []int
		wrong string
	}{
		"timeout":           {[]Link{story("m", 1, 1, life.Sent{}, escalated), second}, []int{0, 1}, ""},
		"delivered":         {[]Link{story("m", 1, 1, life.Sent{}, delivered, closed)}, []int{0}, ""},
		"late":              {[]Link{story("m", 1, 1, life.Failed{Unknown: true}, escalated, delivered), story(next, 1, 0, life.Cancelled{})}, []int{0}, ""},
		"late, begun":       {[]Link{story("m", 2, 1, life.Sent{}, escalated, delivered), story(next, 1, 1, closed, life.Failed{})}, []int{0, 1}, ""},
		"twice":             {[]Link{story("m", 1, 1, life.Sent{}, escalated), story(next, 0, 2, life.Sent{})}, []int{0, 1}, "sent 2 times"},
		"not at all":        {[]Link{story("m", 1, 1, life.Sent{}, escalated), story(next, 0, 0)}, []int{0, 1}, "which should be true"},
		"after a delivery":  {[]Link{story("m", 1, 1, life.Sent{}, delivered, escalated), second}, []int{0, 1}, "although delivered"},
		"after a taking":    {[]Link{story("m", 1, 0, life.Cancelled{}, escalated)}, nil, "although cancelled"},
		"closed too early":  {[]Link{story("m", 1, 1, life.Failed{}, closed)}, []int{0}, "was closed"},
		"decided twice":     {[]Link{story("m", 1, 1, life.Sent{}, escalated, escalated), second}, []int{0, 1}, "2 times"},
		"nothing decided":   {[]Link{story("m", 1, 1, life.Failed{})}, []int{0}, "nothing was decided"},
		"another next":      {[]Link{story("m", 1, 1, life.Failed{}, life.Escalation{Next: "x"})}, []int{0}, "the next message is x"},
		"nobody wanted one": {[]Link{story("m", 1, 1, life.Sent{}, delivered, closed), second}, []int{0}, "which should be false"},
	} {
		got := strings.Join(Judge(c.chain, c.want), "; ")
		if (c.wrong == "") != (got == "") || !strings.Contains(got, c.wrong) {
			t.Errorf("%s: %q, want %q", name, got, c.wrong)
		}
	}
}
