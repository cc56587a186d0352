package smsdconf

import "strings"

// nearestName returns the candidate with the smallest edit distance from name,
// case aside, if that is at most 2 and less than the name's length.
func nearestName(name string, candidates []string) (string, bool) {
	const most = 2
	best, least := "", min(most+1, len(name))
	lower := strings.ToLower(name)
	for _, c := range candidates {
		if len(c) > len(name)+most || len(name) > len(c)+most {
			continue
		}
		if d := editDistance(lower, strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best, best != ""
}

// editDistance counts the octets to insert, delete or replace to make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
