package behaviours

func events() []behaviour    { return nil }
func operation() []behaviour { return nil }
