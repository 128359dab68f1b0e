package disclosure

import (
	"errors"
	"fmt"
)

// Finding is the auditor's judgement of one suppressed figure.
type Finding struct {
	Table    string   `json:"table"`
	At       []string `json:"at"`
	Cell     string   `json:"cell"`   // the same for people: "school=12, band=0-3"
	Figure   string   `json:"figure"` // "people" or the measure's name
	Rule     Rule     `json:"rule"`
	Level    Level    `json:"level"`
	Feasible Range    `json:"feasible"`          // what everything published leaves of it; where Proven, at least that
	Proven   bool     `json:"proven"`            // two tables were found that publish the same and differ by the level
	Failure  string   `json:"failure,omitempty"` // why it fails
}

// Report is the judgement of releases: they hold when nothing failed.
type Report struct {
	Findings []Finding `json:"findings"` // of every figure that has a protection level
	Failed   int       `json:"failed"`
}

// Audit takes releases, oldest first, and bounds every suppressed figure from
// all that they show together: the ranges of rounded figures, what reasons tell,
// sums over dimensions and hierarchies, and figures that tables share. It is
// what a reader can do with linear programming, and more in one respect: figures are
// whole numbers, and a figure passes only if whole-number tables show it wide
// enough (handbook, section 4.4.3; the attacker's problem of Fischetti and
// Salazar, 2001). It returns an error when the releases contradict each other.
//
// It takes the figures' own levels, as they were when released, and proves
// nothing about knowledge from elsewhere.
func Audit(releases []Release, t Thresholds) (Report, error) {
	if err := t.Validate(); err != nil {
		return Report{}, fmt.Errorf("thresholds: %w", err)
	}
	a := newAssembly(t)
	var all Release
	for _, r := range releases {
		all.Add(r)
	}
	for i := range all.Tables {
		if err := a.recall(&all.Tables[i]); err != nil {
			return Report{}, fmt.Errorf("released table %s: %w", all.Tables[i].Name, err)
		}
	}
	order, levels := a.wanted(all.Tables)
	found, err := a.bound(levels, nil)
	if err != nil {
		return Report{}, fmt.Errorf("releases: %w", err)
	}
	intervals := make(map[int]interval, len(found))
	for _, i := range found {
		intervals[i.quantity] = i
	}
	var report Report
	for _, w := range order {
		f := w.finding
		i := intervals[w.quantity]
		f.Level, f.Feasible, f.Proven = levels[w.quantity], i.Outer, i.err == nil
		if f.Proven {
			f.Feasible = i.Inner
		} else {
			f.Failure = i.err.Error()
			report.Failed++
		}
		report.Findings = append(report.Findings, f)
	}
	return report, nil
}

// wanted is a quantity to be judged, and where it stands.
type wanted struct {
	quantity int
	finding  Finding
}

// wanted lists what has a level, once each, with the highest of its levels.
func (a *assembly) wanted(tables []ReleasedTable) ([]wanted, map[int]Level) {
	var order []wanted
	levels := map[int]Level{}
	for i := range tables {
		t := &tables[i]
		l := a.layouts[i]
		for c := range t.Cells {
			s := l.spots[c]
			note := func(q int, figure string, f Figure) {
				if q < 0 || !f.Level.needed() {
					return
				}
				if _, ok := levels[q]; !ok {
					order = append(order, wanted{q, Finding{Table: t.Name, At: t.Cells[c].At, Cell: l.table.label(t.Cells[c].At), Figure: figure, Rule: f.Rule}})
				}
				levels[q] = Level{Width: max(levels[q].Width, f.Level.Width)}
			}
			note(s.people, "people", t.Cells[c].People)
			note(s.value, t.Measure.Name, t.Cells[c].Value)
		}
	}
	return order, levels
}

// ErrUnsafe is what Err of a report with failures wraps.
var ErrUnsafe = errors.New("suppressed figures can be worked out")

// Err returns nil if all figures hold, and otherwise an error that says how
// many do not. It names no figure.
func (r Report) Err() error {
	if r.Failed == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d of %d, see the findings; suppress further figures, or coarsen the table", ErrUnsafe, r.Failed, len(r.Findings))
}
