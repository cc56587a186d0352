package deploy_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)

// TestLinks wants the links of all pages to lead somewhere.
func TestLinks(t *testing.T) {
	found := 0
	err := filepath.WalkDir(root(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(data), -1) {
			found++
			checkLink(t, path, m[1], m[2])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("there are no links")
	}
}

func checkLink(t *testing.T, page, target, anchor string) {
	t.Helper()
	if strings.Contains(target, "://") {
		return
	}
	to := page
	if target != "" {
		to = filepath.Join(filepath.Dir(page), filepath.FromSlash(target))
	}
	data, err := os.ReadFile(to)
	if info, statErr := os.Stat(to); statErr == nil && info.IsDir() && anchor == "" {
		return
	}
	switch {
	case err != nil:
		t.Errorf("%s: %s leads nowhere", page, target)
	case anchor != "" && !hasHeading(string(data), strings.TrimPrefix(anchor, "#")):
		t.Errorf("%s: %s has no heading %s", page, target, anchor)
	}
}

// hasHeading reports whether a page has a heading with that anchor.
func hasHeading(page, anchor string) bool {
	for _, line := range strings.Split(page, "\n") {
		text := strings.TrimLeft(line, "#")
		if text == line {
			continue
		}
		made := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), " ", "-")
		if regexp.MustCompile("[^a-z0-9_-]").ReplaceAllString(made, "") == anchor {
			return true
		}
	}
	return false
}
