package contract_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func sorted[T any](less func(a, b T) bool) cmp.Option { return cmpopts.SortSlices(less) }

// TestTwoModules wants the contract to bring nothing along but protobuf.
func TestTwoModules(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./...")
	cmd.Dir = protoDir(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	want := []string{"github.com/viesti-sms/viesti/proto", "google.golang.org/protobuf"}
	if diff := cmp.Diff(want, slices.Compact(modules)); diff != "" {
		t.Errorf("modules of the contract (-want +got):\n%s", diff)
	}
}
