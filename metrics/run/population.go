package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics/method"
)

// populations identifies, for each list of dimensions, whom the values count and
// where each of them stands: equal for the same people in the same places, in
// whatever metric. A list whose numbers of people are not those of its unit rows,
// as in a comparison, has none. Keys are as in disclosure.Metric.
func (s *store) populations(ctx context.Context, in method.Input) (map[string]string, error) {
	if in.Person == "" {
		return map[string]string{}, nil
	}
	used := []string{in.Person}
	for _, list := range in.Dimensions {
		for _, c := range columnsOf(list) {
			if !slices.Contains(used, c) {
				used = append(used, c)
			}
		}
	}
	err := s.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE who AS SELECT DISTINCT %s FROM %s WHERE %s IS NOT NULL", strings.Join(used, ", "), in.Units, in.Person))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, list := range in.Dimensions {
		if err := s.population(ctx, in, columnsOf(list), out); err != nil {
			return nil, err
		}
	}
	return out, s.exec(ctx, "DROP TABLE temp.main.who")
}

// population adds the population of one list, or one for each breakdown in it.
func (s *store) population(ctx context.Context, in method.Input, columns []string, out map[string]string) error {
	var present, absent, same []string
	for _, c := range slices.Concat(method.Dimensions, method.Breakdown[:2]) {
		if slices.Contains(columns, c) {
			present = append(present, c+" IS NOT NULL")
			same = append(same, "w."+c+"::VARCHAR = r."+c)
		} else {
			absent = append(absent, c+" IS NULL")
		}
	}
	what := "''"
	if slices.Contains(columns, method.Breakdown[0]) {
		what = method.Breakdown[0]
	}
	names := strings.Join(columns, ", ")
	rows, err := s.conn.QueryContext(ctx, fmt.Sprintf(`
		WITH w AS (SELECT DISTINCT %[1]s, %[2]s FROM temp.main.who WHERE %[3]s),
		whole AS (SELECT %[4]s AS what, bit_xor(md5_number(concat_ws('|', %[1]s, %[2]s)))::VARCHAR || ' ' || count(*) AS people FROM w GROUP BY ALL),
		g AS (SELECT %[2]s, count(*) AS n FROM w GROUP BY ALL),
		r AS (SELECT * FROM temp.main.result WHERE %[3]s AND %[5]s),
		odd AS (SELECT DISTINCT coalesce(%[4]s, '') AS what FROM (SELECT w.* EXCLUDE (n), w.n AS a, r.n AS b FROM r FULL JOIN g w ON %[6]s) WHERE a IS DISTINCT FROM b)
		SELECT what, people FROM whole ANTI JOIN odd USING (what)`,
		in.Person, names, strings.Join(present, " AND "), what, strings.Join(append(absent, "true"), " AND "), strings.Join(same, " AND ")))
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var breakdown, people string
		if err := rows.Scan(&breakdown, &people); err != nil {
			return err
		}
		out[listKey(columns, breakdown)] = digest(in.Person, names, people)
	}
	return rows.Err()
}

// columnsOf returns the columns of a list of dimensions that tell cells apart, in
// the order of the marts' columns.
func columnsOf(list []string) []string {
	columns := method.Columns(list)
	var out []string
	for _, c := range slices.Concat(method.Dimensions, method.Breakdown[:2]) {
		if slices.Contains(columns, c) {
			out = append(out, c)
		}
	}
	return out
}

// listKey names a list of dimensions as disclosure control does.
func listKey(columns []string, breakdown string) string {
	words := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return slices.Contains(method.Breakdown, c) })
	if breakdown != "" {
		words = append(words, method.Breakdown[0]+"="+breakdown)
	}
	return strings.Join(words, ",")
}
