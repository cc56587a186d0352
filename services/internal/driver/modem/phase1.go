package modem

import "encoding/hex"

// noCentre is the address of a service centre that a PDU does not name.
const noCentre = "00"

// withCentre is a PDU as a modem gave it, with the address of a service centre in front.
func (m *Modem) withCentre(pdu PDU) PDU {
	if !m.cfg.Phase1 || pdu == "" {
		return pdu
	}
	return noCentre + pdu
}

// withoutCentre is a PDU in hex without that address.
func withoutCentre(pduHex string) string {
	octets, err := hex.DecodeString(pduHex[:min(len(noCentre), len(pduHex))])
	if err != nil || len(octets) == 0 {
		return pduHex
	}
	return pduHex[min(len(noCentre)*(1+int(octets[0])), len(pduHex)):]
}
