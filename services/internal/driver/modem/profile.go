package modem

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Values of Config.Profile beside the names of Profiles.
const (
	// AutoProfile finds the family by what the modem says of itself, or by the
	// identity of its USB device. The empty text is the same.
	AutoProfile = "auto"
	// NoProfile gives nothing but what the standards have.
	NoProfile = "none"
)

// USSDCoding says how a modem codes the text of AT+CUSD (3GPP TS 27.007 §7.15).
type USSDCoding uint8

// USSD codings.
const (
	// USSDCharset is the character set of AT+CSCS, as the standard has it.
	USSDCharset USSDCoding = iota
	// USSDGSM is the GSM alphabet, whatever AT+CSCS says.
	USSDGSM
	// USSDPacked is packed GSM 7 bit in hexadecimal, whatever AT+CSCS says,
	// padded with CR where the last septet would otherwise be taken for an @
	// (3GPP TS 23.038 §6.1.2.3.1).
	USSDPacked
)

// Profile is what a family of modems needs beyond the standards.
type Profile struct {
	// Name is what Config.Profile calls it; empty: nothing is known of the modem.
	Name string
	// Title names the family for people.
	Title string

	// Early are settings for a modem that was just recognised, before its SIM is
	// unlocked; Init are those after it, before the user's own commands.
	Early, Init []Setting
	// CNMI are settings of AT+CNMI that are tried before the common ones, or,
	// with OwnCNMI, in their place.
	CNMI    []string
	OwnCNMI bool
	// Memories are the message memories to look at, those of them that the modem
	// has; empty: the one in use.
	Memories []string
	// USSD is how it codes USSD.
	USSD USSDCoding
	// Reset are commands that restart it, the one to be tried first in front;
	// none: only its power does. Away is how long it may be gone then.
	Reset []string
	Away  time.Duration
	// SlowStart is how long after its power came it may refuse message commands.
	SlowStart time.Duration
	// KeepRadioOn tells that AT+CFUN=0 is its death.
	KeepRadioOn bool
	// SendOnly tells that it mostly does not hand over what it receives.
	SendOnly bool

	makers  []string
	model   *regexp.Regexp
	vendors []string
}

// Setting is one thing to set in a modem that may not know it.
type Setting struct {
	// Ask, when not empty, is a question; nothing is set when its answer holds
	// one of Have.
	Ask  string
	Have []string
	// Try are commands; the first that is accepted is the last that is given.
	Try []string
	// OverUSB is for a modem that is known to be on USB.
	OverUSB bool
}

// Profiles returns all profiles, in the order in which they are tried.
func Profiles() []Profile { return slices.Clone(families) }

// FindProfile returns the profile of a name that a configuration may hold. The
// one of AutoProfile and NoProfile is the zero Profile.
func FindProfile(name string) (Profile, bool) {
	if name == "" || name == AutoProfile || name == NoProfile {
		return Profile{}, true
	}
	for _, p := range families {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// matchProfile finds the family of a modem. What it says of itself goes before
// the identity of its USB device, "vendor:product", which may be a bridge's.
func matchProfile(maker, model, usb string) Profile {
	for _, p := range families {
		if p.made(maker) && (p.model == nil || p.model.MatchString(model)) {
			return p
		}
	}
	vendor, _, _ := strings.Cut(strings.ToLower(usb), ":")
	for _, p := range families {
		if slices.Contains(p.vendors, vendor) && (p.model == nil || p.model.MatchString(model)) {
			return p
		}
	}
	return Profile{}
}

func (p *Profile) made(maker string) bool {
	maker = strings.ToLower(maker)
	return slices.ContainsFunc(p.makers, func(name string) bool { return strings.Contains(maker, name) })
}

// Profile returns what is known of the modem's family: what Config.Profile says,
// or what Init found out. It may be called from any goroutine.
func (m *Modem) Profile() Profile { return *m.profile.Load() }

// recognise finds the profile once. A modem may tell its name only after its SIM
// is unlocked, so it is asked again then.
func (m *Modem) recognise(ctx context.Context) error {
	if m.step.recognised || !m.recognises() {
		return nil
	}
	id := &m.step.identity
	m.step.recognised = true
	for _, q := range []struct {
		command string
		value   *string
	}{{"AT+CGMI", &id.Manufacturer}, {"AT+CGMM", &id.Model}} {
		lines, err := m.doHeld(ctx, q.command, m.patience(OpDefault))
		m.step.recognised = m.step.recognised && err == nil
		if err := unlessTimeout(unlessRefusal(err)); err != nil {
			return err
		}
		*q.value = firstText(lines)
	}
	p := matchProfile(id.Manufacturer, id.Model, m.cfg.USB)
	m.profile.Store(&p)
	return nil
}

func (m *Modem) recognises() bool { return m.cfg.Profile == "" || m.cfg.Profile == AutoProfile }

// early gives the family's settings that do not wait for the SIM.
func (m *Modem) early(ctx context.Context) error { return m.settle(ctx, m.Profile().Early) }

// familyInit gives the family's settings after the SIM is unlocked.
func (m *Modem) familyInit(ctx context.Context) error { return m.settle(ctx, m.Profile().Init) }

// settle makes settings; a modem may refuse any of them, and the user's own
// command of the same name stands.
func (m *Modem) settle(ctx context.Context, settings []Setting) error {
	for _, s := range settings {
		if s.OverUSB && m.cfg.USB == "" || m.isGivenByUser(commandName(s.Try[0])) {
			continue
		}
		if err := m.set(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (m *Modem) set(ctx context.Context, s Setting) error {
	if s.Ask != "" {
		lines, err := m.doHeld(ctx, s.Ask, m.patience(OpDefault))
		if err != nil {
			return unlessRefusal(err)
		}
		if holds(lines, s.Have) {
			return nil
		}
	}
	for _, command := range s.Try {
		_, err := m.doHeld(ctx, command, m.patience(OpInit))
		if !isRefusal(err) {
			return err
		}
	}
	return nil
}

func holds(lines, texts []string) bool {
	for _, line := range lines {
		for _, text := range texts {
			if strings.Contains(line, text) {
				return true
			}
		}
	}
	return false
}

// isGivenByUser reports whether a command of the user's own is about the same
// thing, such as "AT+CNMI".
func (m *Modem) isGivenByUser(command string) bool {
	name := strings.TrimPrefix(strings.ToUpper(command), "AT")
	for _, own := range []string{m.cfg.Start, m.cfg.Init, m.cfg.Init2} {
		if strings.Contains(strings.ToUpper(own), name) {
			return true
		}
	}
	return false
}

// indications are the settings of AT+CNMI to try, the best first.
func (m *Modem) indications() []string {
	p := m.Profile()
	if p.OwnCNMI {
		return p.CNMI
	}
	chain := slices.Clone(p.CNMI)
	for _, setting := range cnmiChain {
		if !slices.Contains(chain, setting) {
			chain = append(chain, setting)
		}
	}
	return chain
}

// isTooEarly reports whether a refusal of a message command may be because the
// modem has just got its power. Whose trouble it is does not matter: modems give
// ERROR, "SIM busy" or "Operation not allowed" for it.
func isTooEarly(err error) bool {
	class := classOf(err)
	return isRefusal(err) && (class == atline.Unknown || class == atline.Modem || class == atline.SIM)
}
