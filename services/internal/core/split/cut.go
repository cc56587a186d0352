package split

// MaxParts is the greatest number of parts (3GPP TS 23.040 §9.2.3.24.1).
const MaxParts = 255

// MinSize is the smallest size of a part, in septets or octets, that the
// functions of this package can cut to: what two surrogate pairs take.
const MinSize = 8

// Ends are the places where the parts of some data end, in order; the last one
// is the length of the data. There are as many parts as ends.
type Ends []int

// Part returns part i of the data, counted from 0; it shares memory with it.
func (e Ends) Part(data []byte, i int) []byte {
	start := 0
	if i > 0 {
		start = e[i-1]
	}
	return data[start:e[i]:e[i]]
}

// Octets cuts data into parts of at most size octets, MinSize or more.
func Octets(data []byte, size int) (Ends, error) {
	return cut(data, size, func(_, end int) int { return end })
}

// cut cuts data into parts of at most size. place moves the end of a part that
// begins at start back to a better place after start.
func cut(data []byte, size int, place func(start, end int) int) (Ends, error) {
	size = max(size, MinSize)
	least := (len(data) + size - 1) / size
	if least > MaxParts {
		return nil, ErrTooManyParts
	}
	ends := make(Ends, 0, least+1)
	for start := 0; start < len(data); {
		end := len(data)
		if end-start > size {
			end = place(start, start+size)
		}
		if len(ends) == MaxParts {
			return nil, ErrTooManyParts
		}
		ends = append(ends, end)
		start = end
	}
	return ends, nil
}
