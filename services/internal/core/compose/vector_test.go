package compose_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vector is one recorded case of the outgoing vectors.
type vector struct {
	Name       string `json:"name"`
	Config     string `json:"config"`
	Input      []byte `json:"input_base64"`
	FailReason string `json:"fail_reason"`
	Submits    []struct {
		PDU    string `json:"pdu"`
		Length int    `json:"length"`
	} `json:"submits"`
	File struct {
		Base64 string `json:"base64"`
	} `json:"file"`
}

// vectorDir finds the recorded vectors beside the repository.
func vectorDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, statErr := os.Stat(filepath.Join(dir, "go.work")); statErr == nil {
			return filepath.Join(dir, "..", "shared", "vectors", "smstools")
		}
	}
	t.Fatal("finding go.work above the working directory")
	return ""
}

func readVectors(t *testing.T) map[string]vector {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(vectorDir(t), "outgoing", "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("finding vectors: %d, %v", len(names), err)
	}
	vectors := map[string]vector{}
	for _, name := range names {
		var v vector
		if err := json.Unmarshal(readFile(t, name), &v); err != nil {
			t.Fatalf("reading %s: %v", name, err)
		}
		vectors[v.Name] = v
	}
	return vectors
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// pdus returns the submits without the repetitions of a refused part.
func (v vector) pdus() (pdus []string, lengths []int) {
	for _, s := range v.Submits {
		if len(pdus) > 0 && pdus[len(pdus)-1] == s.PDU {
			continue
		}
		pdus, lengths = append(pdus, s.PDU), append(lengths, s.Length)
	}
	return pdus, lengths
}

// notices returns the NOTICE headers of the file that smsd left.
func (v vector) notices(t *testing.T) []string {
	t.Helper()
	content, err := base64.StdEncoding.DecodeString(v.File.Base64)
	if err != nil {
		t.Fatal(err)
	}
	var notices []string
	head, _ := splitFile(content)
	for _, line := range head {
		if value, ok := strings.CutPrefix(line, "NOTICE: "); ok {
			notices = append(notices, value)
		}
	}
	return notices
}

// splitFile separates the header lines from the body. A notice can hold a
// carriage return of its own, so only line feeds count.
func splitFile(content []byte) (head []string, body []byte) {
	for len(content) > 0 {
		line, rest, _ := bytes.Cut(content, []byte("\n"))
		content = rest
		if len(bytes.TrimSpace(line)) == 0 {
			return head, content
		}
		head = append(head, string(line))
	}
	return head, nil
}

// settingLines reads the settings of a recorded configuration.
func settingLines(t *testing.T, name string) map[string]string {
	t.Helper()
	settings := map[string]string{}
	lines := strings.Split(string(readFile(t, filepath.Join(vectorDir(t), "configs", name+".conf"))), "\n")
	for _, line := range lines {
		if key, value, ok := strings.Cut(line, " = "); ok && !strings.HasPrefix(line, "#") {
			settings[key] = strings.TrimSpace(value)
		}
	}
	return settings
}
