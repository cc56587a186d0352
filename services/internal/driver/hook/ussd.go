package hook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// maxAnswer bounds the file that a USSD handler leaves, in octets.
const maxAnswer = 64 << 10

// USSD runs the program as the event handler for a USSD answer (smstools spec
// §5.2), with five arguments: USSD, a file that holds the answer, the modem, the
// charset that the modem uses, and the command. It returns the answer as the program
// left it: the first line of the file, or the old answer when it removed the file
// or was not run.
func (h Hook) USSD(ctx context.Context, modem, charset, command, answer string) (string, Result, error) {
	if h.IsZero() {
		return answer, Result{}, nil
	}
	path, err := answerFile(modem, answer)
	if err != nil {
		return answer, Result{Code: -1}, err
	}
	defer func() { _ = os.Remove(path) }()
	r, err := h.Run(ctx, "USSD", path, modem, charset, command)
	if err != nil {
		return answer, r, err
	}
	changed, err := firstLine(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && changed == "":
		return answer, r, nil
	case err != nil:
		return answer, r, fmt.Errorf("reading the answer again: %w", err)
	default:
		return changed, r, nil
	}
}

// answerFile writes a file that its owner alone may read: answers may tell an
// account or a password.
func answerFile(modem, answer string) (path string, err error) {
	f, err := os.CreateTemp("", "viesti-ussd-"+strings.ReplaceAll(modem, "/", "_")+".")
	if err != nil {
		return "", fmt.Errorf("writing the answer for the handler: %w", err)
	}
	_, err = f.WriteString(answer + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("writing the answer for the handler: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return f.Name(), nil
}

func firstLine(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	buffer := make([]byte, maxAnswer)
	n, err := f.Read(buffer)
	if n == 0 {
		return "", nil // an empty file
	}
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(buffer[:n]), "\n")
	return strings.TrimRight(line, "\r"), nil
}
