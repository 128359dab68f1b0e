package stats

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// blockRows is how many rows are worked on at a time: few enough to stay in a
// processor's cache, and a constant, so that sums are always taken over the
// same blocks in the same order.
const blockRows = 1024

// inParallel calls work for each i of 0 … n−1, on all processors, and returns
// when all are done. Each call must write only to places of its own.
func inParallel(n int, work func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	group.Wait()
}

// forBlocks calls work for each block of up to blockRows of n rows.
func forBlocks(n int, work func(lo, hi int)) {
	inParallel((n+blockRows-1)/blockRows, func(i int) {
		lo := i * blockRows
		work(lo, min(lo+blockRows, n))
	})
}

// sumBlocks adds what term gives for each block, in the blocks' order.
func sumBlocks(n int, term func(lo, hi int) float64) float64 {
	parts := make([]float64, (n+blockRows-1)/blockRows)
	forBlocks(n, func(lo, hi int) { parts[lo/blockRows] = term(lo, hi) })
	var sum float64
	for _, part := range parts {
		sum += part
	}
	return sum
}
