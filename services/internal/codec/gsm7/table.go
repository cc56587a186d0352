package gsm7

// Escape is the septet that takes the next one from the extension table or the
// national single shift table (3GPP TS 23.038 §6.2.1.1).
const Escape byte = 0x1B

// septetMask keeps the bits of an octet that a septet has.
const septetMask = 0x7F

// table says which character each septet is; zero where there is none.
type table [septetMask + 1]rune

// Tables names the shift tables that a text is written with. The zero value is
// the GSM default alphabet with its extension table.
type Tables struct {
	// Locking replaces the default alphabet (3GPP TS 23.038 §A.3).
	Locking Language
	// Single replaces the extension table (3GPP TS 23.038 §A.2).
	Single Language
}

// locking returns the table for septets that stand alone. A language without
// one is read as the default alphabet (3GPP TS 23.038 §6.2.1.2.5).
func (t Tables) locking() *table {
	if t.Locking.HasLocking() {
		return &lockingTables[t.Locking]
	}
	return &lockingTables[Basic]
}

// single returns the table for septets after an escape.
func (t Tables) single() *table {
	if t.Single.Known() {
		return &singleTables[t.Single]
	}
	return &singleTables[Basic]
}
