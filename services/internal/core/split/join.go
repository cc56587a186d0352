package split

import "github.com/viesti-sms/viesti/services/internal/codec/tpdu"

// Piece is one part of a concatenated message: its place, and its user data
// without header as unpacked septets or octets.
type Piece struct {
	Part tpdu.Part
	Data []byte
}

// Join puts the pieces of one message together, in whatever order they came. Of
// pieces with the same place the first counts. It returns ErrMissing while there
// are gaps, and ErrMixed for pieces whose reference or total differ.
func Join(pieces []Piece) ([]byte, error) {
	if len(pieces) == 0 {
		return nil, ErrMissing
	}
	var placed [MaxParts + 1]*Piece
	message, size := pieces[0].Part, 0
	for i := range pieces {
		p := &pieces[i]
		if !sameMessage(message, p.Part) {
			return nil, ErrMixed
		}
		if placed[p.Part.Seq] == nil {
			placed[p.Part.Seq] = p
			size += len(p.Data)
		}
	}
	return concatenate(placed[1:1+int(message.Total)], size)
}

func sameMessage(a, b tpdu.Part) bool {
	return a.Reference == b.Reference && a.Wide == b.Wide && a.Total == b.Total &&
		b.Seq >= 1 && b.Seq <= b.Total
}

func concatenate(placed []*Piece, size int) ([]byte, error) {
	joined := make([]byte, 0, size)
	for _, p := range placed {
		if p == nil {
			return nil, ErrMissing
		}
		joined = append(joined, p.Data...)
	}
	return joined, nil
}
