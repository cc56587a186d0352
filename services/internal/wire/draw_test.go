package wire

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
)

// limits are the greatest values of types that cannot have any value.
var limits = map[reflect.Type]uint64{
	reflect.TypeFor[message.Priority]():   uint64(message.High),
	reflect.TypeFor[message.Kind]():       uint64(message.Voicecall),
	reflect.TypeFor[message.Alphabet]():   uint64(message.Binary),
	reflect.TypeFor[message.NumberType](): uint64(message.NumberNational),
	reflect.TypeFor[message.Tri]():        uint64(message.Yes),
	reflect.TypeFor[message.System]():     uint64(message.SystemToSIM),
	reflect.TypeFor[message.Split]():      uint64(message.SplitConcatenated),
	reflect.TypeFor[message.OnUnknown]():  uint64(message.Hold),
	reflect.TypeFor[life.AttemptState]():  uint64(life.Replaced),
	reflect.TypeFor[life.AirAlphabet]():   uint64(life.AirUCS2),
	reflect.TypeFor[life.FailureClass]():  uint64(life.FailureTemporary),
	reflect.TypeFor[life.Outcome]():       uint64(life.Undeliverable),
	reflect.TypeFor[life.ModemState]():    uint64(life.ModemSuspended),
	reflect.TypeFor[audit.Kind]():         uint64(audit.Declined),
	reflect.TypeFor[life.JobOutcome]():    uint64(life.JobLost),
	reflect.TypeFor[schedule.Cause]():     uint64(schedule.ByPerson),
}

// anyOctets are the fields that may hold any octets; other strings are UTF-8.
var anyOctets = []string{"Sender", "File", "Directory", "Notices", "Raw", "SystemID"}

// drawer fills values of any type, field by field, so that a field which is new in
// package message or life takes part without being named here. A full one makes
// nothing zero.
type drawer struct {
	t    *rapid.T
	full bool
}

// drawn returns a T of which every field was drawn.
func drawn[T any](t *rapid.T, full bool) T {
	var v T
	drawer{t: t, full: full}.fill(reflect.ValueOf(&v).Elem(), reflect.TypeFor[T]().Name())
	return v
}

func (d drawer) fill(v reflect.Value, name string) {
	if d.leaf(v, name) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			d.fill(v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		if d.given(name) {
			v.Set(reflect.New(v.Type().Elem()))
			d.fill(v.Elem(), "*"+name)
		}
	case reflect.Slice:
		n := rapid.IntRange(d.least(), 3).Draw(d.t, name+" length")
		if n == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			d.fill(v.Index(i), name)
		}
	default:
		panic(fmt.Sprintf("no way to draw %s %s", name, v.Type()))
	}
}

func (d drawer) least() int {
	if d.full {
		return 1
	}
	return 0
}

func (d drawer) given(name string) bool { return d.full || rapid.Bool().Draw(d.t, name+" given") }

// leaf fills what has no fields of its own; false: v has.
func (d drawer) leaf(v reflect.Value, name string) bool {
	switch v.Interface().(type) {
	case message.Address:
		v.Set(reflect.ValueOf(message.NewAddress(rapid.StringMatching(d.some(`s?[0-9]`, "12")).Draw(d.t, name))))
		return true
	case message.Body:
		v.Set(reflect.ValueOf(message.NewBody(d.octets(name))))
		return true
	case []byte:
		if b := d.octets(name); len(b) > 0 {
			v.SetBytes(b)
		}
		return true
	case netip.AddrPort:
		ip := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(d.t, name)))
		v.Set(reflect.ValueOf(netip.AddrPortFrom(ip, rapid.Uint16().Draw(d.t, name+" port"))))
		return true
	case time.Time:
		if d.given(name) {
			v.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(1, 1<<33).Draw(d.t, name), rapid.Int64Range(0, 999_999_999).Draw(d.t, name+" ns")).UTC()))
		}
		return true
	case time.Duration:
		v.SetInt(rapid.Int64Range(int64(d.least()), int64(1e18)).Draw(d.t, name))
		return true
	}
	if v.Kind() == reflect.Interface {
		d.kind(v)
		return true
	}
	return d.number(v, name)
}

func (d drawer) number(v reflect.Value, name string) bool {
	least := d.least()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(d.full || rapid.Bool().Draw(d.t, name))
	case reflect.String:
		v.SetString(d.text(name))
	case reflect.Int:
		low, high := least, 1<<20
		if name == "Registration" || name == "SignalDBm" {
			low, high = -120, -1
		}
		if name == "BitErrors" {
			low, high = -1, mostBitErrors
		}
		if name == "Reference" {
			low, high = -1, 255
		}
		v.SetInt(int64(rapid.IntRange(low, high).Draw(d.t, name)))
	case reflect.Uint16:
		v.SetUint(uint64(max(rapid.Uint16().Draw(d.t, name), uint16(least))))
	case reflect.Uint32:
		v.SetUint(uint64(max(rapid.Uint32().Draw(d.t, name), uint32(least))))
	case reflect.Uint8, reflect.Uint64:
		most, bounded := limits[v.Type()]
		switch {
		case bounded:
		case name == "Replace":
			most = 7
		case v.Kind() == reflect.Uint8:
			most = 255
		default:
			most = 1 << 60
		}
		v.SetUint(rapid.Uint64Range(uint64(least), most).Draw(d.t, name))
	default:
		return false
	}
	return true
}

func (d drawer) text(name string) string {
	switch {
	case name == "ID":
		return rapid.StringMatching(`[0-9a-z]{1,32}`).Draw(d.t, name)
	case slices.Contains(anyOctets, name):
		return string(d.octets(name))
	default:
		return rapid.StringN(d.least(), 20, -1).Draw(d.t, name)
	}
}

func (d drawer) octets(name string) []byte {
	return rapid.SliceOfN(rapid.Byte(), d.least(), 20).Draw(d.t, name)
}

// some is a pattern of at most so many, and of none unless the value must be full.
func (d drawer) some(pattern, most string) string {
	if d.full {
		return pattern + "{1," + most + "}"
	}
	return "(" + pattern + "{1," + most + "})?"
}

// kinds lists one value of every kind of event.
var kinds = []life.Kind{
	life.Accepted{}, life.Attempt{}, life.PartDone{}, life.Sent{}, life.Failed{}, life.Rejected{}, life.Expired{}, life.Cancelled{},
	life.Report{}, life.Received{}, life.Call{}, life.Alarm{}, life.Escalation{}, life.Postponed{}, life.JobRan{}, life.ModemStatus{},
}

func (d drawer) kind(v reflect.Value) {
	d.kindLike(v, rapid.SampledFrom(kinds).Draw(d.t, "kind"))
}

func (d drawer) kindLike(v reflect.Value, like life.Kind) {
	k := reflect.New(reflect.TypeOf(like)).Elem()
	d.fill(k, k.Type().Name())
	v.Set(k)
}
