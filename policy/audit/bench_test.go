package audit

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// BenchmarkAppend reports the latency of one append, as its caller sees it.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 32} {
		b.Run("writers="+strconv.Itoa(writers), func(b *testing.B) {
			l := open(b, newLog(b))
			latencies := make([][]time.Duration, writers)
			b.ResetTimer()
			var group sync.WaitGroup
			for w := range writers {
				group.Go(func() {
					for i := w; i < b.N; i += writers {
						start := time.Now()
						if _, err := l.Append(b.Context(), decision(i)); err != nil {
							b.Error(err)
							return
						}
						latencies[w] = append(latencies[w], time.Since(start))
					}
				})
			}
			group.Wait()
			b.StopTimer()
			all := slices.Sorted(slices.Values(slices.Concat(latencies...)))
			for _, p := range []int{50, 99} {
				b.ReportMetric(float64(all[len(all)*p/100].Microseconds()), "p"+strconv.Itoa(p)+"-µs")
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// million returns a log of a million entries, which the test that asks for it
// shares; making it takes about half a minute.
func million(b *testing.B) Paths {
	b.Helper()
	p := newLog(b)
	private, err := os.ReadFile(p.Key)
	if err != nil {
		b.Fatal(err)
	}
	signer, err := note.NewSigner(string(private[:len(private)-1]))
	if err != nil {
		b.Fatal(err)
	}
	pub := &publisher{store: store{dir: p.Dir}, edge: &edge{}, signer: signer, remembered: p.Remembered}
	for i := 0; i < 1_000_000; i += 50_000 {
		var entries [][]byte
		for j := range 50_000 {
			raw, err := encode(decision(i + j))
			if err != nil {
				b.Fatal(err)
			}
			entries = append(entries, raw)
		}
		if err := pub.publish(entries); err != nil {
			b.Fatal(err)
		}
	}
	return p
}

// BenchmarkMillion works on a log of a million entries.
func BenchmarkMillion(b *testing.B) {
	p := million(b)
	r := reader(b, p)
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Verify(b.Context(), p.Remembered); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, f := range map[string]Filter{
		"search=decision":  {DecisionID: "d-500000"},
		"search=principal": {Principal: "person-3", Verdict: "deny", Purpose: "research"},
		"search=hour":      {From: decision(500_000).Timestamp, Until: decision(503_600).Timestamp},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if len(indexes(b, r.Search(b.Context(), f))) == 0 {
					b.Fatal("nothing found")
				}
			}
		})
	}
	b.Run("ndjson", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.WriteSince(b.Context(), io.Discard, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if err := open(b, p).Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	if err := os.RemoveAll(filepath.Dir(p.Dir)); err != nil {
		b.Fatal(err)
	}
}
