package deploy_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/modem"
	"github.com/viesti-sms/viesti/services/monitor"
	"github.com/viesti-sms/viesti/services/scheduler"
	"github.com/viesti-sms/viesti/services/spool"
)

// defaults are what sections begin with that do not begin empty.
var defaults = map[reflect.Type]any{
	reflect.TypeFor[spool.Config]():     spool.DefaultConfig(),
	reflect.TypeFor[modem.Device]():     modem.DefaultDevice(),
	reflect.TypeFor[monitor.Config]():   monitor.DefaultConfig(),
	reflect.TypeFor[scheduler.Job]():    scheduler.DefaultJob(),
	reflect.TypeFor[scheduler.Alarms](): scheduler.DefaultAlarms(),
}

// topLevel is the heading of the keys that belong to no section.
const topLevel = "Top level"

// keys collects the keys of a struct and their defaults, by section.
func keys(section string, v reflect.Value, into map[string]map[string]string) {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice {
		v = reflect.Zero(v.Type().Elem())
	}
	if d, ok := defaults[v.Type()]; ok {
		v = reflect.ValueOf(d)
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case name == "-":
		case options == "inline":
			keys(section, v.Field(i), into)
		default:
			put(into, section, name, written(v.Field(i)))
			if hasKeys(field.Type) {
				keys(strings.TrimPrefix(section+"."+name, topLevel+"."), v.Field(i), into)
			}
		}
	}
}

func put(into map[string]map[string]string, section, key, value string) {
	if into[section] == nil {
		into[section] = map[string]string{}
	}
	into[section][key] = value
}

func hasKeys(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}

// written is a value as it stands in a YAML file; empty: none.
func written(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case config.Duration:
		if x == 0 {
			return ""
		}
		return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(time.Duration(x).String())
	case bool, int, uint8, int64:
		return fmt.Sprint(x)
	case string:
		return x
	default:
		return ""
	}
}

// documented reads the tables of the page: defaults by section and key.
func documented(page string) map[string]map[string]string {
	all, section := map[string]map[string]string{}, ""
	for _, line := range strings.Split(page, "\n") {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.Trim(heading, "`")
		}
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		put(all, section, strings.Trim(cells[1], " `"), strings.Trim(cells[2], " `"))
	}
	return all
}

// TestConfigurationPage wants docs/configuration.md to tell every key there is,
// no other one, and the defaults that are not empty.
func TestConfigurationPage(t *testing.T) {
	want := map[string]map[string]string{}
	keys(topLevel, reflect.ValueOf(boot.Config{}), want)
	got := documented(read(t, "docs", "configuration.md"))
	for section, keys := range want {
		for key, value := range keys {
			told, ok := got[section][key]
			if !ok {
				t.Errorf("section %s does not tell %s", section, key)
			}
			if told != value && value != "" && value != "0" && value != "false" {
				t.Errorf("%s: %s has the default %q, the page says %q", section, key, value, told)
			}
		}
	}
	for section, keys := range got {
		for key := range keys {
			if _, ok := want[section][key]; !ok {
				t.Errorf("section %s tells %s, which there is not", section, key)
			}
		}
	}
}
