package smsdconf

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestProblems(t *testing.T) {
	const modem = "[GSM1]\ndevice = /dev/a\n"
	const start = "devices = GSM1\n"
	for _, tt := range []struct {
		name, file string
		// want holds, for each problem in order: line, section, severity and a part of the message.
		want []string
	}{
		{"empty file", "", []string{"0||error|devices names no modem"}},
		{"empty devices", "devices = , ", []string{"1||error|devices names no modem"}},
		{"no equals sign", start + "autosplit 3\n" + modem, []string{"2||error|neither a comment"}},
		{"no name", start + "= 3\n" + modem, []string{"2||error|name before the equals sign"}},
		{"NUL", start + "shell = \x00\n" + modem, []string{"2||error|NUL"}},
		{"long line", start + "shell = " + strings.Repeat("x", maxLine) + "\n" + modem, []string{"2||error|too long"}},
		{"long name", start + strings.Repeat("x", maxName+1) + " = 1\n" + modem, []string{"2||error|1 to 64 characters"}},
		{"open header", start + modem + "[GSM2\nrubbish = 1\n", []string{"4||error|section header"}},
		{"text after header", start + modem + "[GSM2] # old\n", []string{"4||error|section header"}},
		{"empty header", start + modem + "[ ]\n", []string{"4||error|section header"}},
		{"unknown, near", start + "incomming = /x\n" + modem, []string{"2||error|unknown setting \"incomming\"; did you mean incoming?"}},
		{"unknown, far", start + "elephants = 3\n" + modem, []string{"2||error|unknown setting \"elephants\"; correct or remove it"}},
		{"modem setting in the global part", start + "baudrate = 9600\n" + modem, []string{"2||error|move it to a modem's section"}},
		{"global setting in a section", start + modem + "whitelist = /w\n", []string{"4|GSM1|error|move it to the global part"}},
		{"read timeout in capitals", start + modem + "READ_TIMEOUT_CMGL = 2\n", []string{"4|GSM1|error|did you mean read_timeout_cmgl?"}},
		{"read timeout in the global part", start + "read_timeout_cmgl = 2\n" + modem, []string{"2||error|move it to a modem's section"}},
		{"bad boolean", start + "keep_filename = maybe\n" + modem, []string{"2||error|setting keep_filename to \"maybe\": give yes or no"}},
		{"bad number", start + "autosplit = 4\n" + modem, []string{"2||error|give a number from 0 to 3"}},
		{"bad interval", start + modem + "regular_run_interval = 0\n", []string{"4|GSM1|error|at least 1"}},
		{"number with a comment", start + "delaytime = 10 # s\n" + modem, []string{"2||warning|using the number alone"}},
		{"no number", start + "blockafter =\n" + modem, []string{"2||warning|counts as 0; remove the line, or give a number of at least 0"}},
		{"no number where 0 is none", start + modem + "read_timeout =\n", []string{"4|GSM1|error|at least 1"}},
		{"formats without conversion", start + "datetime_format = x%\ndate_filename_format =\nlogtime_format = now\n" + modem, []string{
			"2||error|strftime with a conversion", "3||error|strftime", "4||error|strftime"}},
		{"formats of every kind", start + "datetime_format = %%\ndate_filename_format = %Ex\nlogtime_format =\n" + modem, nil},
		{"bad value in default, two modems", "devices = A1, A2\n[default]\ndevice = modemname\nrtscts = x\n", []string{"4|default|error|give yes or no"}},
		{"missing device", start, []string{"1|GSM1|error|modem GSM1 has no device"}},
		{"missing device, own section", start + "\n[GSM1]\nrtscts = yes", []string{"3|GSM1|error|has no device"}},
		{"bad address", start + "[GSM1]\ndevice = @host\n", []string{"2|GSM1|error|has no device", "3|GSM1|error|@host:port"}},
		{"bad names", "devices = GSM1, G M, default, ALL, modemname, communicate, queue\n" + modem, []string{
			"1||error|A-Z a-z", "1||error|reserved", "1||error|reserved", "1||error|reserved", "1||error|reserved", "1||error|reserved"}},
		{"comment behind devices", "devices = GSM1 # mine\n" + modem, []string{"1||error|comments need lines", "2|GSM1|warning|ignoring"}},
		{"duplicate modem", "devices = GSM1, GSM1\n" + modem, []string{"1||error|in devices twice"}},
		{"duplicate in range", "devices = GSM1, GSM* 1-1\n" + modem, []string{"1||error|in devices twice"}},
		{"bad range", "devices = GSM1, P* 5-2, Q*, R* a-b\n" + modem, []string{"1||error|range", "1||error|range", "1||error|range"}},
		{"too many ranges", "devices = P* 1-4095, GSM1, X\n[default]\ndevice = modemname\n", []string{"1||error|more than 4096"}},
		{"long modem name", "devices = GSM1, " + strings.Repeat("x", maxName+1) + "\n" + modem, []string{"1||error|at most 64"}},
		{"bad end of range", "devices = GSM1, " + strings.Repeat("x", maxName-1) + "* 9-10\n" + modem, []string{"1||error|at most 64"}},
		{"huge range", "devices = GSM1, P* 1-2000000000\n" + modem, []string{"1||error|more than 4096"}},
		{"duplicate device", "devices = A, B\n[A]\ndevice = x\n[B]\ndevice = x\n", []string{"5|B|error|same device"}},
		{"duplicate address", "devices = A, B\n[A]\ndevice = @h:1\n[B]\ndevice = @h:1\n", []string{"5|B|warning|same device"}},
		{"duplicate statfile", "devices = A, B\n[default]\ndevice=modemname\nregular_run_statfile = x\n", []string{"4|B|error|same regular_run_statfile"}},
		{"both answers", start + modem + "voicecall_cpas = yes\nvoicecall_clcc = yes\n", []string{"5|GSM1|error|choose one"}},
		{"PDUs from files", start + modem + "pdu_from_file = /x/\ncheck_memory_method = 31\n", []string{"4|GSM1|error|check_memory_method 0 or 1"}},
		{"foreign admin device", start + "adminmessage_device = X\n" + modem, []string{"2||warning|no modem in devices"}},
		{"section twice", start + modem + "[GSM1]\nrubbish = 1\n", []string{"4|GSM1|warning|line 2 has it already"}},
		{"queues and queue", start + modem + "queues = Q\n[queue]\nQ = /q\n[queues]\nR = /r\n", []string{"7|queues|warning|line 5"}},
		{"section of no modem", start + modem + "[GMS1]\nrubbish = 1\n", []string{"4|GMS1|warning|did you mean [GSM1]?"}},
		{"section in other case", start + modem + "[Queues]\nQ = /q\n", []string{"4|Queues|warning|did you mean [queues]?"}},
		{"bad communicate", start + modem + "[communicate]\na10 = AT\n", []string{"5|communicate|error|a0 to a9"}},
		{"provider without queue", start + modem + "queues = Q1\n[queues]\nQ1 = /q\n[providers]\nq1 = 1\n", []string{"8|providers|error|did you mean \"Q1\"?"}},
		{"provider twice", start + modem + "queues = Q\n[queues]\nQ = /q\n[providers]\nQ = 1\nQ = 2\n", []string{"9|providers|error|there twice"}},
		{"provider without prefix", start + modem + "queues = Q\n[queues]\nQ = /q\n[providers]\nQ = ,\n", []string{"8|providers|error|no prefixes"}},
		{"prefix with plus", start + modem + "queues = Q\n[queues]\nQ = /q\n[providers]\nQ = +49\n", []string{"8|providers|warning|matches no number"}},
		{"queue without directory", start + modem + "[queues]\nQ =\n", []string{"5|queues|error|no directory"}},
		{"queue twice", start + modem + "queues = Q\n[queues]\nQ = /q\nQ = /r\n", []string{"7|queues|error|there twice"}},
		{"one directory", start + modem + "queues = Q, R\n[queues]\nQ = /q\nR = /q/\n", []string{"7|queues|error|same directory"}},
		{"modem without queue", start + modem + "[queues]\nQ = /q\n", []string{"2|GSM1|error|serves no queue", "5|queues|error|served by no sending modem"}},
		{"receiving modem without queue", start + modem + "outgoing = no\n[queues]\nQ = /q\n", []string{"6|queues|error|served by no sending modem"}},
		{"queue of a receiving modem", start + modem + "outgoing = no\nqueues = Q\n[queues]\nQ = /q\n", []string{"7|queues|error|served by no sending modem"}},
		{"unknown queue", start + modem + "queues = Q, R\n[queues]\nQ = /q\n", []string{"4|GSM1|error|unknown queue \"R\""}},
		{"queue without queues", start + modem + "queues = Q\n", []string{"4|GSM1|error|unknown queue \"Q\""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, problems := Parse([]byte(tt.file), Options{})
			if cfg == nil {
				t.Fatal("Parse returned no Config")
			}
			checkProblems(t, problems, tt.want)
			if got, want := Refuses(problems), strings.Contains(strings.Join(tt.want, " "), "|error|"); got != want {
				t.Errorf("Refuses = %t, want %t", got, want)
			}
		})
	}
}

