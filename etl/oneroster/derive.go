package oneroster

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
)

// Derived says how a dataset comes from the files of a package.
type Derived struct {
	Dataset string
	Table   string   // the file whose lines its rows stand on
	Uses    []string // all files that it reads, Table first
	Columns []string // input columns that it offers
	Query   string   // their SELECT, with _source_row and _deleted, over tables named by Table
	Kinds   string   // SELECT of the number of records of Table that no dataset holds; may be empty
	Mode    contract.LoadMode
}

// Table names the table that holds a file: the standard's columns as text and
// _source_row, the position in the file.
func Table(table string) string { return "oneroster_" + table }

//go:embed *.sql
var queries embed.FS // read-only

// derivation ties a dataset to its query file. Order matters only in that the
// first of a file accounts for the file's records that no dataset holds.
type derivation struct {
	dataset, table string
	uses           []string
	columns        string
	kinds          string
}

var derivations = []derivation{
	{"district", "orgs", []string{"orgs"}, "district_id name nces_id", "coalesce(type, '') NOT IN ('district', 'school')"},
	{"school", "orgs", []string{"orgs"}, "school_id district_id name nces_id", ""},
	{"academic_session", "academicSessions", []string{"academicSessions"}, "session_id title type start_date end_date parent_session_id school_year", ""},
	{"staff_identity", "users", []string{"users", "roles"}, "staff_number staff_email staff_sourced_id given_name middle_name family_name", "_kind = 'other'"},
	{"student_identity", "users", []string{"users", "roles", "demographics"}, "student_number student_sourced_id given_name middle_name family_name birth_date", ""},
	{"teacher", "users", []string{"users", "roles", "orgs", "academicSessions"}, "teacher_sourced_id effective_from school_id role grades", ""},
	{"student", "users", []string{"users", "roles", "orgs", "demographics"}, "student_sourced_id school_id grade sex race_ethnicity birth_year", ""},
	{"section", "classes", []string{"classes", "courses"}, "section_id school_id session_id title course_code subject grade", ""},
	{"enrollment", "enrollments", []string{"enrollments"}, "enrollment_id section_id student_sourced_id begin_date end_date", "coalesce(role, '') NOT IN ('student', 'teacher')"},
	{"section_teacher", "enrollments", []string{"enrollments"}, "section_teacher_id section_id teacher_sourced_id is_primary begin_date end_date", ""},
	{"student_outcome", "results", []string{"results", "lineItems", "classes", "courses"}, "outcome_id student_sourced_id assessment subject session_id section_id assessed_on scale_score", ""},
}

// Derive lists the datasets that the package's files give.
func (p *Package) Derive() ([]Derived, error) {
	var out []Derived
	for _, d := range derivations {
		mode, ok := p.files[d.table]
		if !ok {
			continue
		}
		query, err := fs.ReadFile(queries, d.dataset+".sql")
		if err != nil {
			return nil, fmt.Errorf("read the derivation of %s: %w", d.dataset, err)
		}
		kinds := ""
		if d.kinds != "" {
			kinds = fmt.Sprintf("SELECT count(*) FROM %s WHERE %s", relation(d.table), d.kinds)
		}
		out = append(out, Derived{
			Dataset: d.dataset, Table: d.table, Columns: strings.Fields(d.columns), Query: string(query), Kinds: kinds, Mode: mode,
			Uses: slices.DeleteFunc(slices.Clone(d.uses), func(t string) bool { _, ok := p.files[t]; return !ok }),
		})
	}
	return out, nil
}

// relation is the table whose records are counted: users by their kind.
func relation(table string) string {
	if table == "users" {
		return "oneroster_person"
	}
	return Table(table)
}

// Prelude returns the statements that make the shared views, once all files
// stand in their tables.
func Prelude() (string, error) {
	data, err := fs.ReadFile(queries, "prelude.sql")
	return string(data), err
}

// Empty returns the statement that makes an empty table for a file that the
// package lacks, so that queries need not know.
func Empty(table string) string {
	cols := make([]string, len(columns[table]))
	for i, c := range columns[table] {
		cols[i] = `"` + c + `" VARCHAR`
	}
	return fmt.Sprintf("CREATE TABLE %s (%s, _source_row BIGINT)", Table(table), strings.Join(cols, ", "))
}

// All lists every file of the standard that derivations use.
func All() []string {
	var out []string
	for _, t := range tables {
		if slices.ContainsFunc(derivations, func(d derivation) bool { return slices.Contains(d.uses, t) }) {
			out = append(out, t)
		}
	}
	return out
}

// Standard lists the columns of a file as Table's table has them.
func Standard(table string) []string { return slices.Clone(columns[table]) }
