package audit

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Table is a table made from the log: of each entry no row, or some.
type Table struct {
	Columns []policy.Column
	Select  string // DuckDB: over entries, whose column e is an entry's JSON, yields Columns in order
}

// Decisions is the whole log, an entry a row.
func Decisions() Table {
	return Table{Columns(), "SELECT " + strings.Join(Projection("e"), ", ") + " FROM entries"}
}

// PolicyRevisions are the bundles that were put in force, and those that were
// refused.
func PolicyRevisions() Table {
	return tableOf(KindPolicyLoad,
		[]field{{"timestamp", "TIMESTAMP", ""}, {"revision", "VARCHAR", "policy_revision"}, {"origin", "VARCHAR", "attributes.origin"},
			{"verdict", "VARCHAR", ""}, {"reasons", "VARCHAR[]", ""}, {"program_version", "VARCHAR", ""}})
}

// Loads are the batches that were loaded, with their rows counted.
func Loads() Table {
	return tableOf(KindLoad,
		[]field{{"timestamp", "TIMESTAMP", ""}, {"batch", "VARCHAR", "attributes.batch"}, {"dataset", "VARCHAR", "datasets[0]"},
			{"read", "BIGINT", "attributes.read"}, {"loaded", "BIGINT", "attributes.loaded"}, {"updated", "BIGINT", "attributes.updated"},
			{"ended", "BIGINT", "attributes.ended"}, {"quarantined", "BIGINT", "attributes.quarantined"},
			{"seconds", "DOUBLE", "attributes.seconds"}, {"program_version", "VARCHAR", ""}})
}

// Quarantined counts, for each batch, the rows that broke a rule when it was
// loaded. A row that broke two rules counts for both.
func Quarantined() Table {
	t := tableOf(KindLoad, []field{{"timestamp", "TIMESTAMP", ""}, {"batch", "VARCHAR", "attributes.batch"}, {"dataset", "VARCHAR", "datasets[0]"}})
	head, _, _ := strings.Cut(t.Select, " FROM ")
	t.Select = head + `, rule, CAST(json_extract(rules, '$."' || rule || '"') AS BIGINT) FROM (SELECT e, rules, unnest(json_keys(rules)) AS rule FROM (
		SELECT e, CAST(coalesce(json_extract_string(e, '$.attributes.rules'), '{}') AS JSON) AS rules FROM entries
		WHERE json_extract_string(e, '$.kind') = '` + string(KindLoad) + `'))`
	t.Columns = append(t.Columns, policy.Column{Name: "rule", Type: "VARCHAR"}, policy.Column{Name: "rows", Type: "BIGINT"})
	return t
}

// Statements counts how statements ended, by hour and by how long they took:
// up_to is the least of 1, 2, 5, 10, … milliseconds that was enough. Rows of one
// hour add up. It names nobody, and no dataset.
func Statements() Table {
	const (
		at    = "date_trunc('hour', CAST(CAST(json_extract_string(e, '$.timestamp') AS TIMESTAMPTZ) AS TIMESTAMP))"
		took  = "CAST(json_extract(e, '$.outcome.milliseconds') AS DOUBLE)"
		power = "power(10, floor(log10(greatest(ms, 1))))"
	)
	return Table{
		Columns: []policy.Column{
			{Name: "hour", Type: "TIMESTAMP"}, {Name: "door", Type: "VARCHAR"}, {Name: "outcome", Type: "VARCHAR"}, {Name: "up_to", Type: "DOUBLE"},
			{Name: "statements", Type: "BIGINT"}, {Name: "milliseconds", Type: "DOUBLE"},
		},
		Select: "SELECT hour, door, outcome, list_min(list_filter([p, 2*p, 5*p, 10*p], lambda x: x >= ms)) AS up_to, count(*), sum(ms) FROM (SELECT *, " + power +
			" AS p FROM (SELECT " + at + " AS hour, json_extract_string(e, '$.door') AS door, json_extract_string(e, '$.outcome.code') AS outcome, " + took +
			" AS ms FROM entries WHERE json_extract_string(e, '$.kind') = '" + string(KindOutcome) + "')) GROUP BY ALL",
	}
}

