package access

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"github.com/weir-warehouse/weir/policy"
)

const (
	failuresAtOnce = 10              // of one address, before it has to wait
	failureEvery   = 6 * time.Second // until one of them is forgotten
	addressesKept  = 10_000
)

// failures slows down who guesses. A secret has 256 random bits, so this is
// for the log and the CPU; nobody's own attempts lock out somebody else.
type failures struct {
	now func() time.Time

	mu      sync.Mutex
	clients *lru.Cache[string, *rate.Limiter]
}

func newFailures(now func() time.Time) *failures {
	clients, _ := lru.New[string, *rate.Limiter](addressesKept) //nolint:errcheck // it fails for a size below one
	return &failures{now: now, clients: clients}
}

// check refuses an address that has failed too often.
func (f *failures) check(client string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.clients.Get(client)
	if !ok || l.TokensAt(f.now()) >= 1 {
		return nil
	}
	return policy.Errorf(policy.Busy, "too many attempts from this address failed; wait %s", failureEvery)
}

func (f *failures) add(client string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.clients.Get(client)
	if !ok {
		l = rate.NewLimiter(rate.Every(failureEvery), failuresAtOnce)
		f.clients.Add(client, l)
	}
	l.AllowN(f.now(), 1)
}
