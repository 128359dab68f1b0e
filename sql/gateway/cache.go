package gateway

import (
	"slices"
	"sync"
)

// scopes keeps open scopes for their next use, least recently used first to
// go. A scope in use stays until its last user is done.
type scopes struct {
	mu    sync.Mutex
	limit int
	byKey map[string]*entry
	order []string // least recently used first
}

// entry is a scope that is open, or being opened.
type entry struct {
	once  sync.Once
	open  *open
	err   error
	users int
}

func newScopes(limit int) *scopes { return &scopes{limit: limit, byKey: map[string]*entry{}} }

// acquire returns the scope of a key, opened by build if it is not open. The
// caller releases it.
func (s *scopes) acquire(key string, build func() (*open, error)) (*open, error) {
	s.mu.Lock()
	e := s.byKey[key]
	if e == nil {
		e = &entry{}
		s.byKey[key] = e
	}
	e.users++
	s.touch(key)
	s.mu.Unlock()
	e.once.Do(func() { e.open, e.err = build() })
	if e.err != nil {
		s.drop(key, e)
		return nil, e.err
	}
	return e.open, nil
}

func (s *scopes) touch(key string) {
	s.order = append(slices.DeleteFunc(s.order, func(k string) bool { return k == key }), key)
}

// drop forgets a scope that could not be opened, so that the next one tries
// again.
func (s *scopes) drop(key string, e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey[key] == e {
		delete(s.byKey, key)
		s.order = slices.DeleteFunc(s.order, func(k string) bool { return k == key })
	}
}

// release ends a use, and closes what is too many.
func (s *scopes) release(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.byKey[key]; e != nil {
		e.users--
	}
	for i := 0; i < len(s.order) && len(s.order) > s.limit; {
		key := s.order[i]
		if e := s.byKey[key]; e.users == 0 && e.open != nil {
			e.open.close()
			delete(s.byKey, key)
			s.order = slices.Delete(s.order, i, i+1)
			continue
		}
		i++
	}
}

// count is how many scopes are open.
func (s *scopes) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byKey)
}

func (s *scopes) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.byKey {
		if e.open != nil {
			e.open.close()
		}
	}
	s.byKey, s.order = map[string]*entry{}, nil
}
