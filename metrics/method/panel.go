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
	rows, err := in.DB.QueryContext(ctx, fmt.Sprintf(`WITH summed AS (
			SELECT breakdown, district_id, school_id, date_trunc('month', month) AS month, sum(%s) AS total FROM %s GROUP BY ALL),
		school AS (
			SELECT breakdown, district_id, school_id, date_trunc('month', min(event)) AS event, count(DISTINCT %s) AS people FROM %s GROUP BY ALL),
		period AS (
			SELECT breakdown, month, row_number() OVER (PARTITION BY breakdown ORDER BY month) - 1 AS period FROM summed AS s WHERE total > 0
			GROUP BY breakdown, month HAVING count(*) = (SELECT count(*) FROM school WHERE school.breakdown = s.breakdown))
		SELECT breakdown, district_id, school_id, people,
			(SELECT min(period) FROM period AS p WHERE p.breakdown = school.breakdown AND p.month >= event) AS first, event IS NOT NULL AS has, CAST(total AS DOUBLE) / 1e6
		FROM summed JOIN period USING (breakdown, month) JOIN school USING (breakdown, district_id, school_id) ORDER BY breakdown, district_id, school_id, period`,
		micro("value"), in.Units, in.Person, in.Units))
	if err != nil {
		return nil, fmt.Errorf("sums by school and month: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	kinds := map[string]map[string]schoolMonths{}
	for rows.Next() {
		var kind, district, school string
		var people int64
		var first *int64
		var has bool
		var total float64
		if err := rows.Scan(&kind, &district, &school, &people, &first, &has, &total); err != nil {
			return nil, fmt.Errorf("sums by school and month: %w", err)
		}
		if kinds[kind] == nil {
			kinds[kind] = map[string]schoolMonths{}
		}
		s, ok := kinds[kind][school]
		if !ok {
			s = schoolMonths{district: district, people: people, first: stats.Never}
			if has && first != nil {
				s.first = int(*first)
			}
		}
		s.sums = append(s.sums, total)
		kinds[kind][school] = s
	}
	return kinds, rows.Err()
}
