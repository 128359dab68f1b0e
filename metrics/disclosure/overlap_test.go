package disclosure

import "testing"

// TestOverlappingTableLosesNothing has teachers by session and kind of program, of
// whom many are in several: sums bound little, rounding does the rest, and nothing
// but the small groups need be hidden.
func TestOverlappingTableLosesNothing(t *testing.T) {
	t.Parallel()
	table := Table{Name: "participants", Person: "teachers", Measure: Measure{Name: "n", Kind: Counts}, Dimensions: []Dimension{
		{Name: "session", Total: "total", Overlapping: true}, {Name: "kind", Total: "total", Overlapping: true},
	}}
	sessions := []string{"2025", "2026", "total"}
	for kind, people := range map[string][]int64{
		"ai_coaching": {35, 21, 55}, "ai_personalized": {24, 32, 51}, "human_coaching": {28, 23, 49}, "just_in_time": {8, 7, 15}, "micro_credential": {1, 7, 8},
		"micro_learning": {6, 12, 17}, "plc": {11, 5, 16}, "workshop": {58, 58, 96}, "total": {156, 156, 167},
	} {
		for i, n := range people {
			table.Cells = append(table.Cells, Cell{At: []string{sessions[i], kind}, People: n})
		}
	}
	release, err := Protect([]Table{table}, nil, Thresholds{
		People: 10, Groups: 3, ZerosDisclose: true, ResidualDF: 10, Rounding: Rounding{Nearest, 5}, Width: 5, Spread: 0.1,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range release.Tables[0].Cells {
		if small := table.Cells[i].People < 10; c.People.Shown == small {
			t.Errorf("%v of %d people: %+v", c.At, table.Cells[i].People, c.People)
		}
	}
}
