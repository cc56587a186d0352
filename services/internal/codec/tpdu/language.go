package tpdu

// Languages returns the locking and the single shift table that a header names
// (3GPP TS 23.040 §9.2.3.24.15, .16); zero, the default table, where it names none.
func Languages(udh []byte) (locking, single byte) {
	for e := range Elements(udh) {
		switch {
		case len(e.Data) != 1:
		case e.ID == ElementLockingShift:
			locking = e.Data[0]
		case e.ID == ElementSingleShift:
			single = e.Data[0]
		}
	}
	return locking, single
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
