//go:build peer

package peer

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// TestArrivals gives both many messages and status reports, made at random but always
// the same, with all that is odd in them and means the same to both; what Viesti
// deliberately reads in another way (services/doc/divergences-smstools.md) is left out.
// Both must make the same files and the same calls of each.
func TestArrivals(t *testing.T) {
	t.Parallel()
	for i, config := range []string{"base", "utf8decode", "decode", "preview", "nocs", "nocombine", "noreportdir"} {
		t.Run(config, func(t *testing.T) {
			t.Parallel()
			const arrivals = 150
			s := recordedSetup(t, config)
			s.modem.Memories = []sim.Memory{{Name: "SM", Size: arrivals}}
			m := &maker{Rand: rand.New(rand.NewPCG(1, uint64(i)))}
			var pdus []string
			for range arrivals {
				pdus = append(pdus, m.pdu())
			}
			both := runTwins(t, s)
			want, got := both.smsd.receives(t, pdus, arrivals), both.viesti.receives(t, pdus, arrivals)
			for centre, pdu := range m.pdus {
				if diff := cmp.Diff(want[centre], got[centre]); diff != "" {
					t.Errorf("%s (-smsd +viesti):\n%s", pdu, diff)
				}
			}
			both.compareLogs(t)
		})
	}
}

// TestJoinedArrivals gives both the parts of messages, of any coding and with any further
// elements, out of order and among those of others.
func TestJoinedArrivals(t *testing.T) {
	t.Parallel()
	for i, config := range []string{"base", "utf8decode", "decode", "preview", "storerecv3"} {
		t.Run(config, func(t *testing.T) {
			t.Parallel()
			const messages, most = 40, 4
			s := recordedSetup(t, config)
			s.modem.Memories = []sim.Memory{{Name: "SM", Size: messages * most}}
			m := &maker{Rand: rand.New(rand.NewPCG(2, uint64(i))), pdus: map[string]string{}}
			var pdus []string
			for n := range messages {
				pdus = append(pdus, m.parts(n, 2+m.IntN(most-1))...)
			}
			m.Shuffle(len(pdus), func(i, j int) { pdus[i], pdus[j] = pdus[j], pdus[i] })
			both := runTwins(t, s)
			want, got := both.smsd.receives(t, pdus, messages), both.viesti.receives(t, pdus, messages)
			for centre := range m.pdus {
				if diff := cmp.Diff(want[centre], got[centre]); diff != "" {
					t.Errorf("the message of centre %s (-smsd +viesti):\n%s", centre, diff)
				}
			}
		})
	}
}

// parts are those of a message, which has a service centre and a sender of its own.
func (m *maker) parts(n, total int) (pdus []string) {
	centre, sender := fmt.Sprintf("35850%07d", n), fmt.Sprintf("35840%07d", n)
	m.pdus[centre] = ""
	dcs, wide, stamp := m.coding(), m.IntN(2) == 0, tpdu.NewTimestamp(time.Now())
	for i := range total {
		octets, err := tpdu.AppendSMSC(nil, tpdu.TOAInternational, centre)
		if err != nil {
			panic(err)
		}
		var udh []byte
		if m.IntN(3) == 0 {
			udh = tpdu.AppendElement(udh, tpdu.ElementPorts16, 0x0B, m.octet(), 0x23, 0xF0)
		}
		part := tpdu.Part{Reference: uint16(n), Total: uint8(total), Seq: uint8(i + 1), Wide: wide}
		d := tpdu.Deliver{
			OA: tpdu.Address{TOA: tpdu.TOAInternational, Digits: sender}, PID: m.octet(), DCS: dcs, SCTS: stamp,
			StatusReport: m.IntN(2) == 0, UDHI: true, UDH: part.AppendTo(udh), Septets: tpdu.ParseDCS(dcs).Septets(), Data: m.data(dcs),
		}
		if octets, err = d.AppendTo(octets); err != nil {
			panic(err)
		}
		pdus = append(pdus, fmt.Sprintf("%X", octets))
	}
	return pdus
}

