package smsfile

import "fmt"

// UnmappedNotice is the NOTICE about a character that the GSM alphabet lacks:
// its place in the text, from 1, and its octets as they stand in the file.
func UnmappedNotice(position int, octets []byte) string {
	return fmt.Sprintf("Cannot convert %d. character (%X)%s to GSM.", position, octets, octets)
}

// UCS2Notice is the NOTICE about text that goes as UCS2 because n of its
// characters are missing in the GSM alphabet (smstools setting notice_ucs2).
func UCS2Notice(n int) string {
	return fmt.Sprintf("%d characters outside the GSM alphabet, converting to UCS2", n)
}
