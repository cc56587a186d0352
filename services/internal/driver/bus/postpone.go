package bus

import (
	"context"
	"errors"
	"time"
)

// Postpone moves a message that waits in its queue to where deferred ones wait, until a
// time; revision is the one that somebody wants to be postponed. It reports false, and
// changes nothing, when the message waits for a time already, when a modem has begun to
// send it, or when it waits nowhere. A *Later with ErrHalfReplaced says that the revision
// is in the queue, and an earlier one still waits for its time: who replaces it is not done.
//
// It is a replacement of the message by itself, and meets workers, Replace and Cancel as
// Replace does: whoever holds the message leaves it alone.
func (b *Bus) Postpone(ctx context.Context, account, id string, revision uint32, until time.Time) (postponed bool, err error) {
	for {
		postponed, err = b.postpone(ctx, account, id, revision, until)
		switch {
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrTooLate):
			return false, nil
		case !errors.Is(err, ErrConflict):
			return postponed, err
		case !pause(ctx):
			return false, ctx.Err()
		}
	}
}

// ErrHalfReplaced says that somebody is about to replace a message, or died meanwhile.
var ErrHalfReplaced = errors.New("the message is being replaced")

func (b *Bus) postpone(ctx context.Context, account, id string, revision uint32, until time.Time) (postponed bool, err error) {
	waiting, err := b.Find(ctx, account, id)
	switch {
	case err != nil:
		return false, err
	case waiting.Deferred && waiting.Submission.Revision < revision:
		const moment = 100 * time.Millisecond
		return false, &Later{After: moment, Err: ErrHalfReplaced}
	case waiting.Deferred:
		return false, nil
	}
	known, err := b.Progress(ctx, waiting.Submission)
	if err != nil || !known.Untouched() {
		return false, err
	}
	next, record := *waiting.Submission, known.Attempts[1]
	next.Revision = max(next.Revision, record.Revision) + 1
	m, err := b.submissionAt(&next, until)
	if err != nil {
		return false, err
	}
	err = b.exchange(ctx, waiting, &next, m, record)
	return err == nil, err
}