// receives puts PDUs into the modem and returns the call and the file that each message
// led to, by its service centre.
func (g *peer) receives(t *testing.T, pdus []string, messages int) map[string]arrival {
	t.Helper()
	modem := g.modems["GSM1"]
	for _, pdu := range pdus {
		if _, err := modem.Store("SM", 0, pdu); err != nil {
			t.Fatal(err)
		}
	}
	gateway.Wait(t, "calls of "+g.name+" about all that arrived", func() bool { return len(g.calls()) >= messages })
	gateway.Wait(t, "an empty modem of "+g.name, func() bool { return modem.Stored() == 0 })
	all := map[string]arrival{}
	for _, line := range g.calls() {
		line = strings.TrimSuffix(line, "\n")
		path := strings.Split(line, "|")[1]
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%s shows its handler what is not there: %v", g.name, err)
		}
		_, rest, _ := strings.Cut(string(data), "\nFrom_SMSC: ")
		centre, _, _ := strings.Cut(rest, "\n")
		all[centre] = arrival{
			Call: randomNames.ReplaceAllString(truth.Call(line, g.dir), "GSM1.XXXXXX"), Dir: filepath.Base(filepath.Dir(path)),
			Content: receivedAt.ReplaceAllString(string(data), "Received: <TIME>"),
		}
	}
	if len(all) != messages {
		t.Errorf("%s made %d files that tell their service centre, want %d", g.name, len(all), messages)
	}
	return all
}

// maker makes PDUs.
type maker struct {
	*rand.Rand
	// pdus are those made, by their service centres.
	pdus map[string]string
}

func (m *maker) pdu() string {
	if m.pdus == nil {
		m.pdus = map[string]string{}
	}
	centre := fmt.Sprintf("35850%07d", len(m.pdus))
	octets, err := tpdu.AppendSMSC(nil, tpdu.TOAInternational, centre)
	if err != nil {
		panic(err)
	}
	if m.IntN(4) == 0 {
		octets = m.appendReport(octets)
	} else {
		octets = m.appendDeliver(octets)
	}
	m.pdus[centre] = fmt.Sprintf("%X", octets)
	return m.pdus[centre]
}

func (m *maker) octet() byte { return byte(m.UintN(256)) }

// appendDeliver appends an SMS-DELIVER whose first octet has any bits.
func (m *maker) appendDeliver(pdu []byte) []byte {
	const header, mti = 0x40, 3
	first := m.octet() &^ mti
	pdu = m.appendParty(append(pdu, first))
	dcs := m.coding()
	pdu = m.appendStamp(append(pdu, m.octet(), dcs))
	var udh []byte
	if first&header != 0 {
		udh = m.header()
	}
	d := tpdu.Deliver{UDHI: len(udh) > 0, UDH: udh, DCS: dcs, Septets: tpdu.ParseDCS(dcs).Septets(), Data: m.data(dcs)}
	whole, err := d.AppendTo(nil)
	if err != nil {
		panic(err)
	}
	const before = 1 + 2 + 2 + 7 // first octet, no sender, coding, time stamp
	pdu = append(pdu, whole[before:]...)
	return append(pdu, m.junk()...)
}

// coding is a data coding scheme that both read alike: not compressed, not reserved, no
// message waiting, not class 2.
func (m *maker) coding() byte {
	for {
		octet := m.octet()
		d := tpdu.ParseDCS(octet)
		const group, reserved = 0xF0, 0x08
		plain := octet < 0x80 || octet >= group && octet&reserved == 0
		if plain && !d.Compressed && !d.Reserved && !(d.HasClass && d.Class == 2) {
			return octet
		}
	}
}

// appendReport appends an SMS-STATUS-REPORT, and something behind its status.
func (m *maker) appendReport(pdu []byte) []byte {
	const mti, report = 3, 2
	pdu = m.appendParty(append(pdu, m.octet()&^mti|report, m.octet()))
	pdu = m.appendStamp(pdu)
	pdu = append(pdu, m.digits(24)...) // of the time of discharge smsd accepts hours and seconds that are none
	pdu = append(pdu, m.digits(13)[0]|1, m.digits(29)[0]|1, m.digits(24)[0], m.digits(60)[0], m.digits(60)[0], m.octet(), m.octet())
	return append(pdu, m.junk()...)
}

