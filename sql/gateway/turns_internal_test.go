package gateway

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
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
