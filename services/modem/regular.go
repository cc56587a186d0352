package modem

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Regular is what is done with a modem at its start, and then at intervals. The
// names and meanings are those of smsd.conf (smstools spec §5.3).
type Regular struct {
	// Run is a program that comes first, and PostRun one that comes after CmdFile.
	// They get PRE_RUN or POST_RUN, StatFile and the modem's name. The port is closed
	// while they run, unless KeepOpen.
	Run      string          `yaml:"regular_run"`
	PostRun  string          `yaml:"regular_run_post_run"`
	KeepOpen bool            `yaml:"regular_run_keep_open"`
	Interval config.Duration `yaml:"regular_run_interval"`
	// Timeout is how long each program may run.
	Timeout config.Duration `yaml:"regular_run_timeout"`
	// CmdFile is a file with AT commands, which is used up; Cmds are others, for
	// each run. "[expression]" in front is what the answer must match.
	CmdFile string   `yaml:"regular_run_cmdfile"`
	Cmds    []string `yaml:"regular_run_cmd"`
	// StatFile gets the answers of one run, LogFile those of all, with LogLevel in
	// each line.
	StatFile string `yaml:"regular_run_statfile"`
	LogFile  string `yaml:"regular_run_logfile"`
	LogLevel int    `yaml:"regular_run_loglevel"`
	// USSDHandler is a program that may change the answer to a USSD command (smstools
	// spec §5.2, eventhandler_ussd).
	USSDHandler string `yaml:"eventhandler_ussd"`
	// ExecutableCheck looks at the start whether these programs can be executed.
	ExecutableCheck bool `yaml:"executable_check"`
}

func defaultRegular() Regular {
	return Regular{Interval: config.Duration(5 * time.Minute), Timeout: config.Duration(time.Minute), LogLevel: 5, ExecutableCheck: true}
}

// wanted reports whether there is anything to do.
func (r *Regular) wanted() bool {
	return r.Run != "" || r.PostRun != "" || r.CmdFile != "" || len(r.Cmds) > 0
}

// problems tells what is wrong.
func (r *Regular) problems() (problems []string) {
	bad := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if r.wanted() && r.Interval <= 0 {
		bad("regular_run_interval is %s, want more than 0s", time.Duration(r.Interval))
	}
	if r.LogLevel < 1 || r.LogLevel > 9 {
		bad("regular_run_loglevel is %d, want 1 to 9", r.LogLevel)
	}
	for name, program := range map[string]string{"regular_run": r.Run, "regular_run_post_run": r.PostRun, "eventhandler_ussd": r.USSDHandler} {
		if program == "" {
			continue
		}
		_, err := hook.Words(program)
		if r.ExecutableCheck {
			err = hook.Hook{Command: program}.Check()
		}
		if err != nil {
			bad("%s: %v", name, err)
		}
	}
	for _, line := range r.Cmds {
		if _, err := parseRegular(line); err != nil {
			bad("regular_run_cmd: %v", err)
		}
	}
	return problems
}

// regularCommand is one command of a regular run.
type regularCommand struct {
	text string
	// expect is what its answer must match; nil: OK or an error, which any does.
	expect *regexp.Regexp
}

// parseRegular reads a line: a command, with "[expression]" in front of it or not.
func parseRegular(line string) (c regularCommand, err error) {
	c.text = strings.TrimSpace(line)
	if strings.HasPrefix(c.text, "[") {
		end := strings.LastIndex(c.text, "]")
		if end < 0 {
			return c, errors.New("the expected answer has no closing bracket")
		}
		expression := c.text[1:end]
		if strings.HasPrefix(expression, "+") {
			expression = `\` + expression // which smsd takes for itself
		}
		if c.expect, err = regexp.CompilePOSIX(expression); err != nil {
			return c, fmt.Errorf("the expected answer: %w", err)
		}
		c.text = strings.TrimSpace(c.text[end+1:])
	}
	if c.text == "" || strings.ContainsFunc(c.text, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return c, errors.New("a line has no command, or holds a control character")
	}
	return c, nil
}

// isUSSD reports whether the answer comes from the network, after the modem's own
// (smstools spec §5.3).
func (c *regularCommand) isUSSD() bool {
	const question = len("AT+CUSD=?")
	return len(c.text) > question && strings.HasPrefix(strings.ToUpper(c.text), "AT+CUSD")
}

// sameStatFiles tells of modems that would write over each other's answers.
func sameStatFiles(modems []Device) (problems []error) {
	owners := map[string]string{}
	for i := range modems {
		d := &modems[i]
		if d.StatFile == "" {
			continue
		}
		if other, taken := owners[d.StatFile]; taken {
			problems = append(problems, fmt.Errorf("%w: modems %s and %s have the same regular_run_statfile; give each its own", ErrConfig, other, d.Name))
		}
		owners[d.StatFile] = d.Name
	}
	return problems
}
