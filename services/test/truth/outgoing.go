package truth

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// Outgoing is a recorded case of what the real smsd did with a file.
type Outgoing struct {
	Name string `json:"name"`
	// Config names the configuration that was in force.
	Config     string          `json:"config"`
	Input      []byte          `json:"input_base64"`
	DropAs     string          `json:"drop_as"`
	DropAsHex  string          `json:"drop_as_hex"`
	Rules      json.RawMessage `json:"modem_rules"`
	Options    ModemOptions    `json:"modem_options"`
	Outcome    string          `json:"outcome"`
	FailReason string          `json:"fail_reason"`
	Submits    []Submit        `json:"submits"`
	File       *File           `json:"file"`
	EventCalls []string        `json:"eventhandler"`
}

// ModemOptions are those of the simulated modem that a case was recorded with.
type ModemOptions struct {
	AnyLength bool `json:"any_length"`
}

// Submit is a PDU that reached the modem.
type Submit struct {
	PDU string `json:"pdu"`
}

// File is what smsd left of a file.
type File struct {
	Dir     string `json:"dir"`
	Name    string `json:"name"`
	Content []byte `json:"base64"`
}

// Vectors is the folder of the recordings of smsd.
func Vectors(t testing.TB) string {
	t.Helper()
	return filepath.Join(gateway.Shared(t), "vectors/smstools")
}

// IncludeDir is the folder of the files that recorded cases include.
func IncludeDir(t testing.TB) string {
	t.Helper()
	return filepath.Join(Vectors(t), "include")
}

// LoadOutgoing reads all recorded cases, in the order of their names.
func LoadOutgoing(t testing.TB) []*Outgoing {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(Vectors(t), "outgoing/*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded cases beside the repository: %v", err)
	}
	var cases []*Outgoing
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := &Outgoing{}
		if err := json.Unmarshal(data, c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		cases = append(cases, c)
	}
	return cases
}

// FileName is the name under which the file is dropped.
func (c *Outgoing) FileName(t testing.TB) string {
	t.Helper()
	switch {
	case c.DropAsHex != "":
		return unhex(t, c.DropAsHex)
	case c.DropAs != "":
		return c.DropAs
	default:
		return c.Name
	}
}

func unhex(t testing.TB, digits string) string {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// ModemRules are those of the simulated modem: the recorded ones, unless the
// divergence of the case has others.
func (c *Outgoing) ModemRules(t testing.TB) []sim.Rule {
	t.Helper()
	recorded := []byte(c.Rules)
	if d := Divergences[c.Name]; d.rules != "" {
		recorded = []byte(d.rules)
	}
	if len(recorded) == 0 {
		return nil
	}
	rules, err := sim.ParseRules(recorded)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// Data is the file with its placeholder replaced.
func (c *Outgoing) Data(t testing.TB) []byte {
	t.Helper()
	return bytes.ReplaceAll(c.Input, []byte("@INCLUDE@"), []byte(IncludeDir(t)))
}

// Includes says whether the file includes another.
func (c *Outgoing) Includes() bool { return bytes.Contains(c.Input, []byte("@INCLUDE@")) }

// Left says whether smsd left the file where it was dropped.
func (c *Outgoing) Left() bool { return strings.HasPrefix(c.Outcome, LeftInOutgoing) }

// Expected is what the recording says.
func (c *Outgoing) Expected(t testing.TB) Observed {
	t.Helper()
	if c.Left() {
		return Observed{Outcome: c.Outcome}
	}
	o := Observed{Outcome: c.Outcome, Reason: c.FailReason, Calls: c.EventCalls}
	for _, s := range c.Submits {
		o.PDUs = append(o.PDUs, WithoutReference(s.PDU))
	}
	if c.File == nil {
		return o
	}
	o.Dir, o.Name, o.Content = c.File.Dir, c.File.Name, Normalise(string(c.File.Content))
	if digits, ok := strings.CutPrefix(c.File.Name, "hex:"); ok {
		o.Name = unhex(t, digits)
		o.Calls = []string{"SENT|@DIR@/sent/" + o.Name + "|1"} // the recording lost the octets
	}
	return o
}
