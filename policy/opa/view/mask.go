package view

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"github.com/weir-warehouse/weir/policy"
)

// mask renders a column under a mask.
func (s Source) mask(f *Fragment, name string, m policy.Mask) error {
	c, ok := s.Dataset.Column(name)
	if !ok {
		return fmt.Errorf("%s has no column %s", s.Dataset.Name, name)
	}
	value := field(row, name)
	switch m.Kind {
	case policy.Show:
		f.text(value)
		return nil
	case policy.Null:
		f.text("CAST(NULL AS " + c.Type + ")")
		return nil
	case policy.Hash:
		return s.hash(f, value)
	case policy.Truncate:
		return truncate(f, c, value, m.Unit)
	case policy.Band:
		return band(f, c, value, m.Bands)
	case policy.Generalise:
		return s.generalise(f, c, value, m)
	case policy.Hide:
	}
	return fmt.Errorf("column %s cannot be shown under mask %q", name, m.Kind)
}

// hash renders a keyed pseudonym: SHA-256 over an outer key and the SHA-256 of
// an inner key and the value, as in HMAC (RFC 2104) with keys derived from the
// source's. NULL stays NULL.
func (s Source) hash(f *Fragment, value string) error {
	if len(s.Key) == 0 {
		return errors.New("no key for hashed columns is configured")
	}
	sha := function("sha256")
	f.text(sha + "(")
	f.value("VARCHAR", derive(s.Key, "outer"))
	f.text(" || " + sha + "(")
	f.value("VARCHAR", derive(s.Key, "inner"))
	f.text(" || CAST(" + value + " AS VARCHAR)))")
	return nil
}

// derive returns a key for one use, hex.
func derive(key []byte, use string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(use))
	return hex.EncodeToString(mac.Sum(nil))
}

// truncate renders the first day of a date's month or year.
func truncate(f *Fragment, c policy.Column, value, unit string) error {
	k, err := kindOf(c.Type)
	if err != nil || k != date && k != timestamp {
		return fmt.Errorf("column %s is %s: only dates can be truncated", c.Name, c.Type)
	}
	if unit != "month" && unit != "year" {
		return fmt.Errorf("column %s: a date is truncated to month or year, not to %q", c.Name, unit)
	}
	f.text("CAST(" + function("date_trunc") + "(" + literal(unit) + ", " + value + ") AS DATE)")
	return nil
}

// band renders the label of the band that a number is in. What lies below all
// bands is in the lowest.
func band(f *Fragment, c policy.Column, value string, bands []policy.NamedBand) error {
	k, err := kindOf(c.Type)
	if err != nil || k != number && k != float || len(bands) == 0 {
		return fmt.Errorf("column %s: only numbers have bands, and at least one", c.Name)
	}
	f.text("CASE WHEN " + value + " IS NULL THEN NULL")
	for i := len(bands) - 1; i > 0; i-- {
		if bands[i].From <= bands[i-1].From {
			return fmt.Errorf("column %s: bands must ascend", c.Name)
		}
		bound, err := encodeNumber(strconv.FormatFloat(bands[i].From, 'f', -1, 64))
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
		f.text(" WHEN " + value + " >= ")
		f.value(bound.kind, bound.value)
		f.text(" THEN ")
		f.value("VARCHAR", bands[i].Label)
	}
	f.text(" ELSE ")
	f.value("VARCHAR", bands[0].Label)
	f.text(" END")
	return nil
}

// generalise renders a group's key, or Other for a group of few people.
func (s Source) generalise(f *Fragment, c policy.Column, value string, m policy.Mask) error {
	if m.Population == nil || m.Population.Minimum < 1 || c.Type != "VARCHAR" {
		return fmt.Errorf("column %s: generalise needs a text column, a population and a minimum", c.Name)
	}
	p := *m.Population
	people, ok := s.Datasets[p.Dataset]
	if !ok {
		return fmt.Errorf("column %s: no dataset is called %s", c.Name, p.Dataset)
	}
	for _, name := range []string{p.Key, p.Person} {
		if _, ok := people.Column(name); !ok {
			return fmt.Errorf("column %s: %s has no column %s", c.Name, p.Dataset, name)
		}
	}
	f.reads(people)
	key := field(related, p.Key)
	f.text("CASE WHEN " + value + " IS NULL THEN NULL WHEN EXISTS (SELECT 1 FROM " +
		Table(people) + " AS " + ident(related) + " WHERE " + key + " = " + value +
		" HAVING " + function("count") + "(DISTINCT " + field(related, p.Person) + ") >= " +
		strconv.Itoa(p.Minimum) + ") THEN " + value + " ELSE ")
	f.value("VARCHAR", m.Other)
	f.text(" END")
	return nil
}
