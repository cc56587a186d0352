package boot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/smsdconf"
)

// unlike are values that differ from the defaults of settings.
var unlike = map[string]string{
	"devices": "GSM1, GSM2", "autosplit": "1", "alphabet": "UTF-8", "validity": "3 days", "umask": "027", "date_filename": "2", "store_sent_pdu": "3",
	"store_received_pdu": "2", "check_sim": "once", "check_network": "2", "language": "Spanish", "language_ext": "13", "incoming": "high", "report": "disabled",
	"check_memory_method": "41", "phonecalls": "clip", "phonecalls_purge": "command", "messageids": "3", "notice_ucs2": "1", "text_is_pdu_key": "4711",
	"smsc": "358501234567", "check_sim_retries": "forever", "device": "/dev/ttyS9", "admin_to": "358409999999", "logtime_format": "%H:%M",
	"datetime_format": "%s", "date_filename_format": "%d", "loglevel_lac_ci": "3", "alarmlevel": "2", "pin": "1111", "cmgl_value": "1",
	"mode": "old", "queues": "Q2, Q1", "ussd_convert": "4",
}

// besides are lines without which a setting has no effect, in smsd either.
var besides = map[string]string{
	"alarmlevel": "alarmhandler = /bin/true", "regular_run_interval": "regular_run = /bin/true", "start_args": "start = /bin/true",
	"child_args": "child = /bin/true", "executable_check": "regular_run = /bin/true",
	"stats_interval": "stats = /tmp", "stats_no_zeroes": "stats = /tmp", "status_interval": "stats = /tmp", "status_include_counters": "stats = /tmp",
	"status_include_uptime": "stats = /tmp", "signal_quality_ber_ignore": "stats = /tmp",
	"adminmessage_limit": "admin_to = 358401111111", "adminmessage_count_clear": "admin_to = 358401111111",
	"smart_logging": "logfile = /tmp/smsd.log",
}

// besidesOwn are such lines of the section of the modem.
var besidesOwn = map[string]string{
	"adminmessage_count_clear": "adminmessage_limit = 1", "socket_connection_alarm_after": "device = @127.0.0.1:1",
	"socket_connection_errorsleeptime": "device = @127.0.0.1:1", "telnet_crlf": "device = @127.0.0.1:1", "loglevel_lac_ci": "loglevel = 7", "queues": "queues = Q1, Q2",
}

// onByOthers are settings whose default is that of another one, which is yes.
var onByOthers = map[string]bool{
	"internal_combine": true, "internal_combine_binary": true, "status_signal_quality": true, "status_include_counters": true,
}

func unlikeOf(s smsdconf.Setting) string {
	switch v, special := unlike[s.Name]; {
	case special:
		return v
	case s.Kind == smsdconf.Boolean && (s.Default == "yes" || onByOthers[s.Name]):
		return "no"
	case s.Kind == smsdconf.Boolean:
		return "yes"
	case s.Kind == smsdconf.Level:
		return "ERROR"
	case s.Kind == smsdconf.Number, s.Kind == smsdconf.Seconds, s.Kind == smsdconf.Minutes, s.Kind == smsdconf.Milliseconds:
		return "17"
	default:
		return "sample"
	}
}

// TestHonouredSettings: each setting that is said to be honoured changes what the
// services are told, and none of the others does.
func TestHonouredSettings(t *testing.T) {
	for _, s := range smsdconf.Settings() {
		name := strings.Replace(s.Name, "XXX", "cmgl", 1)
		line := fmt.Sprintf("%s = %s\n", name, unlikeOf(s))
		global, own := besides[s.Name]+"\n", besidesOwn[s.Name]+"\n"
		tail := ""
		if s.Name == "queues" {
			tail = "[queues]\nQ1 = /q1\nQ2 = /q2\n"
		}
		before := configOf(t, global, own+tail)
		if s.Scope == smsdconf.GlobalScope {
			global += line
		} else {
			own += line
		}
		diff := cmp.Diff(before, configOf(t, global, own+tail))
		if changed := diff != ""; changed != honoured(s.Scope, s.Name) {
			t.Errorf("%s (scope %d) is said to be honoured: %v, and changes\n%s", s.Name, s.Scope, !changed, diff)
		}
	}
}

// configOf makes a configuration of lines of the global part and of a modem.
func configOf(t *testing.T, global, own string) *Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "smsd.conf")
	text := "devices = GSM1\n" + global + "[GSM2]\ndevice = /dev/ttyS8\n[GSM1]\ndevice = /dev/ttyS0\n" + own
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var problems strings.Builder
	cfg, err := FromSmsd(path, &problems)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, &problems, text)
	}
	return cfg
}
