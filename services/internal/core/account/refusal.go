package account

// Refusal is why an account may not do something. It is an error, says nothing of
// what was refused, and may be logged. Each has one status of SMPP; those of a
// bind share one, so that a stranger does not learn which it was.
type Refusal uint8

// Refusals of a bind.
const (
	// Disabled: the account is switched off.
	Disabled Refusal = iota + 1
	// Expired: its time is over.
	Expired
	// WrongNetwork: it does not bind from this address.
	WrongNetwork
	// WrongMode: it does not bind in this way.
	WrongMode
	// TooManyBinds: it has as many sessions as it may.
	TooManyBinds
)

// Refusals of a message or command.
const (
	// WrongCommand: it may not use the command.
	WrongCommand Refusal = iota + 16
	// WrongSource: it may not send in this name.
	WrongSource
	// WrongDestination: it may not send there.
	WrongDestination
	// WrongCoding: it may not send in this coding.
	WrongCoding
	// WrongClass: it may not send messages of this class.
	WrongClass
	// TooManyParts: the message is too long.
	TooManyParts
	// TooLongValidity: the message would be valid for too long.
	TooLongValidity
	// TooFast: its rate is used up for now.
	TooFast
	// QuotaUsed: its messages of the day are sent.
	QuotaUsed
)

var refusals = map[Refusal]string{
	Disabled: "account is disabled", Expired: "account has expired", WrongNetwork: "address is on no list of the account",
	WrongMode: "bind mode is not allowed", TooManyBinds: "too many binds",
	WrongCommand: "command is not allowed", WrongSource: "source address is not allowed", WrongDestination: "destination is not allowed",
	WrongCoding: "coding is not allowed", WrongClass: "message class is not allowed", TooManyParts: "too many parts",
	TooLongValidity: "validity is too long", TooFast: "rate is exceeded", QuotaUsed: "daily quota is used up",
}

// Error says what is refused.
func (r Refusal) Error() string {
	if text, ok := refusals[r]; ok {
		return text
	}
	return "unknown refusal"
}

// OfBind reports whether it is a bind that is refused.
func (r Refusal) OfBind() bool { return r >= Disabled && r <= TooManyBinds }
