package smsdconf

// Config is the content of an smsd.conf.
type Config struct {
	Global Global
	// Modems are in the order of the setting devices.
	Modems []Modem
	// Queues are in the order of the file, which decides routing (smstools spec
	// §7.1). None: all messages use the directory Global.Checked.
	Queues []Queue
	// Providers has one entry for each of Queues, in the same order.
	Providers []Provider
	// Communicate holds a0 to a9 of [communicate], texts for the terminal; "" is unset.
	Communicate [10]string

	uses []Use
}

// Queue is a provider queue.
type Queue struct {
	// Name is case-sensitive.
	Name string
	Dir  string
	// Line is where the queue stands in the file.
	Line int
}

// Provider says which numbers go to a queue.
type Provider struct {
	Queue string
	// Prefixes are compared with normalised numbers, whose short ones begin with
	// s. A queue without a line of its own has 0 to 9 and s (smstools spec §7.1).
	Prefixes []string
	// Line is where the prefixes stand in the file; 0: they are the default.
	Line int
}

// Modem returns the modem of that name, nil for none.
func (c *Config) Modem(name string) *Modem {
	for i := range c.Modems {
		if c.Modems[i].Name == name {
			return &c.Modems[i]
		}
	}
	return nil
}
