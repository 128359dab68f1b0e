package protocol

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// firstMonth is the month in which a school year begins.
const firstMonth = time.August

// In returns the window's days for units of the school year that ends in a year.
func (w Window) In(year int) policy.Window {
	return policy.Window{From: w.day(w.From, year+w.Year), To: w.day(w.To, year+w.Year)}
}

// day places a month and day in a school year. The last day of February is that
// of the year.
func (w Window) day(monthDay string, year int) policy.Date {
	if monthDay == "" {
		return ""
	}
	month, _ := time.Parse("01", monthDay[:2]) //nolint:errcheck // checked when the protocol was read
	if month.Month() >= firstMonth {
		year--
	}
	if monthDay == "02-28" || monthDay == "02-29" {
		return policy.DateOf(time.Date(year, time.March, 0, 0, 0, 0, 0, time.UTC))
	}
	return policy.Date(fmt.Sprintf("%d-%s", year, monthDay))
}

// maxYears bounds how far from a unit's school year a window may lie.
const maxYears = 5

// before reports whether a window begins before another.
func (w Window) before(o Window) bool {
	return cmp.Or(cmp.Compare(w.Year, o.Year), cmp.Compare(rank(w.From), rank(o.From))) < 0
}

// rank orders days within a school year.
func rank(monthDay string) string {
	if monthDay >= fmt.Sprintf("%02d", firstMonth) {
		return "0" + monthDay
	}
	return "1" + monthDay
}

// problem says what is wrong with a window; empty: nothing.
func (w Window) problem() string {
	from, errFrom := time.Parse("2006-01-02", "2023-"+w.From)
	to, errTo := time.Parse("2006-01-02", "2023-"+strings.Replace(w.To, "02-29", "02-28", 1))
	switch {
	case w.From == "" || w.To == "":
		return "is missing; write {from: 10-01, to: 04-30}"
	case errFrom != nil || errTo != nil:
		return "is no period of days such as {from: 10-01, to: 04-30}"
	case from.Day() != 1 || to.AddDate(0, 0, 1).Day() != 1:
		return "does not begin and end with a month, by which researchers see dates"
	case rank(w.To) < rank(w.From):
		return "ends before it begins, in a school year from August to July"
	case w.Year < -maxYears || w.Year > maxYears:
		return fmt.Sprintf("lies %d school years away; at most %d", w.Year, maxYears)
	}
	return ""
}

func compareWindows(a, b policy.Window) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}
