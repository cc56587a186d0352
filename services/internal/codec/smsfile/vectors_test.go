package smsfile

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectorDir finds the recorded truth: the folder shared beside the workspace.
func vectorDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "vectors", "smstools")
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("no go.work above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// recordedFile is a file as smsd left it.
type recordedFile struct {
	Dir     string      `json:"dir"`
	Name    string      `json:"name"`
	Headers [][2]string `json:"headers"`
	Base64  []byte      `json:"base64"`
}

// header returns the first value of a header.
func (f *recordedFile) header(name string) string {
	for _, h := range f.Headers {
		if h[0] == name+":" {
			return h[1]
		}
	}
	return ""
}

// values returns all values of a header.
func (f *recordedFile) values(name string) (all []string) {
	for _, h := range f.Headers {
		if h[0] == name+":" {
			all = append(all, h[1])
		}
	}
	return all
}

// submit is one PDU that reached the modem.
type submit struct {
	PDU     string `json:"pdu"`
	Decoded struct {
		SRR      bool   `json:"srr"`
		RD       bool   `json:"rd"`
		RP       bool   `json:"rp"`
		UDHI     bool   `json:"udhi"`
		MR       int    `json:"mr"`
		DA       string `json:"da"`
		DATOA    string `json:"da_toa"`
		PID      string `json:"pid"`
		DCS      string `json:"dcs"`
		VP       string `json:"vp"`
		UDH      string `json:"udh"`
		Alphabet string `json:"alphabet"`
		Text     string `json:"text"`
	} `json:"decoded"`
}

// outgoingCase is one file of vectors/smstools/outgoing.
type outgoingCase struct {
	Name       string        `json:"name"`
	Config     string        `json:"config"`
	Input      []byte        `json:"input_base64"`
	DropAs     string        `json:"drop_as"`
	Outcome    string        `json:"outcome"`
	FailReason string        `json:"fail_reason"`
	Submits    []submit      `json:"submits"`
	File       *recordedFile `json:"file"`
}

// incomingCase is one file of vectors/smstools/incoming.
type incomingCase struct {
	Name    string `json:"name"`
	Configs map[string]struct {
		Files []recordedFile `json:"files"`
	} `json:"configs"`
}

// loadCases reads all cases of one folder.
func loadCases[T any](tb testing.TB, folder string) map[string]T {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(vectorDir(tb), folder, "*.json"))
	if err != nil || len(names) == 0 {
		tb.Fatalf("no vectors in %s: %v", folder, err)
	}
	cases := make(map[string]T, len(names))
	for _, name := range names {
		cases[strings.TrimSuffix(filepath.Base(name), ".json")] = loadCase[T](tb, name)
	}
	return cases
}

func loadCase[T any](tb testing.TB, name string) (c T) {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return c
}
