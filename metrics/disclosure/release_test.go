package disclosure

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// schools is a table of two districts with two schools each, by band.
func schools(kind Kind, cells ...Cell) Table {
	return Table{
		Name: "staff", Population: "teachers in autumn", Person: "teachers", Group: "schools",
		Dimensions: []Dimension{
			{Name: "school", Total: "all", Parents: map[string]string{"s1": "d1", "s2": "d1", "s3": "d2", "s4": "d2"}},
			{Name: "band", Total: "all"},
		},
		Measure: Measure{Name: "applied", Kind: kind}, Cells: cells,
	}
}

func leaf(school, band string, people, count int64) func() Cell {
	return func() Cell {
		return Cell{At: []string{school, band}, People: people, Count: count, Amount: 100 * people}
	}
}

// summed adds to leaves all sums over schools, districts and bands.
func summed(kind Kind, leaves ...func() Cell) Table {
	t := schools(kind)
	cells := map[[2]string]*Cell{}
	var order [][2]string
	for _, draw := range leaves {
		c := draw()
		for s, ok := c.At[0], true; ok; s, ok = t.Dimensions[0].parent(s) {
			for b, ok := c.At[1], true; ok; b, ok = t.Dimensions[1].parent(b) {
				at := [2]string{s, b}
				if cells[at] == nil {
					cells[at] = &Cell{At: []string{s, b}}
					order = append(order, at)
				}
				sum := cells[at]
				sum.People, sum.Count, sum.Amount = sum.People+c.People, sum.Count+c.Count, sum.Amount+c.Amount
			}
		}
	}
	for _, at := range order {
		t.Cells = append(t.Cells, *cells[at])
	}
	return t
}

func example(kind Kind) Table {
	return summed(kind,
		leaf("s1", "0-3", 4, 1), leaf("s1", "4-9", 31, 20), leaf("s2", "0-3", 22, 10), leaf("s2", "4-9", 17, 8),
		leaf("s3", "0-3", 28, 28), leaf("s3", "4-9", 43, 21), leaf("s4", "0-3", 12, 6), leaf("s4", "4-9", 19, 11),
	)
}

func released(t *testing.T, r Release, at ...string) ReleasedCell {
	t.Helper()
	for _, c := range r.Tables[0].Cells {
		if reflect.DeepEqual(c.At, at) {
			return c
		}
	}
	t.Fatalf("no cell at %v", at)
	return ReleasedCell{}
}

