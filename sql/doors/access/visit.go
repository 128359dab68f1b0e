package access

import (
	"context"
	"net"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/weir-warehouse/weir/policy"
)

// visitsKept is how many sessions are remembered for clients' next requests.
const visitsKept = 2048

// visitor is what the session of a request depends on.
type visitor struct {
	principal, token, client string
	expires                  int64
	given, wish              Wish
	door                     policy.Door
}

type visits = lru.Cache[visitor, *Session]

func newVisits() *visits {
	v, _ := lru.New[visitor, *Session](visitsKept) //nolint:errcheck // it fails for a size below one
	return v
}

// Visit lets in a client who shows a credential with each request, as Open
// does, and returns the session of the same client's earlier requests if it is
// remembered.
func (d *Desk) Visit(ctx context.Context, c Credential, w Wish, door policy.Door) (*Session, error) {
	key := visitor{c.Principal, c.Token, c.Client, c.Expires.UnixNano(), Wish{c.Purpose, c.Agreement}, w, door}
	if s, ok := d.visits.Get(key); ok {
		return s, nil
	}
	s, err := d.Open(ctx, c, w, door)
	if err != nil {
		return nil, err
	}
	d.visits.Add(key, s)
	return s, nil
}

// Client is the address of a client without its port, as Bearer and Scram take
// it.
func Client(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
