package tpdu

// Languages returns the locking and the single shift table that a header names
// (3GPP TS 23.040 §9.2.3.24.15, .16); zero, the default table, where it names none.
func Languages(udh []byte) (locking, single byte) {
	for _, b := range [...]struct {
		id    byte
		table *byte
	}{{ElementLockingShift, &locking}, {ElementSingleShift, &single}} {
		if language, ok := Language(udh, b.id); ok {
			*b.table = language
		}
	}
	return locking, single
}

// Language returns the table that the last of the elements of that kind,
// ElementLockingShift or ElementSingleShift, names; ok is false without one.
func Language(udh []byte, id byte) (language byte, ok bool) {
	for e := range Elements(udh) {
		if e.ID == id && len(e.Data) == 1 {
			language, ok = e.Data[0], true
		}
	}
	return language, ok
}

// AppendLanguages appends the elements of the tables that are not zero, the
// locking one first; see AppendElement.
func AppendLanguages(udh []byte, locking, single byte) []byte {
	if locking != 0 {
		udh = AppendElement(udh, ElementLockingShift, locking)
	}
	if single != 0 {
		udh = AppendElement(udh, ElementSingleShift, single)
	}
	return udh
}
