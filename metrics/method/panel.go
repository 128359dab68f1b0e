package method

import (
	"cmp"
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
// of the district that have it, and all schools that never do, or later. Logarithms
// need positive sums, so months and schools without are left out, as few as may be.
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
			panels = append(panels, panelOf(kind, district, schools))
		}
	}
	return panels, nil
}

// panelOf groups a district's schools with the event by its period, and after them
// all other schools.
func panelOf(kind, district string, schools map[string]schoolMonths) panel {
	p := panel{kind: kind, cell: cell{keys: make([]any, len(Dimensions)+len(Breakdown))}}
	p.keys[0] = district
	for _, id := range slices.Sorted(maps.Keys(schools)) {
		s := schools[id]
		if s.first == 0 {
			continue
		}
		own := s.first != stats.Never && s.district == district
		at := slices.IndexFunc(p.groups, func(g schoolGroup) bool { return g.own == own && g.first == s.first })
		if at < 0 {
			at = len(p.groups)
			p.groups = append(p.groups, schoolGroup{own: own, first: s.first})
		}
		path := make([]float64, len(s.sums))
		for t, sum := range s.sums {
			path[t] = math.Log(sum)
		}
		group := &p.groups[at]
		group.people, group.paths = group.people+s.people, append(group.paths, path)
		p.periods = len(path)
	}
	slices.SortFunc(p.groups, func(a, b schoolGroup) int {
		if a.own != b.own {
			return map[bool]int{true: -1, false: 1}[a.own]
		}
		return cmp.Compare(a.first, b.first)
	})
	return p
}

// schoolMonths reads the sums by kind of event and school.
func (in Input) schoolMonths(ctx context.Context) (map[string]map[string]schoolMonths, error) {
	in.Counted.settle() // schools are compared
	kinds, first := map[string]map[string]schoolMonths{}, map[string]map[string]string{}
	var kind, school, event string
	var s schoolMonths
	who := cmp.Or(in.Person, "NULL")
	err := in.each(ctx, `SELECT breakdown, school_id, district_id, coalesce(strftime(event, '%Y-%m'), '') AS event, people FROM (
			SELECT breakdown, school_id, district_id, event, count(who) AS people
			FROM (SELECT DISTINCT breakdown, school_id, district_id, date_trunc('month', event) AS event, `+who+` AS who FROM unit) GROUP BY ALL)
		ORDER BY ALL`,
		[]any{&kind, &school, &s.district, &event, &s.people}, func() {
			if kinds[kind] == nil {
				kinds[kind], first[kind] = map[string]schoolMonths{}, map[string]string{}
			}
			if earlier := first[kind][school]; event != "" && (earlier == "" || event < earlier) {
				first[kind][school] = event
			}
			kinds[kind][school] = schoolMonths{district: s.district, people: kinds[kind][school].people + s.people, first: stats.Never}
		})
	if err != nil {
		return nil, err
	}
	byMonth := map[string]map[string]map[string]float64{} // by kind, month, school
	var month string
	var sum float64
	err = in.each(ctx, `SELECT breakdown, strftime(month, '%Y-%m'), school_id, total FROM (
			SELECT breakdown, date_trunc('month', month) AS month, school_id, CAST(sum(`+micro("value")+`) AS DOUBLE) / 1e6 AS total FROM unit GROUP BY ALL)
		WHERE total > 0`,
		[]any{&kind, &month, &school, &sum}, func() {
			if byMonth[kind] == nil {
				byMonth[kind] = map[string]map[string]float64{}
			}
			if byMonth[kind][month] == nil {
				byMonth[kind][month] = map[string]float64{}
			}
			byMonth[kind][month][school] = sum
		})
	if err != nil {
		return nil, err
	}
	for kind, of := range kinds {
		fill(of, first[kind], byMonth[kind])
	}
	return kinds, nil
}

// each reads a query over the unit rows that are whole, and calls f when a row is in
// its places.
func (in Input) each(ctx context.Context, query string, into []any, f func()) error {
	rows, err := in.DB.QueryContext(ctx, `WITH unit AS (
		FROM `+in.Units+` WHERE value IS NOT NULL AND month IS NOT NULL AND breakdown IS NOT NULL AND school_id IS NOT NULL AND district_id IS NOT NULL) `+query)
	if err != nil {
		return fmt.Errorf("read unit rows: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("read unit rows: %w", err)
		}
		f()
	}
	return rows.Err()
}

// fill gives schools their sums of the months that count, and the first of these
// periods from their event on. Schools that do not count are left out.
func fill(schools map[string]schoolMonths, first map[string]string, byMonth map[string]map[string]float64) {
	periods := balance(schools, byMonth)
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

// balance returns the months that count, and deletes schools that do not: what is
// left has a sum of each school in each month. As long as a sum is missing, it leaves out the
// month or the school that lacks the greatest share: holidays go as months, and a
// school that opened late goes as a school.
func balance(schools map[string]schoolMonths, byMonth map[string]map[string]float64) []string {
	months, ids := slices.Sorted(maps.Keys(byMonth)), slices.Sorted(maps.Keys(schools))
	ofMonth, ofSchool := make([]int, len(months)), make([]int, len(ids)) // sums that it lacks; negative once it is left out
	for m, month := range months {
		for s, id := range ids {
			if byMonth[month][id] == 0 {
				ofMonth[m]++
				ofSchool[s]++
			}
		}
	}
	periods := len(months)
	for periods > 0 && len(schools) > 0 && slices.Max(ofMonth) > 0 {
		m, s := slices.Index(ofMonth, slices.Max(ofMonth)), slices.Index(ofSchool, slices.Max(ofSchool))
		if ofSchool[s]*len(schools) > ofMonth[m]*periods {
			ofSchool[s] = -1
			delete(schools, ids[s])
			for m, month := range months {
				if ofMonth[m] > 0 && byMonth[month][ids[s]] == 0 {
					ofMonth[m]--
				}
			}
		} else {
			ofMonth[m] = -1
			periods--
			for s, id := range ids {
				if ofSchool[s] > 0 && byMonth[months[m]][id] == 0 {
					ofSchool[s]--
				}
			}
		}
	}
	var left []string
	for m, month := range months {
		if ofMonth[m] == 0 {
			left = append(left, month)
		}
	}
	return left
}
