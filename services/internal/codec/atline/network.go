package atline

import (
	"fmt"
	"strings"
)

// Stat is a registration state (3GPP TS 27.007 §7.2, §10.1.20, §10.1.22).
type Stat int

// Registration states. Others exist; whoever meets them should show the number.
const (
	NotSearching Stat = 0
	Home         Stat = 1
	Searching    Stat = 2
	Denied       Stat = 3
	OutOfReach   Stat = 4
	Roaming      Stat = 5
	// HomeSMSOnly and RoamingSMSOnly are what LTE-only subscriptions report.
	HomeSMSOnly    Stat = 6
	RoamingSMSOnly Stat = 7
)

// Registered reports whether SMS can be sent in this state.
func (s Stat) Registered() bool {
	return s == Home || s == Roaming || s == HomeSMSOnly || s == RoamingSMSOnly
}

// Cell is a registration with its place.
type Cell struct {
	Stat Stat
	// LAC and CI are the location area (or tracking area) and the cell, in hex; empty when not told.
	LAC, CI string
}

// ParseRegistration reads +CREG, +CGREG, +CEREG and +C5GREG, both as an answer
// (`n,stat[,lac,ci…]`) and unsolicited (`stat[,lac,ci…]`).
func ParseRegistration(line string) (Cell, error) {
	name := Name(line)
	if !strings.HasSuffix(name, "REG") {
		return Cell{}, fmt.Errorf("%w: parsing a registration", ErrMalformed)
	}
	values, _ := Values(line, name)
	fields := Fields(values)
	if isRegistrationAnswer(fields) {
		fields = fields[1:]
	}
	stat, ok := fields[0].Int()
	if !ok {
		return Cell{}, fmt.Errorf("%w: parsing %s", ErrMalformed, name)
	}
	cell := Cell{Stat: Stat(stat)}
	if len(fields) >= 3 {
		cell.LAC, cell.CI = fields[1].Text, fields[2].Text
	}
	return cell, nil
}

// isRegistrationAnswer tells `n,stat` from `stat,lac,ci`: a stat is one or two
// digits without quotes, a location area four hex digits and mostly quoted.
func isRegistrationAnswer(fields []Field) bool {
	if len(fields) < 2 || len(fields[1].Text) > 2 {
		return false
	}
	_, number := fields[1].Int()
	return number
}

// Signal is the answer to AT+CSQ (3GPP TS 27.007 §8.5).
type Signal struct {
	// DBm is the received signal strength: -113 or less to -51 or more; 0 when not known.
	DBm int
	// BER is the class of bit error rate, 0 to 7; -1 when not known.
	BER int
}

// ParseCSQ reads `+CSQ: rssi,ber`. Values of 100 to 191 are those of TD-SCDMA modems (RSCP).
func ParseCSQ(line string) (Signal, error) {
	values, ok := Values(line, "+CSQ")
	fields := Fields(values)
	rssi, isRSSI := fields[0].Int()
	if !ok || !isRSSI {
		return Signal{}, fmt.Errorf("%w: parsing +CSQ", ErrMalformed)
	}
	s := Signal{DBm: dBm(rssi), BER: -1}
	if len(fields) > 1 {
		if ber, ok := fields[1].Int(); ok && ber <= 7 {
			s.BER = ber
		}
	}
	return s, nil
}

func dBm(rssi int) int {
	switch {
	case rssi <= 31:
		return 2*rssi - 113
	case rssi >= 100 && rssi <= 191:
		return rssi - 216
	default:
		return 0
	}
}

// Operator is the answer to AT+COPS? (3GPP TS 27.007 §7.3).
type Operator struct {
	// Name is the operator as the modem formats it; empty when there is none.
	Name string
	// AcT is the access technology, 0 GSM, 2 UTRAN, 7 E-UTRAN; -1 when not told.
	AcT int
}

// ParseCOPS reads `+COPS: mode[,format,oper[,AcT]]`.
func ParseCOPS(line string) (Operator, error) {
	values, ok := Values(line, "+COPS")
	if !ok {
		return Operator{}, fmt.Errorf("%w: parsing +COPS", ErrMalformed)
	}
	operator, fields := Operator{AcT: -1}, Fields(values)
	if len(fields) > 2 {
		operator.Name = fields[2].Text
	}
	if len(fields) > 3 {
		if act, ok := fields[3].Int(); ok {
			operator.AcT = act
		}
	}
	return operator, nil
}

// ParseCPIN reads what the SIM waits for: "READY", "SIM PIN", "SIM PUK" (3GPP TS 27.007 §8.3).
func ParseCPIN(line string) (string, error) {
	values, ok := Values(line, "+CPIN")
	if !ok {
		return "", fmt.Errorf("%w: parsing +CPIN", ErrMalformed)
	}
	return strings.ToUpper(Fields(values)[0].Text), nil
}

// States of a USSD dialogue (3GPP TS 27.007 §7.15).
const (
	// USSDDone: no further action.
	USSDDone = iota
	// USSDOpen: an answer is expected.
	USSDOpen
	// USSDEnded: the network ended the dialogue.
	USSDEnded
	// USSDElsewhere: another device of the SIM has answered.
	USSDElsewhere
	// USSDUnsupported: the network does not know the request.
	USSDUnsupported
	// USSDTimedOut: the network did not answer in time.
	USSDTimedOut
)

// Answer is an answer of the network to a USSD request (3GPP TS 27.007 §7.15).
type Answer struct {
	// Status is USSDDone and so on.
	Status int
	// Text is as the modem gave it: its character set depends on the modem.
	Text string
	// DCS is the data coding scheme (3GPP TS 23.038 §5); -1 when not told.
	DCS int
}

// ParseCUSD reads `+CUSD: m[,"text",dcs]`.
func ParseCUSD(line string) (Answer, error) {
	values, ok := Values(line, "+CUSD")
	fields := Fields(values)
	status, isStatus := fields[0].Int()
	if !ok || !isStatus {
		return Answer{}, fmt.Errorf("%w: parsing +CUSD", ErrMalformed)
	}
	a := Answer{Status: status, DCS: -1}
	if len(fields) > 1 {
		a.Text = fields[1].Text
	}
	if len(fields) > 2 {
		if dcs, ok := fields[2].Int(); ok {
			a.DCS = dcs
		}
	}
	return a, nil
}

// ParseCLIP reads the number of `+CLIP: "number",type…`; empty when it is withheld.
func ParseCLIP(line string) (string, error) {
	values, ok := Values(line, "+CLIP")
	if !ok {
		return "", fmt.Errorf("%w: parsing +CLIP", ErrMalformed)
	}
	return Fields(values)[0].Text, nil
}
