package stuck

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
)

// id names one alarm about a trouble: one that is told twice is one.
func id(k Known) string {
	const characters = 26
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %d", k.Code, k.About, k.Since.UnixNano(), k.Times))
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))[:characters]
}
