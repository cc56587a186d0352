package life

import "strings"

// letterSlots is how many places the line of smsd has (smstools spec §8.7).
// Programs that read it expect as many; with more modems it is longer.
const letterSlots = 64

// noLetter stands for a modem that is not at work, and for a place without one.
const noLetter = '-'

// letters are those of smsd. States that it does not have, and modems that do not
// work, have none.
var letters = map[ModemState]byte{
	ModemSending: 's', ModemReceiving: 'r', ModemIdle: 'i', ModemBlocked: 'b', ModemTrouble: 't',
}

// Letters is the line of smsd -s: one letter for each modem.
func Letters(states []ModemState) string {
	var line strings.Builder
	for _, s := range states {
		if letter, ok := letters[s]; ok {
			line.WriteByte(letter)
		} else {
			line.WriteByte(noLetter)
		}
	}
	for line.Len() < letterSlots {
		line.WriteByte(noLetter)
	}
	return line.String()
}
