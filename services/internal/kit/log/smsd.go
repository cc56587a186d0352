package log

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// FormatSmsd is the name of the format of smsd (smstools spec §8.6):
//
//	<time>,<severity>, <process>: <text>
const FormatSmsd = "smsd"

// Severities of smsd, which are those of syslog.
const (
	Critical = 2 + iota
	Error
	Warning
	Notice
	Info
	Debug
)

// defaultTimeFormat is that of smsd.
const defaultTimeFormat = "%Y-%m-%d %H:%M:%S"

// smsdLine is the text of smsd for a line.
type smsdLine struct {
	severity int
	text     string
}

// Smsd is the field with the line that smsd writes about the same thing. Format smsd
// writes it in place of the line; the other formats leave it out, so that it alone
// may hold whole numbers.
func Smsd(severity int, format string, args ...any) zap.Field {
	return zap.Field{Type: zapcore.SkipType, Interface: smsdLine{severity, fmt.Sprintf(format, args...)}}
}

// zapLevel is the least severe level that a severity of smsd belongs to.
func zapLevel(severity int) zapcore.Level {
	switch {
	case severity <= Error:
		// Lines at start and stop are critical to smsd, and so are told at any level.
		return zapcore.InfoLevel
	case severity < Debug:
		return zapcore.InfoLevel
	default:
		return zapcore.DebugLevel
	}
}

// severityOf is the severity of a line that has none of its own.
func severityOf(level zapcore.Level) int {
	switch {
	case level >= zapcore.ErrorLevel:
		return Error
	case level == zapcore.WarnLevel:
		return Warning
	case level == zapcore.InfoLevel:
		return Info
	default:
		return Debug
	}
}

// smsdCore writes lines in the format of smsd.
type smsdCore struct {
	zapcore.LevelEnabler
	out      zapcore.WriteSyncer
	severity *atomic.Int32
	format   string
	write    func(t time.Time, format string) string
	fields   []zapcore.Field
}

func newSmsdCore(cfg Config, out zapcore.WriteSyncer, level zapcore.LevelEnabler, severity int) *smsdCore {
	c := &smsdCore{LevelEnabler: level, out: out, severity: &atomic.Int32{}, format: cfg.TimeFormat, write: cfg.FormatTime}
	if c.format == "" {
		c.format = defaultTimeFormat
	}
	if c.write == nil {
		c.write = func(t time.Time, _ string) string { return t.Format(time.DateTime) }
	}
	c.severity.Store(int32(severity))
	return c
}

// With adds fields.
func (c *smsdCore) With(fields []zapcore.Field) zapcore.Core {
	with := *c
	with.fields = append(c.fields[:len(c.fields):len(c.fields)], fields...)
	return &with
}

// Check adds the core to a line that may be written.
func (c *smsdCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

// Sync flushes.
func (c *smsdCore) Sync() error { return c.out.Sync() }

// Write writes a line.
func (c *smsdCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line := smsdLine{severity: severityOf(e.Level)}
	process := "smsd"
	var rest bytes.Buffer
	encoder := zapcore.NewMapObjectEncoder()
	for _, list := range [][]zapcore.Field{c.fields, fields} {
		for _, f := range list {
			switch own, ok := f.Interface.(smsdLine); {
			case ok && f.Type == zapcore.SkipType:
				line = own
			case f.Key == modemKey && f.Type == zapcore.StringType:
				process = f.String
			default:
				appendField(&rest, encoder, f)
			}
		}
	}
	if line.severity > int(c.severity.Load()) {
		return nil
	}
	text := line.text
	if text == "" {
		text = e.Message + rest.String()
	}
	_, err := fmt.Fprintf(c.out, "%s,%d, %s: %s\n", c.stamp(e.Time), line.severity, process, oneLine(text))
	return err
}

// appendField writes a field behind a text.
func appendField(out *bytes.Buffer, encoder *zapcore.MapObjectEncoder, f zapcore.Field) {
	f.AddTo(encoder)
	value, ok := encoder.Fields[f.Key]
	if !ok {
		return
	}
	delete(encoder.Fields, f.Key)
	delete(encoder.Fields, f.Key+"Verbose")
	if f.Type == zapcore.ErrorType {
		fmt.Fprintf(out, ": %v", value)
		return
	}
	fmt.Fprintf(out, ", %s %v", f.Key, value)
}

// stamp is the time of a line; timems and timeus are the words of smsd.
func (c *smsdCore) stamp(t time.Time) string {
	format := c.format
	if strings.Contains(format, "time") {
		micros := t.Nanosecond() / int(time.Microsecond)
		format = strings.ReplaceAll(format, "timems", fmt.Sprintf("%03d", micros/1000))
		format = strings.ReplaceAll(format, "timeus", fmt.Sprintf("%06d", micros))
	}
	return c.write(t, format)
}

// oneLine keeps foreign text from making lines of its own.
func oneLine(text string) string {
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}
