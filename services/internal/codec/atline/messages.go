package atline

import (
	"fmt"
	"strings"
)

// Stored is the header of a stored message, as +CMGL and +CMGR give it in PDU
// mode (3GPP TS 27.005 §4.1, §4.4). The PDU is the line below it.
type Stored struct {
	// Index is the slot in the memory; -1 in +CMGR, which does not tell.
	Index int
	// Status is 0 received unread, 1 received read, 2 stored unsent, 3 stored sent.
	Status int
	// Length is that of the TPDU in octets, without the service centre address.
	Length int
}

// ParseCMGL reads `+CMGL: index,stat,[alpha],length`.
func ParseCMGL(line string) (Stored, error) {
	values, ok := Values(line, "+CMGL")
	first, rest, _ := strings.Cut(values, ",")
	index, isIndex := Field{Text: first}.Int()
	s, isStored := parseStored(rest)
	if !ok || !isIndex || !isStored {
		return Stored{}, fmt.Errorf("%w: parsing +CMGL", ErrMalformed)
	}
	s.Index = index
	return s, nil
}

// ParseCMGR reads `+CMGR: stat,[alpha],length`.
func ParseCMGR(line string) (Stored, error) {
	values, ok := Values(line, "+CMGR")
	s, isStored := parseStored(values)
	if !ok || !isStored {
		return Stored{}, fmt.Errorf("%w: parsing +CMGR", ErrMalformed)
	}
	return s, nil
}

// parseStored reads `stat,[alpha],length` from both ends: alpha comes from the
// phone book and may hold anything, and some modems leave it out altogether.
func parseStored(values string) (Stored, bool) {
	first, rest, _ := strings.Cut(values, ",")
	status, isStatus := Field{Text: strings.TrimSpace(first)}.Int()
	last := rest[strings.LastIndexByte(rest, ',')+1:]
	length, isLength := Field{Text: strings.TrimSpace(last)}.Int()
	return Stored{Index: -1, Status: status, Length: length}, isStatus && isLength
}

// ParseCMGS reads the message reference, 0 to 255, of `+CMGS: mr[,ackpdu]` (3GPP TS 27.005 §4.3).
func ParseCMGS(line string) (int, error) {
	values, ok := Values(line, "+CMGS")
	mr, isNumber := Fields(values)[0].Int()
	if !ok || !isNumber || mr > 255 {
		return 0, fmt.Errorf("%w: parsing +CMGS", ErrMalformed)
	}
	return mr, nil
}

// Slot is a place in a memory: where +CMTI or +CDSI says that a message lies.
type Slot struct {
	// Memory is "SM", "ME", "SR", "MT" and the like.
	Memory string
	// Index counts from the memory's first slot, which is 0 or 1.
	Index int
}

// ParseSlot reads `+CMTI: "mem",index` and `+CDSI: "mem",index` (3GPP TS 27.005 §3.4.1).
func ParseSlot(line string) (Slot, error) {
	values, ok := Values(line, "+CMTI")
	if !ok {
		values, ok = Values(line, "+CDSI")
	}
	fields := Fields(values)
	if !ok || len(fields) < 2 {
		return Slot{}, fmt.Errorf("%w: parsing a message indication", ErrMalformed)
	}
	index, isIndex := fields[1].Int()
	if !isIndex {
		return Slot{}, fmt.Errorf("%w: parsing a message indication", ErrMalformed)
	}
	return Slot{Memory: fields[0].Text, Index: index}, nil
}

// Memory is how full a message memory is.
type Memory struct {
	// Name is "SM", "ME", "SR" and the like; empty where the modem does not
	// tell, which is so in the answer to AT+CPMS=.
	Name string
	// Used and Total count messages.
	Used, Total int
}

// ParseCPMS reads the answer to AT+CPMS? or AT+CPMS= (3GPP TS 27.005 §3.2.2):
// one to three memories, those for reading, for sending and for receiving.
func ParseCPMS(line string) ([]Memory, error) {
	values, ok := Values(line, "+CPMS")
	if !ok {
		return nil, fmt.Errorf("%w: parsing +CPMS", ErrMalformed)
	}
	var memories []Memory
	for fields := Fields(values); len(fields) >= 2 && len(memories) < 3; {
		var m Memory
		if _, isNumber := fields[0].Int(); !isNumber {
			m.Name, fields = fields[0].Text, fields[1:]
		}
		if len(fields) < 2 {
			break
		}
		used, isUsed := fields[0].Int()
		total, isTotal := fields[1].Int()
		if !isUsed || !isTotal {
			break
		}
		m.Used, m.Total, fields = used, total, fields[2:]
		memories = append(memories, m)
	}
	if len(memories) == 0 {
		return nil, fmt.Errorf("%w: parsing +CPMS", ErrMalformed)
	}
	return memories, nil
}

// ParseCPMSTest reads the answer to AT+CPMS=?: the names that each of the one to
// three memories may have.
func ParseCPMSTest(line string) ([][]string, error) {
	values, ok := Values(line, "+CPMS")
	if !ok || values == "" {
		return nil, fmt.Errorf("%w: parsing +CPMS", ErrMalformed)
	}
	var sets [][]string
	for _, field := range Fields(values) {
		var names []string
		for _, name := range Fields(strings.Trim(field.Text, "()")) {
			names = append(names, name.Text)
		}
		sets = append(sets, names)
	}
	return sets, nil
}
