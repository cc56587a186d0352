package tpdu

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectorFolder finds the recorded vectors beside the repository, which is the
// folder of go.work.
func vectorFolder(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "..", "shared", "vectors", "smstools", name)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Fatal("no go.work above the working directory")
		}
		dir = parent
	}
}

// readVectors reads every vector of a folder, by name.
func readVectors[T any](tb testing.TB, folder string) map[string]T {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(vectorFolder(tb, folder), "*.json"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no vectors in %s: %v", folder, err)
	}
	vectors := make(map[string]T, len(paths))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		var v T
		if err := json.Unmarshal(text, &v); err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		vectors[strings.TrimSuffix(filepath.Base(path), ".json")] = v
	}
	return vectors
}

// outgoingVector is the part of outgoing/NAME.json that concerns TPDUs.
type outgoingVector struct {
	Submits []struct {
		PDU     string         `json:"pdu"`
		Decoded *decodedVector `json:"decoded"`
	} `json:"submits"`
}

type decodedVector struct {
	RD       bool   `json:"rd"`
	VPF      int    `json:"vpf"`
	SRR      bool   `json:"srr"`
	UDHI     bool   `json:"udhi"`
	RP       bool   `json:"rp"`
	MR       byte   `json:"mr"`
	DA       string `json:"da"`
	DATOA    string `json:"da_toa"`
	SCA      string `json:"sca"`
	SCATOA   string `json:"sca_toa"`
	PID      string `json:"pid"`
	DCS      string `json:"dcs"`
	VP       string `json:"vp"`
	UDH      string `json:"udh"`
	Alphabet string `json:"alphabet"`
	Class    int    `json:"class"`
	Units    int    `json:"units"`
	Lang     int    `json:"lang"`
	LangLock int    `json:"langlock"`
	Note     string `json:"note"`
	Concat   *struct {
		Ref   uint16 `json:"ref"`
		Total uint8  `json:"total"`
		Seq   uint8  `json:"seq"`
	} `json:"concat"`
}

// incomingVector is the part of incoming/NAME.json that concerns TPDUs.
type incomingVector struct {
	PDUs []struct {
		PDU    string `json:"pdu"`
		Report bool   `json:"report"`
	} `json:"pdus"`
	Configs map[string]struct {
		Files []receivedFile `json:"files"`
	} `json:"configs"`
}

type receivedFile struct {
	Headers [][2]string `json:"headers"`
	Text    string      `json:"text"`
	All     []byte      `json:"base64"`
}

// header returns the value of a header of a received file.
func (f receivedFile) header(name string) (string, bool) {
	for _, h := range f.Headers {
		if h[0] == name+":" {
			return h[1], true
		}
	}
	return "", false
}
