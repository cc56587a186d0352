package smsfile

import "fmt"

// TOAText is the value of the From_TOA header: the octet, its type of number and
// its numbering plan (3GPP TS 23.040 §9.1.2.5), for example
// `91 international, ISDN/telephone`.
func TOAText(toa byte) string {
	return fmt.Sprintf("%02X %s, %s", toa, typeOfNumber(toa>>4&7), numberingPlan(toa&15))
}

func typeOfNumber(n byte) string {
	return [...]string{
		"unknown", "international", "national", "network specific",
		"subscriber", "alphanumeric", "abbreviated", "reserved",
	}[n]
}

func numberingPlan(n byte) string {
	return [...]string{
		0: "unknown", 1: "ISDN/telephone", 2: "reserved", 3: "data",
		4: "telex", 5: "service centre specific", 6: "service centre specific", 7: "reserved",
		8: "national", 9: "private", 10: "ERMES", 11: "reserved",
		12: "reserved", 13: "reserved", 14: "reserved", 15: "reserved",
	}[n]
}
