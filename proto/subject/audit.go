package subject

// Audit is the subject of an audit event; an empty account is one that is not known.
// The kind is a word of a-z.
func (s Space) Audit(account, kind string) string { return s.join("aud", Token(account), kind) }

// AuditOfAccount matches what concerns one account.
func (s Space) AuditOfAccount(account string) string { return s.join("aud", Token(account), "*") }

// AllAudit matches every audit event.
func (s Space) AllAudit() string { return s.join("aud", "*", "*") }
