package modem

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Stage says where a Rule applies.
type Stage string

// Stages.
const (
	// StageCommand is a complete AT command line, before it is carried out.
	StageCommand Stage = "command"
	// StagePDU is a complete PDU after a prompt, before the network has it.
	StagePDU Stage = "pdu"
	// StageAccepted is after the network has the message, before the answer.
	StageAccepted Stage = "accepted"
)

// Action says what a Rule does.
type Action string

// Actions. Those in the first group end the handling of the command or PDU, and
// no further rule is looked at; those in the second change it and go on.
const (
	// ActionReply answers with Reply in place of what was asked.
	ActionReply Action = "reply"
	// ActionOK answers OK without doing anything.
	ActionOK Action = "ok"
	// ActionSilence never answers, but takes the next command.
	ActionSilence Action = "silence"
	// ActionHang ignores all input for Delay, or until power comes back when
	// Delay is zero.
	ActionHang Action = "hang"
	// ActionDrop takes the connection away; a pty comes back after Delay.
	ActionDrop Action = "drop"

	// ActionDelay waits for Delay before going on.
	ActionDelay Action = "delay"
	// ActionLate does everything at once, but the answer goes out Delay later,
	// whatever other commands are answered in between.
	ActionLate Action = "late"
	// ActionGarbage sends Reply as it is, or 16 random octets, then goes on.
	ActionGarbage Action = "garbage"
	// ActionSlow sends the answer octet by octet, Delay apart.
	ActionSlow Action = "slow"
	// ActionURC sends Reply as an unsolicited line first, even between the
	// prompt and the answer to a PDU.
	ActionURC Action = "urc"
	// ActionEcho switches the echo on, as a modem does that forgot ATE0.
	ActionEcho Action = "echo"
	// ActionFull lets the memories take nothing for Delay, or for ever when that is zero.
	ActionFull Action = "full"
	// ActionDeny lets the network deny the registration for Delay, or for ever.
	ActionDeny Action = "deny"
	// ActionPIN and ActionPUK lock the SIM, which then wants what Config says, or
	// what nobody knows when that says nothing.
	ActionPIN Action = "pin"
	ActionPUK Action = "puk"
)

func stages() []Stage { return []Stage{StageCommand, StagePDU, StageAccepted} }

func actions() []Action {
	return []Action{
		ActionReply, ActionOK, ActionSilence, ActionHang, ActionDrop,
		ActionDelay, ActionLate, ActionGarbage, ActionSlow, ActionURC,
		ActionEcho, ActionFull, ActionDeny, ActionPIN, ActionPUK,
	}
}

// Rule makes a modem misbehave. Rules are tried in order. In JSON the keys are
// the names in lower case, Delay is a text such as "1.5s", and unknown keys are
// errors.
type Rule struct {
	// Stage is where the rule applies.
	Stage Stage
	// Match is searched in the command line, or in the PDU as upper-case
	// hexadecimal; nil matches everything.
	Match *regexp.Regexp
	// Action is what happens.
	Action Action
	// Reply is the text for ActionReply, ActionURC and ActionGarbage. Lines
	// inside it are separated by "\r\n"; the frame around it is added.
	Reply string
	// Delay is the time for those actions that need one.
	Delay time.Duration
	// Times is how often the rule fires before it is spent; 0 is for ever.
	Times int
	// Skip is how many matches pass before the rule begins to fire.
	Skip int
	// Probability, above 0 and below 1, lets the rule fire on that share of the
	// remaining matches, drawn from Config.Seed; 0 and 1 are always.
	Probability float64
}

// ruleJSON is the form of a Rule in a file.
type ruleJSON struct {
	Stage       Stage          `json:"stage"`
	Match       *regexp.Regexp `json:"match"`
	Action      Action         `json:"action"`
	Reply       string         `json:"reply"`
	Delay       duration       `json:"delay"`
	Times       int            `json:"times"`
	Skip        int            `json:"skip"`
	Probability float64        `json:"probability"`
}

// UnmarshalJSON decodes strictly and checks; its errors wrap ErrRule.
func (r *Rule) UnmarshalJSON(data []byte) error {
	var in ruleJSON
	if err := decodeStrict(data, &in); err != nil {
		return fmt.Errorf("%w: %w", ErrRule, err)
	}
	rule := Rule{
		Stage: in.Stage, Match: in.Match, Action: in.Action, Reply: in.Reply,
		Delay: time.Duration(in.Delay), Times: in.Times, Skip: in.Skip, Probability: in.Probability,
	}
	if err := rule.check(); err != nil {
		return err
	}
	*r = rule
	return nil
}

func (r *Rule) check() error {
	switch {
	case !slices.Contains(stages(), r.Stage):
		return fmt.Errorf("%w: unknown stage %q", ErrRule, r.Stage)
	case !slices.Contains(actions(), r.Action):
		return fmt.Errorf("%w: unknown action %q", ErrRule, r.Action)
	case r.Times < 0 || r.Skip < 0 || r.Delay < 0:
		return fmt.Errorf("%w: negative times, skip or delay", ErrRule)
	case r.Probability < 0 || r.Probability > 1:
		return fmt.Errorf("%w: probability outside 0 to 1", ErrRule)
	}
	return nil
}

// ParseRules decodes a JSON array of rules strictly: unknown keys, stages and
// actions, bad expressions and anything after the array are errors.
func ParseRules(data []byte) ([]Rule, error) {
	var rules []Rule
	if err := decodeStrict(data, &rules); err != nil {
		return nil, fmt.Errorf("decoding rules: %w", err)
	}
	return rules, nil
}

// duration is a time.Duration that JSON writes as "1.5s".
type duration time.Duration

// UnmarshalJSON takes a text for time.ParseDuration.
func (d *duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	v, err := time.ParseDuration(text)
	*d = duration(v)
	return err
}
