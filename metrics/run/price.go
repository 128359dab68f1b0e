package run

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/sql/duck"
)

// price is the relation with the currency and the prices of each district's costs.
const price = "price"

// priced says whether a metric's values are money in a district's own currency and
// prices, whatever currency metric.yaml names.
func priced(m *metrics.Metric) bool {
	return currency.MatchString(m.Unit) && slices.Contains(m.Relations, price)
}

// ofPeople are the dimensions by which people are told apart, and not what they take
// part in.
var ofPeople = []string{"school_id", "grade_band", "subject", "experience_band", "device_access", "broadband_access"}

// divide makes money a head of a rounded number of heads, where what is spent is
// public and would else tell their number.
func (c *cell) divide(rounding disclosure.Rounding) {
	for i, name := range method.Dimensions {
		if c.keys[i].Valid && slices.Contains(ofPeople, name) {
			return
		}
	}
	heads := c.denominator.Float64
	if !currency.MatchString(c.unit) || !c.numerator.Valid || heads < float64(c.people) || c.people == 0 {
		return
	}
	by := heads / float64(rounding.Round(int64(math.Round(heads))))
	for _, v := range []*sql.NullFloat64{&c.value, &c.low, &c.high} {
		v.Float64 *= by
	}
}

// price gives cells of money the currency of their district, and its prices.
func (s *store) price(ctx context.Context, registry *metrics.Registry, cells []*cell) error {
	relation, ok := registry.Get(price)
	if !ok {
		return nil
	}
	for _, of := range append(registry.Relations(relation), relation) {
		if err := s.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP VIEW %s AS %s", duck.Ident(of.ID), of.Query())); err != nil {
			return fmt.Errorf("relation %s: %w", of.ID, unfit(of, err))
		}
	}
	rows, err := s.conn.QueryContext(ctx, "SELECT district_id, currency, coalesce(prices, '') FROM price WHERE district_id IS NOT NULL")
	if err != nil {
		return fmt.Errorf("relation %s: %w", price, unfit(relation, err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	type stated struct{ currency, prices string }
	of := map[string]stated{}
	for rows.Next() {
		var district string
		var p stated
		if err := rows.Scan(&district, &p.currency, &p.prices); err != nil {
			return err
		}
		of[district] = p
	}
	for _, c := range cells {
		if p, ok := of[c.keys[0].String]; ok && priced(c.metric) {
			c.unit, c.prices = p.currency, p.prices
		}
	}
	return rows.Err()
}
