package atline

import (
	"strconv"
	"strings"
)

// meanings are what commands and lines are about, by name: what a command does,
// or what a line tells, for people who read a transcript.
var meanings = map[string]string{
	"AT": "are you there?", "ATE0": "do not echo", "ATE1": "echo", "ATV1": "answer in words", "ATZ": "reset the settings",
	"AT&F": "factory settings", "ATI": "who are you?", "ATD": "dial", "ATH": "hang up", "ATA": "answer the call",
	"+CMEE": "errors as numbers", "+CPIN": "state of the SIM and its PIN", "+CPINR": "attempts left for PIN and PUK",
	"+CSQ": "signal", "+CREG": "registration, circuit switched", "+CGREG": "registration, packet",
	"+CEREG": "registration, LTE", "+C5GREG": "registration, 5G", "+COPS": "operator", "+CFUN": "radio on or off, restart",
	"+CMGF": "message format, 0 is PDU mode", "+CSCA": "service centre", "+CGSN": "IMEI", "+CIMI": "IMSI",
	"+CGMI": "maker", "+CGMM": "model", "+CGMR": "firmware", "+CCID": "number of the SIM card", "+ICCID": "number of the SIM card",
	"+CPMS": "message memories: used, places", "+CMGL": "list messages", "+CMGR": "read a message", "+CMGD": "remove a message",
	"+CMGS": "send a message", "+CMGW": "store a message", "+CMSS": "send a stored message", "+CMMS": "keep the radio link between messages",
	"+CNMI": "how new messages are announced", "+CSMS": "message service; 1: the receiver acknowledges", "+CNMA": "acknowledge a direct message",
	"+CMTI": "a message came, and is stored", "+CDSI": "a status report came, and is stored", "+CMT": "a message comes, not stored; its PDU follows",
	"+CDS": "a status report comes, not stored; its PDU follows", "+CBM": "a cell broadcast; its PDU follows", "+CSCS": "character set",
	"+CUSD": "USSD", "+CLIP": "number of a caller", "+CRING": "somebody calls", "RING": "somebody calls", "+CHUP": "hang up",
	"+CPAS": "activity", "+CLCC": "calls", "+VTS": "tones", "+CPBS": "phone book", "+CPBR": "read the phone book", "+CPBW": "write the phone book",
	"+CGSMS": "which network carries messages", "+CCLK": "clock", "+CNUM": "own number", "+CGATT": "attached to packet service",
	"^CURC": "Huawei: chatter", "^RSSI": "Huawei: signal", "^RSSILVL": "Huawei: signal", "^HRSSILVL": "Huawei: signal",
	"^BOOT": "Huawei: starting", "^DSFLOWRPT": "Huawei: traffic", "^SIMST": "Huawei: state of the SIM", "^SRVST": "Huawei: service",
	"^MODE": "Huawei: kind of network", "^RESET": "Huawei: restart", "+WIND": "Wavecom: what happens", "+ZOPRT": "ZTE: stay on the network",
	"+ZUSIMR": "ZTE: chatter", "+ZPASR": "ZTE: kind of network", "+QURCCFG": "Quectel: port of indications", "+CRESET": "SIMCom: restart",
	"^SSMSS":    "Siemens: order of memories",
	"SMS Ready": "takes messages now", "SMS DONE": "takes messages now", "Call Ready": "takes calls now", "RDY": "has started",
	"PB DONE": "the phone book can be read", "NORMAL POWER DOWN": "the power goes",
	"OK": "done", "ERROR": "refused, without a reason", "NO CARRIER": "the call ended", "BUSY": "busy", "NO ANSWER": "no answer",
	"NO DIALTONE": "no network to dial in", "CONNECT": "connected", ">": "ready for the PDU",
}

// stats are registration states for people (3GPP TS 27.007 §7.2).
var stats = map[Stat]string{
	NotSearching: "not registered, not searching", Home: "registered at home", Searching: "searching", Denied: "denied by the network",
	OutOfReach: "not known", Roaming: "registered, roaming", HomeSMSOnly: "registered at home for SMS", RoamingSMSOnly: "registered for SMS, roaming",
}

// String returns a state for people.
func (s Stat) String() string {
	if text, ok := stats[s]; ok {
		return text
	}
	return "state " + strconv.Itoa(int(s))
}

// ExplainCommand tells what a command line does; empty: not known.
func ExplainCommand(command string) string {
	if text, ok := meanings[strings.ToUpper(command)]; ok {
		return text
	}
	var texts []string
	rest, ok := strings.CutPrefix(strings.ToUpper(command), "AT")
	if !ok {
		return ""
	}
	for _, part := range strings.Split(rest, ";") {
		name := part
		if end := strings.IndexAny(part, "=?"); end >= 0 {
			name = part[:end]
		}
		if part == "" {
			continue
		}
		text, known := meanings[name]
		if !known {
			text, known = meanings["AT"+firstOf(name)]
		}
		switch {
		case !known:
			continue
		case name == "+CMGS" && isLength(strings.TrimPrefix(part, "+CMGS=")):
			text += " of " + strings.TrimPrefix(part, "+CMGS=") + " octets"
		case strings.HasSuffix(part, "=?"):
			text += ": which values?"
		case strings.HasSuffix(part, "?"):
			text += "?"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// isLength tells the length that AT+CMGS takes in PDU mode from the number that it
// takes in text mode, which is not to be repeated.
func isLength(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && len(text) <= 3
}

func firstOf(name string) string {
	if name == "" {
		return ""
	}
	return name[:1]
}

// ExplainLine tells what a line of a modem means that came while command was
// being carried out; empty: not known.
func ExplainLine(line, command string) string {
	if text, ok := meanings[line]; ok {
		return text
	}
	if r, final := ParseResult(line); final {
		return explainResult(r)
	}
	name := Name(line)
	switch {
	case strings.HasSuffix(name, "REG"):
		if cell, err := ParseRegistration(line); err == nil {
			return cell.Stat.String()
		}
	case name == "+CSQ":
		if signal, err := ParseCSQ(line); err == nil && signal.DBm != 0 {
			return strconv.Itoa(signal.DBm) + " dBm"
		}
	case name == "+CMGS":
		if mr, err := ParseCMGS(line); err == nil {
			return "accepted by the network, reference " + strconv.Itoa(mr)
		}
	case name == "+CMGL", name == "+CMGR":
		return "a message; its PDU follows"
	}
	text := meanings[name]
	if text != "" && Classify(line, command) != Solicited {
		text += " (unasked)"
	}
	return text
}

func explainResult(r Result) string {
	table := cms
	if r.Code == CMEError {
		table = cme
	}
	switch text := table[r.Number].text; {
	case r.Code == NotSupported:
		return "the modem does not know this command"
	case text == "":
		return "refused"
	case r.Class() == Unknown:
		return "refused: " + text
	default:
		return "refused: " + text + "; whose trouble: " + r.Class().String()
	}
}
