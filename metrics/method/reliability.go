package method

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

// reliability is that of the mean of one, two, … visits to a teacher in one part
// of the year: the share of the variance of such means that lies between
// teachers. Unit rows are visits with value, and period, within which a teacher
// is thought the same. A visit's own is ICC(1,1), with its interval by F, and the
// Spearman-Brown formula gives the others (Shavelson and Webb,
// Generalizability Theory, 1991, chapter 2: visits nested in teachers).
type reliability struct{}

func (reliability) Version() int { return 1 }

func (reliability) Rereads() bool { return true }

func (reliability) Kind(Options) Kind { return Estimate }

func (reliability) Check(o Options) ([]string, error) {
	if err := o.Unknown("visits"); err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(o.Text("visits", "6")); err != nil || n < 1 || n > 20 {
		return nil, fmt.Errorf("option visits = %q: write a number from 1 to 20", o["visits"])
	}
	return []string{"value", "period"}, nil
}

func (reliability) Estimate(ctx context.Context, in Input) error {
	visits, err := strconv.Atoi(in.Options.Text("visits", "6"))
	if err != nil {
		return fmt.Errorf("option visits: %w", err)
	}
	measured, err := in.measured(ctx)
	if err != nil {
		return err
	}
	var figures []figure
	for _, m := range measured {
		icc, err := stats.ICC1(m.values, m.objects, Level)
		if err != nil { // nobody was visited twice
			continue
		}
		for k := 1; k <= visits; k++ {
			of := func(r float64) float64 { return stats.SpearmanBrown(max(r, 0), float64(k)) }
			figures = append(figures, figure{
				cell: m.cell, breakdown: "visits", category: strconv.Itoa(k), order: float64(k),
				value: of(icc.Value), low: of(icc.Low), high: of(icc.High), label: "ICC(1), F, Spearman-Brown",
				numerator: math.NaN(), denominator: math.NaN(), df: int64(len(m.values) - icc.N),
			})
		}
	}
	return in.store(figures)
}

// measurements are the values of a cell, and which object each is of.
type measurements struct {
	cell

	values  []float64
	objects []int
}

// measured reads each cell's values by person and period.
func (in Input) measured(ctx context.Context) ([]measurements, error) {
	keys := strings.Join(slices.Concat(Dimensions, Breakdown), ", ")
	rows, err := in.DB.QueryContext(ctx, fmt.Sprintf(`WITH object AS (
			SELECT %s, %s AS who, period, list(CAST(value AS DOUBLE) ORDER BY value) AS visits, min(school_id) AS school FROM %s WHERE value IS NOT NULL %s),
		cell AS (SELECT %s, count(DISTINCT who) AS n, count(DISTINCT school) AS schools FROM object GROUP BY ALL)
		SELECT object.* EXCLUDE (who, period, visits, school), n, schools, visits FROM object JOIN cell ON %s ORDER BY %s, who, period`,
		in.Keys(), in.Person, in.Units, in.GroupBy(in.Person, "period"), keys, SameKeys("object", "cell"), orderBy("object")))
	if err != nil {
		return nil, fmt.Errorf("visits: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	var all []measurements
	objects := 0
	for rows.Next() {
		m := measurements{cell: cell{keys: make([]any, len(Dimensions)+len(Breakdown))}}
		var into []any
		for i := range m.keys {
			into = append(into, &m.keys[i])
		}
		var visits []any
		if err := rows.Scan(append(into, &m.n, &m.schools, &visits)...); err != nil {
			return nil, fmt.Errorf("visits: %w", err)
		}
		if len(all) == 0 || !slices.Equal(all[len(all)-1].keys, m.keys) {
			all, objects = append(all, m), 0
		}
		last := &all[len(all)-1]
		for _, v := range visits {
			value, ok := v.(float64)
			if !ok {
				return nil, policy.Errorf(policy.Failed, "visits: a score is %T", v)
			}
			last.values, last.objects = append(last.values, value), append(last.objects, objects)
		}
		objects++
	}
	return all, rows.Err()
}

// orderBy lists the keys of a table.
func orderBy(table string) string {
	keys := slices.Concat(Dimensions, Breakdown)
	for i, k := range keys {
		keys[i] = table + "." + k
	}
	return strings.Join(keys, ", ")
}
