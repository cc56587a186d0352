package esme

import (
	"strconv"
	"time"
)

// IDs gives out message ids: at most 19 decimal digits without a leading zero,
// which fit 63 bits, because that is what clients can keep. It is for one
// goroutine. The zero value has none left.
type IDs struct {
	next, end uint64
}

// The id of a message is made of when its block was drawn, the ticket of the
// block, and its place in the block.
const (
	placeBits  = 20
	ticketBits = 12
)

// epoch is when ids begin; they have room for 68 years.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// NewIDs returns the ids of a block. Two blocks have none in common unless they
// were drawn in the same second, by the clocks of their hosts, with tickets of
// one broker that are a multiple of 4096 apart.
func NewIDs(ticket uint64, now time.Time) IDs {
	const secondsMask = 1<<31 - 1
	seconds := uint64(max(now.Unix()-epoch.Unix(), 1)) & secondsMask
	first := seconds<<(ticketBits+placeBits) | ticket&(1<<ticketBits-1)<<placeBits
	return IDs{next: first, end: first + 1<<placeBits}
}

// Next returns another id; false: the block is used up.
func (i *IDs) Next() (string, bool) {
	if i.next >= i.end {
		return "", false
	}
	i.next++
	return strconv.FormatUint(i.next-1, 10), true
}
