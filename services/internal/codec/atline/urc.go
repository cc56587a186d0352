package atline

import "strings"

// Kind is a kind of unsolicited result code.
type Kind uint8

// Kinds of unsolicited result codes.
const (
	// Solicited: the line is not unsolicited, as far as can be told.
	Solicited Kind = iota
	// StoredMessage is +CMTI: a message lies in a memory (3GPP TS 27.005 §3.4.1).
	StoredMessage
	// StoredReport is +CDSI: a status report lies in a memory.
	StoredReport
	// DirectMessage is +CMT with its PDU: a message that is stored nowhere.
	DirectMessage
	// DirectReport is +CDS with its PDU: a status report that is stored nowhere.
	DirectReport
	// DirectBroadcast is +CBM with its PDU.
	DirectBroadcast
	// Ring is RING or +CRING: an incoming call.
	Ring
	// CallerID is +CLIP: the number of the incoming call (3GPP TS 27.007 §7.6).
	CallerID
	// CallEnd is NO CARRIER and the like outside a dialling command.
	CallEnd
	// Registration is +CREG, +CGREG or +CEREG without being asked.
	Registration
	// USSD is +CUSD (3GPP TS 27.007 §7.15).
	USSD
	// Ready says that the modem, its SMS part or its SIM became ready, as all
	// of them do after a restart.
	Ready
	// TextMessage is +CMT, +CDS or +CBM in text mode: a message that is stored nowhere,
	// from a modem that should be in PDU mode, and has lost that setting.
	TextMessage
	// Noise is any other unsolicited line.
	Noise
)

// phrases are unsolicited lines without a name.
var phrases = map[string]Kind{
	"RING": Ring, "SMS READY": Ready, "SMS DONE": Ready, "CALL READY": Ready, "PB DONE": Noise,
	"RDY": Ready, "+PBREADY": Noise, "NORMAL POWER DOWN": Noise, "MODEM:STARTUP": Ready, "^SYSSTART": Ready, "APP RDY": Ready,
	"UNDER-VOLTAGE WARNNING": Noise, "UNDER-VOLTAGE POWER DOWN": Noise,
	"OVER-VOLTAGE WARNNING": Noise, "OVER-VOLTAGE POWER DOWN": Noise,
}

// named are unsolicited lines with a name, unless the command asked for it.
var named = map[string]Kind{
	"+CRING": Ring, "+CUSD": USSD, "+CREG": Registration, "+CGREG": Registration,
	"+CEREG": Registration, "+C5GREG": Registration,
	"+CPIN": Noise, "+CBMI": Noise, "+CCWA": Noise, "+CSSI": Noise, "+CSSU": Noise, "+CCCM": Noise,
	"+CIEV": Noise, "+CGEV": Noise, "+CTZV": Noise, "+CTZE": Noise, "+CTZU": Noise, "+NITZ": Noise,
	"+CFUN": Noise, "+CMWI": Noise, "+UMWI": Noise, "+COLP": Noise, "+CDIP": Noise, "+CNAP": Noise,
	"+CDIS": Noise, "+CRSL": Noise, "+CSCON": Noise, "+CPSMS": Noise, "+STIN": Noise, "+SIND": Noise,
	"+WIND": Noise, "+QIND": Noise, "+QUSIM": Noise, "+QSTK": Noise, "+QIURC": Noise,
	"+ZUSIMR": Noise, "+ZPASR": Noise, "+ZEND": Noise, "+ZDONR": Noise, "+ZUSSD": Noise, "+ZMGSF": Noise,
}

// Classify says whether a line is unsolicited while command is being carried
// out; command is empty when none is. What the command itself asks for is never
// unsolicited, but message indications always are: nothing asks for them.
func Classify(line, command string) Kind {
	name := Name(line)
	switch name {
	case "":
		return classifyPhrase(line)
	case "+CMTI":
		return StoredMessage
	case "+CDSI":
		return StoredReport
	case "+CMT", "+CDS", "+CBM":
		return classifyDirect(line, name, command)
	case "+CLIP":
		return classifyCallerID(line, command)
	}
	kind, known := named[name]
	if !known && !isVendor(name) {
		return Solicited
	}
	if asks(command, name) && !unasked(line, name, kind, command) {
		return Solicited
	}
	return kindOfValue(line, kind)
}

func classifyPhrase(line string) Kind {
	if kind, ok := phrases[strings.ToUpper(line)]; ok {
		return kind
	}
	// NITZ of SIMCom: `DST: 0`, no sign before its name.
	if strings.HasPrefix(line, "DST: ") {
		return Noise
	}
	return Solicited
}

// mostDirect is how many fields the header of a direct message has at most in PDU mode:
// `+CMT: [alpha],length`, `+CDS: length` and `+CBM: length`. Some modems put an empty one
// in front. In text mode they are five and more.
const mostDirect = 3

// classifyDirect tells the forms of PDU mode from those of text mode.
func classifyDirect(line, name, command string) Kind {
	if asks(command, name) {
		return Solicited
	}
	values, _ := Values(line, name)
	fields := Fields(values)
	_, isLength := fields[len(fields)-1].Int()
	switch {
	case values == "":
		return Noise
	case !isLength || len(fields) > mostDirect:
		return TextMessage
	case name == "+CMT":
		return DirectMessage
	case name == "+CDS":
		return DirectReport
	default:
		return DirectBroadcast
	}
}

// classifyCallerID tells `+CLIP: "number",type` from the answer `+CLIP: n,m` of AT+CLIP?.
func classifyCallerID(line, command string) Kind {
	values, _ := Values(line, "+CLIP")
	if _, number := Fields(values)[0].Int(); number && asks(command, "+CLIP") {
		return Solicited
	}
	return CallerID
}

// unasked finds the lines that come on their own although the command names them.
func unasked(line, name string, kind Kind, command string) bool {
	switch kind {
	case USSD:
		// AT+CUSD=1,"…" is answered by OK; the +CUSD line is always the network's.
		return !strings.Contains(command, "?")
	case Registration:
		values, _ := Values(line, name)
		return !isRegistrationAnswer(Fields(values))
	default:
		return false
	}
}

func kindOfValue(line string, kind Kind) Kind {
	if kind == Solicited {
		return Noise
	}
	if values, ok := Values(line, "+CPIN"); ok && values == "READY" {
		return Ready
	}
	return kind
}

// isVendor reports whether a name lies outside the standards' "+C" and is of the
// kind that floods: Huawei's ^, SIMCom's *, Telit's # and the like, u-blox's +UU.
func isVendor(name string) bool {
	return name[0] != '+' || strings.HasPrefix(name, "+UU")
}

// asks reports whether a command names the information line: "AT+CREG?" asks "+CREG".
func asks(command, name string) bool {
	for at := 0; ; {
		i := indexFold(command[at:], name)
		if i < 0 {
			return false
		}
		at += i + len(name)
		if at == len(command) || !isNameOctet(command[at]) {
			return true
		}
	}
}

func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}
