// Package smpp is the ingress for SMPP clients (ESMEs): a message centre of version
// 3.4 in front of the broker, of which any number may run, each with any account.
//
// A message's way: submit_sm → the rules of its account → submission acknowledged
// by the broker → submit_sm_resp. What becomes of it comes back as events of the
// account, which every instance with a receiving session of the account follows;
// the broker gives each to one of them, and takes it back when the session that
// it was sent to is lost before it answered.
//
// A Server has listeners; each connection that they let in is a Conn, which one
// goroutine reads. Answers are written by another one, which lives while there is
// something to write, and submissions are waited for by a third, which lives while
// some are under way: a silent session costs one goroutine and no buffer. All
// sessions of an account on this instance share its tenant.
//
// Strangers learn nothing. Who is on no account's list of networks is closed before
// an octet is exchanged; others may bind, once, and are closed without a word
// whatever else they try.
package smpp
