package view

import (
	"fmt"
	"maps"
	"slices"
)

// relation renders a relation of the row as a semi-join, which is never NULL.
func (s Source) relation(name string) (term, error) {
	r, ok := s.Relations[name]
	if !ok {
		return term{}, fmt.Errorf("no relation is called %s", name)
	}
	other, ok := s.Datasets[r.Dataset]
	if !ok {
		return term{}, fmt.Errorf("relation %s: no dataset is called %s", name, r.Dataset)
	}
	j := join{s: s, name: name, f: &Fragment{}}
	j.f.reads(other)
	j.f.text("EXISTS (SELECT 1 FROM " + Table(other) + " AS " + ident(related) + " WHERE ")
	if err := j.keys(r.Key, r.Row); err != nil {
		return term{}, err
	}
	if r.Principal != "" {
		if err := j.principal(r.Principal); err != nil {
			return term{}, err
		}
	}
	if r.Dated() {
		if err := j.overlap(r.From, r.To); err != nil {
			return term{}, err
		}
	}
	if r.Latest != "" {
		j.latest(Table(other), r.Key, r.Latest)
	}
	for _, column := range slices.Sorted(maps.Keys(r.Where)) {
		if err := j.where(Source{Dataset: other}, column, r.Where[column]); err != nil {
			return term{}, err
		}
	}
	j.f.text(")")
	return term{sql: j.f, kind: boolean}, nil
}

// join is a semi-join in the making.
type join struct {
	s    Source
	name string
	f    *Fragment
}

// keys joins the related row to the row.
func (j join) keys(key, column string) error {
	if _, ok := j.s.Dataset.Column(column); !ok {
		return fmt.Errorf("relation %s: %s has no column %s", j.name, j.s.Dataset.Name, column)
	}
	j.f.text(field(related, key) + " = " + field(row, column))
	return nil
}

// principal limits related rows to those of the principal.
func (j join) principal(column string) error {
	key, err := encode(uuid, Value{j.s.StaffKey})
	if err != nil {
		return fmt.Errorf("relation %s: the principal's staff key: %w", j.name, err)
	}
	j.f.text(" AND " + field(related, column) + " = ")
	j.f.value(key.kind, key.value)
	return nil
}

// overlap asks that the relation's time and the row's share a day.
func (j join) overlap(from, to string) error {
	start, err := j.s.bound("start")
	if err != nil {
		return fmt.Errorf("relation %s: %w", j.name, err)
	}
	end, err := j.s.bound("end")
	if err != nil {
		return fmt.Errorf("relation %s: %w", j.name, err)
	}
	j.f.text(" AND ")
	j.f.append(start.sql)
	j.f.text(" IS NOT NULL")
	if from != "" {
		j.f.text(" AND (" + field(related, from) + " IS NULL OR ")
		j.f.append(end.sql)
		j.f.text(" IS NULL OR " + field(related, from) + " <= ")
		j.f.append(end.sql)
		j.f.text(")")
	}
	if to != "" {
		j.f.text(" AND (" + field(related, to) + " IS NULL OR " + field(related, to) + " >= ")
		j.f.append(start.sql)
		j.f.text(")")
	}
	return nil
}

// latest leaves out related rows that a newer one of the same key replaces.
func (j join) latest(table, key, order string) {
	const newer = "y"
	j.f.text(" AND NOT EXISTS (SELECT 1 FROM " + table + " AS " + ident(newer) + " WHERE " +
		field(newer, key) + " = " + field(related, key) + " AND " +
		field(newer, order) + " > " + field(related, order) + ")")
}

// where asks that a column of the related row has a value.
func (j join) where(other Source, column string, value any) error {
	t, err := other.column(column)
	if err != nil {
		return fmt.Errorf("relation %s: %w", j.name, err)
	}
	if value == nil {
		j.f.text(" AND " + field(related, column) + " IS NULL")
		return nil
	}
	v, err := encode(t.kind, Value{value})
	if err != nil {
		return fmt.Errorf("relation %s: column %s: %w", j.name, column, err)
	}
	j.f.text(" AND " + field(related, column) + " = ")
	j.f.value(v.kind, v.value)
	return nil
}
