package view_test

import (
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa/view"
	"github.com/weir-warehouse/weir/sql/duck"
)

// source is a dataset with a column of each sort that masks tell apart.
func source() view.Source {
	d := policy.Dataset{Name: "t", Compartment: "core", Columns: []policy.Column{
		{Name: "name", Type: "VARCHAR"}, {Name: "n", Type: "DECIMAL(4,1)"}, {Name: "day", Type: "DATE"},
		{Name: "at", Type: "TIMESTAMP"}, {Name: "person", Type: "UUID", Person: "staff"},
	}}
	return view.Source{Dataset: d, Datasets: map[string]policy.Dataset{"t": d}, Key: []byte("key")}
}

// grant shows one column under a mask.
func grant(column string, m policy.Mask) *policy.Grant {
	return &policy.Grant{Dataset: "t", Columns: []policy.GrantColumn{{Name: column, Mask: m}}}
}

func TestMasksThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	few := &policy.Population{Dataset: "t", Key: "name", Person: "person", Minimum: 5}
	tests := map[string]struct {
		column string
		mask   policy.Mask
		want   string
	}{
		"unknown mask":            {"n", policy.Mask{Kind: "blur"}, `cannot be shown under mask "blur"`},
		"no mask":                 {"n", policy.Mask{}, `cannot be shown under mask ""`},
		"unknown column":          {"x", policy.Mask{Kind: policy.Show}, "t has no column x"},
		"hidden only":             {"n", policy.Mask{Kind: policy.Hide}, "every column of t is hidden"},
		"number truncated":        {"n", policy.Mask{Kind: policy.Truncate, Unit: "month"}, "only dates can be truncated"},
		"date to the hour":        {"day", policy.Mask{Kind: policy.Truncate, Unit: "hour"}, `not to "hour"`},
		"text in bands":           {"name", policy.Mask{Kind: policy.Band, Bands: []policy.NamedBand{{Label: "x"}}}, "only numbers have bands"},
		"no bands":                {"n", policy.Mask{Kind: policy.Band}, "at least one"},
		"bands that fall":         {"n", policy.Mask{Kind: policy.Band, Bands: []policy.NamedBand{{From: 2}, {From: 1}}}, "bands must ascend"},
		"number generalised":      {"n", policy.Mask{Kind: policy.Generalise, Population: few}, "needs a text column"},
		"without population":      {"name", policy.Mask{Kind: policy.Generalise}, "needs a text column, a population"},
		"population unknown":      {"name", policy.Mask{Kind: policy.Generalise, Population: &policy.Population{Dataset: "x", Minimum: 1}}, "no dataset is called x"},
		"population without key":  {"name", policy.Mask{Kind: policy.Generalise, Population: &policy.Population{Dataset: "t", Key: "x", Minimum: 1}}, "t has no column x"},
		"population of no people": {"name", policy.Mask{Kind: policy.Generalise, Population: &policy.Population{Dataset: "t", Key: "name", Person: "person"}}, "a minimum"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sql, _, err := source().Select(grant(tt.column, tt.mask), view.All{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q and %v, want %q", sql, err, tt.want)
			}
		})
	}
	keyless := source()
	keyless.Key = nil
	if _, _, err := keyless.Select(grant("person", policy.Mask{Kind: policy.Hash}), view.All{}); err == nil {
		t.Error("a column is hashed without a key")
	}
}

func TestFiguresThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]policy.Aggregate{
		"no groups":      {Person: "person", Count: "people", Minimum: 10},
		"no minimum":     {By: []string{"name"}, Person: "person", Count: "people"},
		"unknown person": {By: []string{"name"}, Person: "x", Count: "people", Minimum: 10},
		"unknown mean":   {By: []string{"name"}, Means: []string{"x"}, Person: "person", Count: "people", Minimum: 10},
	} {
		if sql, _, err := source().Select(&policy.Grant{Dataset: "t", Aggregate: &a}, view.All{}); err == nil {
			t.Errorf("%s: rendered as %s", name, sql)
		}
	}
}

func TestConditionsWithoutPartsAreRefused(t *testing.T) {
	t.Parallel()
	for _, e := range []view.Expr{view.And{}, view.Or{}, view.Not{Part: view.Or{}}} {
		if f, err := source().Condition(e); err == nil {
			t.Errorf("%#v is rendered as %s", e, f.Inline())
		}
	}
}

// FuzzInline checks that no text in a rule is taken for SQL: DuckDB reads the
// literal back as it was, or the text is refused.
func FuzzInline(f *testing.F) {
	instance, err := duck.Open(f.Context(), duck.Options{Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := instance.Close(); err != nil {
			f.Error(err)
		}
	})
	//nolint:gosmopolitan // text of other scripts is under test
	for _, seed := range []string{"", "'", "''", `\'`, `"`, "a'; DROP TABLE t; --", "$$", "E'\\n'", "?", "$1", "日本", "\x00", "\xff", "/* '", "a\r\nb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := source()
		condition, err := s.Condition(view.Compare{Op: view.Equal, Left: view.Field{Space: view.RowSpace, Name: "name"}, Right: view.Value{JSON: text}})
		if err != nil {
			return // not UTF-8, or with a NUL
		}
		var same bool
		query := `SELECT ` + condition.Inline() + ` FROM (SELECT CAST(? AS VARCHAR) AS name) AS "r"`
		if err := instance.SQL().QueryRowContext(t.Context(), query, text).Scan(&same); err != nil {
			t.Fatalf("%v in %s", err, query)
		}
		if !same {
			t.Errorf("%q is read otherwise in %s", text, query)
		}
	})
}
