//go:build !duckdb_arrow

package duck

// Results leave the engine as Arrow batches, for which its bindings need the
// build tag duckdb_arrow. `make` sets it; by hand, build and test with
//
//	go build -tags duckdb_arrow ./...
var _ = build_with_the_tag_duckdb_arrow