func checkProblems(t *testing.T, problems []Problem, want []string) {
	t.Helper()
	for i, p := range problems {
		got := fmt.Sprintf("%d|%s|%s|%s", p.Line, p.Section, p.Severity, p.Message)
		if i >= len(want) {
			t.Errorf("surplus problem: %s", got)
			continue
		}
		prefix, part := want[i][:strings.LastIndex(want[i], "|")+1], want[i][strings.LastIndex(want[i], "|")+1:]
		if !strings.HasPrefix(got, prefix) || !strings.Contains(got, part) {
			t.Errorf("problem %d:\n got %s\nwant %s", i, got, want[i])
		}
	}
	if len(problems) < len(want) {
		t.Errorf("%d problems, want %d", len(problems), len(want))
	}
}

func TestProblemsNeverShowSecretsAndNumbers(t *testing.T) {
	const hush = "hush358501234567"
	for _, line := range []string{"pin = %s", "pin %s", "telnet_password = %s", "text_is_pdu_key = %s", "smsc = %s",
		"admin_to = %s", "number = %s", "identity = %s", "priviledged_numbers = %s", "pinn = %s", "pin =%s=", "[pin = %s"} {
		file := "devices = GSM1\n[GSM1]\ndevice = x\n" + fmt.Sprintf(line, hush) + "\n"
		cfg, problems := Parse([]byte(file), Options{})
		problems = append(problems, cfg.Unhonoured(func(Scope, string) bool { return false })...)
		shown, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprintf("%v %+v %#v", problems, *cfg, cfg.Modems) + string(shown); strings.Contains(text, hush) {
			t.Errorf("%q shows its value", line)
		}
	}
}

func TestSecretPrintsMasked(t *testing.T) {
	s := Secret{"1234"}
	got := fmt.Sprintf("%v %s %d %#v %q %x", s, s, s, s, s, s)
	if want := "**** **** **** **** **** ****"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	if s.Reveal() != "1234" || s.IsZero() || !(Secret{}).IsZero() || (Secret{}).String() != "" {
		t.Error("Secret does not keep its text")
	}
}

func TestProblemString(t *testing.T) {
	for want, p := range map[string]Problem{
		"line 3, [GSM1]: error: m":        {3, "GSM1", "n", Error, "m"},
		"line 3, global part: warning: m": {3, "", "n", Warning, "m"},
		"global part: severity(0): m":     {0, "", "n", 0, "m"},
	} {
		if got := p.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}
