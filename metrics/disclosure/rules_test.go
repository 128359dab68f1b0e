package disclosure

import (
	"testing"

	"pgregory.net/rapid"
)

func TestRounding(t *testing.T) {
	t.Parallel()
	six := Rounding{Method: Midpoint, Base: 6} // OpenSAFELY: ceil(x/6)*6 - 3
	five := Rounding{Method: Nearest, Base: 5}
	for _, c := range []struct {
		rounding Rounding
		x, want  int64
	}{
		{six, 0, 0}, {six, 1, 3}, {six, 6, 3}, {six, 7, 9}, {six, 12, 9}, {six, 13, 15},
		{five, 0, 0}, {five, 2, 0}, {five, 3, 5}, {five, 7, 5}, {five, 8, 10}, {five, 1_000_003, 1_000_005},
		{Rounding{Method: Nearest, Base: 4}, 2, 4}, {Rounding{}, 7, 7},
	} {
		if got := c.rounding.Round(c.x); got != c.want {
			t.Errorf("%+v rounds %d to %d, want %d", c.rounding, c.x, got, c.want)
		}
	}
}

// TestKnownIsWhatRoundsTheSame compares Known with trying all numbers.
func TestKnownIsWhatRoundsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := Rounding{
			Method: rapid.SampledFrom([]Method{Exact, Nearest, Midpoint}).Draw(t, "method"),
			Base:   2 * rapid.Int64Range(1, 10).Draw(t, "half base"),
		}
		if r.Method == Nearest {
			r.Base -= rapid.Int64Range(0, 1).Draw(t, "odd")
		}
		x := rapid.Int64Range(0, 200).Draw(t, "x")
		want := Range{x, x}
		for y := range int64(300) {
			if r.Round(y) == r.Round(x) {
				want = Range{min(want.Lo, y), max(want.Hi, y)}
			}
		}
		if got := r.Known(x); got != want {
			t.Fatalf("%+v: %d is known as %v, want %v", r, x, got, want)
		}
	})
}

func TestPrimary(t *testing.T) {
	t.Parallel()
	counts, rates := Measure{Kind: Counts}, Measure{Kind: Rates}
	money, model := Measure{Kind: Amounts}, Measure{Kind: Estimates}
	for name, c := range map[string]struct {
		measure Measure
		cell    Cell
		want    Rule
	}{
		"nine people":                      {counts, Cell{People: 9}, TooFewPeople},
		"ten people":                       {counts, Cell{People: 10}, None},
		"nobody":                           {counts, Cell{}, TooFewPeople},
		"two schools":                      {counts, Cell{People: 50, Groups: 2}, TooFewGroups},
		"three schools":                    {counts, Cell{People: 50, Groups: 3}, None},
		"a school's own figure":            {counts, Cell{People: 50}, None},
		"few people outdo few schools":     {counts, Cell{People: 5, Groups: 1}, TooFewPeople},
		"nobody of 25":                     {rates, Cell{People: 25, Count: 0}, NearEdge},
		"two of 25 round to nobody":        {rates, Cell{People: 25, Count: 2}, NearEdge},
		"three of 25":                      {rates, Cell{People: 25, Count: 3}, None},
		"all of 25":                        {rates, Cell{People: 25, Count: 25}, NearEdge},
		"96 % of 50 is banded":             {rates, Cell{People: 50, Count: 48}, Banded},
		"90 % of 50":                       {rates, Cell{People: 50, Count: 45}, None},
		"96 % of 400":                      {rates, Cell{People: 400, Count: 385}, None},
		"398 of 400 round to all":          {rates, Cell{People: 400, Count: 398}, Banded},
		"two give more than 90 %":          {money, Cell{People: 20, Amount: 1000, Largest: []int64{800, 101}}, NKDominance},
		"two give 90 %":                    {money, Cell{People: 20, Amount: 1000, Largest: []int64{500, 400}}, None},
		"contributions that nobody gave":   {money, Cell{People: 20, Amount: 1000}, None},
		"nine degrees of freedom":          {model, Cell{People: 20, ResidualDF: 9}, TooFewFreedom},
		"ten degrees of freedom":           {model, Cell{People: 20, ResidualDF: 10}, None},
		"a model of nine people":           {model, Cell{People: 9, ResidualDF: 30}, TooFewPeople},
		"a count of a table without rates": {counts, Cell{People: 25, Count: 25}, None},
	} {
		if got := defaults().Primary(c.measure, c.cell); got != c.want {
			t.Errorf("%s: rule %q, want %q", name, got, c.want)
		}
	}
}

// TestPRatio has ACRO's rule by itself: (sum - first - second) / first.
func TestPRatio(t *testing.T) {
	t.Parallel()
	th := defaults()
	th.Dominance.N = 0
	for _, c := range []struct {
		amount int64
		top    []int64
		want   Rule
	}{
		{1000, []int64{700, 231}, PRatioRule}, // 69 / 700
		{1000, []int64{700, 230}, None},       // 70 / 700
		{1000, []int64{1000}, PRatioRule},
	} {
		if got := th.Primary(Measure{Kind: Amounts}, Cell{People: 20, Amount: c.amount, Largest: c.top}); got != c.want {
			t.Errorf("%d of which %v: rule %q, want %q", c.amount, c.top, got, c.want)
		}
	}
}

func TestThresholdsValidate(t *testing.T) {
	t.Parallel()
	if err := defaults().Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Thresholds){
		"people":       func(t *Thresholds) { t.People = 1 },
		"groups":       func(t *Thresholds) { t.Groups = -1 },
		"width":        func(t *Thresholds) { t.Width = 9 },
		"no width":     func(t *Thresholds) { t.Width = 0 },
		"spread":       func(t *Thresholds) { t.Spread = 1.1 },
		"p ratio":      func(t *Thresholds) { t.PRatio = -0.1 },
		"dominance":    func(t *Thresholds) { t.Dominance.K = 0 },
		"band":         func(t *Thresholds) { t.Bands[0].Edge = 0.5 },
		"fine band":    func(t *Thresholds) { t.Bands[0].Edge = 0.001 },
		"method":       func(t *Thresholds) { t.Rounding.Method = "up" },
		"odd midpoint": func(t *Thresholds) { t.Rounding = Rounding{Method: Midpoint, Base: 5} },
	} {
		th := defaults()
		spoil(&th)
		if th.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
