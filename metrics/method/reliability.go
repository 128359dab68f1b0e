package method

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/weir-warehouse/weir/metrics/stats"
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
	people, err := in.clusters(ctx, "value IS NOT NULL", nil, nil, nil, func(c cell) []figure { return []figure{{cell: c}} })
	if err != nil {
		return err
	}
	counted := map[string]cell{}
	for _, c := range people {
		counted[fmt.Sprint(c.keys)] = c.cell
	}
	// a teacher in one period is who the visits are of
	in.Units = fmt.Sprintf("(SELECT *, concat_ws(' ', %s, period) AS object FROM %s)", in.Person, in.Units)
	in.Person = "object"
	figures, err := in.squares(ctx, "value IS NOT NULL", tally{apart: true}, func(c cell) (figures []figure) {
		icc, err := c.icc()
		if err != nil { // nobody was visited twice
			return nil
		}
		whole := counted[fmt.Sprint(c.keys)]
		c.n, c.schools = whole.n, whole.schools
		for k := 1; k <= visits; k++ {
			of := func(r float64) float64 { return stats.SpearmanBrown(max(r, 0), float64(k)) }
			figures = append(figures, figure{
				cell: c, breakdown: "visits", category: strconv.Itoa(k), order: float64(k),
				value: of(icc.Value), low: of(icc.Low), high: of(icc.High), label: "ICC(1), F, Spearman-Brown",
				numerator: math.NaN(), denominator: math.NaN(), df: c.units - int64(icc.N),
			})
		}
		return figures
	})
	if err != nil {
		return err
	}
	return in.store(figures)
}
