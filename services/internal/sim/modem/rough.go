package modem

import (
	"regexp"
	"time"
)

// Rough returns rules for bad weather: each kind of fault happens to each command or
// PDU that it can happen to with the given probability, drawn from Config.Seed. Times
// are those of a modem that hangs for a minute, not for ever, so that one that is
// opened anew can be used again.
func Rough(probability float64) []Rule {
	const short, long = 2 * time.Second, time.Minute
	sending := regexp.MustCompile("CMGS")
	rules := []Rule{
		{Stage: StageCommand, Action: ActionURC, Reply: "^RSSI: 17"},
		{Stage: StageCommand, Action: ActionDelay, Delay: short},
		{Stage: StageCommand, Action: ActionEcho},
		{Stage: StageCommand, Match: sending, Action: ActionReply, Reply: "COMMAND NOT SUPPORT"},
		{Stage: StageCommand, Match: sending, Action: ActionFull, Delay: long},
		{Stage: StageCommand, Match: sending, Action: ActionDeny, Delay: long},
		{Stage: StageCommand, Match: sending, Action: ActionHang, Delay: long},
		{Stage: StageCommand, Match: sending, Action: ActionDrop, Delay: short},
		{Stage: StagePDU, Action: ActionURC, Reply: "+CREG: 1"},
		{Stage: StagePDU, Action: ActionReply, Reply: "+CMS ERROR: 500"},
		{Stage: StagePDU, Action: ActionReply, Reply: "+CMS ERROR: 38"},
		{Stage: StagePDU, Action: ActionReply, Reply: "TOO MANY PARAMETERS"},
		{Stage: StagePDU, Action: ActionSilence},
		{Stage: StageAccepted, Action: ActionURC, Reply: "^RSSI: 3"},
		{Stage: StageAccepted, Action: ActionSlow, Delay: 20 * time.Millisecond},
		{Stage: StageAccepted, Action: ActionLate, Delay: long + 5*time.Second},
		{Stage: StageAccepted, Action: ActionGarbage},
		{Stage: StageAccepted, Action: ActionOK},
		{Stage: StageAccepted, Action: ActionHang, Delay: long},
		{Stage: StageAccepted, Action: ActionDrop, Delay: short},
	}
	for i := range rules {
		rules[i].Probability = probability
	}
	return rules
}
