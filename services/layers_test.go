package services

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/viesti-sms/viesti/services/"
	proto  = "github.com/viesti-sms/viesti/proto/"
)

// layer is a set of packages that stand at the same height. Arrows only go down.
type layer struct {
	name string
	// packages are paths below services/; one that ends in / stands for all below it.
	packages []string
	// below lists the layers that it may import.
	below []string
	// among allows imports between packages of the layer.
	among bool
	// libraries are the third-party packages that it may import, by prefix.
	libraries []string
	// contract are the packages of proto that it may import.
	contract []string
	// pure forbids I/O, clocks, goroutines and locks.
	pure bool
}

var layers = []layer{
	// Codecs may use each other so that no rule stands twice: the smstools formats
	// use gsm7 and tpdu, smsdconf also smsfile, and nothing else needs it.
	// smpp speaks with the vocabulary of go-smpp; its decoder serves tests alone.
	{
		name: "codec", packages: []string{"internal/codec/"}, among: true, pure: true,
		libraries: []string{"github.com/fiorix/go-smpp/smpp/pdu"},
	},
	// schedule uses the parser of cron expressions of robfig/cron, not its clock.
	{
		name: "core", packages: []string{"internal/core/"}, below: []string{"codec"}, among: true, pure: true,
		libraries: []string{"github.com/robfig/cron/v3"},
	},
	{
		name: "wire", packages: []string{"internal/wire"}, below: []string{"core", "codec"},
		libraries: []string{"google.golang.org/protobuf"}, contract: []string{"viesti/v1"},
	},
	{
		name: "bus", packages: []string{"internal/driver/bus"}, below: []string{"wire", "core", "codec"},
		libraries: []string{"github.com/nats-io/nats.go", "github.com/synadia-io/orbit.go/"}, contract: []string{"subject"},
	},
	{
		name: "driver", packages: []string{"internal/driver/modem", "internal/driver/serial", "internal/driver/spooldir", "internal/driver/hook", "internal/driver/secret"},
		below:     []string{"core", "codec"},
		libraries: []string{"go.bug.st/serial", "golang.org/x/sys/unix", "github.com/fsnotify/fsnotify", "github.com/oklog/ulid/v2", "golang.org/x/sync/errgroup", "golang.org/x/crypto/argon2"},
	},
	{
		name: "kit", packages: []string{"internal/kit/"},
		libraries: []string{"go.uber.org/zap", "github.com/goccy/go-yaml", "golang.org/x/sync/errgroup"},
	},
	{
		name: "policyfile", packages: []string{"internal/policyfile"}, below: []string{"kit", "core", "codec"},
		libraries: []string{"github.com/goccy/go-yaml"},
	},
	{
		name: "natsd", packages: []string{"internal/natsd"},
		libraries: []string{"github.com/nats-io/nats-server/v2/server", "github.com/nats-io/nats.go", "github.com/nats-io/nkeys", "golang.org/x/sys/unix", "golang.org/x/sync/errgroup"},
	},
	{
		name: "sim", packages: []string{"internal/sim/"}, below: []string{"codec"},
		libraries: []string{"github.com/creack/pty", "golang.org/x/sys/unix"},
	},
	{
		name: "services", packages: []string{"monitor", "spool", "smpp", "modem", "scheduler", "cli"},
		below:     []string{"bus", "driver", "policyfile", "kit", "wire", "core", "codec"},
		libraries: []string{"golang.org/x/sys/unix", "go.uber.org/zap", "golang.org/x/sync/errgroup", "github.com/spf13/cobra", "github.com/oklog/ulid/v2", "golang.org/x/sync/semaphore", "golang.org/x/time/rate", "github.com/pires/go-proxyproto"},
		contract:  []string{"subject"},
	},
	{
		name: "boot", packages: []string{"internal/boot"}, below: []string{"services", "bus", "driver", "policyfile", "kit", "core", "codec"},
		libraries: []string{"github.com/nats-io/nats.go", "github.com/spf13/cobra", "go.uber.org/zap"}, contract: []string{"subject"},
	},
	{
		name: "cmd", packages: []string{"cmd/viesti", "cmd/viesti-spool", "cmd/viesti-smpp", "cmd/viesti-modem", "cmd/viesti-scheduler"},
		below: []string{"boot", "services", "kit"},
	},
	{
		name: "viestid", packages: []string{"cmd/viestid"},
		below:     []string{"boot", "services", "bus", "kit", "natsd", "sim", "core", "codec"},
		libraries: []string{"github.com/nats-io/nats.go", "github.com/spf13/cobra", "go.uber.org/zap"},
	},
	{
		name: "viesti-sim", packages: []string{"cmd/viesti-sim"}, below: []string{"boot", "kit", "sim", "codec"},
		libraries: []string{"github.com/spf13/cobra"},
	},
	{
		name: "test", packages: []string{"test/"}, among: true,
		below:     []string{"viestid", "viesti-sim", "cmd", "boot", "services", "sim", "natsd", "policyfile", "kit", "driver", "bus", "wire", "core", "codec"},
		libraries: []string{""}, contract: []string{"subject", "viesti/v1"},
	},
}

