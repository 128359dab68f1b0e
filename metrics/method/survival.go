package method

import (
	"context"
	"fmt"
	"math"
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

func (survival) Rereads() bool { return false }

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
	figures, err := in.risks(ctx, at[len(at)-1], func(c cell) (figures []figure) {
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
		return figures
	})
	if err != nil {
		return err
	}
	return in.store(figures)
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

// risks reads the cells' clusters with the sums that surviving takes, and has the
// figures of each stated.
func (in Input) risks(ctx context.Context, last int, state func(c cell) []figure) ([]figure, error) {
	u, err := in.read(ctx, "days IS NOT NULL AND event IS NOT NULL", nil,
		[]string{fmt.Sprintf("least(greatest(days, 0), %d)", last+1), "CASE WHEN event THEN 1 ELSE 0 END"})
	if err != nil {
		return nil, err
	}
	const one = 1_000_000
	return in.tally(u, tally{size: 1 + 2*(last+1), tell: in.Counted, add: func(into []sum, row int32) {
		into[0].add(one)
		switch day := int(u.sums[0][row]); {
		case day > last:
		case u.sums[1][row] > 0:
			into[1+2*day].add(one)
		default:
			into[2+2*day].add(one)
		}
	}}, state), nil
}
