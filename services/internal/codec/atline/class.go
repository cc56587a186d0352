package atline

// Class says whose trouble an error is, which decides what becomes of a message:
// only Recipient may be held against the message itself.
type Class uint8

// Classes of errors.
const (
	// Unknown: the code does not tell.
	Unknown Class = iota
	// Recipient: this message to this recipient is refused; any other modem
	// would be told the same.
	Recipient
	// Temporary: the network may take the same message later.
	Temporary
	// Modem: the modem or its settings; another modem may succeed.
	Modem
	// SIM: the card or its subscription; another SIM may succeed.
	SIM
)

// String returns the name of the class in lower case.
func (c Class) String() string {
	switch c {
	case Recipient:
		return "recipient"
	case Temporary:
		return "temporary"
	case Modem:
		return "modem"
	case SIM:
		return "sim"
	default:
		return "unknown"
	}
}

// entry is the meaning of one error number.
type entry struct {
	text  string
	class Class
}

// numberOf finds the number whose text is the given one, as a modem sends it
// under AT+CMEE=2; -1 when there is none.
func numberOf(table map[int]entry, text string) int {
	want, found := fold(text), -1
	for number, e := range table {
		if fold(e.text) == want && (found < 0 || number < found) {
			found = number
		}
	}
	return found
}
