// Package smsdconf reads smsd.conf, the configuration of SMS Server Tools 3
// (smstools spec §6), into typed values.
//
// It is pure: the caller reads the file and hands over its bytes. Parse finds
// everything that is wrong in one pass and returns it as Problems; any Error
// among them means that the program must refuse to start. Paths, commands and
// devices are not looked at: whether they exist is for the caller to check.
//
// The tables in global_*.go and modem_*.go say everything about a setting in one
// row: name, values, default, class, meaning and the field it goes to. Settings
// returns the same rows for documentation.
//
// Values have no quoting: what stands after the equals sign, without the blanks
// around it, is the value, quotation marks and number signs included.
package smsdconf
