package split_test

import (
	"bytes"
	"errors"
	"hash/fnv"
	"testing"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

func piece(seq, total uint8, data string) split.Piece {
	return split.Piece{Part: tpdu.Part{Reference: 7, Total: total, Seq: seq}, Data: []byte(data)}
}

func TestJoin(t *testing.T) {
	other := piece(2, 2, "b")
	other.Part.Reference = 8
	wide := piece(2, 2, "b")
	wide.Part.Wide = true
	for _, c := range []struct {
		name   string
		pieces []split.Piece
		want   string
		err    error
	}{
		{"nothing", nil, "", split.ErrMissing},
		{"one", []split.Piece{piece(1, 1, "a")}, "a", nil},
		{"any order", []split.Piece{piece(3, 3, "c"), piece(1, 3, "a"), piece(2, 3, "b")}, "abc", nil},
		{"twice", []split.Piece{piece(2, 2, "b"), piece(2, 2, "x"), piece(1, 2, "a")}, "ab", nil},
		{"empty part", []split.Piece{piece(2, 2, ""), piece(1, 2, "a")}, "a", nil},
		{"gap", []split.Piece{piece(1, 3, "a"), piece(3, 3, "c")}, "", split.ErrMissing},
		{"another reference", []split.Piece{piece(1, 2, "a"), other}, "", split.ErrMixed},
		{"another width", []split.Piece{piece(1, 2, "a"), wide}, "", split.ErrMixed},
		{"another total", []split.Piece{piece(1, 2, "a"), piece(2, 3, "b")}, "", split.ErrMixed},
		{"zeroth of none", []split.Piece{piece(0, 0, "a")}, "", split.ErrMixed},
		{"beyond the total", []split.Piece{piece(3, 2, "a")}, "", split.ErrMixed},
		{"all of 255", every(255), string(bytes.Repeat([]byte("z"), 255)), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := split.Join(c.pieces)
			if string(got) != c.want || !errors.Is(err, c.err) {
				t.Errorf("got %q, %v, want %q, %v", got, err, c.want, c.err)
			}
		})
	}
}

func every(total uint8) []split.Piece {
	var pieces []split.Piece
	for seq := total; seq > 0; seq-- {
		pieces = append(pieces, piece(seq, total, "z"))
	}
	return pieces
}

func TestReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		hash := fnv.New32a()
		hash.Write([]byte(id))
		sum := hash.Sum(nil)
		wide := uint16(sum[0]^sum[2])<<8 | uint16(sum[1]^sum[3])
		if got := split.Reference(id, true); got != wide {
			t.Fatalf("%q has %04X, want %04X", id, got, wide)
		}
		if got, want := split.Reference(id, false), uint16(sum[0]^sum[1]^sum[2]^sum[3]); got != want {
			t.Fatalf("%q has %02X, want %02X", id, got, want)
		}
	})
}

// TestReferenceStays pins what messages in flight depend on.
func TestReferenceStays(t *testing.T) {
	const id = "01jd2v4c9h8k7m6n5p4q3r2s1t"
	if wide, narrow := split.Reference(id, true), split.Reference(id, false); wide != 0x096A || narrow != 0x63 {
		t.Errorf("references of %s are %#04x and %#02x", id, wide, narrow)
	}
}

// TestSplitJoin cuts any data in any way and joins the parts in any order.
func TestSplitJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := length(1, 2000).Draw(t, "length")
		data := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "data")
		size := rapid.IntRange(split.MinSize, 160).Draw(t, "size")
		checkSplitJoin(t, data, size, rapid.Permutation(cutters).Draw(t, "cutter")[0], func(pieces []split.Piece) []split.Piece {
			return rapid.Permutation(pieces).Draw(t, "order")
		})
	})
}

// length draws long and short ones alike; rapid by itself prefers short ones.
func length(shortest, longest int) *rapid.Generator[int] {
	return rapid.Map(rapid.Uint32(), func(n uint32) int {
		return shortest + int(n*2654435761>>8)%(longest-shortest+1)
	})
}

var cutters = []func(data []byte, size int) (split.Ends, error){
	split.Octets,
	split.UCS2,
	func(data []byte, size int) (split.Ends, error) { return split.Septets(data, size, gsm7.Tables{}) },
	func(data []byte, size int) (split.Ends, error) {
		return split.Septets(data, size, gsm7.Tables{Locking: gsm7.Tamil, Single: gsm7.Hindi})
	},
}

func checkSplitJoin(t rapid.TB, data []byte, size int, cutter func([]byte, int) (split.Ends, error), shuffle func([]split.Piece) []split.Piece) {
	ends, err := cutter(data, size)
	if errors.Is(err, split.ErrTooManyParts) && len(data) > 100*split.MinSize {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	pieces := make([]split.Piece, 0, len(ends))
	for i := range ends {
		p := ends.Part(data, i)
		if len(p) == 0 || len(p) > size {
			t.Fatalf("part %d of %d has %d octets, at most %d", i, len(ends), len(p), size)
		}
		place := tpdu.Part{Reference: 1, Total: uint8(len(ends)), Seq: uint8(i + 1)}
		pieces = append(pieces, split.Piece{Part: place, Data: p})
	}
	if joined, err := split.Join(shuffle(pieces)); err != nil || !bytes.Equal(joined, data) {
		t.Fatalf("joined: % X, %v, want % X", joined, err, data)
	}
}

// TestTextStaysWhole cuts text and looks at every part by itself: characters of
// all parts, decoded alone, are those of the whole.
func TestTextStaysWhole(t *testing.T) {
	emoji := rapid.SampledFrom([]rune("ab€é日\u0301\u200D\uFE0F😀👍🏽🇫🇮"))
	rapid.Check(t, func(t *rapid.T) {
		n := length(1, 300).Draw(t, "length")
		text := rapid.StringOfN(emoji, n, n, -1).Draw(t, "text")
		octets := ucs2.AppendEncode(nil, text)
		ends, err := split.UCS2(octets, rapid.IntRange(split.MinSize, 140).Draw(t, "size"))
		if err != nil {
			t.Fatal(err)
		}
		whole := ""
		for i := range ends {
			part, clean := ucs2.Decode(ends.Part(octets, i))
			if !clean {
				t.Fatalf("part %d is cut within a character", i)
			}
			whole += part
		}
		if whole != text {
			t.Fatalf("parts say %q, want %q", whole, text)
		}
	})
}

// TestLikeSmsd cuts plain text where smsd does: every part but the last is full.
func TestLikeSmsd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := length(1, 2000).Draw(t, "length")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("abc xyz\r\n")), n, n, -1).Draw(t, "text")
		for size, data := range map[int][]byte{153: []byte(text), 134: ucs2.AppendEncode(nil, text)} {
			ends, err := cutters[map[int]int{153: 2, 134: 1}[size]](data, size)
			if err != nil {
				t.Fatal(err)
			}
			for i := range ends {
				if part := ends.Part(data, i); len(part) != size && i < len(ends)-1 {
					t.Fatalf("part %d has %d, want %d", i, len(part), size)
				}
			}
		}
	})
}

func FuzzSplitJoin(f *testing.F) {
	f.Add([]byte("a\x1B\x65\xD8\x3D\xDE\x00"), 8, 0)
	f.Fuzz(func(t *testing.T, data []byte, size, cutter int) {
		if len(data) == 0 || size < split.MinSize || size > 1000 || cutter < 0 {
			return
		}
		checkSplitJoin(t, data, size, cutters[cutter%len(cutters)], func(p []split.Piece) []split.Piece { return p })
	})
}
