// Package esme simulates clients of a message centre (External Short Message
// Entities) for tests, for benchmarks and for whoever wants to try a port out.
//
// A Client binds, submits with a window, and answers what it is given, well or
// badly. A Load is many of them that submit as fast, or as often, as they are told
// to. A Raw is a connection for what no client should ever say. A Tally keeps
// account of numbered messages: which were acknowledged, which came back, and which
// came back twice.
package esme
