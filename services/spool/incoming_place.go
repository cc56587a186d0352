package spool

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
)

// fileMode is the mode of files that the spool makes.
const fileMode = 0o644

// place is where a received file goes, and its copy if there is to be one.
type place struct{ dir, copy string }

func (s *Spool) incomingPlace() place { return place{dir: s.cfg.Incoming, copy: s.cfg.IncomingCopy} }

func (s *Spool) reportPlace() place {
	p := place{dir: s.cfg.Report, copy: s.cfg.ReportCopy}
	if p.dir == "" {
		p.dir = s.cfg.Incoming
	}
	if p.copy == "" {
		p.copy = s.cfg.IncomingCopy
	}
	return p
}

// store writes a file for an event, its copy first, and owes the call of the event
// handler. Names follow from event and content, so that a repeated event finds its
// file and writes no second one: then fresh is false.
func (s *Spool) store(e *life.Event, event string, p place, file *smsfile.Incoming) (fresh bool, err error) {
	return s.storeFile(e, event, p, file.AppendTo(nil, s.language.incoming()), file.Preview(s.cfg.FilenamePreview))
}

// storeFile is store for a file that is made; preview ends its name.
func (s *Spool) storeFile(e *life.Event, event string, p place, data []byte, preview string) (fresh bool, err error) {
	c := s.newCall(e, event, suffix(e, data))
	if s.waits(c) {
		return false, nil
	}
	copied, err := s.copyTo(p.copy, e, data)
	if err != nil {
		return false, err
	}
	if !s.cfg.EventHandlerUseCopy {
		copied = ""
	}
	date := smsfile.FormatTime(e.Time.Local(), s.cfg.DateFilenameFormat)
	name := smsfile.NamePrefix(modemName(e), date, smsfile.DateName(s.cfg.DateFilename)) + suffix(e, data) + preview
	if there, err := written(filepath.Join(p.dir, name), data); err != nil {
		return false, err
	} else if there {
		return s.resumeCall(c)
	}
	err = s.fileCall(c, copied, "", p.dir, func(before func(string) error) (string, error) {
		return spooldir.WriteAfter(p.dir, name, data, fileMode, before)
	})
	return err == nil, err
}

// copyTo writes a second copy, which never has the name of the first.
func (s *Spool) copyTo(dir string, e *life.Event, data []byte) (path string, err error) {
	if dir == "" {
		return "", nil
	}
	path, _, err = writeOnce(dir, modemName(e)+"."+suffix(e, data), data)
	return path, err
}

// writeOnce writes a file unless it is there already with that content.
func writeOnce(dir, name string, data []byte) (path string, fresh bool, err error) {
	path = filepath.Join(dir, name)
	if there, err := written(path, data); err != nil || there {
		return path, false, err
	}
	path, err = spooldir.Write(dir, name, data, fileMode)
	return path, err == nil, err
}

// written reports whether a file is there with that content.
func written(path string, data []byte) (bool, error) {
	existing, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && bytes.Equal(existing, data), err
}

func modemName(e *life.Event) string {
	if e.Modem == nil {
		return "gateway"
	}
	return e.Modem.Name
}

// suffix is what mkstemp would put behind the name of the modem: six characters.
func suffix(e *life.Event, data []byte) string {
	const characters = 6
	h := sha256.New()
	h.Write([]byte(e.ID))
	h.Write(data)
	return base32.StdEncoding.EncodeToString(h.Sum(nil))[:characters]
}
