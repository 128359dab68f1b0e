package pgwire

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/sql/doors/access"
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

const (
	mostCustom = 64   // settings of a client's own, with a dot in their name
	mostValue  = 4096 // bytes of a value
)

// settings are a session's parameters: what differs from what is known.
type settings struct {
	values map[string]string
	local  map[string]string // until the transaction ends
	saved  map[string]string // what holds again if it is rolled back; nil outside of one
}

// newSettings takes the parameters of a start-up packet.
func newSettings(parameters map[string]string) (*settings, error) {
	s := &settings{values: map[string]string{}}
	for _, option := range options(parameters["options"]) {
		name, value, ok := strings.Cut(option, "=")
		if !ok {
			return nil, fault(codeBadSetting, "invalid start-up option; write -c name=value")
		}
		if err := s.begin(strings.ReplaceAll(name, "-", "_"), value); err != nil {
			return nil, err
		}
	}
	for name, value := range parameters {
		switch name {
		case "user", "database", "options":
			continue
		case "replication":
			return nil, fault(codeRefused, "this server replicates nothing")
		}
		if strings.HasPrefix(name, "_pq_.") {
			continue
		}
		if err := s.begin(name, value); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// begin sets what a client wants from the start. Its time zone is not worth
// refusing the client.
func (s *settings) begin(name, value string) error {
	switch name = strings.ToLower(name); name {
	case "weir.purpose", "weir.agreement":
		s.values[name] = value
		return nil
	case "timezone", "extra_float_digits":
		return nil
	}
	_, err := s.set(name, value, false)
	return err
}

// options takes the start-up parameter "options" apart: -c name=value,
// -cname=value or --name=value, with backslashes before spaces that do not
// part them.
func options(text string) []string {
	var all []string
	var current strings.Builder
	end := func() {
		word := current.String()
		current.Reset()
		word = strings.TrimPrefix(strings.TrimPrefix(word, "--"), "-c")
		if word != "" {
			all = append(all, word)
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			current.WriteByte(text[i])
		case c == ' ' || c == '\t' || c == '\n':
			end()
		default:
			current.WriteByte(c)
		}
	}
	end()
	return all
}

// identify says who the session is, and what for.
func (s *settings) identify(a *access.Session) {
	s.values["session_authorization"] = a.Principal()
	s.values["weir.purpose"], s.values["weir.agreement"] = string(a.Purpose()), a.Agreement()
}

// find returns a setting as it is known, or a client's own.
func (s *settings) find(name string) (setting, bool) {
	key := strings.ToLower(name)
	if k, ok := known[key]; ok {
		return k, true
	}
	_, own := s.values[key]
	return setting{name: key, accepts: anything}, own
}

// get returns a setting's value, or "".
func (s *settings) get(name string) string {
	key := strings.ToLower(name)
	if v, ok := s.local[key]; ok {
		return v
	}
	if v, ok := s.values[key]; ok {
		return v
	}
	return known[key].value
}

// set gives a setting a value. Changed reports whether the client must be told
// that it has another value now.
func (s *settings) set(name, value string, local bool) (changed bool, err error) {
	k, ok := s.find(name)
	key := strings.ToLower(name)
	switch {
	case !ok && !strings.Contains(key, "."):
		return false, fault(codeNoSetting, "unrecognized configuration parameter %q", key)
	case !ok && len(s.values) >= mostCustom:
		return false, fault(codeLimit, "a session has at most %d settings of its own", mostCustom)
	case len(value) > mostValue:
		return false, fault(codeBadSetting, "the value of %q is longer than %d bytes", k.name, mostValue)
	case k.accepts == nil && (key == "weir.purpose" || key == "weir.agreement"):
		return false, &failure{code: codeFixed, text: "a session keeps the " + key[5:] + " that it began with", hint: "connect again to change it"}
	case k.accepts == nil:
		return false, fault(codeFixed, "parameter %q cannot be changed", k.name)
	case !k.accepts(value):
		return false, fault(codeBadSetting, "parameter %q cannot be %q here; it stays %q", k.name, value, s.get(name))
	}
	if only := k.value; slices.Contains(reported, k.name) && k.name != "application_name" {
		value = only // another spelling of the only value
	}
	changed = slices.Contains(reported, k.name) && s.get(name) != value
	if local {
		if s.local == nil {
			s.local = map[string]string{}
		}
		s.local[key] = value
		return changed, nil
	}
	delete(s.local, key)
	s.values[key] = value
	return changed, nil
}

// reset gives a setting, or with "all" each, its first value.
func (s *settings) reset(name string) error {
	key := strings.ToLower(name)
	if _, ok := s.find(name); !ok && key != "all" {
		return fault(codeNoSetting, "unrecognized configuration parameter %q", key)
	}
	maps.DeleteFunc(s.values, func(k, _ string) bool {
		return (k == key || key == "all") && (known[k].accepts != nil || strings.Contains(k, ".")) && !strings.HasPrefix(k, "weir.")
	})
	s.local = nil
	return nil
}

// beginTransaction and endTransaction keep what a ROLLBACK restores.
func (s *settings) beginTransaction() { s.saved = maps.Clone(s.values) }

func (s *settings) endTransaction(rolledBack bool) {
	if rolledBack && s.saved != nil {
		s.values = s.saved
	}
	s.saved, s.local = nil, nil
}

// quiet reports whether the client wants no messages of a severity.
func (s *settings) quiet(severity string) bool {
	if s == nil {
		return true
	}
	least := strings.ToLower(s.get("client_min_messages"))
	return slices.Index(severities, strings.ToLower(severity)) < slices.Index(severities, least)
}

// statementTime is how long a statement may take: the lesser of what the
// client and the server say, where 0 says nothing.
func (s *settings) statementTime(server time.Duration) time.Duration {
	own, _ := duration(s.get("statement_timeout"))
	if own == 0 || server > 0 && server < own {
		return server
	}
	return own
}

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
