package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/weir-warehouse/weir/policy"
)

// configName is the name of the configuration's file in the home.
const configName = "weir.yaml"

// Where a value came from, the strongest first.
const (
	sourceFlag        = "flag"
	sourceEnvironment = "environment"
	sourceFile        = "file"
	sourceDefault     = "default"
)

// Config is the configuration, complete and valid.
type Config struct {
	Home      string // the warehouse's directory
	Output    string // formatTable or formatJSON
	Log       LogConfig
	Engine    EngineConfig
	Load      LoadConfig
	Policy    PolicyConfig
	Snapshots SnapshotsConfig
	Serve     ServeConfig
}

// LogConfig says what is logged, and how.
type LogConfig struct {
	Level  slog.Level
	Format string // formatText or formatJSON
}

// EngineConfig limits what the engine takes of the machine.
type EngineConfig struct {
	MemoryLimit   string // in the engine's spelling, such as 4GB
	Threads       int
	TempDirectory string
}

// LoadConfig says what a load may do without being asked to.
type LoadConfig struct {
	RemovalLimit float64 // share of a dataset's rows, 0 to 1
}

// PolicyConfig says where policy comes from and who must have signed it.
type PolicyConfig struct {
	Bundle    string
	Key       string // file of the public key
	Algorithm string
}

// SnapshotsConfig says how many snapshots stay.
type SnapshotsConfig struct {
	Keep int
}

// ServeConfig says where the doors are, and who may come.
type ServeConfig struct {
	PGWire, Flight, HTTP string // addresses, or off

	Certificate, Key string // files, or none
	ClientCA         string
	Statements       int // at once
	Drain            time.Duration
}

// resolved is a setting with its value and where that came from.
type resolved struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// loadConfig reads the settings from flags, the environment and the file in
// the home. It reports all faults at once, each with key, value, reason and
// source, and then returns the defaults in place of what is faulty.
func loadConfig(flags *pflag.FlagSet, getenv func(string) string) (Config, []resolved, error) {
	values := viper.New()
	for _, s := range settings() {
		values.SetDefault(s.key, s.fallback)
		if s.flag != "" {
			_ = values.BindPFlag(s.key, flags.Lookup(s.flag)) //nolint:errcheck // fails on a nil flag only
		}
	}
	environment := readEnvironment(getenv)
	layer(values, environment)
	path := filepath.Join(values.GetString(keyHome), configName)
	file, faults := readConfigFile(path)
	layer(values, file)
	layer(values, environment)

	var config Config
	show := make([]resolved, 0, len(settings()))
	for _, s := range settings() {
		source, place := sourceDefault, "built in"
		switch {
		case s.flag != "" && flags.Changed(s.flag):
			source, place = sourceFlag, "--"+s.flag
		case environment[s.key] != nil:
			source, place = sourceEnvironment, s.variable()
		case file[s.key] != nil:
			source, place = sourceFile, path
		}
		value := values.GetString(s.key)
		if err := s.set(&config, value); err != nil {
			faults = append(faults, fmt.Errorf("%s: %q from %s %w", s.key, value, place, err))
			_ = s.set(&config, s.fallback) //nolint:errcheck // every fallback is valid
		}
		show = append(show, resolved{Key: s.key, Value: value, Source: source})
	}
	if len(faults) > 0 {
		return config, show, policy.Errorf(policy.Usage, "%w", errors.Join(faults...))
	}
	return config, show, nil
}

// layer puts settings under the flags and over what was layered before.
func layer(values *viper.Viper, settings map[string]any) {
	_ = values.MergeConfigMap(maps.Clone(settings)) //nolint:errcheck // never fails
}

// readEnvironment returns the settings that the environment makes. An empty
// variable makes none.
func readEnvironment(getenv func(string) string) map[string]any {
	set := map[string]any{}
	for _, s := range settings() {
		if value := getenv(s.variable()); value != "" {
			set[s.key] = value
		}
	}
	return set
}

// readConfigFile returns the settings that the file at path makes, none if it
// does not exist, and what is wrong with the others.
func readConfigFile(path string) (set map[string]any, faults []error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []error{err}
	}
	file := viper.New()
	file.SetConfigType("yaml")
	if err := file.ReadConfig(bytes.NewReader(text)); err != nil {
		return nil, []error{fmt.Errorf("%s: %w", path, err)}
	}
	set = map[string]any{}
	keys := file.AllKeys()
	slices.Sort(keys)
	for _, key := range keys {
		if reason := refuseFileKey(key, file.Get(key)); reason != "" {
			faults = append(faults, fmt.Errorf("%s: %s: %s", path, key, reason))
			continue
		}
		set[key] = file.Get(key)
	}
	return set, faults
}

// refuseFileKey says why the file may not hold key with value, if so.
func refuseFileKey(key string, value any) string {
	if key == keyHome {
		return "is where this file lies; set it with --home or WEIR_HOME"
	}
	if !slices.ContainsFunc(settings(), func(s setting) bool { return s.key == key }) {
		return "no such setting; 'weir config show' lists them"
	}
	switch value.(type) {
	case nil:
		return "has no value; give it one or remove the line"
	case []any:
		return "takes one value, not a list"
	}
	return ""
}

// defaultConfigText returns a weir.yaml that changes nothing: each setting with
// its meaning and default, commented out.
func defaultConfigText() string {
	var b strings.Builder
	b.WriteString(`# Weir's configuration. Every line shows a default: remove its "#" to change it.
# An environment variable (WEIR_LOG_LEVEL for log.level) is stronger than this
# file, and a flag is stronger than both. 'weir config show' prints the result.
`)
	for _, s := range settings() {
		if s.key != keyHome {
			fmt.Fprintf(&b, "\n# %s\n#%s: %s\n", s.meaning, s.key, s.fallback)
		}
	}
	return b.String()
}
