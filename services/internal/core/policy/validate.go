package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// ErrInvalid says that a policy makes no sense.
var ErrInvalid = errors.New("invalid policy")

// Names of submitters that are no accounts of the policy.
const (
	spoolPrefix = "spool-"
	cliPrefix   = "cli-"
)

var others = []string{"inbox", "system"}

// Reserved reports whether a name belongs to a submitter of the gateway itself, so
// that no account may have it.
func Reserved(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, spoolPrefix) || strings.HasPrefix(name, cliPrefix) || slices.Contains(others, name)
}

// ValidateAccount is account.Account.Validate, and refuses names that are Reserved.
func ValidateAccount(a *account.Account) error {
	err := a.Validate()
	if Reserved(a.Name) {
		err = errors.Join(fmt.Errorf("%w: name: %q belongs to the gateway itself", account.ErrInvalid, a.Name), err)
	}
	return err
}

// Problem is one thing that is wrong with a policy. It is an ErrInvalid.
type Problem struct {
	// Place is where, such as "queues[0]": what contains it, and its number from 0.
	Place string
	Err   error
}

// Error names the place.
func (p *Problem) Error() string { return ErrInvalid.Error() + ": " + p.Place + ": " + p.Err.Error() }

// Unwrap returns ErrInvalid and the cause.
func (p *Problem) Unwrap() []error { return []error{ErrInvalid, p.Err} }

// Each takes apart what errors.Join put together, and leaves anything else whole.
func Each(err error) (all []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if _, whole := err.(*Problem); whole || !ok || !strings.Contains(err.Error(), "\n") { //nolint:errorlint // the very value
		return []error{err}
	}
	for _, one := range joined.Unwrap() {
		all = append(all, Each(one)...)
	}
	return all
}

// problems collects what is wrong.
type problems []error

func (p *problems) expect(ok bool, place, format string, args ...any) {
	if !ok {
		*p = append(*p, &Problem{Place: place, Err: fmt.Errorf(format, args...)})
	}
}

// Validate returns nil, or a Problem of everything that is wrong.
func (p *Policy) Validate() error {
	var found problems
	p.validateQueues(&found)
	p.validateLists(&found)
	p.validateAccounts(&found)
	p.validateQuiet(&found)
	for i, r := range p.Inbound {
		where := fmt.Sprintf("inbound[%d]", i)
		found.expect(r.Account != "", where, "it names no account")
		found.expect(!Reserved(r.Account) || strings.HasPrefix(r.Account, spoolPrefix), where, "%q cannot be named; what no route matches goes to the inbox", r.Account)
		found.expect(r.Keyword == "" || FirstWord(r.Keyword) == r.Keyword, where, "keyword must be one word without punctuation around it")
		found.expect(r.Queue == "" || p.hasQueue(r.Queue), where, "there is no queue %q", r.Queue)
		found.expect(r.Destination == "" || digits(r.Destination) != "", where, "destination has no digits")
	}
	return errors.Join(found...)
}

func (p *Policy) validateQueues(found *problems) {
	known := map[string]bool{}
	for i, q := range p.Routes.Queues {
		where := fmt.Sprintf("queues[%d]", i)
		found.expect(validWord(q.Name), where, "it needs a name, without spaces around it")
		found.expect(!known[q.Name], where, "the name %q is taken", q.Name)
		known[q.Name] = true
		for _, prefix := range q.Prefixes {
			found.expect(validWord(prefix), where, "%q is no prefix of a number", prefix)
		}
	}
}

func (p *Policy) validateLists(found *problems) {
	for i, prefix := range p.Lists.Deny {
		found.expect(validWord(prefix), fmt.Sprintf("lists.deny[%d]", i), "%q is no prefix of a number", prefix)
	}
	for i, e := range p.Lists.Allow {
		found.expect(validWord(e.Prefix), fmt.Sprintf("lists.allow[%d]", i), "%q is no prefix of a number", e.Prefix)
	}
}

func (p *Policy) validateAccounts(found *problems) {
	known := map[string]bool{}
	for i, a := range p.Accounts {
		where := fmt.Sprintf("accounts[%d]", i)
		if err := ValidateAccount(a); err != nil {
			for _, one := range Each(err) {
				*found = append(*found, &Problem{Place: where, Err: one})
			}
		}
		found.expect(!known[a.Name], where, "the name %q is taken", a.Name)
		known[a.Name] = true
	}
}

// validWord takes what files of smsd may have too: a prefix that matches no number
// does no harm. An empty one would match all.
func validWord(word string) bool {
	return word != "" && strings.TrimSpace(word) == word && !strings.ContainsFunc(word, unicode.IsControl)
}

func (p *Policy) hasQueue(name string) bool {
	return len(p.Routes.Queues) == 0 || slices.ContainsFunc(p.Routes.Queues, func(q route.Queue) bool { return q.Name == name })
}

// Warnings are what is probably not meant, though it is valid.
func (p *Policy) Warnings() []string {
	var found []string
	warn := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for i, e := range p.Lists.Allow {
		if e.Queue != "" && !p.hasQueue(e.Queue) {
			warn("lists.allow[%d]: there is no queue %q: messages that it selects are refused", i, e.Queue)
		}
	}
	if len(p.Lists.Allow) > 0 && !p.Lists.AllowOnly {
		warn("lists.allow is not in force: allow_only is not set")
	}
	for i, r := range p.Inbound {
		if !p.receives(r.Account) {
			warn("inbound[%d]: there is no account %q: the route is passed over", i, r.Account)
		}
		if r == (Inbound{Account: r.Account}) && i < len(p.Inbound)-1 {
			warn("inbound[%d] matches everything: those behind it never do", i)
		}
	}
	for _, a := range p.Accounts {
		if len(a.Networks) == 0 {
			warn("account %s: no cidrs: it binds from nowhere", a.Name)
		}
		if a.SecretHash == "" {
			warn("account %s: no secret: it does not bind", a.Name)
		}
		for _, n := range a.Networks {
			if n.Bits() == 0 {
				warn("account %s: %v is everywhere: scanners see the server", a.Name, n)
			}
		}
	}
	return found
}
