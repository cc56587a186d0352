package behaviours

func spooling() []behaviour  { return nil }
func events() []behaviour    { return nil }
func routing() []behaviour   { return nil }
func modems() []behaviour    { return nil }
func receiving() []behaviour { return nil }
func operation() []behaviour { return nil }
