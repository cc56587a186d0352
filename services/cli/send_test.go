package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// noon is a Monday noon somewhere.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 2*3600))

// usual are the options when none are given.
var usual = sendFlags{priority: "normal", onUnknown: "default"}

func TestArguments(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", smsfile.MaxBody)
	for _, c := range []struct {
		args    []string
		stdin   string
		numbers []string
		text    string
	}{
		{[]string{"1", "Hello"}, "ignored", []string{"1"}, "Hello"},
		{[]string{"1", "2", "Hello, all"}, "", []string{"1", "2"}, "Hello, all"},
		{[]string{"1"}, "from stdin\n\r\n", []string{"1"}, "from stdin"},
		{[]string{"1", "2", "-"}, "  a\nb \n", []string{"1", "2"}, "  a\nb "},
		{[]string{"1", long}, "", []string{"1"}, long},
		{[]string{"1", "-"}, long, []string{"1"}, long},
	} {
		e := &env{stdin: strings.NewReader(c.stdin)}
		numbers, text, err := e.arguments(c.args)
		if d := cmp.Diff(c.numbers, numbers); d != "" || text != c.text || err != nil {
			t.Errorf("%d arguments: %v, %d octets of text, %v", len(c.args), numbers, len(text), err)
		}
	}
	for name, c := range map[string]struct {
		args  []string
		stdin string
	}{
		"no text": {[]string{"1", ""}, ""}, "nothing on stdin": {[]string{"1"}, "\n\n"}, "too long": {[]string{"1", long + "x"}, ""},
		"too long on stdin": {[]string{"1"}, long + "x"}, "not UTF-8": {[]string{"1", "\xff"}, ""},
	} {
		e := &env{stdin: strings.NewReader(c.stdin)}
		if _, _, err := e.arguments(c.args); !errors.Is(err, errSend) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseAt(t *testing.T) {
	t.Parallel()
	day := func(d, h, m, s int) time.Time { return time.Date(2026, 11, d, h, m, s, 0, noon.Location()) }
	for text, want := range map[string]time.Time{
		"":                     {},
		"2026-11-24 18:00":     day(24, 18, 0, 0),
		"2026-11-24 18:00:05":  day(24, 18, 0, 5),
		"2026-11-24T18:00":     day(24, 18, 0, 0),
		"2026-11-24T18:00:05":  day(24, 18, 0, 5),
		"2026-11-24T18:00:05Z": time.Date(2026, 11, 24, 18, 0, 5, 0, time.UTC),
		"18:00":                day(23, 18, 0, 0),
		"12:00":                day(24, 12, 0, 0),
		"06:30":                day(24, 6, 30, 0),
		"2h":                   noon.Add(2 * time.Hour),
		"+90s":                 noon.Add(90 * time.Second),
		"3d":                   noon.Add(72 * time.Hour),
	} {
		if got, err := parseAt(text, noon); err != nil || !got.Equal(want) {
			t.Errorf("parseAt(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"2026-11-23 11:59", "2020-01-01T00:00:00Z", "tomorrow", "-2h", "25:00", "0", "2026-13-01 10:00", "2h3d", "99999999d"} {
		if got, err := parseAt(text, noon); !errors.Is(err, errSend) {
			t.Errorf("parseAt(%q) = %v, %v; want a refusal", text, got, err)
		}
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "30m": 30 * time.Minute, "1h30m": 90 * time.Minute, "3d": 72 * time.Hour, "1.5d": 36 * time.Hour, "0d": 0,
	} {
		if got, err := parseSpan(text); err != nil || got != want {
			t.Errorf("parseSpan(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "5", "2h3d", "1d2h", "-1h", "-1d", "NaNd", "Infd", "1e300d", "2562047h"} {
		if got, err := parseSpan(text); err == nil {
			t.Errorf("parseSpan(%q) = %v, want a refusal", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9.]{0,9}[smhde+]{0,3}[0-9]{0,3}[smhd]?`).Draw(t, "text")
		if d, err := parseSpan(text); err == nil && (d < 0 || d > maxSpan) {
			t.Fatalf("parseSpan(%q) = %v", text, d)
		}
	})
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	e := &env{now: func() time.Time { return noon }}
	s, err := e.template("Hello", usual)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.Account, "cli-") || string(s.Body.Reveal()) != "Hello" || !s.AcceptedAt.Equal(noon) || s.Priority != message.Normal ||
		s.Options.Report != message.Unset || !s.ExpiresAt.IsZero() || s.OnUnknown != message.OnUnknownDefault {
		t.Errorf("the usual: %+v", s)
	}
	s, err = e.template("Hello", sendFlags{
		report: true, flash: true, priority: "high", validity: "2h", at: "18:00", onUnknown: "hold", alternates: []string{"+358 40 1", "2,5m"},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := noon.Add(6 * time.Hour)
	if s.Options.Report != message.Yes || !s.Options.Flash || s.Priority != message.High || s.OnUnknown != message.Hold ||
		!s.DeliverAt.Equal(at) || !s.ExpiresAt.Equal(at.Add(2*time.Hour)) || s.Options.Validity == nil || *s.Options.Validity != 23 {
		t.Errorf("with everything: %+v", s)
	}
	want := []message.Alternate{{Recipient: message.NewAddress("358401"), After: 30 * time.Minute}, {Recipient: message.NewAddress("2"), After: 5 * time.Minute}}
	if d := cmp.Diff(want, s.Alternates, cmp.Comparer(func(a, b message.Address) bool { return a == b })); d != "" {
		t.Errorf("alternates (-want +got):\n%s", d)
	}
}

func TestTemplateRefuses(t *testing.T) {
	t.Parallel()
	e := &env{now: func() time.Time { return noon }}
	for name, change := range map[string]func(*sendFlags){
		"--priority":            func(f *sendFlags) { f.priority = "urgent" },
		"--on-unknown":          func(f *sendFlags) { f.onUnknown = "forget" },
		"--at":                  func(f *sendFlags) { f.at = "noon" },
		"--validity":            func(f *sendFlags) { f.validity = "soon" },
		"--validity is \"59s\"": func(f *sendFlags) { f.validity = "59s" },
		"its wait is \"soon\"":  func(f *sendFlags) { f.alternates = []string{"1,soon"} },
		"is no number":          func(f *sendFlags) { f.alternates = []string{"somebody"} },
	} {
		f := usual
		change(&f)
		if _, err := e.template("x", f); !errors.Is(err, errSend) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// address is what send does with its numbers.
func address(template *message.Submission, numbers []string, queue string, shared *policy.Policy) ([]*message.Submission, error) {
	recipients, err := addresses(numbers)
	if err != nil {
		return nil, err
	}
	return copies(template, recipients, queue, shared)
}

func TestAddress(t *testing.T) {
	t.Parallel()
	shared := &policy.Policy{Routes: route.Policy{Queues: []route.Queue{{Name: "fi", Prefixes: []string{"358"}}, {Name: "short", Prefixes: []string{"s"}}}}}
	template := &message.Submission{Account: "cli-h", Body: message.NewBody([]byte("x"))}
	subs, err := address(template, []string{"+358 40-123", "00358401", "s1234"}, "", shared)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, want := range [][2]string{{"35840123", "fi"}, {"358401", "fi"}, {"s1234", "short"}} {
		s := subs[i]
		if s.Recipient.Reveal() != want[0] || s.Queue != want[1] || s.Account != "cli-h" || len(s.ID) != 26 || s.ID != strings.ToLower(s.ID) || seen[s.ID] {
			t.Errorf("recipient %d: %+v", i, s)
		}
		seen[s.ID] = true
	}
	if template.ID != "" {
		t.Error("the template was changed")
	}
	for numbers, want := range map[string]string{"358401 Hello": "argument 2", "49123456789": "4****9"} {
		_, err := address(template, strings.Fields(numbers), "", shared)
		if !errors.Is(err, errSend) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "49123456789") {
			t.Errorf("%s: %v, want %s", numbers, err, want)
		}
	}
	if _, err := address(template, []string{"358401"}, "nowhere", shared); !errors.Is(err, route.ErrQueue) {
		t.Errorf("a queue that is not there: %v", err)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"send"}, {"message"}, {"message", "a", "b"}, {"tail", "x"}, {"modem", "at", "SIM1"}, {"nonsense"}, {"status", "--nonsense"}} {
		cmd := Command("v", strings.NewReader(""), &bytes.Buffer{})
		cmd.SetArgs(args)
		if err := cmd.Execute(); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
