package study

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

// analysis is one outcome's data: the units of positive weight that have it.
type analysis struct {
	name     string
	rows     []int // of the frame
	outcome  []float64
	binary   bool
	lost     [2]int // matched units without the outcome: control, treated
	model    stats.GComputation
	pairs    []int // pair of each unit; nil: no pairs, or units recur
	clusters []int // nil: none were named
	assigned bool  // whole clusters were treated, or not
}

// newAnalysis gathers the data of an outcome's models.
func newAnalysis(f *match.Frame, p Plan, r *match.Result, outcome string) (*analysis, error) {
	c, err := f.Column(outcome)
	if err != nil {
		return nil, err
	}
	values, err := outcomeValues(c)
	if err != nil {
		return nil, err
	}
	a := &analysis{name: outcome}
	var rows []int
	for i, w := range r.Weights {
		switch {
		case !(w > 0) || r.Sampling != nil && r.Sampling[i] == 0:
		case math.IsNaN(values[i]) || math.IsInf(values[i], 0):
			a.lost[place(r.Treated[i])]++
		default:
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return nil, policy.Errorf(policy.DataRefused, "no matched unit has a value")
	}
	a.rows = rows
	a.take(r, rows, values)
	if a.model.Covariates, err = p.design(f.Rows(rows)); err != nil {
		return nil, err
	}
	a.pairs = pairsOf(r, rows)
	return a, a.readClusters(f, p, rows)
}

// take fills in what the units rows have.
func (a *analysis) take(r *match.Result, rows []int, values []float64) {
	n := len(rows)
	a.outcome, a.binary = make([]float64, n), true
	a.model.Treatment, a.model.Weights = make([]float64, n), make([]float64, n)
	a.model.Target = make([]float64, n)
	for k, i := range rows {
		a.outcome[k] = values[i]
		a.binary = a.binary && (values[i] == 0 || values[i] == 1)
		a.model.Treatment[k] = float64(place(r.Treated[i]))
		sampling := 1.0
		if r.Sampling != nil {
			sampling = r.Sampling[i]
		}
		a.model.Weights[k] = r.Weights[i] * sampling
		if r.Spec.Estimand == match.ATE || r.Treated[i] == (r.Spec.Estimand == match.ATT) {
			a.model.Target[k] = sampling
		}
	}
}

// outcomeFormula returns the treatment ~ the outcome models' covariates.
func (p Plan) outcomeFormula() string {
	treatment, covariates, _ := strings.Cut(p.Match.Formula, "~")
	if p.Covariates != "" {
		covariates = p.Covariates[strings.LastIndex(p.Covariates, "~")+1:]
	}
	return treatment + "~" + covariates
}

// design returns the covariates' columns without intercept.
func (p Plan) design(f *match.Frame) (stats.Design, error) {
	formula, err := match.ParseFormula(p.outcomeFormula(), f)
	if err != nil {
		return stats.Design{}, err
	}
	d, err := formula.Design(f)
	if err != nil {
		return stats.Design{}, fmt.Errorf("outcome model: %w", err)
	}
	if len(d.Names) > 0 && d.Names[0] == stats.Intercept {
		d.Names, d.Columns = d.Names[1:], d.Columns[1:]
	}
	return d, nil
}

// pairsOf returns each unit's pair, if pairs (or full matching's sets) were
// formed and no unit is in two. Strata of exact and coarsened matching and
// subclasses of the score are no sample of clusters.
func pairsOf(r *match.Result, rows []int) []int {
	if r.Subclass == nil || r.Pairs == nil && r.Spec.Method != match.Full {
		return nil
	}
	pairs := make([]int, len(rows))
	for k, i := range rows {
		pairs[k] = int(r.Subclass[i])
	}
	return pairs
}

func (a *analysis) readClusters(f *match.Frame, p Plan, rows []int) error {
	if p.Clusters == "" {
		return nil
	}
	c, err := f.Column(p.Clusters)
	if err != nil {
		return err
	}
	codes, err := clusterCodes(c)
	if err != nil {
		return err
	}
	a.clusters = make([]int, len(rows))
	arm := make(map[int]float64)
	a.assigned = true
	for k, i := range rows {
		a.clusters[k] = codes[i]
		t, seen := arm[codes[i]]
		a.assigned = a.assigned && (!seen || t == a.model.Treatment[k])
		arm[codes[i]] = a.model.Treatment[k]
	}
	return nil
}

// clusterCodes numbers the values of a column.
func clusterCodes(c match.Column) ([]int, error) {
	codes := make([]int, c.Len())
	numbers := make(map[float64]int)
	for i := range codes {
		var missing bool
		if c.Numeric() {
			x := c.Values()[i]
			if _, ok := numbers[x]; !ok {
				numbers[x] = len(numbers)
			}
			codes[i], missing = numbers[x], math.IsNaN(x)
		} else {
			codes[i] = int(c.Codes()[i])
			missing = codes[i] < 0
		}
		if missing {
			return nil, policy.Errorf(policy.DataRefused, "column %q is missing in row %d; every unit needs a cluster", c.Name(), i+1)
		}
	}
	return codes, nil
}

// outcomeValues returns an outcome's numbers, NaN where it is missing.
func outcomeValues(c match.Column) ([]float64, error) {
	if c.Numeric() {
		return c.Values(), nil
	}
	if !slices.Equal(c.Levels(), []string{"FALSE", "TRUE"}) {
		return nil, policy.Errorf(policy.DataRefused, "outcome %q holds text; give numbers, 0 and 1, or truth values", c.Name())
	}
	values := make([]float64, c.Len())
	for i, code := range c.Codes() {
		values[i] = float64(code)
		if code < 0 {
			values[i] = math.NaN()
		}
	}
	return values, nil
}

func place(b bool) int {
	if b {
		return 1
	}
	return 0
}
