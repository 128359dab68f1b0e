package gateway

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
)

// TestTurnsAreFair asserts that a principal with many statements waits as long
// as one with one.
func TestTurnsAreFair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newTurns(1)
		if err := q.take(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		var came []string
		for _, who := range []string{"a", "a", "a", "b", "c", "b"} {
			go func() {
				if q.take(t.Context(), who) == nil {
					came = append(came, who)
				}
			}()
			synctest.Wait() // so that they come in this order
		}
		if q.count() != 6 {
			t.Errorf("%d wait", q.count())
		}
		for range 6 {
			q.give()
			synctest.Wait()
		}
		if want := []string{"a", "b", "c", "a", "b", "a"}; !slices.Equal(came, want) {
			t.Errorf("they came as %v, want %v", came, want)
		}
	})
}

// TestNoTurnIsLost asserts that after any mix of taking, giving back and giving
// up all turns are free again and nobody waits.
func TestNoTurnIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 3).Draw(rt, "turns")
		steps := rapid.SliceOfN(rapid.IntRange(0, 8), 1, 40).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			q := newTurns(n)
			have, most := make(chan struct{}, len(steps)), n
			var stop []context.CancelFunc
			for _, step := range steps {
				switch {
				case step < 2 && len(have) > 0:
					<-have
					q.give()
				case step < 4 && len(stop) > 0:
					stop[0]()
					stop = stop[1:]
				default:
					ctx, cancel := context.WithCancel(t.Context())
					stop = append(stop, cancel)
					go func() {
						if q.take(ctx, string(rune('a'+step))) == nil {
							have <- struct{}{}
						}
					}()
				}
				synctest.Wait()
				most = max(most, len(have))
			}
			for _, cancel := range stop {
				cancel()
			}
			synctest.Wait()
			for len(have) > 0 {
				<-have
				q.give()
				synctest.Wait()
			}
			if q.free != n || q.count() != 0 || len(q.order) != 0 || most > n {
				t.Errorf("%d of %d turns are free, %d wait, %d at once", q.free, n, q.count(), most)
			}
		})
	})
}

// A statement above the limit waits for one of its principal's to end, in the
// order of coming; not for ever, and not after its client has given up.
func TestStatementsWaitForTheirPrincipals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &Gateway{running: map[string]int{}, waiting: map[string][]chan struct{}{}}
		s := &Session{g: g, request: policy.Request{Principal: policy.Principal{ID: "a"}}}
		other := &Session{g: g, request: policy.Request{Principal: policy.Principal{ID: "b"}}}
		free, err := s.slot(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		var came []string
		ask := func(ctx context.Context, name string) {
			go func() {
				free, err := s.slot(ctx, 1)
				if err != nil {
					came = append(came, name+" "+string(policy.CodeOf(err)))
					return
				}
				came = append(came, name)
				free()
			}()
			synctest.Wait()
		}
		gone, cancel := context.WithCancel(t.Context())
		ask(gone, "gone")
		ask(t.Context(), "first")
		ask(t.Context(), "second")
		if free, err := other.slot(t.Context(), 1); err != nil {
			t.Errorf("another principal: %v", err)
		} else {
			free()
		}
		cancel()
		synctest.Wait()
		free()
		synctest.Wait()
		free, err = s.slot(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		ask(t.Context(), "late")
		time.Sleep(patience)
		synctest.Wait()
		free()
		if want := []string{"gone canceled", "first", "second", "late busy"}; !slices.Equal(came, want) {
			t.Errorf("got %q, want %q", came, want)
		}
		if len(g.running)+len(g.waiting) > 0 {
			t.Errorf("left: %v running, %v waiting", g.running, g.waiting)
		}
	})
}
