// Package contract_test compares proto/asyncapi.yaml, the contract for machines,
// with the code that makes the names and with what the broker is set up with.
package contract_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// document is what the tests read of asyncapi.yaml.
type document struct {
	AsyncAPI   string              `yaml:"asyncapi"`
	Channels   map[string]channel  `yaml:"channels"`
	Components map[string]anything `yaml:"components"`
	Assets     assets              `yaml:"x-viesti-assets"`
}

type anything = map[string]any

type channel struct {
	Address    string               `yaml:"address"`
	Stream     string               `yaml:"x-viesti-stream"`
	Subject    string               `yaml:"x-nats-subject"`
	Parameters map[string]reference `yaml:"parameters"`
}

type reference struct {
	Ref string `yaml:"$ref"`
}

type assets struct {
	Version   int           `yaml:"version"`
	Streams   []streamRow   `yaml:"streams"`
	Buckets   []bucketRow   `yaml:"buckets"`
	Consumers []consumerRow `yaml:"consumers"`
}

type streamRow struct {
	Name       string        `yaml:"name"`
	Retention  string        `yaml:"retention"`
	Storage    string        `yaml:"storage"`
	MaxAge     time.Duration `yaml:"max-age"`
	MaxSubject int64         `yaml:"max-msgs-per-subject"`
	MaxSize    int32         `yaml:"max-msg-size"`
	Duplicates time.Duration `yaml:"duplicate-window"`
	Schedules  bool          `yaml:"schedules"`
	TTL        bool          `yaml:"ttl"`
	Counters   bool          `yaml:"counters"`
}

type bucketRow struct {
	Name    string        `yaml:"name"`
	Storage string        `yaml:"storage"`
	History int64         `yaml:"history"`
	Marker  time.Duration `yaml:"marker-ttl"`
	Keys    string        `yaml:"keys"`
	Message reference     `yaml:"message"`
}

type consumerRow struct {
	Stream   string        `yaml:"stream"`
	Name     string        `yaml:"name"`
	Filter   string        `yaml:"filter"`
	AckWait  time.Duration `yaml:"ack-wait"`
	Inactive time.Duration `yaml:"inactive-threshold"`
}

// protoDir is the folder of the module proto.
func protoDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "proto")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("go.work is in no directory above")
		}
		dir = parent
	}
}

func readDocument(t *testing.T) document {
	t.Helper()
	var d document
	decode(t, &d)
	if !strings.HasPrefix(d.AsyncAPI, "3.") || len(d.Channels) == 0 || len(d.Assets.Streams) == 0 {
		t.Fatal("asyncapi.yaml is no AsyncAPI 3 document with channels and assets")
	}
	return d
}

func decode(t *testing.T, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(protoDir(t), "asyncapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, v); err != nil {
		t.Fatal(yaml.FormatError(err, false, true))
	}
}

var parameter = regexp.MustCompile(`\{([a-z]+)\}`)

// wildcards turns an address into the subject that matches every one of its kind.
func wildcards(address string) string { return parameter.ReplaceAllString(address, "*") }

// subject is the pattern that a channel stands for.
func (c channel) subject() string {
	if c.Subject != "" {
		return c.Subject
	}
	return wildcards(c.Address)
}
