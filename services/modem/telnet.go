package modem

import (
	"github.com/viesti-sms/viesti/services/internal/driver/serial"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Telnet is the login at a terminal server. The names and meanings are those of
// smsd.conf (smstools spec §6.3), but for LF.
type Telnet struct {
	Login             string      `yaml:"telnet_login"`
	Password          config.Text `yaml:"telnet_password"`
	Command           string      `yaml:"telnet_cmd"`
	LoginPrompt       string      `yaml:"telnet_login_prompt"`
	LoginPromptIgnore string      `yaml:"telnet_login_prompt_ignore"`
	PasswordPrompt    string      `yaml:"telnet_password_prompt"`
	CommandPrompt     string      `yaml:"telnet_cmd_prompt"`
	// LF is the opposite of telnet_crlf.
	LF bool `yaml:"telnet_lf"`
}

func (t Telnet) login() serial.Login {
	return serial.Login{
		User: t.Login, UserPrompt: t.LoginPrompt, NotUserPrompt: t.LoginPromptIgnore, Password: string(t.Password),
		PasswordPrompt: t.PasswordPrompt, Command: t.Command, CommandPrompt: t.CommandPrompt, LF: t.LF,
	}
}
