package wire

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/stuck"
)

func TestTroubles(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	want := []stuck.Known{{Code: "c", About: "q/high", Since: at, Told: at.Add(time.Hour), Times: 3, Over: true, Pending: &life.Alarm{Severity: 5, Code: "c", Text: "t"}}, {Code: "d"}}
	data, err := EncodeTroubles(want, at)
	if err != nil {
		t.Fatal(err)
	}
	got, looked, err := DecodeTroubles(data)
	if err != nil || !looked.Equal(at) {
		t.Fatalf("looked %v, %v", looked, err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if _, _, err := DecodeTroubles([]byte{0xff}); err == nil {
		t.Error("rubbish was read")
	}
}
