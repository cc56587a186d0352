package subject

import (
	"strconv"
	"strings"
)

// parseFraction reads "part-total".
func parseFraction(s string, part, total *int) bool {
	a, b, ok := strings.Cut(s, "-")
	if !ok {
		return false
	}
	var errA, errB error
	*part, errA = strconv.Atoi(a)
	*total, errB = strconv.Atoi(b)
	return errA == nil && errB == nil && *part >= 1 && *part <= *total
}
