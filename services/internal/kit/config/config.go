// Package config reads YAML configuration strictly: an unknown key or a value of
// the wrong type is an error that shows the line.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// ErrInvalid says that a configuration cannot be used.
var ErrInvalid = errors.New("invalid configuration")

// Load reads the file at path into v, a pointer to a struct whose zero value or
// preset values are the defaults.
func Load(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	if err := Decode(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// LoadSome is Load for programs that look at a part of somebody else's configuration:
// keys that v does not have are passed over.
func LoadSome(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	if empty(data) {
		return nil
	}
	if err := yaml.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w: %s", path, ErrInvalid, explain(data, err))
	}
	return nil
}

// Decode reads YAML into v.
func Decode(data []byte, v any) error {
	if empty(data) {
		return nil // the decoder would take it for an error, and clear v
	}
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%w: %s", ErrInvalid, explain(data, err))
	}
	return nil
}

// empty reports whether there is nothing in a document but comments.
func empty(data []byte) bool {
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && string(line) != "---" {
			return false
		}
	}
	return true
}

// Text is a string that may look like a number: it stays as it is written, leading
// zeros included.
type Text string

// UnmarshalYAML reads the written form.
func (t *Text) UnmarshalYAML(b []byte) error {
	text := strings.TrimSpace(string(b))
	switch {
	case strings.HasPrefix(text, `"`):
		if plain, err := strconv.Unquote(text); err == nil {
			text = plain
		}
	case len(text) > 1 && strings.HasPrefix(text, `'`) && strings.HasSuffix(text, `'`):
		text = strings.ReplaceAll(text[1:len(text)-1], `''`, `'`)
	}
	*t = Text(text)
	return nil
}

// MarshalYAML writes it in quotation marks, so that it stays a text for every reader.
func (t Text) MarshalYAML() ([]byte, error) { return []byte(strconv.Quote(string(t))), nil }

// Duration is a time.Duration written like 10s, 5m or 1h30m.
type Duration time.Duration

// UnmarshalYAML reads the written form.
func (d *Duration) UnmarshalYAML(node ast.Node) error {
	token := node.GetToken()
	v, err := time.ParseDuration(token.Value)
	if err != nil {
		return fmt.Errorf("[%d:%d] %q is not a time like 10s, 5m or 1h", token.Position.Line, token.Position.Column, token.Value)
	}
	*d = Duration(v)
	return nil
}

// MarshalYAML writes the written form.
func (d Duration) MarshalYAML() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
