package smsdconf

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// samples are values that differ from the defaults, where the kind alone does not tell one.
func samples() map[string]string {
	return map[string]string{
		"autosplit": "1", "alphabet": "UTF-8", "validity": "3 days", "umask": "022", "logfile": "/x/log",
		"date_filename": "2", "store_sent_pdu": "3", "store_received_pdu": "2", "mode": "old", "check_sim": "once",
		"check_network": "2", "language": "Spanish", "language_ext": "13", "incoming": "high", "report": "disabled",
		"check_memory_method": "41", "phonecalls": "clip", "phonecalls_purge": "command", "ussd_convert": "4",
		"messageids": "3", "notice_ucs2": "1", "text_is_pdu_key": "4711", "smsc": "+358501234567",
		"check_sim_retries": "forever", "device": "@localhost:4000", "datetime_format": "%s", "devices": "X1,X2",
	}
}

func sampleOf(s Setting) string {
	special, found := samples()[s.Name]
	directory := s.Kind == Directory
	switch {
	case found && !directory:
		return special
	case s.Kind == Boolean && (s.Default == "yes" || s.Scope == GlobalScope && s.Name == "internal_combine_binary"):
		return "no"
	case s.Kind == Boolean:
		return "yes"
	case s.Kind == TimeFormat:
		return "%d.%m."
	case s.Kind == Level:
		return "ERROR"
	case s.Kind == Number, s.Kind == Seconds, s.Kind == Minutes, s.Kind == Milliseconds:
		return "17"
	default:
		return "sample"
	}
}

// changed lists the exported fields in which two structs differ.
func changed(a, b any) []string {
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	var fields []string
	for i := range va.NumField() {
		field := va.Type().Field(i)
		if field.IsExported() && !reflect.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()) {
			fields = append(fields, field.Name)
		}
	}
	return fields
}

// fieldFor compares a field's name with a setting's, case and underscores aside.
func fieldFor(setting string) string {
	if setting == readTimeoutName {
		return "readtimeouts"
	}
	return strings.ReplaceAll(setting, "_", "")
}

func build(rows []row, set func(table)) {
	t := newTable(rows)
	set(t)
	t.finish()
}

func TestEverySettingReachesItsOwnFieldAlone(t *testing.T) {
	dependent := map[string]bool{"delaytime": true, "internal_combine": true, "logfile": true}
	for _, s := range Settings() {
		t.Run(fmt.Sprintf("%d/%s", s.Scope, s.Name), func(t *testing.T) {
			var before, after any
			assign := func(tab table) {
				name := strings.Replace(s.Name, "XXX", "cmgl", 1)
				found, ok := tab.find(name)
				if !ok {
					t.Fatalf("name %s is not found", name)
				}
				if got := tab.assign(found, assignment{1, name, sampleOf(s)}, ""); got != taken {
					t.Fatalf("assign(%q) = %v, want taken", sampleOf(s), got)
				}
			}
			none := func(table) {}
			if s.Scope == GlobalScope {
				var a, b Global
				build(globalRows(&a), none)
				build(globalRows(&b), assign)
				before, after = a, b
			} else {
				var a, b Modem
				build(modemRows(&a, &Global{}), none)
				build(modemRows(&b, &Global{}), assign)
				before, after = a, b
			}
			fields := changed(before, after)
			if len(fields) == 0 || len(fields) > 1 && !(s.Scope == GlobalScope && dependent[s.Name] || s.Name == "internal_combine") {
				t.Fatalf("changed fields: %v, want one", fields)
			}
			for _, f := range fields {
				if strings.ToLower(f) == fieldFor(s.Name) {
					return
				}
			}
			t.Errorf("changed fields %v, want the one named after %s", fields, s.Name)
		})
	}
}

func TestEveryFieldHasASetting(t *testing.T) {
	known := map[Scope]map[string]bool{GlobalScope: {}, ModemScope: {"name": true}}
	for _, s := range Settings() {
		known[s.Scope][fieldFor(s.Name)] = true
	}
	for scope, v := range map[Scope]any{GlobalScope: Global{}, ModemScope: Modem{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() && !known[scope][strings.ToLower(f.Name)] {
				t.Errorf("%s.%s belongs to no setting", typ.Name(), f.Name)
			}
		}
	}
}

func TestDefaultsAreAcceptedAndNothingElseIsNeeded(t *testing.T) {
	for _, s := range Settings() {
		if s.Default == "" || strings.HasPrefix(s.Default, "<") {
			continue
		}
		var g Global
		rows := globalRows(&g)
		if s.Scope == ModemScope {
			rows = modemRows(&Modem{}, &g)
		}
		r, _ := newTable(rows).find(s.Name)
		if got := r.set(s.Default); got != taken {
			t.Errorf("default of %s (%q) = %v, want taken", s.Name, s.Default, got)
		}
	}
}
