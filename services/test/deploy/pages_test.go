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

var testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")

// TestDivergencesFromSMPP wants every row of the page to name a test, and every test that
// is named to be there.
func TestDivergencesFromSMPP(t *testing.T) {
	page := read(t, "services", "doc", "divergences-smpp.md")
	out, err := exec.CommandContext(t.Context(), "grep", "-rhoE", "--include=*_test.go", "^func Test[A-Za-z0-9]+", "../..").Output()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		there[strings.TrimSpace(strings.TrimPrefix(line, "func "))] = true
	}
	rows := 0
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| clause ") {
			continue
		}
		rows++
		names := testName.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 5 || len(names) == 0 {
			t.Errorf("no test in, or not five cells: %s", line)
		}
		for _, name := range names {
			if !there[name[1]] {
				t.Errorf("there is no %s", name[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("%d rows were found", rows)
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
		if c.Name() == "completion" {
			return // its commands are one, with the shell as its argument
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(cli.Command("", nil, nil))
}
