package smsfile

import "fmt"

// TOAText is the value of the From_TOA header: the octet, its type of number and
// its numbering plan (3GPP TS 23.040 §9.1.2.5), for example
// `91 international, ISDN/telephone`. In place of a plan that it has no word for
// smsd says the type again.
func TOAText(toa byte) string {
	kind := typeOfNumber(toa >> 4 & 7)
	plan := numberingPlan(toa & 15)
	if plan == "" {
		plan = kind
	}
	return fmt.Sprintf("%02X %s, %s", toa, kind, plan)
}

func typeOfNumber(n byte) string {
	return [...]string{
		"unknown", "international", "national", "network specific",
		"subscriber", "alphanumeric", "abbreviated", "reserved",
	}[n]
}

func numberingPlan(n byte) string {
	return [...]string{
		0: "unknown", 1: "ISDN/telephone", 3: "data", 4: "telex", 8: "national", 9: "private", 10: "ERMES", 15: "",
	}[n]
}
