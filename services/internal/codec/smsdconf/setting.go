package smsdconf

import "slices"

// Scope is the part of the file that a setting belongs to.
type Scope uint8

// Scopes; zero is unknown.
const (
	// GlobalScope is the part before the first section (smstools spec §6.2).
	GlobalScope Scope = iota + 1
	// ModemScope is [default], a group [NAME*] and a modem's own section (§6.3).
	ModemScope
)

// Class says how much a drop-in successor needs a setting (smstools spec §6.1).
type Class byte

// Classes.
const (
	Essential Class = 'E'
	Useful    Class = 'U'
	Legacy    Class = 'L'
)

// Kind is what a value stands for.
type Kind string

// Kinds of values.
const (
	Boolean      Kind = "yes/no"
	Number       Kind = "number"
	Seconds      Kind = "seconds"
	Minutes      Kind = "minutes"
	Milliseconds Kind = "milliseconds"
	Level        Kind = "level"
	Enumeration  Kind = "enumeration"
	Text         Kind = "text"
	Path         Kind = "file"
	Directory    Kind = "directory"
	Command      Kind = "command"
	TimeFormat   Kind = "strftime format"
	AT           Kind = "AT command"
	PhoneNumber  Kind = "phone number"
	List         Kind = "list"
	Device       Kind = "device"
)

// Setting is what is known about a setting, apart from where its value goes.
type Setting struct {
	// Name is the setting's first name, in lower case but for read_timeout_XXX,
	// where XXX stands for an operation.
	Name string
	// Aliases are other names with the same meaning.
	Aliases []string
	Scope   Scope
	Kind    Kind
	// Values says in words what may be given.
	Values string
	// Default is the value that holds when none is given, as it would be written
	// in the file; "" is unset. An inherited default is the name of the global
	// setting it comes from, in angle brackets.
	Default string
	// Help says what the setting does.
	Help  string
	Class Class
	// Secret says that the value must not be shown.
	Secret bool
	// Repeats says that each further line adds to the value instead of replacing it.
	Repeats bool
}

// Settings returns all settings that the file knows, those of the global part first.
func Settings() []Setting {
	var g Global
	var m Modem
	settings := make([]Setting, 0, 256)
	for _, r := range slices.Concat(globalRows(&g), modemRows(&m, &g)) {
		settings = append(settings, r.Setting)
	}
	return settings
}
