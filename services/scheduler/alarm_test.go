package scheduler

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// TestAlarmHandler: six arguments (smstools spec §5.2), for what is severe enough,
// once for two hosts; one that hangs or fails keeps no other alarm back.
func TestAlarmHandler(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	program := r.script("true")
	must(t, os.WriteFile(program, []byte(`#!/bin/sh
printf '%s|' "$@" >> `+r.path("alarms")+`; echo >> `+r.path("alarms")+`
case "$6" in hang*) sleep 600;; esac
exit 1
`), 0o700))
	alarms := DefaultAlarms()
	alarms.Handler, alarms.Level, alarms.Timeout = program, 3, config.Duration(5*time.Second)
	for _, host := range []string{"a", "b"} {
		b, _ := r.connect()
		s := New(Config{Host: host, Alarms: alarms}, b, zap.NewNop())
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		t.Cleanup(func() { cancel(); stopped(t, <-done) })
	}
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.Local)
	r.wait("the followers", func() bool {
		_, err := r.jetStream().Consumer(bounded(t), r.bus.Space().StreamEvents(), subject.ConsumerAlarm)
		return err == nil
	})
	for id, a := range map[string]life.Alarm{"1": {Severity: 3, Text: "hang on"}, "2": {Severity: 4, Text: "not severe"}, "3": {Severity: 2, Text: "it's $(bad)"}} {
		e := &life.Event{ID: id, Account: subject.System, Time: at, Kind: a}
		if id == "3" {
			e.Modem = &life.Modem{Host: "far", Name: "SIM1"}
		}
		must(t, r.bus.Publish(bounded(t), e))
	}
	lines := func() []string {
		data, _ := os.ReadFile(r.path("alarms"))
		return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	}
	r.wait("two alarms", func() bool { return len(lines()) == 2 && lines()[1] != "" })
	got := lines()
	if got[0] > got[1] {
		got[0], got[1] = got[1], got[0]
	}
	if want := []string{"ALARM|2026-05-06|07:08:09|2|SIM1|it's $(bad)|", "ALARM|2026-05-06|07:08:09|3|smsd|hang on|"}; got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %q, want %q", got, want)
	}
}
