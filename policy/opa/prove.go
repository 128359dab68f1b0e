package opa

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/weir-warehouse/weir/policy"
)

// proofGCPercent is how much garbage may lie about during a proof, as a share of
// what is in use.
const proofGCPercent = 400

// proving lets one proof run at a time: each takes all processors, and changes
// how garbage is collected.
var proving sync.Mutex

// Proof counts what Prove enumerated.
type Proof struct {
	Invariants   int `json:"invariants"`
	Sessions     int `json:"sessions"`     // role sets × purposes × with and without agreement
	Datasets     int `json:"datasets"`     // in the catalogue, one of marts that are alike
	Columns      int `json:"columns"`      // in all datasets
	Combinations int `json:"combinations"` // sessions × columns
}

// Prove checks the invariants for every subset of roles, every purpose, with
// and without an agreement, over every dataset and column; of marts and their
// columns that are alike to the rules, over one. It returns a *Counterexample for
// the first that breaks one.
func (e *Engine) Prove(ctx context.Context) (Proof, error) {
	words, err := e.bundle.words()
	if err != nil {
		return Proof{}, err
	}
	over, err := compileOnly(ctx, e.bundle, representatives(e.catalog, words), e.options)
	if err != nil {
		return Proof{}, err
	}
	requests := sessions(over.catalog)
	columns := 0
	for _, d := range over.catalog {
		columns += len(d.Columns)
	}
	proof := Proof{
		Invariants: e.invariants.count, Sessions: len(requests), Datasets: len(over.catalog),
		Columns: columns, Combinations: len(requests) * columns,
	}
	return proof, over.scopeAll(ctx, requests)
}

// scopeAll asks for the scope of every request, on all processors, and returns
// the first failure in the order of the requests.
func (e *Engine) scopeAll(ctx context.Context, requests []policy.Request) error {
	proving.Lock()
	defer proving.Unlock()
	// Thousands of evaluations leave much garbage and keep little: collect it less often.
	defer debug.SetGCPercent(debug.SetGCPercent(proofGCPercent))
	failures := make([]error, len(requests))
	var next atomic.Int64 // requests are taken in order, so none before a failure is left out
	var failed atomic.Bool
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				if _, failures[i] = e.Scope(ctx, requests[i]); failures[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	workers.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}
