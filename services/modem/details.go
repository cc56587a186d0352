package modem

import (
	"context"
	"time"

	"go.uber.org/zap"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// detailQueries are what report_device_details asks (smstools spec §7.5 step 15).
var detailQueries = []string{
	"AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CNMI=?", "AT+CNMI?", "AT+CPMS=?", "AT+CPMS?", "AT+CMMS=?", "AT+CSMS?", "AT+CSCS=?",
	"AT+CPBS=?", "AT+COPS?",
}

// details logs once what the modem says of itself.
func (w *worker) details(ctx context.Context, m *driver.Modem) {
	if !w.dev.DeviceDetails || w.detailed {
		return
	}
	w.detailed = true
	for _, query := range detailQueries {
		lines, err := m.Command(ctx, query, time.Duration(w.dev.ReadTimeout))
		for i := range lines {
			lines[i] = driver.RedactLine(lines[i])
		}
		w.log.Info("device details", zap.String("query", query), zap.Strings("answer", lines), zap.Error(err))
	}
}
