package spool

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// rules are what decides whether and where a message goes.
type rules struct {
	policy *policy.Policy
	// deny and allow are the lists of files, which count besides those of the policy;
	// allow is in force when allowOnly is set.
	deny, allow route.List
	allowOnly   bool
}

// rules reads the lists anew, so that an edit has effect at once. A list that
// cannot be read stops the taking of files, not the gateway: they wait.
func (s *Spool) rules() (*rules, error) {
	r := &rules{policy: s.policy.Load()}
	for _, l := range []struct {
		name, path string
		list       *route.List
	}{{"blacklist", s.cfg.Blacklist, &r.deny}, {"whitelist", s.cfg.Whitelist, &r.allow}} {
		if l.path == "" {
			continue
		}
		data, err := os.ReadFile(l.path)
		if err != nil {
			return nil, fmt.Errorf("reading the %s: %w", l.name, err)
		}
		*l.list = route.ParseList(data)
	}
	r.allowOnly = s.cfg.Whitelist != ""
	return r, nil
}

// admit says whether messages to a number are taken, and which queue the
// whitelist wants for it (smstools spec §7.2).
func (r *rules) admit(to message.Address) (queue string, err error) {
	if _, denied := r.deny.Match(to); denied {
		return "", &smsfile.Rejection{Reason: smsfile.ReasonBlacklisted}
	}
	shared, err := r.policy.Lists.Admit(to)
	switch {
	case errors.Is(err, policy.ErrDenied):
		return "", &smsfile.Rejection{Reason: smsfile.ReasonBlacklisted}
	case err != nil:
		return "", &smsfile.Rejection{Reason: smsfile.ReasonNotWhitelisted}
	case !r.allowOnly:
		return shared, nil
	}
	entry, allowed := r.allow.Match(to)
	if !allowed {
		return "", &smsfile.Rejection{Reason: smsfile.ReasonNotWhitelisted}
	}
	return cmp.Or(entry.Queue, shared), nil
}
