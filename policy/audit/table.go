package audit

import "github.com/weir-warehouse/weir/policy"

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
		path := f.path
		if path == "" {
			path = f.name
		}
		value := "json_extract_string(" + entry + ", '$." + path + "')"
		switch f.kind {
		case "VARCHAR[]":
			value = "CAST(json_extract(" + entry + ", '$." + path + "') AS VARCHAR[])"
		case "JSON":
			value = "json_extract(" + entry + ", '$." + path + "')"
		case "TIMESTAMP":
			value = "CAST(CAST(" + value + " AS TIMESTAMPTZ) AS TIMESTAMP)"
		case "VARCHAR":
		default:
			value = "CAST(" + value + " AS " + f.kind + ")"
		}
		out = append(out, value)
	}
	return out
}
