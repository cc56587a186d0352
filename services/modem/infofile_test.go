package modem

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/zap"
)

// TestInfoFile wants the file only while the service stops and something is in hand.
func TestInfoFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "working")
	says := func(want string) {
		t.Helper()
		data, err := os.ReadFile(path)
		if string(data) != want || (want == "") != os.IsNotExist(err) {
			t.Errorf("the file has %q (%v), want %q", data, err, want)
		}
	}
	f := newInfoFile(path, zap.NewNop())
	part := 1
	one := f.hold("GSM2", func() string { return sending(part, 3) })
	says("")
	part = 2
	f.stop()
	says("GSM2 is sending a multipart message, now part 2 of 3.\n")
	two := f.hold("GSM1", func() string { return sending(0, 0) })
	says("GSM1 is sending a message.\nGSM2 is sending a multipart message, now part 2 of 3.\n")
	one()
	says("GSM1 is sending a message.\n")
	two()
	says("")
	newInfoFile("", zap.NewNop()).stop()
	// A file that cannot be written is told of, and stops nothing.
	f = newInfoFile(filepath.Join(path, "no", "directory"), zap.NewNop())
	f.stop()
	f.hold("GSM1", func() string { return "" })()
}
