package method

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// survival is the share of units that have had an event so many days after their
// start, by Kaplan and Meier (JASA 53, 1958): unit rows have the days until the
// event, or until the unit was last seen without it. With the option show: survival it
// is the share that has not. The interval is by the jackknife over schools, or
// people inside one school, on the scale of log(−log).
type survival struct{}

func (survival) Version() int { return 1 }

func (survival) Kind(Options) Kind { return Estimate }

func (s survival) Check(o Options) ([]string, error) {
	if err := o.Unknown("at", "show"); err != nil {
		return nil, err
	}
	if show := o.Text("show", "event"); show != "event" && show != "survival" {
		return nil, fmt.Errorf("option show = %q: write event or survival", show)
	}
	if _, err := s.at(o); err != nil {
		return nil, err
	}
	return []string{"days", "event", "school_id"}, nil
}

// at returns the days at which the curve is stated, ascending.
func (survival) at(o Options) ([]int, error) {
	var at []int
	for word := range strings.FieldsSeq(o.Text("at", "7 14 30 60 90")) {
		day, err := strconv.Atoi(word)
		if err != nil || day < 0 || len(at) > 0 && day <= at[len(at)-1] {
			return nil, fmt.Errorf("option at = %q: write ascending whole numbers of days", o["at"])
		}
		at = append(at, day)
	}
	return at, nil
}

// Estimate counts events and units last seen by day; what comes after the last
// day that is stated only adds to those at risk.
func (s survival) Estimate(ctx context.Context, in Input) error {
	at, err := s.at(in.Options)
	if err != nil {
		return err
	}
	cells, err := in.risks(ctx, at[len(at)-1])
	if err != nil {
		return err
	}
	var figures []figure
	for _, c := range cells {
		for _, day := range at {
			share := func(s []float64) float64 { return surviving(s, day) }
			f := figure{
				cell: c, breakdown: "days", category: strconv.Itoa(day), order: float64(day), value: share(c.sums(-1)),
				label: "Kaplan-Meier, jackknife over " + plural(c.by) + ", log(-log), t", numerator: math.NaN(), denominator: math.NaN(),
			}
			// log(−log) falls as survival rises
			f.high, f.low = c.jackknife(f.value, share, func(p float64) float64 { return math.Log(-math.Log(p)) }, func(z float64) float64 { return math.Exp(-math.Exp(z)) })
			if in.Options.Text("show", "event") == "event" {
				f.value, f.low, f.high = 1-f.value, 1-f.high, 1-f.low
			}
			figures = append(figures, f)
		}
	}
	return in.store(ctx, figures)
}

// surviving is the product limit after a day, from the number of units and for
// each day events and units last seen.
func surviving(s []float64, day int) float64 {
	risk, share := s[0], 1.0
	for d := range day + 1 {
		events, seen := s[1+2*d], s[2+2*d]
		if risk > 0 {
			share *= 1 - events/risk
		}
		risk -= events + seen
	}
	return share
}

// risks reads the cells' clusters with the sums that surviving takes.
func (in Input) risks(ctx context.Context, last int) ([]cell, error) {
	keys := strings.Join(slices.Concat(Dimensions, Breakdown), ", ")
	rows, err := in.DB.QueryContext(ctx, fmt.Sprintf(`WITH unit AS (
			SELECT %s, %s AS who, school_id AS school, CAST(least(days, %d) AS BIGINT) AS day, event AND days < %d AS event, count(*) AS units
			FROM %s WHERE days IS NOT NULL AND event IS NOT NULL GROUP BY ALL),
		person AS (SELECT %s, school, who, day, event, sum(units) AS units FROM unit %s),
		cell AS (SELECT %s, count(DISTINCT who) AS n, count(DISTINCT school) AS schools FROM person GROUP BY ALL),
		risk AS (SELECT person.* EXCLUDE (school, who, units), coalesce(school, '') AS school, CASE WHEN schools > 1 THEN '' ELSE CAST(who AS VARCHAR) END AS who,
			any_value(n) AS n, any_value(schools) AS schools, CAST(sum(units) AS DOUBLE) AS units FROM person JOIN cell ON %s GROUP BY ALL)
		SELECT %s, n, schools, school || '|' || who, day, event, units FROM risk ORDER BY %s, school, who, day, event`,
		strings.Join(in.used(), ", "), in.Person, last+1, last+1, in.Units, in.Keys(), in.GroupBy("school", "who", "day", "event"), keys, SameKeys("person", "cell"), keys, keys))
	if err != nil {
		return nil, fmt.Errorf("events by day: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	person, _, _ := strings.Cut(in.Person, "_")
	var cells []cell
	cluster := ""
	for rows.Next() {
		c := cell{keys: make([]any, len(Dimensions)+len(Breakdown)), by: "school"}
		var into []any
		for i := range c.keys {
			into = append(into, &c.keys[i])
		}
		var name string
		var day int
		var event bool
		var units float64
		if err := rows.Scan(append(into, &c.n, &c.schools, &name, &day, &event, &units)...); err != nil {
			return nil, fmt.Errorf("events by day: %w", err)
		}
		if c.schools < 2 {
			c.by = person
		}
		if len(cells) == 0 || !slices.Equal(cells[len(cells)-1].keys, c.keys) {
			cells, cluster = append(cells, c), ""
		}
		current := &cells[len(cells)-1]
		if name != cluster {
			current.clusters, cluster = append(current.clusters, make([]float64, 1+2*(last+1))), name
		}
		sums := current.clusters[len(current.clusters)-1]
		sums[0] += units
		switch {
		case day > last:
		case event:
			sums[1+2*day] += units
		default:
			sums[2+2*day] += units
		}
	}
	return cells, rows.Err()
}
