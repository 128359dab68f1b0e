package etl_test

import (
	"context"
	"maps"
	"path/filepath"
	"testing"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/sql/duck"
)

// The messy district has faults in known numbers: each must be quarantined
// under its rule, repaired, or loaded, and nothing else may be.
func TestMessyDistrictIsQuarantinedAsPlanted(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	source := filepath.Join(w.dir, "messy")
	db, err := duck.Open(context.Background(), duck.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	truth, err := synth.Generate(context.Background(), db.SQL(), synth.Options{
		Out: source, Districts: 1, Schools: 4, Teachers: 400, Years: 2, Seed: 3, Mess: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	type faults struct {
		rules    map[string]int64
		repaired int64
	}
	want := map[string]faults{}
	for _, m := range truth.Mess {
		f := faults{rules: map[string]int64{}}
		for rule, n := range m.Quarantined {
			f.rules[rule] = int64(n)
		}
		for _, n := range m.Repaired {
			f.repaired += int64(n)
		}
		want[filepath.Base(m.Path)+" "+m.Dataset] = f
	}
	r := w.load(etl.Options{}, source)
	for _, o := range r.Outcomes {
		if o.Status != etl.StatusLoaded {
			t.Errorf("%s: %s %s", o.File, o.Status, o.Reason)
		}
		w.balanced(o)
		key := o.File + " " + o.Dataset
		f := want[key]
		if !maps.Equal(o.ByRule, f.rules) && len(o.ByRule)+len(f.rules) > 0 {
			t.Errorf("%s: quarantined %v, planted %v", key, o.ByRule, f.rules)
		}
		if o.Repaired != f.repaired {
			t.Errorf("%s: repaired %d rows, planted %d", key, o.Repaired, f.repaired)
		}
		delete(want, key)
	}
	for key := range want {
		t.Errorf("%s: planted faults, but it was not loaded", key)
	}
}
