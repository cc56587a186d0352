package modem

import (
	"slices"
	"time"
)

// Op is a kind of command whose patience can be set (smstools spec §7.4,
// read_timeout_XXX).
type Op string

// Kinds of commands. Those of smsd that are not here have no counterpart, or are
// given by others.
const (
	OpAskPIN   Op = "askpin"
	OpEnterPIN Op = "enterpin"
	OpStart    Op = "start"
	OpStop     Op = "stop"
	OpPreInit  Op = "preinit"
	OpInit     Op = "init"
	OpCMGF     Op = "cmgf"
	OpCSCA     Op = "csca"
	OpCSQ      Op = "csq"
	OpCREG     Op = "creg"
	OpCPMS     Op = "cpms"
	OpCMGL     Op = "cmgl"
	OpCMGR     Op = "cmgr"
	OpCMGD     Op = "cmgd"
	OpCMGS     Op = "cmgs"
	OpATH      Op = "ath"
	OpCLCC     Op = "clcc"
	OpCPAS     Op = "cpas"
	OpCPBR     Op = "cpbr"
	OpCPBW     Op = "cpbw"
	OpCUSD     Op = "cusd"
	// OpPDU is not used here: Timeouts.PDU is a time of its own.
	OpPDU     Op = "pdu"
	OpDefault Op = "default"
)

// factors are how many Timeouts.Command a kind of command may take. Where smsd
// waits for a command it waits for one factor, while it goes on to repeat what
// timed out; here nothing is repeated, so AT+CMGF has that of the initialisation.
// A call is asked for its state again and again, so that one answer is no more than
// that of AT+CSQ.
var factors = map[Op]int{
	OpAskPIN: 2, OpEnterPIN: 6, OpStart: 2, OpStop: 2, OpPreInit: 2, OpInit: 2, OpCMGF: 2, OpCSCA: 1, OpCSQ: 2, OpCREG: 2,
	OpCPMS: 1, OpCMGL: 12, OpCMGR: 1, OpCMGD: 1, OpCMGS: 2, OpDefault: 1,
	OpATH: 1, OpCLCC: 2, OpCPAS: 2, OpCPBR: 1, OpCPBW: 1, OpCUSD: 3,
}

// unused are operations of smsd that take their time elsewhere, or not at all.
var unused = []Op{OpPDU, "atd", "cmd"}

// Known reports whether a kind of command is one of smsd's.
func (o Op) Known() bool { return factors[o] > 0 || slices.Contains(unused, o) }

// Ops returns the names of all kinds of commands, sorted.
func Ops() []string {
	var names []string
	for op := range factors {
		names = append(names, string(op))
	}
	for _, op := range unused {
		names = append(names, string(op))
	}
	slices.Sort(names)
	return names
}

// patience is how long the answer to a command of a kind may take.
func (m *Modem) patience(op Op) time.Duration {
	factor := m.cfg.Timeouts.Factors[op]
	if factor <= 0 {
		factor = factors[op]
	}
	return time.Duration(max(factor, 1)) * m.cfg.Timeouts.Command
}
