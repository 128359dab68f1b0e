package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/policy"
)

// load reads the configuration of a home whose weir.yaml holds file.
func load(t *testing.T, file string, env map[string]string, args ...string) (Config, map[string]resolved, error) {
	t.Helper()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, configName), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("weir", pflag.ContinueOnError)
	addSettingFlags(flags)
	if err := flags.Parse(append([]string{"--home", home}, args...)); err != nil {
		t.Fatal(err)
	}
	config, list, err := loadConfig(flags, func(name string) string { return env[name] })
	byKey := map[string]resolved{}
	for _, r := range list {
		byKey[r.Key] = r
	}
	return config, byKey, err
}

func TestConfigPrecedence(t *testing.T) {
	t.Parallel()
	env := map[string]string{"WEIR_OUTPUT": "json", "WEIR_SNAPSHOTS_KEEP": "3"}
	for _, test := range []struct {
		name, file    string
		env           map[string]string
		args          []string
		key           string
		value, source string
	}{
		{"default", "", nil, nil, "output", "table", "default"},
		{"file over default", "output: json", nil, nil, "output", "json", "file"},
		{"environment over default", "", env, nil, "output", "json", "environment"},
		{"environment over file", "output: table", env, nil, "output", "json", "environment"},
		{"flag over default", "", nil, []string{"-o", "json"}, "output", "json", "flag"},
		{"flag over file", "output: json", nil, []string{"-o", "table"}, "output", "table", "flag"},
		{"flag over environment", "", env, []string{"-o", "table"}, "output", "table", "flag"},
		{"flag over all", "output: json", env, []string{"--output=table"}, "output", "table", "flag"},
		{"dotted key in the file", "snapshots.keep: 4", nil, nil, "snapshots.keep", "4", "file"},
		{"section in the file", "snapshots:\n  keep: 4", nil, nil, "snapshots.keep", "4", "file"},
		{"environment over dotted key", "snapshots.keep: 4", env, nil, "snapshots.keep", "3", "environment"},
		{"environment over section", "snapshots:\n  keep: 4", env, nil, "snapshots.keep", "3", "environment"},
		{"an empty variable is none", "output: json", map[string]string{"WEIR_OUTPUT": ""}, nil, "output", "json", "file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, list, err := load(t, test.file, test.env, test.args...)
			if err != nil {
				t.Fatal(err)
			}
			want := resolved{Key: test.key, Value: test.value, Source: test.source}
			if list[test.key] != want {
				t.Errorf("got %+v, want %+v", list[test.key], want)
			}
		})
	}
}

func TestConfigErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file string
		env        map[string]string
		want       string
	}{
		{"unknown key", "engine:\n  thread: 2", nil, `weir.yaml: engine.thread: no such setting; 'weir config show' lists them`},
		{"unknown key without value", "engin:", nil, `weir.yaml: engin: no such setting`},
		{"section with a value", "engine: 2", nil, `weir.yaml: engine: no such setting`},
		{"home in its own file", "home: elsewhere", nil, `weir.yaml: home: is where this file lies`},
		{"no value", "output:", nil, `weir.yaml: output: has no value`},
		{"list", "output: [table, json]", nil, `weir.yaml: output: takes one value, not a list`},
		{"not yaml", "output: {", nil, `weir.yaml: `},
		{"choice", "output: xml", nil, `weir.yaml is none of table, json`},
		{"environment", "", map[string]string{"WEIR_ENGINE_THREADS": "0"},
			`engine.threads: "0" from WEIR_ENGINE_THREADS is not a whole number from 1 to 1024`},
		{"fraction", "engine.threads: 1.5", nil, `engine.threads: "1.5" from `},
		{"share", "load.removal_limit: 10", nil, `is not a share from 0 to 1`},
		{"not a number", "load.removal_limit: .nan", nil, `is not a share from 0 to 1`},
		{"memory", "engine.memory_limit: 4", nil, `is not a size such as 512MB`},
		{"no memory", "engine.memory_limit: 0GB", nil, `is not a size such as 512MB`},
		{"level", "log.level: loud", nil, `is none of debug, info, warn, error`},
		{"blank path", `engine.temp_directory: " "`, nil, `engine.temp_directory: " " from `},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config, _, err := load(t, test.file, test.env)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if code := policy.CodeOf(err); code != policy.Usage {
				t.Errorf("code %s, want usage", code)
			}
			if config.Output == "" || config.Engine.Threads == 0 || config.Engine.MemoryLimit == "" {
				t.Errorf("a default is missing: %+v", config)
			}
		})
	}
}

func TestConfigReportsAllFaults(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, "engine.thread: 2\noutput: xml", map[string]string{"WEIR_LOG_LEVEL": "loud"})
	for _, want := range []string{"engine.thread:", "output:", "log.level:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not reported in: %v", want, err)
		}
	}
}

// The default file, with each line put in force, is valid and changes nothing.
func TestDefaultConfigText(t *testing.T) {
	t.Parallel()
	commented := defaultConfigText()
	inForce := strings.ReplaceAll(commented, "\n#", "\n")
	inForce = strings.ReplaceAll(inForce, "\n ", "\n# ")
	defaults, _, err := load(t, commented, nil)
	if err != nil {
		t.Fatal(err)
	}
	config, list, err := load(t, inForce, nil)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, inForce)
	}
	for _, s := range settings() {
		if s.key != keyHome && list[s.key].Source != sourceFile {
			t.Errorf("%s is not in the default file", s.key)
		}
	}
	config.Home, config.Engine.TempDirectory = defaults.Home, defaults.Engine.TempDirectory // two homes
	if config != defaults {
		t.Errorf("got %+v, want %+v", config, defaults)
	}
}

func TestTempDirectoryStartsAtHome(t *testing.T) {
	t.Parallel()
	config, _, err := load(t, "engine.temp_directory: spill", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(config.Home, "spill"); config.Engine.TempDirectory != want {
		t.Errorf("got %s, want %s", config.Engine.TempDirectory, want)
	}
}
