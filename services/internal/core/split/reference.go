package split

// FNV-1a with 32 bits: offset basis and prime.
const (
	fnvBasis = 2166136261
	fnvPrime = 16777619
)

// Reference returns the concatenation reference of a message id (3GPP TS 23.040
// §9.2.3.24.1, .8): the 32-bit FNV-1a hash of id, whose halves are folded with
// exclusive or to 16 bits, and those to 8 unless wide is set. It never changes,
// so that a message that is resumed elsewhere keeps its reference (smstools W12).
func Reference(id string, wide bool) uint16 {
	hash := uint32(fnvBasis)
	for i := range len(id) {
		hash = (hash ^ uint32(id[i])) * fnvPrime
	}
	folded := uint16(hash>>16) ^ uint16(hash)
	if wide {
		return folded
	}
	return (folded>>8 ^ folded) & 0xFF
}
