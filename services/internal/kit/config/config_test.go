package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type sample struct {
	Name  string          `yaml:"name"`
	Wait  Duration        `yaml:"wait"`
	List  []string        `yaml:"list"`
	Below struct{ N int } `yaml:"below"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	v := sample{Name: "preset", Wait: Duration(time.Hour)}
	if err := Decode([]byte("wait: 1m30s # comment\nlist: [a, b]\nbelow:\n  n: 3\n"), &v); err != nil {
		t.Fatal(err)
	}
	want := sample{Name: "preset", Wait: Duration(90 * time.Second), List: []string{"a", "b"}}
	want.Below.N = 3
	if d := cmp.Diff(want, v); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestNothingKeepsThePresets(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  \n\n", "# only a comment\n", "---\n", "# a\n# b"} {
		v := sample{Name: "preset"}
		if err := Decode([]byte(text), &v); err != nil || v.Name != "preset" {
			t.Errorf("%q: %+v, %v", text, v, err)
		}
	}
}

func TestErrorsShowTheLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"name: a\nnaem: b\n":         {"[2:1]", "naem"},
		"name: a\nbelow:\n  m: 1\n":  {"[3:3]", "m"},
		"name: a\nlist: 5\n":         {"[2:7]"},
		"name: a\nbelow:\n  n: many": {"[3:6]"},
		"name: a\nwait: soon\n":      {"soon", "10s"},
		"name: a\nname: b\n":         {"[2:1]", "name"},
		"name: [a\n":                 {"[1:"},
	} {
		err := Decode([]byte(text), &sample{})
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", text, err)
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %v, want it to hold %q", text, err, part)
			}
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "viesti.yaml")
	if err := Load(path, &sample{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("other: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Load(path, &sample{}); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want ErrInvalid with the path", err)
	}
}

func TestDurationRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := struct{ D Duration }{Duration(rapid.Int64().Draw(t, "duration"))}
		data, err := yaml.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := struct{ D Duration }{}
		if err := Decode(data, &got); err != nil || got != want {
			t.Fatalf("%s came back as %v, %v", data, got, err)
		}
	})
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"10s": 10 * time.Second, `"5m"`: 5 * time.Minute, "'1h30m'": 90 * time.Minute, "0": 0, "0s": 0, "1.5h": 90 * time.Minute,
	} {
		var v sample
		if err := Decode([]byte("wait: "+text), &v); err != nil || time.Duration(v.Wait) != want {
			t.Errorf("%s is read as %v, %v", text, time.Duration(v.Wait), err)
		}
	}
	for _, text := range []string{"10", "ten", "1d", "[1s]", "10 s"} {
		if err := Decode([]byte("wait: "+text), &sample{}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", text, err)
		}
	}
}
