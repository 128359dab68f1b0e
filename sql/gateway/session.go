package gateway

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Session is a principal at a door with a purpose. Each of its statements sees
// the current snapshot under the current policy.
type Session struct {
	g       *Gateway
	id      string
	request policy.Request

	mu     sync.Mutex
	scope  *policy.Scope
	digest string // of the scope
	given  string // the policy, with its catalogue, and the day under which it was given
}

// Open begins a session. A purpose that policy refuses is refused here, with
// the purposes that the principal may have.
func (g *Gateway) Open(ctx context.Context, r policy.Request) (*Session, error) {
	s := &Session{g: g, id: newID(), request: r}
	scope, _, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	entry := s.entry(audit.KindSession)
	entry.Verdict = verdictAllow
	if scope.Refusal != nil {
		entry.Verdict, entry.Reasons = verdictDeny, []string{scope.Refusal.Text}
	}
	if _, err := g.Recorder.Append(ctx, entry); err != nil {
		return nil, unrecorded(err)
	}
	if scope.Refusal != nil {
		return nil, refusePurpose(scope.Refusal)
	}
	return s, nil
}

func refusePurpose(r *policy.Refusal) error {
	text := r.Text
	if len(r.Allowed) > 0 {
		names := make([]string, len(r.Allowed))
		for i, p := range r.Allowed {
			names[i] = string(p)
		}
		text += "; you may ask for " + strings.Join(names, ", ")
	}
	return policy.Errorf(policy.Denied, "%s", text)
}

// unrecorded refuses what could not be recorded: no record, no data.
func unrecorded(err error) error {
	return policy.Errorf(policy.Failed, "the audit log cannot be written, so nothing is answered: %w", err)
}

// current returns the session's scope under the policy in force today, and its
// digest.
func (s *Session) current(ctx context.Context) (*policy.Scope, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.request
	r.On = policy.DateOf(s.g.Now())
	given := s.g.Policy.ProofKey() + " " + string(r.On)
	if s.scope != nil && s.given == given {
		return s.scope, s.digest, nil
	}
	scope, err := s.g.Policy.Scope(ctx, r)
	if err != nil {
		return nil, "", policy.Errorf(policy.Failed, "policy gives no answer, so nothing is answered: %w", err)
	}
	digest, err := scope.Digest()
	if err != nil {
		return nil, "", err
	}
	s.scope, s.digest, s.given = scope, digest, given
	return scope, digest, nil
}

// enter returns the open scope in which the session's next statement runs, and
// how to leave it.
func (s *Session) enter(ctx context.Context) (o *open, m *snapshot.Manifest, leave func(), err error) {
	scope, digest, err := s.current(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	if scope.Refusal != nil {
		return nil, nil, nil, refusePurpose(scope.Refusal)
	}
	if m, err = s.g.current(); err != nil {
		return nil, nil, nil, err
	}
	if err := s.g.complete(scope, m); err != nil {
		return nil, nil, nil, err
	}
	key := m.ID + " " + digest
	// An instance may outlive the statement that opens it, so it does not end
	// with it.
	o, err = s.g.scopes.acquire(key, func() (*open, error) { return s.g.build(context.WithoutCancel(ctx), key, scope, m) })
	if err != nil {
		s.g.scopes.release(key)
		return nil, nil, nil, s.g.hide(ctx, newID(), err)
	}
	return o, m, func() { s.g.scopes.release(key) }, nil
}

const (
	verdictAllow = "allow"
	verdictDeny  = "deny"
)

// entry is an audit entry with what all entries of the session have.
func (s *Session) entry(kind audit.Kind) audit.Entry {
	e := audit.Entry{
		Timestamp: s.g.Now(), Kind: kind, Session: s.id, RequestedBy: s.request.Client,
		Principal: s.request.Principal.ID, Purpose: string(s.request.Purpose), Door: string(s.request.Door),
		PolicyRevision: s.g.Policy.Revision(), ProgramVersion: s.g.Program,
	}
	for _, r := range s.request.Principal.Roles {
		e.Roles = append(e.Roles, string(r))
	}
	if s.request.Agreement != nil {
		e.Agreement = s.request.Agreement.ID
	}
	if study := s.request.Study; study != nil {
		e.Attributes = map[string]string{"study": study.ID, "protocol": study.Protocol, "phase": string(study.Phase)}
	}
	return e
}

func newID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// A statement waits for one of its principal's own to end, as the panels of a
// dashboard do, which ask all at once: so long, and so many.
const (
	patience    = 15 * time.Second
	mostWaiting = 100
)

// slot takes one of the statements that the scope allows its principal at
// once, and waits for one to end if they all run.
func (s *Session) slot(ctx context.Context, limit int) (func(), error) {
	g, who := s.g, s.request.Principal.ID
	busy := policy.Errorf(policy.Busy, "%d statements of yours are running, as many as you may have at once; wait for one to end", limit)
	g.mu.Lock()
	if limit <= 0 || g.running[who] < limit {
		g.running[who]++
		g.mu.Unlock()
		return s.free, nil
	}
	if len(g.waiting[who]) >= mostWaiting {
		g.mu.Unlock()
		return nil, busy
	}
	turn := make(chan struct{})
	g.waiting[who] = append(g.waiting[who], turn)
	g.mu.Unlock()
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-turn:
		return s.free, nil
	case <-patient.Done():
	}
	g.mu.Lock()
	i := slices.Index(g.waiting[who], turn)
	if i >= 0 {
		g.waiting[who] = slices.Delete(g.waiting[who], i, i+1)
	}
	if len(g.waiting[who]) == 0 {
		delete(g.waiting, who)
	}
	g.mu.Unlock()
	if i < 0 { // it came at the same moment
		s.free()
	}
	if ctx.Err() != nil {
		return nil, policy.Errorf(policy.Canceled, "the statement was cancelled while it waited for others of yours")
	}
	return nil, busy
}

// free gives a statement's place to the next of the principal that waits.
func (s *Session) free() {
	g, who := s.g, s.request.Principal.ID
	g.mu.Lock()
	defer g.mu.Unlock()
	if next := g.waiting[who]; len(next) > 0 {
		close(next[0])
		if g.waiting[who] = next[1:]; len(next) == 1 {
			delete(g.waiting, who)
		}
		return
	}
	if g.running[who]--; g.running[who] == 0 {
		delete(g.running, who)
	}
}

// hide turns an inner error into one that is safe to show, and leaves the
// detail in the log under an id.
func (g *Gateway) hide(ctx context.Context, id string, err error) error {
	if ctx.Err() != nil {
		return policy.Errorf(policy.Canceled, "the statement was cancelled")
	}
	g.Log.ErrorContext(ctx, "statement failed", "id", id, "error", err)
	return policy.Errorf(policy.Failed, "it failed inside; the server's log has the reason under %s", id)
}
