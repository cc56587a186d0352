package atline

import (
	"strconv"
	"strings"
)

// Range reads a list of numbers as test commands give them, `0,2-4` (ITU-T V.250
// §5.4.3.2), without its parentheses. Numbers above highest, and what is no
// number, are left out.
func Range(list string, highest int) []int {
	var numbers []int
	for _, item := range strings.Split(list, ",") {
		low, high, isSpan := strings.Cut(strings.TrimSpace(item), "-")
		from, err := strconv.Atoi(low)
		if err != nil || from < 0 {
			continue
		}
		to := from
		if isSpan {
			if to, err = strconv.Atoi(high); err != nil {
				continue
			}
		}
		for n := from; n <= min(to, highest) && len(numbers) <= highest; n++ {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// ParseCMGDTest reads the slots that hold messages from the answer to AT+CMGD=?,
// `+CMGD: (1,3-5)[,(0-4)]` (3GPP TS 27.005 §3.5.4). Slots above highest are left out.
func ParseCMGDTest(line string, highest int) ([]int, bool) {
	values, ok := Values(line, "+CMGD")
	if !ok {
		return nil, false
	}
	return Range(strings.Trim(Fields(values)[0].Text, "()"), highest), true
}
