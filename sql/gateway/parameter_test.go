package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// types lists the engine's types of the columns of a result.
func types(columns interface {
	NumFields() int
}, typeOf func(i int) (string, bool),
) string {
	out := make([]string, columns.NumFields())
	for i := range out {
		out[i], _ = typeOf(i)
	}
	return strings.Join(out, ", ")
}

func typesOf(p *gateway.Prepared) string {
	return types(p.Schema, func(i int) (string, bool) { return p.Schema.Field(i).Metadata.GetValue(duck.TypeKey) })
}

// TestParameters asserts for each statement the types of its parameters and of
// its columns before it runs, that the same come when it runs, and the rows.
func TestParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), w.Person("S", policy.Operations, policy.DataSteward))
	w.must(err)
	text := func(values ...string) (params []gateway.Param) {
		for _, v := range values {
			params = append(params, gateway.Param{Value: v, Null: v == "NULL"})
		}
		return params
	}
	for _, tt := range []struct {
		text       string
		kinds      []string
		params     []gateway.Param
		parameters string
		columns    string
		rows       string
	}{
		{"SELECT $1", nil, text("a"), "VARCHAR", "VARCHAR", "a"},
		{"SELECT $1", nil, text("NULL"), "VARCHAR", "VARCHAR", "(null)"},
		{"SELECT $1", []string{"SMALLINT"}, text("7"), "SMALLINT", "SMALLINT", "7"},
		{"SELECT ?, ? + 1", nil, text("a", "2"), "VARCHAR, DOUBLE", "VARCHAR, DOUBLE", "a|3"},
		{"SELECT $b || $a || $B", nil, text("x", "y"), "VARCHAR, VARCHAR", "VARCHAR", "xyx"},
		{"SELECT '$1', \"$3\".a, $$ $2 $$ FROM (SELECT 1 AS a) AS \"$3\" -- $4", nil, nil, "", "VARCHAR, INTEGER, VARCHAR", "$1|1| $2 "},
		{"SELECT $1 + 1, $2 * 2", []string{"", "BIGINT"}, text("1.5", "3"), "DOUBLE, BIGINT", "DOUBLE, BIGINT", "2.5|6"},
		{"SELECT count(*) FROM teacher WHERE years_experience > $1", nil, text("10"), "DECIMAL(38,10)", "BIGINT", "2"},
		{"SELECT count(*) FROM teacher WHERE years_experience = ANY($1)", nil, text("[2, 12]"), "DECIMAL(38,10)[]", "BIGINT", "2"},
		{"SELECT count(*) FROM teacher WHERE school_id = ANY ( $1 )", nil, text("['s1']"), "VARCHAR[]", "BIGINT", "2"},
		{"SELECT count(*) FROM teacher WHERE NOT school_id <> ALL($1)", []string{"VARCHAR[]"}, text("['s1']"), "VARCHAR[]", "BIGINT", "2"},
		{"SELECT count(*) FROM teacher WHERE years_experience = $1 OR school_id = $1", nil, text("25"), "DECIMAL(38,10)", "BIGINT", "1"},
		{"SELECT school_id = $1 AND name <> $1 FROM school WHERE school_id = $1", nil, text("s1"), "VARCHAR", "BOOLEAN", "true"},
		{"SELECT max(effective_from) - $1 FROM teacher", nil, text("1"), "INTEGER", "DATE", "2025-07-31"},
		{"SELECT max(effective_from) - $1 FROM teacher", []string{"DATE"}, text("2025-07-31"), "DATE", "BIGINT", "1"},
		{"SELECT school_id FROM school ORDER BY 1 LIMIT $1 OFFSET $2", nil, text("1", "1"), "BIGINT, BIGINT", "VARCHAR", "s2"},
		{"SELECT * FROM range($1)", []string{"BIGINT"}, text("1"), "BIGINT", "BIGINT", "0"},
		{"SELECT $1::UUID::VARCHAR, $2::JSON", nil, text("00000000-0000-0000-0000-000000000001", "[1]"), "VARCHAR, JSON", "VARCHAR, JSON", "00000000-0000-0000-0000-000000000001|[1]"},
		{"SELECT coalesce($1, years_experience) FROM teacher WHERE years_experience = 2", nil, text("NULL"), "DECIMAL(38,10)", "DECIMAL(38,10)", "2"},
		{"SELECT $2", nil, text("unused", "b"), "VARCHAR, VARCHAR", "VARCHAR", "b"},
		{"SELECT count(*) FROM information_schema.tables WHERE table_name = $1", nil, text("school"), "VARCHAR", "BIGINT", "1"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			p, err := s.Prepare(context.Background(), tt.text, tt.kinds...)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.Parameters, ", "); got != tt.parameters {
				t.Errorf("parameters %q, want %q", got, tt.parameters)
			}
			if got := typesOf(p); got != tt.columns {
				t.Errorf("columns %q, want %q", got, tt.columns)
			}
			for i := range tt.params {
				if i < len(tt.kinds) {
					tt.params[i].Type = tt.kinds[i]
				}
			}
			r, err := s.Query(context.Background(), tt.text, tt.params...)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got, want := fmt.Sprint(r.Schema()), fmt.Sprint(p.Schema); types(r.Schema(), func(i int) (string, bool) {
				return r.Schema().Field(i).Metadata.GetValue(duck.TypeKey)
			}) != tt.columns {
				t.Errorf("it comes as %s and was described as %s", got, want)
			}
			if got := rowsOf(t, r); got != tt.rows {
				t.Errorf("rows %q, want %q", got, tt.rows)
			}
		})
	}
}

