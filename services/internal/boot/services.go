package boot

import (
	"context"
	"fmt"
	"sync"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	"github.com/viesti-sms/viesti/services/modem"
	"github.com/viesti-sms/viesti/services/monitor"
	"github.com/viesti-sms/viesti/services/scheduler"
	"github.com/viesti-sms/viesti/services/smpp"
	"github.com/viesti-sms/viesti/services/spool"
)

// Spool builds the spool ingress.
func Spool(cfg *Config, b *bus.Bus, logger *zap.Logger) (lifecycle.Service, error) {
	if cfg.Spool == nil {
		return lifecycle.Service{}, fmt.Errorf("%w: there is no section spool", ErrConfig)
	}
	if err := cfg.Spool.Check(); err != nil {
		return lifecycle.Service{}, err
	}
	return lifecycle.Service{Name: "spool", Run: spool.New(*cfg.Spool, b, logger).Run}, nil
}

// SMPP builds the server for SMPP clients.
func SMPP(cfg *Config, b *bus.Bus, logger *zap.Logger) (lifecycle.Service, error) {
	if cfg.SMPP == nil {
		return lifecycle.Service{}, fmt.Errorf("%w: there is no section smpp", ErrConfig)
	}
	if err := cfg.SMPP.Check(); err != nil {
		return lifecycle.Service{}, err
	}
	server := smpp.New(*cfg.SMPP, smpp.OnBus(b), logger)
	return lifecycle.Service{Name: "smpp", Run: func(ctx context.Context) error {
		var beside sync.WaitGroup
		defer beside.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		beside.Go(func() { giveRoom(ctx) })
		return server.Run(ctx)
	}}, nil
}

// Stats builds what writes status and statistics.
func Stats(cfg *Config, b *bus.Bus, logger *zap.Logger) (lifecycle.Service, error) {
	if cfg.Stats == nil {
		return lifecycle.Service{}, fmt.Errorf("%w: there is no section stats", ErrConfig)
	}
	if err := cfg.Stats.Check(); err != nil {
		return lifecycle.Service{}, err
	}
	return lifecycle.Service{Name: "stats", Run: monitor.New(*cfg.Stats, b, logger).Run}, nil
}

// Modem builds the modem worker.
func Modem(cfg *Config, b *bus.Bus, logger *zap.Logger) (lifecycle.Service, error) {
	mc := cfg.ModemConfig()
	if len(mc.Modems) == 0 {
		return lifecycle.Service{}, fmt.Errorf("%w: there are no modems", ErrConfig)
	}
	tightenMemory(len(mc.Modems))
	if err := mc.Check(); err != nil {
		return lifecycle.Service{}, err
	}
	return lifecycle.Service{Name: "modem", Run: modem.New(mc, b, logger, nil).Run}, nil
}

// Scheduler builds the scheduler.
func Scheduler(cfg *Config, b *bus.Bus, logger *zap.Logger) (lifecycle.Service, error) {
	sc := cfg.SchedulerConfig()
	if err := sc.Check(); err != nil {
		return lifecycle.Service{}, err
	}
	return lifecycle.Service{Name: "scheduler", Run: scheduler.New(sc, b, logger).Run}, nil
}

// Services builds everything that the configuration asks for.
func Services(cfg *Config, b *bus.Bus, logger *zap.Logger) ([]lifecycle.Service, error) {
	var services []lifecycle.Service
	for _, p := range parts {
		if p.section(cfg) == nil {
			continue
		}
		s, err := p.build(cfg, b, logger)
		if err != nil {
			return nil, err
		}
		services = append(services, s)
	}
	return services, nil
}
