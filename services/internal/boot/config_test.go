package boot

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/scheduler"
)

// TestSchedulingSections: quiet hours of the file are policy, and what is not said of the
// limits of what is stuck is the default.
func TestSchedulingSections(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "viesti.yaml")
	const file = "state: /tmp\nquiet_hours:\n  - {name: nights, from: 22:00, to: 07:00, zone: UTC}\nstuck:\n  normal: 1h\n  silent: 0s\n"
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if quiet := cfg.Policy().Quiet; len(quiet) != 1 || quiet[0].Name != "nights" || quiet[0].From != 22*60 || quiet[0].To != 7*60 {
		t.Errorf("quiet hours: %+v", quiet)
	}
	if !cfg.Policy().HasRules() || (&policy.Policy{}).HasRules() {
		t.Error("quiet hours alone are rules")
	}
	stuck, defaults := cfg.SchedulerConfig().Stuck, scheduler.DefaultStuck()
	if time.Duration(stuck.Normal) != time.Hour || stuck.Silent != 0 || stuck.High != defaults.High || stuck.Every != defaults.Every {
		t.Errorf("stuck: %+v", stuck)
	}
}
