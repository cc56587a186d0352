package smsdconf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxDevices bounds what ranges may expand to; smsd has 64.
const maxDevices = 4096

// expandDevices replaces the items of devices by the names they stand for, each
// once, and reports those that are no names.
func (r *reader) expandDevices() {
	g := &r.cfg.Global
	line := g.SetAt("devices")
	seen := map[string]bool{}
	var names []string
	for _, item := range g.Devices {
		expanded, fault := expandDevice(item, maxDevices-len(names))
		if fault != "" {
			r.fail(line, "", "devices", "reading "+quote(item)+" in devices: "+fault)
		}
		for _, name := range expanded {
			if seen[name] {
				r.fail(line, "", "devices", "modem "+quote(name)+" is in devices twice; remove one")
				continue
			}
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(g.Devices) == 0 {
		r.fail(line, "", "devices", "devices names no modem; add a line such as devices = GSM1 before the first section")
	}
	g.Devices = names
}

// expandDevice returns the names that an item of devices stands for, or what is
// wrong with it.
func expandDevice(item string, room int) (names []string, fault string) {
	prefix, bounds, ranged := strings.Cut(item, "*")
	if ranged {
		names, fault = expandRange(prefix, bounds, room)
	} else {
		names = []string{item}
	}
	if fault == "" && len(names) > room {
		fault = fmt.Sprintf("more than %d modems; use fewer", maxDevices)
	}
	if fault == "" {
		fault = nameFault(names[0])
	}
	if fault == "" {
		fault = nameFault(names[len(names)-1])
	}
	if fault != "" {
		return nil, fault
	}
	return names, ""
}

// expandRange makes PFX11 to PFX15 of PFX* 11-15.
func expandRange(prefix, bounds string, room int) (names []string, fault string) {
	from, to, ok := strings.Cut(bounds, "-")
	first, err1 := strconv.ParseUint(strings.TrimSpace(from), 10, 31)
	last, err2 := strconv.ParseUint(strings.TrimSpace(to), 10, 31)
	switch {
	case !ok || err1 != nil || err2 != nil || first > last:
		return nil, "give a range with the smaller number first, such as GSM* 1-4"
	case last-first >= uint64(room):
		return nil, fmt.Sprintf("more than %d modems; use fewer", maxDevices)
	}
	prefix = strings.TrimSpace(prefix)
	for n := first; n <= last; n++ {
		names = append(names, prefix+strconv.FormatUint(n, 10))
	}
	return names, ""
}

// nameFault says what is wrong with the name of a modem (smstools spec §6.1);
// "" is nothing.
func nameFault(name string) string {
	reserved := []string{defaultSection, communicateSection, "modemname", "ALL", queuesSection, "queue", providersSection, "provider"}
	switch {
	case len(name) > maxName:
		return fmt.Sprintf("give a name of at most %d characters", maxName)
	case slices.Contains(reserved, name):
		return "that name is reserved; choose another"
	case strings.ContainsFunc(name, func(c rune) bool { return !isNameCharacter(c) }):
		return "use the characters A-Z a-z 0-9 _ . and - alone, and commas between names; comments need lines of their own"
	default:
		return ""
	}
}

func isNameCharacter(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_.-", c)
}
