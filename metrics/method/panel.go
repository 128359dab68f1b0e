package method

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// schoolMonths are the sums of one school by period for one kind of event.
type schoolMonths struct {
	district string
	people   int64
	first    int
	sums     []float64
}

// panels reads, for each kind of event and each district with it, the schools
// of the district that have it and all schools that never do. Periods are the
// months in which all schools have a positive sum, since logarithms need one.
// Schools whose event lies before the second period have no time before it, and
// are left out.
func (in Input) panels(ctx context.Context) ([]panel, error) {
	kinds, err := in.schoolMonths(ctx)
	if err != nil {
		return nil, err
	}
	var panels []panel
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		schools := kinds[kind]
		districts := map[string]bool{}
		for _, s := range schools {
			if s.first != stats.Never && s.first > 0 {
				districts[s.district] = true
			}
		}
		for _, district := range slices.Sorted(maps.Keys(districts)) {
			if p := panelOf(kind, district, schools); len(p.groups) > 1 {
				panels = append(panels, p)
			}
		}
	}
	return panels, nil
}

// panelOf groups a district's schools with the event by its period, and all
// schools without.
func panelOf(kind, district string, schools map[string]schoolMonths) panel {
	p := panel{kind: kind, cell: cell{keys: make([]any, len(Dimensions)+len(Breakdown))}}
	p.keys[0] = district
	groups := map[int]*schoolGroup{}
	var with, without, peopleWith, peopleWithout int64
	for _, id := range slices.Sorted(maps.Keys(schools)) {
		s := schools[id]
		switch {
		case s.first == stats.Never:
			without, peopleWithout = without+1, peopleWithout+s.people
		case s.district != district || s.first == 0:
			continue
		default:
			with, peopleWith = with+1, peopleWith+s.people
		}
		path := make([]float64, len(s.sums))
		for t, sum := range s.sums {
			path[t] = math.Log(sum)
		}
		if groups[s.first] == nil {
			groups[s.first] = &schoolGroup{first: s.first}
		}
		groups[s.first].paths = append(groups[s.first].paths, path)
		p.periods = len(path)
	}
	p.n, p.schools = min(peopleWith, peopleWithout), min(with, without)
	for _, first := range slices.Sorted(maps.Keys(groups)) {
		p.groups = append(p.groups, *groups[first])
	}
	return p
}

// schoolMonths reads the sums by kind of event and school.
func (in Input) schoolMonths(ctx context.Context) (map[string]map[string]schoolMonths, error) {
	const ofSchool, ofMonth = 0, 1
	months := [][]string{ofSchool: {"kind", "district_id", "school_id", "event"}, ofMonth: {"kind", "school_id", "month"}}
	in.Units = fmt.Sprintf(`(SELECT * REPLACE (strftime(month, '%%Y-%%m') AS month, coalesce(strftime(event, '%%Y-%%m'), '') AS event), breakdown AS kind FROM %s)`, in.Units)
	in.Dimensions = months
	u, err := in.read(ctx, "value IS NOT NULL", nil, []string{micro("value")})
	if err != nil {
		return nil, err
	}
	schools := newCounter(u, tally{size: 1, add: func([]sum, int32) {}}, months[ofSchool], nil)
	schools.count()
	kinds, first := map[string]map[string]schoolMonths{}, map[string]map[string]string{}
	for at := range schools.known {
		of := func(name string) string { return u.text(name, schools.known[at].first) }
		kind, school, event := of("kind"), of("school_id"), of("event")
		if kinds[kind] == nil {
			kinds[kind], first[kind] = map[string]schoolMonths{}, map[string]string{}
		}
		s := kinds[kind][school]
		s.district, s.people, s.first = of("district_id"), s.people+schools.known[at].n, stats.Never
		if earlier := first[kind][school]; event != "" && (earlier == "" || event < earlier) {
			first[kind][school] = event
		}
		kinds[kind][school] = s
	}
	sums := newCounter(u, tally{size: 1, add: func(into []sum, row int32) { into[0].add(u.sums[0][row]) }}, months[ofMonth], nil)
	sums.count()
	byMonth := map[string]map[string]map[string]float64{} // by kind, month, school
	for at := range sums.known {
		k := &sums.known[at]
		kind, month := u.text("kind", k.first), u.text("month", k.first)
		if byMonth[kind] == nil {
			byMonth[kind] = map[string]map[string]float64{}
		}
		if byMonth[kind][month] == nil {
			byMonth[kind][month] = map[string]float64{}
		}
		if total := sums.vector(k.clusters[0])[0].millionths(); total > 0 {
			byMonth[kind][month][u.text("school_id", k.first)] = total
		}
	}
	for kind, of := range kinds {
		fill(of, first[kind], byMonth[kind])
	}
	return kinds, nil
}

// text is what a row has in a column.
func (u *units) text(name string, row int32) string {
	of := u.used[name]
	return of.names[of.codes[row]]
}

// fill gives schools their sums of the months in which all of them have one, and the
// first of these periods from their event on.
func fill(schools map[string]schoolMonths, first map[string]string, byMonth map[string]map[string]float64) {
	var periods []string
	for _, month := range slices.Sorted(maps.Keys(byMonth)) {
		if len(byMonth[month]) == len(schools) {
			periods = append(periods, month)
		}
	}
	for id, s := range schools {
		for t, month := range periods {
			s.sums = append(s.sums, byMonth[month][id])
			if event := first[id]; event != "" && month >= event && s.first == stats.Never {
				s.first = t
			}
		}
		schools[id] = s
	}
}
