package flight

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// owner is who may use what lies on a shelf. Two calls have the same owner when
// they show the same credential and ask for the same purpose under the same
// agreement.
type owner struct {
	principal, token   string
	purpose, agreement string
}

// shelf holds what clients come back for: sessions, prepared statements and
// tickets. Each thing lies under a random handle, is given to its owner alone,
// and is dropped when nobody has asked for it for a while. One principal's
// things are limited in number, so that their memory is bounded.
type shelf[T any] struct {
	kind  string // for the error that says there are too many
	limit int    // of one principal
	life  time.Duration
	keep  func(T) bool // outlasts its life: it is in use
	now   func() time.Time

	mu    sync.Mutex
	items map[string]*item[T]
	held  map[string]int // by principal
}

type item[T any] struct {
	owner owner
	value T
	until time.Time
}

func newShelf[T any](kind string, limit int, life time.Duration, now func() time.Time) *shelf[T] {
	return &shelf[T]{
		kind: kind, limit: limit, life: life, now: now, keep: func(T) bool { return false },
		items: map[string]*item[T]{}, held: map[string]int{},
	}
}

// put lays a thing down and returns its handle.
func (s *shelf[T]) put(o owner, value T) (string, error) {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	handle := base64.RawURLEncoding.EncodeToString(raw[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[o.principal] >= s.limit {
		s.sweep()
	}
	if s.held[o.principal] >= s.limit {
		return "", policy.Errorf(policy.Busy, "you have %d %s open, as many as you may have at once; close one, or wait %s", s.limit, s.kind, s.life)
	}
	s.items[handle] = &item[T]{o, value, s.now().Add(s.life)}
	s.held[o.principal]++
	return handle, nil
}

// get returns the owner's thing and begins its life anew. What is not there,
// what has expired and what is another's are all the same: not there.
func (s *shelf[T]) get(o owner, handle string) (T, bool) {
	found, value, ok := s.find(handle)
	if !ok || found != o {
		var none T
		return none, false
	}
	return value, true
}

// find returns a thing and whose it is, to whoever knows its handle.
func (s *shelf[T]) find(handle string) (owner, T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.items[handle]
	if !ok || s.expired(i) {
		var none T
		return owner{}, none, false
	}
	i.until = s.now().Add(s.life)
	return i.owner, i.value, true
}

// drop takes the thing away.
func (s *shelf[T]) drop(handle string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(handle)
}

// clean takes away all that has expired.
func (s *shelf[T]) clean() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
}

func (s *shelf[T]) expired(i *item[T]) bool { return !s.keep(i.value) && !s.now().Before(i.until) }

func (s *shelf[T]) sweep() {
	for handle, i := range s.items {
		if s.expired(i) {
			s.remove(handle)
		}
	}
}

func (s *shelf[T]) remove(handle string) {
	i, ok := s.items[handle]
	if !ok {
		return
	}
	delete(s.items, handle)
	if s.held[i.owner.principal]--; s.held[i.owner.principal] == 0 {
		delete(s.held, i.owner.principal)
	}
}
