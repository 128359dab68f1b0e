package method

import (
	"context"
	"fmt"
)

// methods are the methods by the name that metric.yaml gives.
var methods = map[string]Method{
	"rate":     closed{form: rate, kind: rateKind, options: map[string][]string{"of": {"people", "answers"}}},
	"mean":     closed{form: mean, kind: estimate},
	"ratio":    closed{form: ratio, kind: estimate, options: map[string][]string{"interval": {"delta", "none"}}},
	"trend":    trend{},
	"contrast": closed{form: contrast, kind: estimate, options: map[string][]string{"as": {"ratio", "difference"}}},
	"total":    total{},

	"cost_ratio":    costRatio(),
	"cost_per_gain": costPerGain(),
	"break_even":    breakEven(),
	"agreement":     agreement{},
	"survival":      survival{},
	"reliability":   reliability{},
	"intraclass":    intraclass{},
	"event_study":   eventStudy{},
}

// total sums the column value. It has no interval: what was paid is no sample.
// The sum is one of decimals, so that the order of rows does not change it.
type total struct{}

func (total) Version() int { return 1 }

func (total) Rereads() bool { return true }

func (total) Check(o Options) ([]string, error) { return []string{"value"}, o.Unknown() }

func (total) Kind(Options) Kind { return Amount }

func (total) Estimate(ctx context.Context, in Input) error {
	_, err := in.DB.ExecContext(ctx, fmt.Sprintf(`INSERT INTO %s BY NAME
		WITH unit AS (SELECT *, CAST(value AS DECIMAL(18, 4)) AS _amount FROM %s WHERE value IS NOT NULL),
		g AS (SELECT %s, %s AS n, %s AS n_schools, CAST(sum(_amount) AS DOUBLE) AS numerator FROM unit %s),
		part AS (SELECT %[3]s, CAST(sum(_amount) AS DOUBLE) AS part FROM unit %[7]s),
		l AS (SELECT * EXCLUDE (part), max(part, 3) AS largest FROM part GROUP BY ALL)
		SELECT g.*, g.numerator AS value, l.largest FROM g LEFT JOIN l ON %[8]s`,
		in.Into, in.Units, in.Keys(), in.People(), in.Schools(), in.GroupBy(), in.GroupBy(in.contributor()), SameKeys("g", "l")))
	return err
}

// contributor is the column of who contributes to an amount.
func (in Input) contributor() string {
	if in.Person == "" {
		return "school_id"
	}
	return in.Person
}
