package pgwire

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"golang.org/x/sync/semaphore"
)

const (
	maxMessage  = 4 << 20  // bytes of a message; a statement has at most 256 KiB
	readAhead   = 4 << 20  // bytes of messages that wait
	writeAt     = 64 << 10 // bytes of output that are sent before there are more
	keepBuffer  = 4 << 10  // bytes of buffer that an idle connection keeps
	readBuffer  = 4 << 10
	waitingMost = 64 // messages
)

// message is a message of a client: its type, and its body in memory of its
// own.
type message struct {
	kind byte
	body []byte
}

// readMessage reads a message. The size of a body is checked before memory is
// taken for it.
func readMessage(r io.Reader, most uint32) (message, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return message{}, fmt.Errorf("read a message: %w", err)
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size < 4 || size-4 > most {
		return message{}, fault(codeProtocol, "invalid message length")
	}
	body := make([]byte, size-4)
	if _, err := io.ReadFull(r, body); err != nil {
		return message{}, fmt.Errorf("read a message: %w", err)
	}
	return message{head[0], body}, nil
}

// inbox reads messages while statements run, so that a client that goes away
// is noticed at once. How far it reads ahead is bounded; beyond that the client
// waits.
type inbox struct {
	messages chan message
	room     *semaphore.Weighted
	err      error // why messages was closed
}

func newInbox() *inbox {
	return &inbox{messages: make(chan message, waitingMost), room: semaphore.NewWeighted(readAhead)}
}

// run reads until the connection or ctx ends.
func (in *inbox) run(ctx context.Context, c *conn) {
	defer close(in.messages)
	r := bufio.NewReaderSize(c.wire, readBuffer)
	for in.err == nil {
		in.err = in.take(ctx, c, r)
	}
}

// take reads one message. Once its first byte is here, it must be whole in
// time.
func (in *inbox) take(ctx context.Context, c *conn, r *bufio.Reader) error {
	if _, err := r.Peek(1); err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	if !whole(r) {
		timer := time.AfterFunc(c.server.Startup, func() { c.cancel(errSlow) })
		defer timer.Stop()
	}
	m, err := readMessage(r, maxMessage)
	if err != nil {
		return err
	}
	if err := in.room.Acquire(ctx, weight(m)); err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	select {
	case in.messages <- m:
	case <-ctx.Done():
		return fmt.Errorf("read a message: %w", ctx.Err())
	}
	if m.kind == 'X' {
		return io.EOF
	}
	return nil
}

var errSlow = errors.New("the client did not finish a message in time")

// whole reports whether the next message has arrived already.
func whole(r *bufio.Reader) bool {
	head, err := r.Peek(min(r.Buffered(), 5))
	return err == nil && len(head) == 5 && int(binary.BigEndian.Uint32(head[1:])) < r.Buffered()
}

func weight(m message) int64 { return min(int64(len(m.body)), readAhead) }

func (in *inbox) done(m message) { in.room.Release(weight(m)) }

// put adds a message to the output.
func (c *conn) put(m pgproto3.BackendMessage) {
	out, err := m.Encode(c.out)
	if err != nil { // a text of more than 4 GiB
		c.broken = errors.Join(c.broken, err)
		return
	}
	c.out = out
}

// flush sends the output. A client that does not take it in time is gone.
func (c *conn) flush() error {
	if c.broken != nil || len(c.out) == 0 {
		return c.broken
	}
	if c.key != (key{}) { // the log-in has a deadline for the whole
		c.patience()
	}
	_, c.broken = c.wire.Write(c.out)
	c.out = c.out[:0]
	return c.broken
}

// lastWord is how long a client has to take what it is told at the end.
const lastWord = time.Second

// patience is how long a client has to take what it is told.
func (c *conn) patience() {
	_ = c.raw.SetWriteDeadline(time.Now().Add(c.server.Idle)) //nolint:errcheck // a closed connection shows when it is written to
	if c.server.ctx.Err() != nil {
		_ = c.raw.SetWriteDeadline(time.Now().Add(lastWord)) //nolint:errcheck // as above
	}
}

// shrink gives back the memory of a large answer.
func (c *conn) shrink() {
	if cap(c.out) > keepBuffer {
		c.out = nil
	}
}
