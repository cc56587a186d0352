package policy

import (
	"slices"
	"strings"
	"unicode"
)

// Inbound sends what arrives from the network to an account. What is empty matches
// everything.
type Inbound struct {
	// Account is one of the accounts, or the spool of a host (spool-<host>).
	Account string
	// Modem is the name of the modem, or its host, "/" and its name.
	Modem string
	// Queue is one of the queues that the modem serves.
	Queue string
	// Destination is the number of the SIM, as configured for the modem.
	Destination string
	// Keyword is the first word of the text, in capitals or not.
	Keyword string
}

// Arrival is what inbound routes are asked about.
type Arrival struct {
	Host, Modem string
	// Queues are those that the modem serves.
	Queues []string
	// Number is the number of the SIM; empty: it is not known.
	Number string
	// Text is the text; empty: it has none, or it is not known.
	Text string
}

// Receiver returns the account that gets what arrived; false: it is nobody's, and
// goes to the inbox. A route to an account that there is not is passed over.
func (p *Policy) Receiver(a Arrival) (account string, ok bool) {
	for i := range p.Inbound {
		r := &p.Inbound[i]
		if r.matches(a) && p.receives(r.Account) {
			return r.Account, true
		}
	}
	return "", false
}

// ByKeyword reports whether the text may decide who gets what a modem receives:
// whoever has a part without its text must then ask where the first part went.
func (p *Policy) ByKeyword(a Arrival) bool {
	return slices.ContainsFunc(p.Inbound, func(r Inbound) bool {
		if r.Keyword == "" {
			return false
		}
		r.Keyword = ""
		return r.matches(a) && p.receives(r.Account)
	})
}

// receives reports whether somebody follows the events of an account.
func (p *Policy) receives(name string) bool {
	return strings.HasPrefix(name, spoolPrefix) || p.Account(name) != nil
}

func (r *Inbound) matches(a Arrival) bool {
	return (r.Modem == "" || r.Modem == a.Modem || r.Modem == a.Host+"/"+a.Modem) &&
		(r.Queue == "" || slices.Contains(a.Queues, r.Queue)) &&
		(r.Destination == "" || digits(r.Destination) == digits(a.Number)) &&
		(r.Keyword == "" || strings.EqualFold(r.Keyword, FirstWord(a.Text)))
}

// digits are those of a number without the ways to write "international" before it.
func digits(number string) string {
	number = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	return strings.TrimPrefix(number, "00")
}

// FirstWord is the first word of a text: what is before the first space, without
// the punctuation around it.
func FirstWord(text string) string {
	for word := range strings.FieldsSeq(text) {
		return strings.TrimFunc(word, func(r rune) bool { return unicode.IsPunct(r) && r != '#' && r != '*' })
	}
	return ""
}

// Choice is which account gets all parts of a message, where a keyword may decide.
type Choice struct {
	Account string
	// First is the id of the first part; empty: another part had to go before it came.
	First string
}

// ChooseReceiver decides where a part goes, given the choice that was made for the parts
// before it; nil: none was. id is that of the part if it is the first one, empty for
// any other, whose text says nothing. wait says that a part which is not the first
// one had better wait for it; where it cannot, next is where it goes.
//
// All parts go where the one went that was handled first. A first part with another
// id than the one of the choice begins another message with the same reference.
func (p *Policy) ChooseReceiver(a Arrival, id, inbox string, made *Choice) (next Choice, wait bool) {
	if made != nil && (id == "" || made.First == "" || made.First == id) {
		next = *made
		if id != "" {
			next.First = id
		}
		return next, false
	}
	if id == "" {
		a.Text = ""
	}
	account, ok := p.Receiver(a)
	if !ok {
		account = inbox
	}
	return Choice{Account: account, First: id}, id == ""
}
