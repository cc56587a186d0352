package tpdu

import "encoding/binary"

// Ports are the application ports of a message (3GPP TS 23.040 §9.2.3.24.3, .4).
type Ports struct {
	Destination uint16
	Source      uint16
	// Wide says that the ports have 16 bits.
	Wide bool
}

// ApplicationPorts returns the application ports that a header tells; of several
// elements the last one counts.
func ApplicationPorts(udh []byte) (ports Ports, ok bool) {
	for e := range Elements(udh) {
		switch {
		case e.ID == ElementPorts8 && len(e.Data) == 2:
			ports, ok = Ports{Destination: uint16(e.Data[0]), Source: uint16(e.Data[1])}, true
		case e.ID == ElementPorts16 && len(e.Data) == 4:
			ports = Ports{
				Destination: binary.BigEndian.Uint16(e.Data),
				Source:      binary.BigEndian.Uint16(e.Data[2:]),
				Wide:        true,
			}
			ok = true
		}
	}
	return ports, ok
}

// AppendTo appends the port element to a header, which may be empty; see AppendElement.
// Ports that are not Wide lose their upper octet.
func (p Ports) AppendTo(udh []byte) []byte {
	if !p.Wide {
		return AppendElement(udh, ElementPorts8, byte(p.Destination), byte(p.Source))
	}
	var data [4]byte
	binary.BigEndian.PutUint16(data[:], p.Destination)
	binary.BigEndian.PutUint16(data[2:], p.Source)
	return AppendElement(udh, ElementPorts16, data[:]...)
}
