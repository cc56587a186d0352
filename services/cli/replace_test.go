package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func TestReplace(t *testing.T) {
	g := newGateway(t)
	id := strings.TrimSpace(prints(t, "", "send", "--at", "2h", "358401234567", "Hello"))
	find := func() *bus.Waiting {
		t.Helper()
		w, err := g.Find(bounded(t), "", id)
		must(t, err)
		return w
	}
	at := find().Submission.DeliverAt
	if out := prints(t, "", "replace", strings.ToUpper(id), "Good bye"); out != "message "+id+": replaced\n" {
		t.Errorf("replace says %q", out)
	}
	if w := find(); string(w.Submission.Body.Reveal()) != "Good bye" || !w.Submission.DeliverAt.Equal(at) || !w.Deferred {
		t.Errorf("another text: %+v", w)
	}
	prints(t, "from stdin", "replace", id, "-", "--at", "3h", "--validity", "1h")
	s := find().Submission
	if string(s.Body.Reveal()) != "from stdin" || !s.DeliverAt.After(at) || s.ExpiresAt.Sub(s.DeliverAt) != time.Hour {
		t.Errorf("all at once: %+v", s)
	}
	prints(t, "", "replace", id, "--at", "now")
	if w := find(); w.Deferred || !w.Submission.DeliverAt.IsZero() || string(w.Submission.Body.Reveal()) != "from stdin" {
		t.Errorf("at once: %+v", w)
	}
	if out := prints(t, "", "message", id); !strings.HasPrefix(out, "message "+id+": queued\n") || !strings.Contains(out, "replaced  revision 3 waits in its place") {
		t.Errorf("message says:\n%s", out)
	}
}

func TestReplaceRefused(t *testing.T) {
	g := newGateway(t)
	id := strings.TrimSpace(prints(t, "", "send", "--validity", "1h", "358401234567", "Hello"))
	for _, c := range []struct {
		args []string
		want error
	}{
		{[]string{id}, errReplace},
		{[]string{id, ""}, errSend},
		{[]string{id, "--at", "yesterday"}, errSend},
		{[]string{id, "--at", "2h"}, errReplace}, // it would never be sent
		{[]string{id, "--validity", "1s"}, errSend},
		{[]string{"unknown", "x"}, bus.ErrNotFound},
	} {
		if _, err := run(t, "", append([]string{"replace"}, c.args...)...); !errors.Is(err, c.want) {
			t.Errorf("replace %q: %v, want %v", c.args, err, c.want)
		}
	}
	w, err := g.Find(bounded(t), "", id)
	must(t, err)
	if string(w.Submission.Body.Reveal()) != "Hello" || w.Submission.Revision != 0 {
		t.Errorf("what was refused changed the message: %+v", w.Submission)
	}
	_, err = g.Attempt(bounded(t), &life.Event{
		ID: id, Account: w.Submission.Account, Time: time.Now(), Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting},
	}, 0)
	must(t, err)
	if _, err := run(t, "", "replace", id, "x"); !errors.Is(err, bus.ErrTooLate) {
		t.Errorf("replacing what is being sent: %v", err)
	}
}

// TestSetText: only what people wrote can be written anew.
func TestSetText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s    message.Submission
		want error
	}{
		"text":            {message.Submission{Alphabet: message.UCS2}, nil},
		"binary":          {message.Submission{Alphabet: message.Binary}, errReplace},
		"call":            {message.Submission{Kind: message.Voicecall}, errReplace},
		"with its header": {message.Submission{Options: message.Options{UDH: []byte{1, 0}}}, errReplace},
	} {
		err := setText(&c.s, "Grüße")
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && (string(c.s.Body.Reveal()) != "Grüße" || c.s.Alphabet != message.UTF8) {
			t.Errorf("%s: %+v", name, c.s)
		}
	}
}
