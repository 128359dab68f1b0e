package gateway

import (
	"context"
	"slices"
	"sync"
)

// turns shares the engine between principals. A statement takes a turn while the
// engine works for it, that is while it starts and for each batch, and gives it
// back while its client reads: a client that stops reading holds up nobody. When
// more want a turn than there are, principals take turns, however many
// statements each has.
type turns struct {
	mu      sync.Mutex
	free    int
	waiting map[string][]chan struct{} // by principal, in the order of coming
	order   []string                   // principals that wait; the next is first
}

func newTurns(n int) *turns { return &turns{free: n, waiting: map[string][]chan struct{}{}} }

// take waits for a turn of a principal, or for the end of ctx.
func (t *turns) take(ctx context.Context, who string) error {
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	if len(t.waiting[who]) == 0 {
		t.order = append(t.order, who)
	}
	t.waiting[who] = append(t.waiting[who], turn)
	t.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	if !t.leave(who, turn) {
		t.give() // it came at the same moment
	}
	return ctx.Err()
}

// leave ends the waiting for a turn, and reports whether it had not come yet.
func (t *turns) leave(who string, turn chan struct{}) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.waiting[who], turn)
	if i < 0 {
		return false
	}
	t.waiting[who] = slices.Delete(t.waiting[who], i, i+1)
	if len(t.waiting[who]) == 0 {
		delete(t.waiting, who)
		t.order = slices.DeleteFunc(t.order, func(w string) bool { return w == who })
	}
	return true
}

// give hands a turn to the next principal that waits.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.order) == 0 {
		t.free++
		return
	}
	who := t.order[0]
	t.order = t.order[1:]
	next := t.waiting[who][0]
	if t.waiting[who] = t.waiting[who][1:]; len(t.waiting[who]) > 0 {
		t.order = append(t.order, who)
	} else {
		delete(t.waiting, who)
	}
	close(next)
}

// count is how many statements wait.
func (t *turns) count() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range t.waiting {
		n += len(w)
	}
	return n
}
