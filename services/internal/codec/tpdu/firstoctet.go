package tpdu

// TP-MTI, the two lowest bits of the first octet (3GPP TS 23.040 §9.2.3.1).
const (
	maskMTI byte = 0x03

	// From the service centre to the mobile; 0x03 is reserved.
	mtiDeliver      byte = 0x00
	mtiSubmitReport byte = 0x01
	mtiStatusReport byte = 0x02

	// From the mobile to the service centre.
	mtiSubmit byte = 0x01
)

// The other bits of the first octet (3GPP TS 23.040 §9.2.2.1 to §9.2.2.3). Some
// mean different things in different TPDUs.
const (
	foNoMoreMessages   byte = 0x04 // TP-MMS is inverted
	foLoopPrevention   byte = 0x08
	foReserved         byte = 0x10 // towards the mobile
	foRejectDuplicates byte = 0x04
	foStatusReport     byte = 0x20 // TP-SRR, TP-SRI, TP-SRQ
	foUserDataHeader   byte = 0x40
	foReplyPath        byte = 0x80
	maskValidity       byte = 0x18
	shiftValidity           = 3
)

// bit returns mask when set, else zero.
func bit(set bool, mask byte) byte {
	if set {
		return mask
	}
	return 0
}
