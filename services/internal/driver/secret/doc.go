// Package secret makes, stores and verifies the secrets of accounts. Stored is only
// argon2id in PHC string form (RFC 9106). SMPP has room for 8 characters, so secrets
// are made here and never chosen.
package secret
