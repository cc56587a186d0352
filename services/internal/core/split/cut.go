package split

// MaxParts is the greatest number of parts (3GPP TS 23.040 §9.2.3.24.1).
const MaxParts = 255

// MinSize is the smallest size of a part, in septets or octets, that the
// functions of this package can cut to: what two surrogate pairs take.
const MinSize = 8

// Octets cuts data into parts of at most size octets, MinSize or more.
func Octets(data []byte, size int) ([][]byte, error) {
	return cut(data, size, func(_, end int) int { return end })
}

// cut cuts data into parts of at most size. place moves the end of a part that
// begins at start back to a better place after start.
func cut(data []byte, size int, place func(start, end int) int) ([][]byte, error) {
	size = max(size, MinSize)
	least := (len(data) + size - 1) / size
	if least > MaxParts {
		return nil, ErrTooManyParts
	}
	parts := make([][]byte, 0, least+1)
	for start := 0; start < len(data); {
		end := len(data)
		if end-start > size {
			end = place(start, start+size)
		}
		if len(parts) == MaxParts {
			return nil, ErrTooManyParts
		}
		parts = append(parts, data[start:end:end])
		start = end
	}
	return parts, nil
}
