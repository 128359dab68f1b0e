package pgwire

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/sql/doors/access"
)

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
