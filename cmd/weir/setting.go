package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// keyHome is the one setting that the file in the home cannot make.
const keyHome = "home"

// The words for the policy that a home has of itself, for no file, and for a
// door that stays shut.
const (
	policyOfHome = "default"
	none         = "none"
	off          = "off"
)

// setting is one value of the configuration. The flags, the environment, the
// file and its default text, and `weir config show` are made from the table of
// settings, so that they cannot drift.
type setting struct {
	key       string
	flag      string // its flag on every command, if it has one
	shorthand string
	fallback  string
	meaning   string
	set       func(c *Config, value string) error // parses and validates value into c
}

// settings returns the table. What others are relative to comes first.
func settings() []setting { return append(warehouseSettings(), serveSettings()...) }

func warehouseSettings() []setting {
	return []setting{
		{key: keyHome, flag: "home", fallback: "./weir-home",
			meaning: "directory of the warehouse",
			set:     path(func(c *Config) *string { return &c.Home })},
		{key: "output", flag: "output", shorthand: "o", fallback: formatTable,
			meaning: "format of what is listed: table or json",
			set:     choice(func(c *Config) *string { return &c.Output }, formatTable, formatJSON)},
		{key: "log.level", fallback: "warn",
			meaning: "least severe message that is logged: debug, info, warn or error",
			set:     setLogLevel},
		{key: "log.format", fallback: formatText,
			meaning: "format of the log on standard error: text or json",
			set:     choice(func(c *Config) *string { return &c.Log.Format }, formatText, formatJSON)},
		{key: "engine.memory_limit", fallback: defaultMemoryLimit(os.ReadFile),
			meaning: "memory for the engine; by default half of the machine's, at most 4GB",
			set:     setMemoryLimit},
		{key: "engine.threads", fallback: strconv.Itoa(runtime.GOMAXPROCS(0)),
			meaning: "threads of the engine; by default the number of CPUs",
			set:     whole(func(c *Config) *int { return &c.Engine.Threads }, 1, 1024)},
		{key: "engine.temp_directory", fallback: filepath.Join("build", "tmp"),
			meaning: "where the engine spills what memory cannot hold; a relative path starts at the home",
			set:     setTempDirectory},
		{key: "load.removal_limit", fallback: "0.10",
			meaning: "share of a dataset's rows that a full file may end without --accept-removals",
			set:     share(func(c *Config) *float64 { return &c.Load.RemovalLimit })},
		{key: "policy.bundle", fallback: policyOfHome,
			meaning: "directory, .tar.gz or URL of the policy; by default the home's folder policy, or if that is empty, the built-in one",
			set:     path(func(c *Config) *string { return &c.Policy.Bundle })},
		{key: "policy.key", fallback: none,
			meaning: "file with the public key (PEM) that a policy of your own must be signed with",
			set:     path(func(c *Config) *string { return &c.Policy.Key })},
		{key: "policy.algorithm", fallback: "RS256",
			meaning: "algorithm of the policy's signature",
			set:     choice(func(c *Config) *string { return &c.Policy.Algorithm }, "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")},
		{key: "snapshots.keep", fallback: "10",
			meaning: "number of snapshots that pruning leaves",
			set:     whole(func(c *Config) *int { return &c.Snapshots.Keep }, 1, 1_000_000)},
	}
}

func serveSettings() []setting {
	return []setting{
		{key: "serve.pgwire", fallback: "127.0.0.1:5439",
			meaning: "address of the door for PostgreSQL clients, or off",
			set:     address(func(c *Config) *string { return &c.Serve.PGWire })},
		{key: "serve.flight", fallback: "127.0.0.1:8815",
			meaning: "address of the door for Arrow Flight SQL, or off",
			set:     address(func(c *Config) *string { return &c.Serve.Flight })},
		{key: "serve.http", fallback: "127.0.0.1:8480",
			meaning: "address of the door for HTTP, or off",
			set:     address(func(c *Config) *string { return &c.Serve.HTTP })},
		{key: "serve.certificate", fallback: none,
			meaning: "file with the server's TLS certificate and its chain (PEM)",
			set:     path(func(c *Config) *string { return &c.Serve.Certificate })},
		{key: "serve.key", fallback: none,
			meaning: "file with the certificate's private key (PEM)",
			set:     path(func(c *Config) *string { return &c.Serve.Key })},
		{key: "serve.client_ca", fallback: none,
			meaning: "file with the authorities (PEM) one of which must have signed a client's certificate",
			set:     path(func(c *Config) *string { return &c.Serve.ClientCA })},
		{key: "serve.statements", fallback: strconv.Itoa(2 * runtime.GOMAXPROCS(0)),
			meaning: "statements that the engine works for at once; others wait their turn",
			set:     whole(func(c *Config) *int { return &c.Serve.Statements }, 1, 1024)},
		{key: "serve.drain", fallback: "10s",
			meaning: "time that running statements get to end when the server stops",
			set:     duration(func(c *Config) *time.Duration { return &c.Serve.Drain })},
	}
}

// variable returns the environment variable that makes the setting.
func (s setting) variable() string {
	return "WEIR_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// addSettingFlags adds the flags of the settings that have one.
func addSettingFlags(flags *pflag.FlagSet) {
	for _, s := range settings() {
		if s.flag != "" {
			flags.StringP(s.flag, s.shorthand, s.fallback, s.meaning)
		}
	}
}

func path(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		if strings.TrimSpace(value) == "" {
			return errors.New("is blank")
		}
		*field(c) = value
		return nil
	}
}

func choice(field func(*Config) *string, allowed ...string) func(*Config, string) error {
	return func(c *Config, value string) error {
		if !slices.Contains(allowed, value) {
			return fmt.Errorf("is none of %s", strings.Join(allowed, ", "))
		}
		*field(c) = value
		return nil
	}
}

func whole(field func(*Config) *int, low, high int) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < low || n > high {
			return fmt.Errorf("is not a whole number from %d to %d", low, high)
		}
		*field(c) = n
		return nil
	}
}

func share(field func(*Config) *float64) func(*Config, string) error {
	return func(c *Config, value string) error {
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || !(x >= 0 && x <= 1) { // so written, it refuses NaN as well
			return errors.New("is not a share from 0 to 1, such as 0.10")
		}
		*field(c) = x
		return nil
	}
}

// address takes a host and a port. What a host name means, the system knows
// when the server starts.
func address(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		_, port, err := net.SplitHostPort(value)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil && value != off {
			return errors.New("is no address such as 127.0.0.1:5439, and not off")
		}
		*field(c) = value
		return nil
	}
}

func duration(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return errors.New("is no duration such as 10s or 1m30s")
		}
		*field(c) = d
		return nil
	}
}

func setLogLevel(c *Config, value string) error {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	level, ok := levels[value]
	if !ok {
		return errors.New("is none of debug, info, warn, error")
	}
	c.Log.Level = level
	return nil
}

func setMemoryLimit(c *Config, value string) error {
	if !regexp.MustCompile(`^[0-9]*[1-9][0-9]*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$`).MatchString(value) {
		return errors.New("is not a size such as 512MB, 4GB or 4GiB")
	}
	c.Engine.MemoryLimit = value
	return nil
}

func setTempDirectory(c *Config, value string) error {
	err := path(func(c *Config) *string { return &c.Engine.TempDirectory })(c, value)
	if err == nil && !filepath.IsAbs(value) {
		c.Engine.TempDirectory = filepath.Join(c.Home, value)
	}
	return err
}
