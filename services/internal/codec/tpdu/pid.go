package tpdu

// Values of TP-PID (3GPP TS 23.040 §9.2.3.9).
const (
	// PIDType0 asks the mobile to acknowledge and discard the message.
	PIDType0 byte = 0x40
	// PIDReplace is the value before the first of the seven replace types.
	PIDReplace byte = 0x40
	// PIDReturnCall marks a return call message.
	PIDReturnCall byte = 0x5F
	// PIDSIMDownload marks data for the (U)SIM.
	PIDSIMDownload byte = 0x7F
)

const maxReplaceType = 7

// ReplaceType returns the replace type 1 to 7 that a TP-PID names: a message
// replaces the one before it of the same type and addresses.
func ReplaceType(pid byte) (n uint8, ok bool) {
	n = pid - PIDReplace
	if n < 1 || n > maxReplaceType {
		return 0, false
	}
	return n, true
}
