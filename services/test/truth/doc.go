// Package truth reads what the real smsd was recorded to do, says where Viesti
// deliberately differs, and makes what was observed comparable with it.
package truth
