package smsdconf

import (
	"slices"
	"strings"
)

// checkModems applies the rules that concern modems as a whole (smstools spec
// §6.3, §7.1, §8.2).
func (r *reader) checkModems() {
	devices, statFiles := map[string]string{}, map[string]string{}
	for i := range r.cfg.Modems {
		m := &r.cfg.Modems[i]
		r.checkDevice(m, devices)
		r.checkStatFile(m, statFiles)
		r.checkCombinations(m)
		r.checkModemQueues(m)
	}
	r.checkAdminDevice()
}

// lineOf returns where a setting of the modem, or else the modem, stands in the file.
func (r *reader) lineOf(m *Modem, name string) int {
	if line := m.SetAt(name); line != 0 {
		return line
	}
	if s, found := r.section(m.Name); found {
		return s.line
	}
	return r.cfg.Global.SetAt("devices")
}

// checkDevice finds missing devices and serial ports of two modems. An address
// may serve several: some gateways give each connection a modem of its own.
func (r *reader) checkDevice(m *Modem, users map[string]string) {
	line := r.lineOf(m, "device")
	if m.Device == "" {
		r.fail(line, m.Name, "device", "modem "+m.Name+" has no device; add a line device = PATH to its section")
		return
	}
	other, taken := users[m.Device]
	users[m.Device] = m.Name
	switch {
	case !taken:
	case strings.HasPrefix(m.Device, "@"):
		r.warn(line, m.Name, "device", "modems "+other+" and "+m.Name+" have the same device "+quote(m.Device)+"; check that it takes two connections")
	default:
		r.fail(line, m.Name, "device", "modems "+other+" and "+m.Name+" have the same device "+quote(m.Device)+"; give each its own")
	}
}

func (r *reader) checkStatFile(m *Modem, users map[string]string) {
	if m.RegularRunStatFile == "" {
		return
	}
	if other, taken := users[m.RegularRunStatFile]; taken {
		r.fail(r.lineOf(m, "regular_run_statfile"), m.Name, "regular_run_statfile",
			"modems "+other+" and "+m.Name+" have the same regular_run_statfile; give each its own, for example with the word modemname in it")
	}
	users[m.RegularRunStatFile] = m.Name
}

// checkCombinations finds settings that exclude each other (smstools spec §6.3).
func (r *reader) checkCombinations(m *Modem) {
	if m.VoicecallCPAS && m.VoicecallCLCC {
		r.fail(r.lineOf(m, "voicecall_clcc"), m.Name, "voicecall_clcc",
			"modem "+m.Name+" has both voicecall_cpas and voicecall_clcc; choose one")
	}
	if m.PDUFromFile != "" && m.CheckMemoryMethod > 1 {
		r.fail(r.lineOf(m, "pdu_from_file"), m.Name, "pdu_from_file",
			"modem "+m.Name+" has pdu_from_file, which needs check_memory_method 0 or 1; change one of them")
	}
}

func (r *reader) checkAdminDevice() {
	g := &r.cfg.Global
	if g.AdminMessageDevice == "" || slices.Contains(g.Devices, g.AdminMessageDevice) {
		return
	}
	r.warn(g.SetAt("adminmessage_device"), "", "adminmessage_device",
		"adminmessage_device "+quote(g.AdminMessageDevice)+" is no modem in devices; name one of them")
}