func rowsOf(t *testing.T, r *gateway.Result) string {
	t.Helper()
	var rows []string
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			return strings.Join(rows, "\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(batch.NumRows()) {
			var cells []string
			for _, col := range batch.Columns() {
				cells = append(cells, strings.Clone(col.ValueStr(i)))
			}
			rows = append(rows, strings.Join(cells, "|"))
		}
		batch.Release()
	}
}

func TestParametersThatDoNotFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), w.Person("S", policy.Operations, policy.DataSteward))
	w.must(err)
	for text, tt := range map[string]struct {
		params []gateway.Param
		code   policy.Code
		want   string
	}{
		"SELECT $1, $2":             {[]gateway.Param{{Value: "a"}}, policy.Usage, "the statement has 2 parameters, and 1 values are given"},
		"SELECT 1":                  {[]gateway.Param{{Value: "a"}}, policy.Usage, ""},
		"SELECT $70000":             {nil, policy.Usage, "numbered from 1 to 65535"},
		"SELECT $1::INT":            {[]gateway.Param{{Value: "a"}}, policy.Usage, ""},
		"SELECT $1 AS n":            {[]gateway.Param{{Value: "a", Type: "INTEGER), (SELECT CAST(1 AS INTEGER) FROM secret"}}, policy.NotFound, "secret"},
		"SELECT $1 AS m":            {[]gateway.Param{{Value: "a", Type: "no_such_type"}}, policy.Denied, ""},
		"SELECT lpad('a', $1, 'b')": {[]gateway.Param{{Value: "9"}}, policy.Denied, "literal"},
	} {
		_, err := s.Query(context.Background(), text, tt.params...)
		if err == nil || policy.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestPreparingRecordsAndReadsNothing asserts that a description leaves the
// audit log as it was, and refuses what the statement would be refused for.
func TestPreparingRecordsAndReadsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), w.Person("E1", policy.Evaluation, policy.Evaluator))
	w.must(err)
	w.settle()
	before := w.kinds()
	_, err = s.Prepare(context.Background(), "SELECT observation_id FROM observation WHERE observed_on > $1")
	w.must(err)
	if _, err := s.Prepare(context.Background(), "SELECT * FROM coaching_session WHERE minutes = $1"); policy.CodeOf(err) != policy.NotFound {
		t.Errorf("%v", err)
	}
	w.settle()
	if after := w.kinds(); !slices.Equal(before, after) {
		t.Errorf("the log grew from %v to %v", before, after)
	}
}
