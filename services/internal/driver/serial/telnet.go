package serial

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// Telnet commands (RFC 854).
const (
	se   = 240
	sb   = 250
	will = 251
	wont = 252
	do   = 253
	dont = 254
	iac  = 255
)

// telnetState is where in a telnet command the next octet falls.
type telnetState uint8

const (
	// inData: outside any command.
	inData telnetState = iota
	// afterIAC: a command's code follows.
	afterIAC
	// afterWill, afterDo and afterOther: the option follows.
	afterWill
	afterDo
	afterOther
	// inSub: within a subnegotiation, which is thrown away.
	inSub
	// inSubAfterIAC: its end may follow.
	inSubAfterIAC
)

// telnet takes telnet commands out of what a terminal server sends, and refuses
// every option that it offers or asks for (RFC 855, smstools spec §7.4). A server
// that speaks plain TCP never notices.
type telnet struct {
	net.Conn
	state telnetState

	// writing keeps refusals out of the midst of what is being written.
	writing sync.Mutex
}

// refusalTimeout bounds the writing of a refusal, which the reader does itself.
const refusalTimeout = 5 * time.Second

func newTelnet(conn net.Conn) *telnet { return &telnet{Conn: conn} }

// Read returns the octets outside telnet commands.
func (t *telnet) Read(p []byte) (int, error) {
	for {
		n, err := t.Conn.Read(p)
		kept, refusals := t.filter(p[:n])
		if len(refusals) > 0 {
			t.refuse(refusals)
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// Write doubles octets of 255, which would begin a command.
func (t *telnet) Write(p []byte) (int, error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	if bytes.IndexByte(p, iac) < 0 {
		return t.Conn.Write(p)
	}
	if _, err := t.Conn.Write(bytes.ReplaceAll(p, []byte{iac}, []byte{iac, iac})); err != nil {
		return 0, err
	}
	return len(p), nil
}

// refuse writes refusals. A server that takes nothing must not hold up the
// reader for ever; if it fails, the connection is of no use and Read will tell.
func (t *telnet) refuse(refusals []byte) {
	t.writing.Lock()
	defer t.writing.Unlock()
	_ = t.SetWriteDeadline(time.Now().Add(refusalTimeout))
	_, _ = t.Conn.Write(refusals)
	_ = t.SetWriteDeadline(time.Time{})
}

// filter keeps the data of p at its beginning, and returns how much there is,
// and the refusals of the options in it.
func (t *telnet) filter(p []byte) (kept int, refusals []byte) {
	for _, b := range p {
		isData, refusal := t.next(b)
		if isData {
			p[kept] = b
			kept++
		}
		if refusal != 0 {
			refusals = append(refusals, iac, refusal, b)
		}
	}
	return kept, refusals
}

// next takes one octet. refusal, when not 0, is the answer to the option b.
func (t *telnet) next(b byte) (isData bool, refusal byte) {
	switch t.state {
	case inData:
		if b == iac {
			t.state = afterIAC
			return false, 0
		}
		return true, 0
	case afterIAC:
		t.state = afterCommand(b)
		return b == iac, 0
	case inSub:
		if b == iac {
			t.state = inSubAfterIAC
		}
		return false, 0
	case inSubAfterIAC:
		t.state = inSub
		if b == se {
			t.state = inData
		}
		return false, 0
	default:
		return false, t.option()
	}
}

// option ends a negotiation with its refusal: DO is answered by WONT and WILL by
// DONT. WONT and DONT are not answered, which would never end.
func (t *telnet) option() (refusal byte) {
	switch t.state {
	case afterDo:
		refusal = wont
	case afterWill:
		refusal = dont
	}
	t.state = inData
	return refusal
}

func afterCommand(b byte) telnetState {
	switch b {
	case sb:
		return inSub
	case will:
		return afterWill
	case do:
		return afterDo
	case wont, dont:
		return afterOther
	default:
		return inData
	}
}
