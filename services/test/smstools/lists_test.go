package smstools

// The lists that the recorded cases with black and white lists went by.
const (
	recordedBlacklist = "# numbers that get nothing\n44\n"
	recordedWhitelist = "358\n[D1]\n49170\n"
)
