package smstools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// incomingCase is a recorded case of PDUs that the network delivered.
type incomingCase struct {
	Name string `json:"name"`
	PDUs []struct {
		PDU string `json:"pdu"`
		// Wait says that the next one came when this one was processed.
		Wait   bool `json:"wait"`
		Report bool `json:"report"`
	} `json:"pdus"`
	Configs map[string]recordedArrival `json:"configs"`
}

type recordedArrival struct {
	Files []struct {
		Dir     string `json:"dir"`
		Name    string `json:"name"`
		Mode    string `json:"mode"`
		Content []byte `json:"base64"`
	} `json:"files"`
	Calls []string `json:"eventhandler"`
}

// arrival is what became of a case: files sorted, calls in their order.
type arrival struct {
	Files []arrived
	Calls []string
}

// arrived is a file, comparable with a recorded one.
type arrived struct{ Dir, Name, Mode, Content string }

func loadIncoming(t *testing.T) []*incomingCase {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(truth.Vectors(t), "incoming/*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded cases beside the repository: %v", err)
	}
	var cases []*incomingCase
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := &incomingCase{}
		if err := json.Unmarshal(data, c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		cases = append(cases, c)
	}
	return cases
}

// expected is what the recording says.
func (c *incomingCase) expected(config string) arrival {
	r := c.Configs[config]
	a := arrival{Calls: r.Calls}
	for _, f := range r.Files {
		a.Files = append(a.Files, arrived{Dir: f.Dir, Name: f.Name, Mode: f.Mode, Content: string(f.Content)})
	}
	return a.sorted()
}

func (a arrival) sorted() arrival {
	slices.SortFunc(a.Files, func(x, y arrived) int {
		return strings.Compare(x.Dir+"/"+x.Name+x.Content, y.Dir+"/"+y.Name+y.Content)
	})
	return a
}

// isReport reports whether the case is one status report.
func (c *incomingCase) isReport() bool { return len(c.PDUs) == 1 && c.PDUs[0].Report }

// traces are what a gateway keeps of a case: it recognises a PDU that comes again,
// and parts of one sender and reference meet.
func (c *incomingCase) traces() (traces []string) {
	for _, p := range c.PDUs {
		traces = append(traces, p.PDU)
		octets, _ := tpdu.DecodeHex(p.PDU)
		mt, err := tpdu.DecodeMT(octets)
		if err != nil {
			continue
		}
		if part, ok := join.PartOf(mt); ok {
			traces = append(traces, mt.Deliver.OA.Digits+"/"+strconv.Itoa(int(part.Reference)))
		}
	}
	return traces
}

// apart divides cases into groups whose cases do not meet within one gateway.
func apart(cases []*incomingCase) (groups [][]*incomingCase) {
	var traces []map[string]bool
	for _, c := range cases {
		own := c.traces()
		meets := func(group map[string]bool) bool {
			return slices.ContainsFunc(own, func(trace string) bool { return group[trace] })
		}
		at := slices.IndexFunc(traces, func(group map[string]bool) bool { return !meets(group) })
		if at < 0 {
			at = len(groups)
			groups, traces = append(groups, nil), append(traces, map[string]bool{})
		}
		groups[at] = append(groups[at], c)
		for _, trace := range own {
			traces[at][trace] = true
		}
	}
	return groups
}

var receivedHeader = regexp.MustCompile(`(?m)^(Received: ).*$`)

// withoutReceived replaces the one header that differs from run to run.
func withoutReceived(content string) string {
	head, body, found := strings.Cut(content, "\n\n")
	head = receivedHeader.ReplaceAllString(head, "${1}<TIME>")
	if !found {
		return head
	}
	return head + "\n\n" + body
}
