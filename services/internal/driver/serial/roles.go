package serial

import "slices"

// Role is what a port of a modem is for.
type Role string

// Roles. A port that nothing is known of is RoleUnknown: it may well be the right one.
const (
	RoleUnknown    Role = "unknown"
	RoleAT         Role = "at"
	RoleSecondary  Role = "at-secondary"
	RolePPP        Role = "modem-ppp"
	RoleDiagnostic Role = "diagnostic"
	RoleGPS        Role = "gps"
	RoleAudio      Role = "audio"
)

// Commands reports whether AT commands may be given at a port of the role. The
// others speak something else, and some firmware does not survive being asked.
func (r Role) Commands() bool {
	return r != RoleDiagnostic && r != RoleGPS && r != RoleAudio
}

// rank orders the roles, the one to be used first.
func (r Role) rank() int {
	order := []Role{RoleAT, RoleSecondary, RolePPP, RoleUnknown}
	if i := slices.Index(order, r); i >= 0 {
		return i
	}
	return len(order)
}

// family tells the roles of the ports of USB devices.
type family struct {
	vendor   string
	products []string // none: all of the vendor
	// interfaces are roles by bInterfaceNumber, others what the rest has.
	interfaces map[string]Role
	others     Role
	// protocols are roles by class/subclass/protocol of the interface.
	protocols map[string]Role
}

// families is searched in order. An entry without the product of a device, or
// without its interface, says nothing of it.
var families = []family{
	{vendor: "12d1", protocols: map[string]Role{
		"ff/01/01": RolePPP, "ff/02/01": RolePPP, "ff/01/02": RoleAT, "ff/02/02": RoleAT,
		"ff/01/05": RoleGPS, "ff/01/14": RoleGPS, "ff/06/14": RoleGPS,
	}},
	{vendor: "1e0e", products: []string{"9001"}, interfaces: map[string]Role{
		"00": RoleDiagnostic, "01": RoleGPS, "02": RoleAT, "03": RoleSecondary, "04": RoleAudio,
	}},
	{vendor: "1e0e", products: []string{"9011"}, interfaces: map[string]Role{"04": RoleAT}},
	{vendor: "1e0e", products: []string{"9205", "9206"}, interfaces: map[string]Role{"02": RoleAT}},
	{vendor: "2c7c", products: []string{"0121", "0125", "0191", "0195", "0296", "0306"}, interfaces: map[string]Role{
		"00": RoleDiagnostic, "01": RoleGPS, "02": RoleAT, "03": RoleSecondary,
	}},
	{vendor: "1bc7", products: []string{"1031", "1033"}, interfaces: map[string]Role{"01": RoleAT, "02": RoleSecondary}},
	{vendor: "1bc7", products: []string{"1040"}, interfaces: map[string]Role{"04": RoleAT, "05": RoleSecondary}},
	{vendor: "1bc7", products: []string{"1003"}, interfaces: map[string]Role{"00": RoleAT, "02": RoleSecondary}},
	{vendor: "1546", products: []string{"1010"}, interfaces: map[string]Role{"06": RoleAT}},
	{vendor: "1546", products: []string{"01a5", "01a6", "01a7", "01a8", "01a9"}, others: RoleGPS},
}

// roleOf looks a port up in the families.
func roleOf(p *Port) Role {
	for _, f := range families {
		if f.vendor != p.Vendor || !f.has(p.Product) {
			continue
		}
		for _, role := range []Role{f.protocols[p.Protocol], f.interfaces[p.Interface], f.others} {
			if role != "" {
				return role
			}
		}
	}
	return RoleUnknown
}

func (f *family) has(product string) bool {
	return len(f.products) == 0 || slices.Contains(f.products, product)
}
