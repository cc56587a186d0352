package log

import (
	"go.uber.org/zap/zapcore"
)

// ModemLog is the log of one modem: all lines about it, whichever service writes them.
type ModemLog struct {
	// File is appended to; empty: the log of the process; "-": standard error.
	File string `yaml:"file"`
	// Level is as that of Config, which holds when it is empty.
	Level string `yaml:"level"`
}

// modem is the configuration of the log of a modem.
func (c Config) modem(name string) Config {
	own := c.Modems[name]
	c.File = own.File
	if own.Level != "" {
		c.Level = own.Level
	}
	c.Modems = nil
	return c
}

// router writes each line where it belongs: to the log of the modem that it is about,
// if that one has its own, and otherwise to that of the process.
type router struct {
	main   zapcore.Core
	modems map[string]*target
	fields []zapcore.Field
}

// Enabled reports whether any of the logs may take the line.
func (r *router) Enabled(level zapcore.Level) bool {
	if r.main.Enabled(level) {
		return true
	}
	for _, t := range r.modems {
		if t.core.Enabled(level) {
			return true
		}
	}
	return false
}

// With adds fields.
func (r *router) With(fields []zapcore.Field) zapcore.Core {
	with := *r
	with.fields = append(r.fields[:len(r.fields):len(r.fields)], fields...)
	return &with
}

// Check adds the core to a line that may be written.
func (r *router) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if r.Enabled(e.Level) {
		return checked.AddCore(e, r)
	}
	return checked
}

// Write writes a line.
func (r *router) Write(e zapcore.Entry, fields []zapcore.Field) error {
	fields = append(r.fields[:len(r.fields):len(r.fields)], fields...)
	core := r.main
	for _, f := range fields {
		if f.Key != modemKey || f.Type != zapcore.StringType {
			continue
		}
		if t, ok := r.modems[f.String]; ok {
			core = t.core
		}
	}
	if !core.Enabled(e.Level) {
		return nil
	}
	return core.Write(e, fields)
}

// Sync flushes all of them.
func (r *router) Sync() error {
	err := r.main.Sync()
	for _, t := range r.modems {
		if own := t.core.Sync(); err == nil {
			err = own
		}
	}
	return err
}