// impure are packages that a pure one does not import.
var impure = []string{"os", "net", "sync", "io/fs", "log", "os/", "net/", "sync/", "context", "syscall", "math/rand"}

// clock are calls that a pure package does not make.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

func layerOf(pkg string) *layer {
	for i := range layers {
		for _, p := range layers[i].packages {
			if pkg == p || strings.HasSuffix(p, "/") && strings.HasPrefix(pkg+"/", p) {
				return &layers[i]
			}
		}
	}
	return nil
}

// TestLayers reads every file and checks its imports against the table, and pure
// files for what they must not do.
func TestLayers(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || !strings.Contains(path, "/") {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		l := layerOf(pkg)
		if l == nil {
			t.Errorf("%s belongs to no layer", path)
			return nil
		}
		seen[l.name] = true
		for _, problem := range check(t, l, pkg, path) {
			t.Errorf("%s: %s", path, problem)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		if !seen[l.name] {
			t.Errorf("the layer %s has no packages any more", l.name)
		}
	}
}

func check(t *testing.T, l *layer, pkg, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	test := strings.HasSuffix(path, "_test.go")
	var problems []string
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if problem := l.refuses(pkg, name, test); problem != "" {
			problems = append(problems, problem)
		}
	}
	if l.pure && !test {
		problems = append(problems, impurities(file)...)
	}
	return problems
}

// refuses says why a package must not import another one; empty: it may. Tests
// may import what they like of third parties, and the layers of simulators.
func (l *layer) refuses(pkg, name string, test bool) string {
	switch {
	case strings.HasPrefix(name, module):
		return l.refusesOwn(pkg, strings.TrimPrefix(name, module), test)
	case strings.HasPrefix(name, proto):
		if !test && !slices.Contains(l.contract, strings.TrimPrefix(name, proto)) {
			return fmt.Sprintf("layer %s imports %s", l.name, name)
		}
	case strings.Contains(strings.Split(name, "/")[0], "."):
		if !test && !slices.ContainsFunc(l.libraries, func(p string) bool { return strings.HasPrefix(name, p) }) {
			return fmt.Sprintf("layer %s imports the library %s", l.name, name)
		}
	case name == "net/netip": // values only
	case l.pure && !test && slices.ContainsFunc(impure, func(p string) bool { return name == p || strings.HasSuffix(p, "/") && strings.HasPrefix(name, p) }):
		return "pure package imports " + name
	}
	return ""
}

func (l *layer) refusesOwn(pkg, other string, test bool) string {
	to := layerOf(other)
	switch {
	case to == nil:
		return other + " belongs to no layer"
	case other == pkg, slices.Contains(l.below, to.name), l.among && to == l:
		return ""
	case test && slices.Contains([]string{"sim", "natsd", "codec", "core"}, to.name):
		return ""
	default:
		return fmt.Sprintf("layer %s imports %s of layer %s", l.name, other, to.name)
	}
}

// impurities finds goroutines, channels' select and clock calls.
func impurities(file *ast.File) []string {
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, "pure package starts a goroutine")
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
				found = append(found, "pure package asks the clock: time."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// TestNoSkips looks for tests that skip or sleep: a suite that cannot run is a
// failure, and a sleep is a guess.
func TestNoSkips(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") || path == "layers_test.go" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		synctest := strings.Contains(string(data), "testing/synctest")
		for i, line := range strings.Split(string(data), "\n") {
			if strings.Contains(line, "t.Skip") || strings.Contains(line, "b.Skip") {
				t.Errorf("%s:%d skips", path, i+1)
			}
			if strings.Contains(line, "time.Sleep(") && !synctest {
				t.Errorf("%s:%d sleeps", path, i+1)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
