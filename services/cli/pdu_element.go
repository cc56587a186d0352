package cli

import (
	"fmt"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// elementText explains an element of a user data header.
func elementText(e tpdu.Element) string {
	name := smsfile.ElementName(e.ID)
	if detail := elementDetail(e); detail != "" {
		return name + ": " + detail
	}
	return name + ": " + octetCount(len(e.Data))
}

// elementDetail is empty for what has no explanation but its name.
func elementDetail(e tpdu.Element) string {
	switch e.ID {
	case tpdu.ElementConcatenated8, tpdu.ElementConcatenated16:
		return placeDetail(e)
	case tpdu.ElementPorts8, tpdu.ElementPorts16:
		return portsDetail(e)
	case tpdu.ElementSingleShift, tpdu.ElementLockingShift:
		if len(e.Data) == 1 {
			return gsm7.Language(e.Data[0]).String()
		}
	case tpdu.ElementIndication:
		if len(e.Data) == 2 {
			return indicationDetail(e.Data[0], e.Data[1])
		}
	}
	return ""
}

func placeDetail(e tpdu.Element) string {
	part, ok := tpdu.Concatenation(tpdu.AppendElement(nil, e.ID, e.Data...))
	if !ok {
		return "an impossible place, to be passed over"
	}
	return fmt.Sprintf("part %d of %d, reference %d", part.Seq, part.Total, part.Reference)
}

func portsDetail(e tpdu.Element) string {
	ports, ok := tpdu.ApplicationPorts(tpdu.AppendElement(nil, e.ID, e.Data...))
	if !ok {
		return ""
	}
	return "to port " + portText(ports.Destination) + ", from port " + portText(ports.Source)
}

func portText(port uint16) string {
	if name, ok := portNames[port]; ok {
		return fmt.Sprintf("%d (%s)", port, name)
	}
	return fmt.Sprint(port)
}

// portNames are the ports that are met in practice.
var portNames = map[uint16]string{
	226: "vCard", 228: "vCalendar",
	2948: "WAP push", 2949: "WAP push, secure",
	5505: "ringing tone", 5506: "operator logo", 5507: "caller group logo", 5514: "picture message",
	9200: "WAP", 9201: "WAP session", 9202: "WAP, secure", 9203: "WAP session, secure",
	9204: "vCard", 9205: "vCalendar", 9206: "vCard, secure", 9207: "vCalendar, secure",
	49996: "OMA client provisioning", 49999: "WAP configuration",
}

// indicationDetail explains a special message indication (3GPP TS 23.040 §9.2.3.24.2).
func indicationDetail(octet, count byte) string {
	const maskKind, store = 0x03, 0x80
	text := fmt.Sprintf("%d of %s waiting", count, indicationText(tpdu.Indication(octet&maskKind)))
	if octet&store != 0 {
		return text + ", store the message"
	}
	return text + ", discard the message"
}