// StudyEvents are the steps of studies: designed and estimated (each statement
// that read data for it), registered, deviated from what was registered,
// approved or refused, and released. Nobody is named; roles are those of who took
// the step.
func StudyEvents() Table {
	at := func(path string) string { return field{path, "VARCHAR", ""}.value("e") }
	step := fmt.Sprintf(`CASE %s
		WHEN '%s' THEN CASE %s WHEN '%s' THEN 'designed' ELSE 'estimated' END
		WHEN '%s' THEN CASE WHEN %s IS NULL THEN 'registered' ELSE 'deviated' END
		WHEN '%s' THEN CASE %s WHEN 'allow' THEN 'approved' ELSE 'refused' END
		WHEN '%s' THEN 'released' END`,
		at("kind"), KindDecision, at("attributes.phase"), policy.Design, KindStudyRegister, at("attributes.deviation"),
		KindReleaseApproval, at("verdict"), KindStudyRelease)
	var t Table
	var values []string
	for _, c := range []struct{ name, kind, value string }{
		{"timestamp", "TIMESTAMP", field{"timestamp", "TIMESTAMP", ""}.value("e")},
		{"study", "VARCHAR", at("attributes.study")},
		{"agreement", "VARCHAR", "coalesce(" + at("agreement") + ", " + at("attributes.agreement") + ")"},
		{"step", "VARCHAR", step},
		{"roles", "VARCHAR[]", field{"roles", "VARCHAR[]", ""}.value("e")},
		{"reason", "VARCHAR", "coalesce(" + at("attributes.deviation") + ", " + at("attributes.note") + ")"},
		{"protocol_sha256", "VARCHAR", at("attributes.protocol")},
		{"report_sha256", "VARCHAR", at("attributes.report")},
		{"snapshot", "VARCHAR", at("snapshot")},
	} {
		t.Columns = append(t.Columns, policy.Column{Name: c.name, Type: c.kind})
		values = append(values, c.value+" AS "+c.name)
	}
	t.Select = "SELECT * FROM (SELECT " + strings.Join(values, ", ") + " FROM entries) WHERE study IS NOT NULL AND step IS NOT NULL"
	return t
}

// tableOf makes a row of each entry of a kind.
func tableOf(kind Kind, fields []field) Table {
	var t Table
	values := make([]string, len(fields))
	for i, f := range fields {
		t.Columns = append(t.Columns, policy.Column{Name: f.name, Type: f.kind})
		values[i] = f.value("e")
	}
	t.Select = "SELECT " + strings.Join(values, ", ") + " FROM entries WHERE json_extract_string(e, '$.kind') = '" + string(kind) + "'"
	return t
}

// field is a column of the log as a table: its name and DuckDB type, and where
// in an entry's JSON it stands if not under its own name.
type field struct{ name, kind, path string }

func fields() []field {
	const list = "VARCHAR[]"
	return []field{
		{"index", "BIGINT", ""},
		{"timestamp", "TIMESTAMP", ""},
		{"kind", "VARCHAR", ""},
		{"decision_id", "VARCHAR", ""},
		{"session", "VARCHAR", ""},
		{"principal", "VARCHAR", ""},
		{"roles", list, ""},
		{"purpose", "VARCHAR", ""},
		{"agreement", "VARCHAR", ""},
		{"door", "VARCHAR", ""},
		{"snapshot", "VARCHAR", ""},
		{"policy_revision", "VARCHAR", ""},
		{"program_version", "VARCHAR", ""},
		{"verdict", "VARCHAR", ""},
		{"reasons", list, ""},
		{"rules", list, ""},
		{"datasets", list, ""},
		{"columns", list, ""},
		{"masked_columns", list, ""},
		{"fingerprint", "VARCHAR", ""},
		{"fingerprint_sha256", "VARCHAR", ""},
		{"outcome", "VARCHAR", "outcome.code"},
		{"rows", "BIGINT", "outcome.rows"},
		{"bytes", "BIGINT", "outcome.bytes"},
		{"milliseconds", "DOUBLE", "outcome.milliseconds"},
		{"attributes", "JSON", ""},
	}
}

// Columns describes the log as a table, an entry a row, for the dataset
// audit.decisions. Times are in UTC.
func Columns() []policy.Column {
	var out []policy.Column
	for _, f := range fields() {
		out = append(out, policy.Column{Name: f.name, Type: f.kind})
	}
	return out
}

// Projection returns DuckDB expressions over entry, an entry's JSON, that give
// Columns in order.
func Projection(entry string) []string {
	var out []string
	for _, f := range fields() {
		out = append(out, f.value(entry))
	}
	return out
}

// value is a DuckDB expression for the field of an entry's JSON.
func (f field) value(entry string) string {
	path := f.path
	if path == "" {
		path = f.name
	}
	value := "json_extract_string(" + entry + ", '$." + path + "')"
	switch f.kind {
	case "VARCHAR":
		return value
	case "VARCHAR[]":
		return "CAST(json_extract(" + entry + ", '$." + path + "') AS VARCHAR[])"
	case "JSON":
		return "json_extract(" + entry + ", '$." + path + "')"
	case "TIMESTAMP":
		return "CAST(CAST(" + value + " AS TIMESTAMPTZ) AS TIMESTAMP)"
	}
	return "CAST(" + value + " AS " + f.kind + ")"
}