func (m *maker) junk() []byte {
	junk := make([]byte, max(0, m.IntN(8)-4))
	for i := range junk {
		junk[i] = m.octet()
	}
	return junk
}

// digits is a number below limit, as swapped semi-octets.
func (m *maker) digits(limit int) []byte {
	n := byte(m.IntN(limit))
	return []byte{n%10<<4 | n/10}
}

// appendStamp appends a time stamp that need not be a time, but has digits.
func (m *maker) appendStamp(pdu []byte) []byte {
	for range 6 {
		pdu = append(pdu, m.digits(100)...)
	}
	return append(pdu, m.octet())
}

// appendParty appends an address: a name of letters, or a number of any type, now and
// then longer than there are, or with a filler too many.
func (m *maker) appendParty(pdu []byte) []byte {
	const alphanumeric, top, plan, kind = 0xD0, 0x80, 0x0F, 0x50
	if m.IntN(4) == 0 {
		name := make([]byte, 1+m.IntN(11))
		for i := range name {
			name[i] = "ABCxyz 0189"[m.IntN(11)]
		}
		pdu = append(pdu, byte((7*len(name)+3)/4), alphanumeric|m.octet()&plan)
		return tpdu.PackSeptets(pdu, name, 0)
	}
	toa := m.octet() | top
	if toa&0x70 == kind {
		toa ^= 0x10
	}
	length := 1 + m.IntN(22)
	pdu = append(pdu, byte(length), toa)
	for i := 0; i < length; i += 2 {
		octet := m.digits(100)[0]
		if i+1 == length || i+2 == length && i > 0 && m.IntN(8) == 0 {
			octet |= 0xF0
		}
		pdu = append(pdu, octet)
	}
	return pdu
}

// header is a user data header without a place in a message of several parts; its last
// element may be cut short.
func (m *maker) header() []byte {
	if m.IntN(6) == 0 { // tables that have a character everywhere, or the default one
		return []byte{3, tpdu.ElementLockingShift - byte(m.IntN(2)), 1, byte(m.IntN(2))}
	}
	udh := []byte{0}
	for range 1 + m.IntN(3) {
		id := m.octet()
		switch id {
		case tpdu.ElementConcatenated8, tpdu.ElementConcatenated16, tpdu.ElementLockingShift, tpdu.ElementSingleShift:
			id = tpdu.ElementPorts16
		}
		udh = tpdu.AppendElement(udh, id, make([]byte, m.IntN(5))...)
	}
	if cut := m.IntN(12); cut < 3 {
		udh = udh[:len(udh)-min(cut, len(udh)-2)]
		udh[0] = byte(len(udh) - 1)
	}
	return udh
}

// data is text or octets: of the GSM alphabet what means the same to both; of UCS2 what
// smsd decodes.
func (m *maker) data(dcs byte) []byte {
	const most, escape, currency, lastCharacter = 90, 0x1B, 0x24, 0x7FFF
	d := tpdu.ParseDCS(dcs)
	data := make([]byte, m.IntN(most))
	for i := range data {
		data[i] = m.octet()
		if d.Septets() {
			data[i] &= 0x7F
		}
		if d.Septets() && (data[i] == escape || data[i] == currency) {
			data[i]++
		}
	}
	if d.Alphabet != tpdu.AlphabetUCS2 {
		return data
	}
	data = data[:len(data)&^1]
	for i := 0; i < len(data); i += 2 {
		r := 0xA0 + m.IntN(lastCharacter-0xA0)
		if m.IntN(2) == 0 {
			r = ' ' + m.IntN('~'-' ')
		}
		if 0x391 <= r && r <= 0x3A9 { // Greek capitals
			r = 'A'
		}
		data[i], data[i+1] = byte(r>>8), byte(r)
	}
	return data
}
