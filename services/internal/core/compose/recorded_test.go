package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
)

// TestRecorded compares with what smsd sent, where smsd is not wrong.
func TestRecorded(t *testing.T) {
	tested := 0
	for name, v := range readVectors(t) {
		if _, differs := divergences[name]; differs || notHere(v) {
			continue
		}
		tested++
		t.Run(name, func(t *testing.T) { compareRecorded(t, v) })
	}
	if tested < 150 {
		t.Errorf("only %d vectors were tested", tested)
	}
}

// notHere tells the cases that the reader of message files decides: nothing was
// sent for another reason than one of this package, or a validity in words.
func notHere(v vector) bool {
	if len(v.Submits) == 0 {
		return v.FailReason != compose.ReasonPDUKey && v.FailReason != compose.ReasonTooLongSystem
	}
	return strings.Contains(string(v.Input), "\nValidity: ") && !validityIsNumber(v)
}

func validityIsNumber(v vector) bool {
	_, after, _ := strings.Cut(string(v.Input), "\nValidity: ")
	word, _, _ := strings.Cut(after, "\n")
	return strings.Trim(word, "0123456789") == ""
}

func composeVector(t *testing.T, v vector) (*compose.Message, error) {
	t.Helper()
	settings := settingLines(t, v.Config)
	return compose.Compose(readInput(t, v.Input).submission(t, settings), settingsOf(settings))
}

func compareRecorded(t *testing.T, v vector) {
	t.Helper()
	m, err := composeVector(t, v)
	if len(v.Submits) == 0 {
		wantReason(t, err, v.FailReason)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	pdus, lengths := v.pdus()
	for i := range pdus {
		pdus[i] = strings.ToUpper(pdus[i])
	}
	if diff := cmp.Diff(pdus, hexOf(m)); diff != "" {
		t.Errorf("PDUs (-smsd +ours):\n%s", diff)
	}
	for i, p := range m.Parts {
		if extra := len(p.SMSC) - 1; i < len(lengths) && p.Length() != lengths[i]-extra {
			t.Errorf("length of part %d is %d, smsd's %d with a service centre of %d", i, p.Length(), lengths[i], extra)
		}
	}
	if diff := cmp.Diff(v.notices(t), m.Notices, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("notices (-smsd +ours):\n%s", diff)
	}
}

func hexOf(m *compose.Message) []string {
	var out []string
	for _, p := range m.Parts {
		out = append(out, p.Hex())
	}
	return out
}
