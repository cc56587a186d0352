// Package esme holds the rules by which a message centre deals with its clients
// (External Short Message Entities): which command a session admits in which
// state, when a silent session is asked and given up, what a client's message
// means as a submission, and what a receipt says.
//
// It is pure; now is an argument. What refuses a command is a smpp.Status.
package esme
