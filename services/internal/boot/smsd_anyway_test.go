package boot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSaidAnyway: a line that says what is done anyway raises no warning, whatever section
// it is in, and one that says something else does, where it counts.
func TestSaidAnyway(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "smsd.conf")
	text := `devices = A, B
log_read_timing = no
log_response_time = yes
[default]
device = /dev/modemname
keep_open = no
device_open_retries = -1
verify_pdu = no
[A]
keep_open = yes
device_open_retries = 3
[B]
pdu_from_file =
`
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if _, err := FromSmsd(conf, &said); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	var warned []string
	for line := range strings.Lines(said.String()) {
		warned = append(warned, strings.Fields(strings.TrimPrefix(line, conf+": line "))[0])
	}
	if got, want := strings.Join(warned, " "), "3, 6, 11,"; got != want {
		t.Errorf("warned of lines %s want %s\n%s", got, want, &said)
	}
}
