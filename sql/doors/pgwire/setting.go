package pgwire

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// setting is a parameter of a session that clients ask for or set.
type setting struct {
	name    string // as PostgreSQL spells it
	value   string // to begin with
	accepts accepts
}

// accepts says whether a setting can have a value. Nil: the value is fixed.
type accepts func(value string) bool

func anything(string) bool { return true }

// only accepts the values that change nothing.
func only(values ...string) accepts {
	return func(value string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
	}
}

// reported are the settings of which clients are told (GUC_REPORT).
var reported = []string{
	"server_version", "server_encoding", "client_encoding", "application_name", "default_transaction_read_only", "in_hot_standby",
	"is_superuser", "session_authorization", "DateStyle", "IntervalStyle", "TimeZone", "integer_datetimes", "standard_conforming_strings",
}

// known are the settings by name in lower case. Those that change how values
// are written have one value; the rest change nothing here.
var known = tabled([]setting{
	{"server_version", "15.8", nil},
	{"server_version_num", "150008", nil},
	{"server_encoding", "UTF8", nil},
	{"in_hot_standby", "off", nil},
	{"is_superuser", "off", nil},
	{"session_authorization", "", nil},
	{"integer_datetimes", "on", nil},
	{"max_identifier_length", "63", nil},
	{"max_index_keys", "32", nil},
	{"block_size", "8192", nil},
	{"lc_collate", "C", nil},
	{"lc_ctype", "C.UTF-8", nil},
	{"transaction_read_only", "on", only("on", "true", "1")},
	{"default_transaction_read_only", "on", only("on", "true", "1")},
	{"client_encoding", "UTF8", only("utf8", "utf-8", "unicode")},
	{"DateStyle", "ISO, MDY", only("iso", "iso, mdy", "iso, dmy", "iso, ymd")},
	{"IntervalStyle", "postgres", only("postgres")},
	{"TimeZone", "UTC", only("utc", "gmt", "etc/utc", "zulu", "default")},
	{"standard_conforming_strings", "on", only("on", "true", "1")},
	{"bytea_output", "hex", only("hex")},
	{"extra_float_digits", "1", only("1", "2", "3")},
	{"session_replication_role", "origin", only("origin")},
	{"role", "none", only("none")},
	{"statement_timeout", "0", func(v string) bool { _, ok := duration(v); return ok }},
	{"client_min_messages", "notice", func(v string) bool { return slices.Contains(severities, strings.ToLower(v)) }},
	{"weir.purpose", "", nil},
	{"weir.agreement", "", nil},
	{"application_name", "", anything},
	{"search_path", "main", anything},
	{"transaction_isolation", "read committed", anything},
	{"default_transaction_isolation", "read committed", anything},
	{"transaction_deferrable", "off", anything},
	{"default_transaction_deferrable", "off", anything},
	{"lock_timeout", "0", anything},
	{"idle_in_transaction_session_timeout", "0", anything},
	{"idle_session_timeout", "0", anything},
	{"row_security", "on", anything},
	{"synchronous_commit", "on", anything},
	{"lc_messages", "C", anything},
	{"lc_monetary", "C", anything},
	{"lc_numeric", "C", anything},
	{"lc_time", "C", anything},
	{"work_mem", "4MB", anything},
	{"maintenance_work_mem", "64MB", anything},
	{"effective_cache_size", "4GB", anything},
	{"default_text_search_config", "pg_catalog.simple", anything},
	{"default_tablespace", "", anything},
	{"temp_tablespaces", "", anything},
	{"default_table_access_method", "heap", anything},
	{"check_function_bodies", "on", anything},
	{"escape_string_warning", "on", anything},
	{"array_nulls", "on", anything},
	{"xmlbinary", "base64", anything},
	{"xmloption", "content", anything},
	{"constraint_exclusion", "partition", anything},
	{"cursor_tuple_fraction", "0.1", anything},
	{"plan_cache_mode", "auto", anything},
	{"geqo", "on", anything},
	{"jit", "off", anything},
	{"enable_seqscan", "on", anything},
	{"enable_nestloop", "on", anything},
	{"tcp_keepalives_idle", "0", anything},
})

func tabled(all []setting) map[string]setting {
	table := map[string]setting{}
	for _, s := range all {
		table[strings.ToLower(s.name)] = s
	}
	return table
}

// severities are the levels of client_min_messages, the least first.
var severities = []string{"debug5", "debug4", "debug3", "debug2", "debug1", "debug", "log", "info", "notice", "warning", "error"}

// duration reads a time as PostgreSQL's settings have it: milliseconds, or a
// number with a unit.
func duration(text string) (time.Duration, bool) {
	text = strings.ReplaceAll(text, " ", "")
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(n) * time.Millisecond, n >= 0
	}
	d, err := time.ParseDuration(strings.ReplaceAll(text, "min", "m"))
	return d, err == nil && d >= 0
}
