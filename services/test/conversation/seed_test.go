package conversation_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// outcomes sends messages through a modem that refuses some of them, by chance.
func outcomes(t *testing.T, seed uint64) (codes []int) {
	t.Helper()
	cfg := sim.Config{Seed: seed, Rules: []sim.Rule{
		{Stage: sim.StagePDU, Match: pattern("."), Action: sim.ActionReply, Reply: "+CMS ERROR: 38", Probability: 0.3},
		{Stage: sim.StagePDU, Match: pattern("."), Action: sim.ActionReply, Reply: "+CMS ERROR: 512", Probability: 0.3},
		{Stage: sim.StageCommand, Match: pattern("CMGS"), Action: sim.ActionReply, Reply: "ERROR", Probability: 0.2},
	}}
	drive(t, cfg, nil, func(d *driven) {
		d.init()
		for range 60 {
			_, err := d.m.Send(context.Background(), hello, helloLength)
			var r *driver.RefusedError
			code := 0
			if errors.As(err, &r) {
				code = r.Code
			}
			codes = append(codes, code)
		}
	})
	return codes
}

// TestFaultsAreSeeded wants faults by chance to be the same with one seed, and
// others with another, and each kind to happen.
func TestFaultsAreSeeded(t *testing.T) {
	first := outcomes(t, 1)
	if again := outcomes(t, 1); !slices.Equal(first, again) {
		t.Errorf("one seed, two runs:\n%v\n%v", first, again)
	}
	if slices.Equal(first, outcomes(t, 2)) {
		t.Error("two seeds, one run")
	}
	for _, code := range []int{0, 38, 512, -1} {
		if !slices.Contains(first, code) {
			t.Errorf("no outcome %d: %v", code, first)
		}
	}
}