func TestReasonsForReaders(t *testing.T) {
	t.Parallel()
	r, err := Protect([]Table{example(Rates)}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	small := released(t, r, "s1", "0-3")
	if small.People.Shown || small.People.Reason != "fewer than 10 teachers" || small.People.Number != 0 {
		t.Errorf("small group: %+v", small.People)
	}
	if small.Value.Shown || small.Value.Number != 0 || small.Share != "" {
		t.Errorf("share of a small group: %+v", small.Value)
	}
	everyone := released(t, r, "s3", "0-3")
	if !everyone.People.Shown || everyone.Value.Shown || everyone.Value.Reason != "the share is too close to 0 % or 100 %" {
		t.Errorf("share of everyone: %+v", everyone)
	}
}

// TestSharesFromProtectedCounts: 11 of 19 are shown as 10 of 20.
func TestSharesFromProtectedCounts(t *testing.T) {
	t.Parallel()
	r, err := Protect([]Table{example(Rates)}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	c := released(t, r, "s4", "4-9")
	if c.People.Number != 20 || c.Value.Number != 10 || c.Share != "0.50" {
		t.Errorf("got %d of %d, share %q", c.Value.Number, c.People.Number, c.Share)
	}
	if known := (Range{18, 22}); c.People.Known != known {
		t.Errorf("readers know %v, want %v", c.People.Known, known)
	}
}

// TestTotalsFromShownParts: 43 and 28 teachers are shown as 45 and 30, and the
// school's 71 as their sum, 75, not as 70.
func TestTotalsFromShownParts(t *testing.T) {
	t.Parallel()
	r, err := Protect([]Table{example(Counts)}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	if c := released(t, r, "s3", "all"); c.People.Number != 75 {
		t.Errorf("got %d", c.People.Number)
	}
	if c := released(t, r, "s1", "all"); c.People.Number != 35 {
		t.Errorf("a total with a hidden part: got %d, want its own 35 rounded", c.People.Number)
	}
}

func TestBandedShare(t *testing.T) {
	t.Parallel()
	table := summed(Rates, leaf("s1", "0-3", 120, 119), leaf("s2", "0-3", 100, 40), leaf("s3", "0-3", 110, 1), leaf("s4", "0-3", 130, 60))
	r, err := Protect([]Table{table}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	for school, want := range map[string]string{"s1": "≥ 98 %", "s3": "≤ 2 %", "s2": "0.40"} {
		if c := released(t, r, school, "0-3"); c.Share != want {
			t.Errorf("%s: share %q, want %q", school, c.Share, want)
		}
	}
}

// TestBandsOfMidpointsDoNotTellZero: with midpoint-6 only zero is shown as zero,
// but nobody and two of 46 are both "at most 5 %".
func TestBandsOfMidpointsDoNotTellZero(t *testing.T) {
	t.Parallel()
	th := defaults()
	th.Rounding = Rounding{Method: Midpoint, Base: 6}
	table := summed(Rates, leaf("s1", "0-3", 46, 0), leaf("s2", "0-3", 46, 2), leaf("s3", "0-3", 60, 30), leaf("s4", "0-3", 60, 31))
	r, err := Protect([]Table{table}, nil, th)
	if err != nil {
		t.Fatal(err)
	}
	none, two := released(t, r, "s1", "0-3"), released(t, r, "s2", "0-3")
	if none.Share != "≤ 5 %" || !reflect.DeepEqual(none.Value, two.Value) {
		t.Errorf("nobody: %+v, two: %+v", none, two)
	}
}

// TestPlantedRelease hides one figure of a row and leaves the rest: the school
// has 35 teachers, 31 of them in the other band.
func TestPlantedRelease(t *testing.T) {
	t.Parallel()
	th := defaults()
	th.Rounding = Rounding{}
	planted, err := bare([]Table{example(Counts)}, th)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Audit([]Release{planted}, th)
	if err != nil {
		t.Fatal(err)
	}
	if report.Failed != 1 || report.Findings[0].Feasible != (Range{4, 4}) || report.Err() == nil {
		t.Errorf("not caught: %+v", report)
	}
	if text := report.Err().Error(); strings.Contains(text, "s1") {
		t.Errorf("the error names a cell: %s", text)
	}
}

// TestMoneyFromOne has one school whose spending is nearly all one teacher's.
func TestMoneyFromOne(t *testing.T) {
	t.Parallel()
	table := example(Amounts)
	for k := range table.Cells {
		if c := &table.Cells[k]; c.At[0] == "s2" && c.At[1] == "0-3" {
			c.Largest = []int64{1990, 110}
		}
	}
	r, err := Protect([]Table{table}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	c := released(t, r, "s2", "0-3")
	if !c.People.Shown || c.Value.Shown || c.Value.Rule != NKDominance {
		t.Errorf("got %+v", c)
	}
	report, err := Audit([]Release{r}, defaults())
	if err != nil || report.Err() != nil {
		t.Errorf("audit: %v, %+v", err, report)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	table := schools(Estimates, Cell{At: []string{"s1", "all"}, People: 40, ResidualDF: 9}, Cell{At: []string{"s2", "all"}, People: 40, ResidualDF: 30})
	r, err := Protect([]Table{table}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	if v := released(t, r, "s1", "all").Value; v.Shown || v.Reason != "fewer than 10 residual degrees of freedom" {
		t.Errorf("got %+v", v)
	}
	if v := released(t, r, "s2", "all").Value; !v.Shown {
		t.Errorf("got %+v", v)
	}
}

// TestReleasesAreKeptAsJSON protects twice, byte for byte the same, and audits
// what was read back.
func TestReleasesAreKeptAsJSON(t *testing.T) {
	t.Parallel()
	var texts [2][]byte
	for i := range texts {
		r, err := Protect([]Table{example(Amounts)}, nil, defaults())
		if err != nil {
			t.Fatal(err)
		}
		if texts[i], err = json.Marshal(r); err != nil {
			t.Fatal(err)
		}
	}
	if string(texts[0]) != string(texts[1]) {
		t.Error("two runs differ")
	}
	var back Release
	if err := json.Unmarshal(texts[0], &back); err != nil {
		t.Fatal(err)
	}
	report, err := Audit([]Release{back}, defaults())
	if err != nil || report.Err() != nil || len(report.Findings) == 0 {
		t.Errorf("audit: %v, %+v", err, report)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	th := defaults()
	th.Rounding = Rounding{}
	judgements, protected, err := Check(example(Counts), nil, th)
	if err != nil {
		t.Fatal(err)
	}
	n := map[Verdict]int{}
	for k, j := range judgements {
		n[j.Verdict]++
		if shown := protected.Tables[0].Cells[k].People.Shown; shown != (j.Verdict == Pass) {
			t.Errorf("%v: verdict %s, shown %v", j.At, j.Verdict, shown)
		}
		if j.Verdict == Fail && j.Evidence != "fewer than 10 teachers; suppressing it alone leaves it between 4 and 4" {
			t.Errorf("%v: %s", j.At, j.Evidence)
		}
	}
	// In an exact two-way table nothing less than a rectangle hides one cell.
	if n[Fail] != 1 || n[Review] != 3 {
		t.Errorf("verdicts: %v", n)
	}
}

func TestOverlappingProgrammes(t *testing.T) {
	t.Parallel()
	table := Table{
		Name: "uptake", Population: "teachers in autumn", Person: "teachers",
		Dimensions: []Dimension{{Name: "programme", Total: "all", Overlapping: true}},
		Measure:    Measure{Kind: Counts},
		Cells: []Cell{
			{At: []string{"all"}, People: 50},
			{At: []string{"coaching"}, People: 40}, {At: []string{"workshop"}, People: 30}, {At: []string{"micro"}, People: 5},
		},
	}
	r, err := Protect([]Table{table}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	if released(t, r, "micro").People.Shown {
		t.Error("five people are shown")
	}
	table.Dimensions[0].Overlapping = false
	if _, err := Protect([]Table{table}, nil, defaults()); err == nil || !strings.Contains(err.Error(), "do not add up") {
		t.Errorf("got %v", err)
	}
}

func TestErrorsNameCellsNotFigures(t *testing.T) {
	t.Parallel()
	twice := example(Counts)
	twice.Cells = append(twice.Cells, twice.Cells[0])
	missing := example(Counts)
	missing.Cells = missing.Cells[1:]
	short := example(Counts)
	short.Cells[2].At = []string{"s1"}
	more := example(Rates)
	more.Cells[0].Count = 5000
	round := example(Counts)
	round.Dimensions[0].Parents["d1"] = "s1"
	for name, c := range map[string]struct {
		tables []Table
		want   string
	}{
		"given twice":          {[]Table{twice}, "table staff: cell school=s1, band=0-3: given twice"},
		"a part is missing":    {[]Table{missing}, "do not add up to it; list the missing cells"},
		"too few categories":   {[]Table{short}, "1 categories for 2 dimensions"},
		"more than everybody":  {[]Table{more}, "count exceeds people"},
		"a circular hierarchy": {[]Table{round}, "is above itself"},
		"tables that disagree": {[]Table{example(Counts), summed(Counts, leaf("s1", "0-3", 40, 0))}, "another table of the same population gives another figure"},
	} {
		_, err := Protect(c.tables, nil, defaults())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestChangedDataNeedsItsOwnPopulation releases figures of the same population
// that have changed since.
func TestChangedDataNeedsItsOwnPopulation(t *testing.T) {
	t.Parallel()
	first, err := Protect([]Table{example(Counts)}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	changed := summed(Counts, leaf("s1", "0-3", 60, 0), leaf("s2", "0-3", 60, 0))
	if _, err := Protect([]Table{changed}, []Release{first}, defaults()); err == nil || !strings.Contains(err.Error(), "a population of its own") {
		t.Errorf("got %v", err)
	}
}
