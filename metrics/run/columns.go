package run

import (
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/mart"
)

// tidyColumns are the columns of metric_value.
var tidyColumns = []mart.Column{
	{Name: "metric", Type: "VARCHAR", Description: "Which metric; docs/metrics.md defines each."},
	{Name: "family", Type: "VARCHAR", Description: "The wide relation in which the metric stands too."},
	{Name: "district_id", Type: "VARCHAR", Description: "District."},
	{Name: "school_id", Type: "VARCHAR", Description: "School; NULL: all."},
	{Name: "session_id", Type: "VARCHAR", Description: "Academic session; NULL: all."},
	{Name: "program_kind", Type: "VARCHAR", Description: "Kind of programme; NULL: all."},
	{Name: "program_id", Type: "VARCHAR", Description: "Programme; NULL: all."},
	{Name: "grade_band", Type: "VARCHAR", Description: "Grade band; NULL: all."},
	{Name: "subject", Type: "VARCHAR", Description: "Subject; NULL: all."},
	{Name: "experience_band", Type: "VARCHAR", Description: "Years of experience: 0-3, 4-9, 10-19, 20+; NULL: all."},
	{Name: "device_access", Type: "VARCHAR", Description: "Access to a device; NULL: all."},
	{Name: "broadband_access", Type: "VARCHAR", Description: "Access to broadband: true or false; NULL: all."},
	{Name: "breakdown", Type: "VARCHAR", Description: "What else the value is given by, such as ingredient or weeks since an event; NULL: nothing."},
	{Name: "category", Type: "VARCHAR", Description: "Which one of the breakdown."},
	{Name: "category_order", Type: "DOUBLE", Description: "Where the category stands in an order, or its number on an axis."},
	{Name: "period_start", Type: "DATE", Description: "First day of the session; NULL: all that is loaded."},
	{Name: "period_end", Type: "DATE", Description: "Last day of the session."},
	{Name: "value", Type: "DOUBLE", Description: "The value as it may be shown, rounded; NULL where it is banded or suppressed."},
	{Name: "ci_low", Type: "DOUBLE", Description: "Lower end of the 95 % interval."},
	{Name: "ci_high", Type: "DOUBLE", Description: "Upper end of the 95 % interval."},
	{Name: "ci_method", Type: "VARCHAR", Description: "How the interval was made."},
	{Name: "n", Type: "BIGINT", Description: "Distinct people behind the value, rounded. Unit: people."},
	{Name: "n_schools", Type: "BIGINT", Description: "Schools behind the value. Unit: schools."},
	{Name: "numerator", Type: "DOUBLE", Description: "Numerator as it may be shown."},
	{Name: "denominator", Type: "DOUBLE", Description: "Denominator as it may be shown."},
	{Name: "unit", Type: "VARCHAR", Description: "Unit of the value; share is 0 to 1."},
	{Name: "price_year", Type: "VARCHAR", Description: "Of money: the year in whose prices the value is, or the years, where the price index does not lead from one to another."},
	{Name: "status", Type: "VARCHAR", Description: "published, banded (at least, at most) or suppressed."},
	{Name: "rule", Type: "VARCHAR", Description: "The rule that banded or suppressed the value; docs/disclosure.md explains each."},
	{Name: "shown", Type: "VARCHAR", Description: "The value in words: 64 %, ≥ 95 %, fewer than 10 teachers."},
	{Name: "snapshot", Type: "VARCHAR", Description: "Digest of the data that the value was made from; weir snapshots show lists it."},
	{Name: "policy_revision", Type: "VARCHAR", Description: "Policy under which the value was protected."},
	{Name: "program_version", Type: "VARCHAR", Description: "Version of Weir that made the value."},
}

// tidyKey identifies a row of metric_value.
var tidyKey = []string{
	"metric", "district_id", "school_id", "session_id", "program_kind", "program_id", "grade_band", "subject",
	"experience_band", "device_access", "broadband_access", "breakdown", "category",
}

// wideColumns are the columns of a metric in its family's relation.
func wideColumns(m *metrics.Metric) []mart.Column {
	columns := []mart.Column{
		{Type: "DOUBLE", Description: m.Definition + " Unit: " + m.Unit + "."},
		{Type: "DOUBLE", Description: "lower end of the 95 % interval."},
		{Type: "DOUBLE", Description: "upper end of the 95 % interval."},
		{Type: "BIGINT", Description: "distinct people, rounded. Unit: people."},
		{Type: "VARCHAR", Description: "in words, or why it is not shown."},
	}
	for i, of := range metrics.Wide {
		columns[i].Name, columns[i].Description = m.ID+of, m.Title+": "+columns[i].Description
	}
	return columns
}
