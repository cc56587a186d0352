// Package modem is the worker that sends and receives through modems. Each modem
// of its configuration has a goroutine of its own that opens the device,
// initialises it, takes one message at a time from its queues and brings what
// arrives to the broker; when the device fails it starts over, and its message
// goes back to the queue.
package modem

import (
	"context"
	"io"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/serial"
)

// Opener opens the device of a modem.
type Opener func(ctx context.Context, d Device) (io.ReadWriteCloser, error)

// Service serves all modems of a host.
type Service struct {
	workers []*worker
	log     *zap.Logger
	info    *infoFile
	places  *places
	crew    *crew
	bus     *bus.Bus
	policy  *sharedPolicy
}

// New makes a Service; Config.Check tells before whether it can work. open is nil
// for real devices.
func New(cfg Config, b *bus.Bus, logger *zap.Logger, open Opener) *Service {
	if open == nil {
		open = openSerial
	}
	s := &Service{log: logger.Named("modem"), bus: b, policy: newSharedPolicy()}
	s.info = newInfoFile(cfg.InfoFile, s.log)
	s.places, s.crew = newPlaces(cfg.Modems, open), newCrew(cfg.Modems)
	for _, d := range cfg.Modems {
		w := newWorker(cfg.Host, d, b, s.log)
		w.pin = newPINNote(cfg.State, d.Name)
		w.info, w.places, w.crew, w.policy = s.info, s.places, s.crew, s.policy
		s.workers = append(s.workers, w)
	}
	return s
}

func openSerial(ctx context.Context, d Device) (io.ReadWriteCloser, error) {
	if !d.AnyPort {
		if err := serial.System.CheckRole(d.Device); err != nil {
			return nil, err
		}
	}
	return serial.Open(ctx, d.Device, serial.Options{Baud: d.Baud, RTSCTS: d.RTSCTS, Login: d.login()})
}

// Run works until ctx ends. Then each modem finishes the part that it is sending;
// what remains of the message goes back to the queue.
func (s *Service) Run(ctx context.Context) error {
	s.log.Info("running", zap.Int("modems", len(s.workers)))
	defer s.log.Info("stopped")
	defer context.AfterFunc(ctx, s.info.stop)()
	var wg sync.WaitGroup
	wg.Go(func() { s.policy.watch(ctx, s.bus, s.log) })
	for _, w := range s.workers {
		wg.Go(func() { w.run(ctx) })
	}
	wg.Wait()
	over, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	s.bus.Relinquish(over)
	return nil
}

// farewell is how long the broker may take to get back what was fetched ahead.
const farewell = 5 * time.Second
