// Package modem is a simulated GSM modem for tests, benchmarks and demonstrations.
//
// A Modem speaks the AT commands of 3GPP TS 27.005 and 27.007 in PDU mode over
// any byte stream: Serve takes a connection, ListenPTY offers a serial port,
// ListenTCP a socket. Modems on one Network exchange messages and get status
// reports. Every SMS-SUBMIT that reached a modem is kept in a Journal, and an
// ordered list of Rules makes a modem misbehave.
//
// The package simulates; it is not for use in front of a real network. It uses
// the package time directly, so that everything runs under testing/synctest.
package modem
