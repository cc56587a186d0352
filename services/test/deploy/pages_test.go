package deploy_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/cli"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// TestDivergencesPage wants a row for every recorded case in which Viesti differs.
func TestDivergencesPage(t *testing.T) {
	page := read(t, "services", "doc", "divergences-smstools.md")
	for name := range truth.Divergences {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("%s has no row", name)
		}
	}
}

var moduleRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

// TestDependenciesPage wants a row for every module that the code imports, and no
// other one.
func TestDependenciesPage(t *testing.T) {
	used := map[string]bool{}
	for _, m := range moduleRow.FindAllStringSubmatch(read(t, "services", "doc", "dependencies.md"), -1) {
		used[m[1]] = false
	}
	for _, path := range imports(t) {
		module := ""
		for m := range used {
			if path == m || strings.HasPrefix(path, m+"/") {
				module = m
			}
		}
		if module == "" {
			t.Errorf("%s is imported and has no row", path)
			continue
		}
		used[module] = true
	}
	for m, so := range used {
		if !so {
			t.Errorf("%s has a row and is not imported", m)
		}
	}
}

// imports are the packages of others that the code imports, tests included, also
// those that need the programs of others.
func imports(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags", "peer,interop", "-f", "{{join .Imports \"\\n\"}}\n{{join .TestImports \"\\n\"}}\n{{join .XTestImports \"\\n\"}}", "./...")
	cmd.Dir = filepath.Join(root(t), "services")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	paths := strings.Fields(string(out))
	slices.Sort(paths)
	return slices.DeleteFunc(slices.Compact(paths), func(path string) bool {
		host, _, _ := strings.Cut(path, "/")
		return !strings.Contains(host, ".") || strings.HasPrefix(path, "github.com/viesti-sms/")
	})
}

// flagName is a flag where the usage begins to tell about it.
var flagName = regexp.MustCompile(`(?m)^ +--[a-z-]+`)

// TestCommandLinePage wants docs/cli.md to tell every command and every flag.
func TestCommandLinePage(t *testing.T) {
	page := read(t, "docs", "cli.md")
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Runnable() && !strings.Contains(page, "\n## "+c.CommandPath()) {
			t.Errorf("%s has no heading", c.CommandPath())
		}
		for _, flag := range flagName.FindAllString(c.NonInheritedFlags().FlagUsages(), -1) {
			if !strings.Contains(page, "`"+strings.TrimSpace(flag)) {
				t.Errorf("%s %s is not told", c.CommandPath(), flag)
			}
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(cli.Command("", nil, nil))
}
