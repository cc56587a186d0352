// Package serial opens the device that a modem is behind: a serial port, or a
// terminal server over TCP. What it returns is an io.ReadWriteCloser whose Close
// ends a Read and a Write that wait.
package serial
