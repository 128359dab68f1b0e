package httpdoor

import (
	"net/http"
	"time"
)

// heldBytes are kept back before an answer begins, so that an error among them
// still has a status of its own.
const heldBytes = 64 << 10

// body is an answer's body on its way out. A client that reads slowly holds up
// whoever writes, and no more than that; one that does not read at all is cut
// off after the door's patience.
type body struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
	coding   *coding // nil: none

	held  []byte
	begun bool
	out   compressor // nil: none
}

// Write takes a part of the body.
func (b *body) Write(p []byte) (int, error) {
	if !b.begun {
		if len(b.held)+len(p) <= heldBytes {
			b.held = append(b.held, p...)
			return len(p), nil
		}
		if err := b.begin(); err != nil {
			return 0, err
		}
	}
	if b.out != nil {
		return b.out.Write(p)
	}
	return b.send(p)
}

// begin sends the status, the headers and what was held back.
func (b *body) begin() error {
	b.begun = true
	if b.coding != nil {
		b.w.Header().Set("Content-Encoding", b.coding.name)
		var err error
		if b.out, err = b.coding.open(sender{b}); err != nil {
			return err
		}
	}
	b.w.WriteHeader(http.StatusOK)
	_, err := b.Write(b.held)
	b.held = nil
	return err
}

// sender is the body past its compression.
type sender struct{ *body }

// Write sends a part.
func (s sender) Write(p []byte) (int, error) { return s.send(p) }

// send writes to the client within the door's patience. Between two parts a
// statement may take longer than that.
func (b *body) send(p []byte) (int, error) {
	if err := b.control.SetWriteDeadline(time.Now().Add(b.patience)); err != nil {
		return 0, err
	}
	n, err := b.w.Write(p)
	if err == nil {
		err = b.control.SetWriteDeadline(time.Time{})
	}
	return n, err
}

// end sends what is left.
func (b *body) end() error {
	if !b.begun {
		if err := b.begin(); err != nil {
			return err
		}
	}
	if b.out != nil {
		if err := b.out.Close(); err != nil {
			return err
		}
	}
	return b.control.SetWriteDeadline(time.Now().Add(b.patience))
}

// cut sends what was written and then breaks the body off, so that no client
// can take it for whole: the connection ends without the last chunk, or the
// stream with an error.
func (b *body) cut() {
	if b.out != nil {
		_ = b.out.Flush() //nolint:errcheck // it is broken off anyway
	}
	_ = b.control.SetWriteDeadline(time.Now().Add(b.patience)) //nolint:errcheck // likewise
	_ = b.control.Flush()                                      //nolint:errcheck // likewise
	panic(http.ErrAbortHandler)
}
