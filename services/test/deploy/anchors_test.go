package deploy_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// anchored is a link within or into a page, to one of its headings.
var anchored = regexp.MustCompile(`\]\(([^):#\s]*)#([^)\s]+)\)`)

// TestAnchors wants every heading that a page links to to be there; that the
// pages themselves are is checked by scripts/links.
func TestAnchors(t *testing.T) {
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
		for _, m := range anchored.FindAllStringSubmatch(string(data), -1) {
			found++
			to := path
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(path), filepath.FromSlash(m[1]))
			}
			if page, err := os.ReadFile(to); err != nil || !hasHeading(string(page), m[2]) {
				t.Errorf("%s: %s has no heading %s", path, to, m[2])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("there are no links to headings")
	}
}

var notInAnchors = regexp.MustCompile("[^a-z0-9_-]")

// hasHeading reports whether a page has a heading with that anchor.
func hasHeading(page, anchor string) bool {
	for _, line := range strings.Split(page, "\n") {
		text := strings.TrimLeft(line, "#")
		made := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), " ", "-")
		if text != line && notInAnchors.ReplaceAllString(made, "") == anchor {
			return true
		}
	}
	return false
}
