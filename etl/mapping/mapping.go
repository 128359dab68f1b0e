// Package mapping describes how a source file that a district really has
// becomes the input columns of a dataset: renamed, constant, split, joined and
// unpivoted columns, value maps, number and date formats. A mapping is a YAML
// file; it changes no value that it does not name, and a column that it
// neither uses nor ignores is refused.
package mapping

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
)

// Suffix ends the names of mapping files that are found in a directory.
const Suffix = ".mapping.yaml"

// Mapping turns one kind of source file into one dataset. To split a file over
// several datasets, give it several mappings.
type Mapping struct {
	Dataset string            `yaml:"dataset"`
	Files   []string          `yaml:"files,omitempty"` // name patterns, as in shell globs
	Mode    contract.LoadMode `yaml:"mode,omitempty"`  // empty: as the contract says
	Format  Format            `yaml:"format,omitempty"`
	Columns map[string]Column `yaml:"columns,omitempty"`
	Unpivot *Unpivot          `yaml:"unpivot,omitempty"`
	Ignore  []string          `yaml:"ignore,omitempty"`

	Origin string `yaml:"-"` // file name
	Digest string `yaml:"-"` // SHA-256 of the file, hex; empty for the identity mapping
}

// Format says how a source file writes text, numbers and dates.
type Format struct {
	Encoding  tabular.Encoding `yaml:"encoding,omitempty"`
	Delimiter string           `yaml:"delimiter,omitempty"` // one of , ; | or \t
	Skip      int              `yaml:"skip,omitempty"`      // lines before the header
	Decimal   string           `yaml:"decimal,omitempty"`   // "." or ","
	Date      string           `yaml:"date,omitempty"`      // strptime format, such as %d.%m.%Y
	Timestamp string           `yaml:"timestamp,omitempty"`
	Null      []string         `yaml:"null,omitempty"` // texts that mean: no value
}

// Column says where an input column comes from: exactly one of From and
// Constant.
type Column struct {
	From     Names             `yaml:"from,omitempty"` // several are joined by Join
	Join     string            `yaml:"join,omitempty"` // default: one space
	Split    *Split            `yaml:"split,omitempty"`
	Constant *string           `yaml:"constant,omitempty"`
	Values   map[string]string `yaml:"values,omitempty"` // other values pass as they are
	Date     string            `yaml:"date,omitempty"`   // strptime format, for this column alone
}

// Split takes one part of a text, counted from 1.
type Split struct {
	On   string `yaml:"on"`
	Part int    `yaml:"part"`
}

// Unpivot turns repeated groups of columns into rows (wide to long).
type Unpivot struct {
	Into    string            `yaml:"into"`    // input column that receives the label
	Labels  []Label           `yaml:"labels"`  // one row each
	Columns map[string]string `yaml:"columns"` // input column: source name with {} for the label's part
}

// Label is one repetition in the wide file.
type Label struct {
	Part  string `yaml:"part"`  // as it stands in the source column names
	Value string `yaml:"value"` // as it is loaded
}

// Names is one name or a list of them.
type Names []string

// UnmarshalYAML accepts a scalar or a sequence.
func (n *Names) UnmarshalYAML(unmarshal func(any) error) error {
	var list []string
	if err := unmarshal(&list); err == nil {
		*n = list
		return nil
	}
	var one string
	if err := unmarshal(&one); err != nil {
		return fmt.Errorf("expected a column name or a list of them")
	}
	*n = Names{one}
	return nil
}

// MarshalYAML writes a single name as a scalar.
func (n Names) MarshalYAML() (any, error) {
	if len(n) == 1 {
		return n[0], nil
	}
	return []string(n), nil
}

// Read parses a mapping file and checks it against the contracts.
func Read(file string, catalog *contract.Catalog) (*Mapping, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read mapping: %w", err)
	}
	return Parse(filepath.Base(file), data, catalog)
}

// Parse parses the text of a mapping; origin names it in messages.
func Parse(origin string, data []byte, catalog *contract.Catalog) (*Mapping, error) {
	m := &Mapping{Origin: origin}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(m); err != nil {
		return nil, policy.Errorf(policy.Usage, "%s: %s", origin, yaml.FormatError(err, false, true))
	}
	sum := sha256.Sum256(data)
	m.Digest = hex.EncodeToString(sum[:])
	c, ok := catalog.Get(m.Dataset)
	if !ok {
		return nil, policy.Errorf(policy.Usage, "%s: dataset: no contract is named %q; `weir contracts list` shows them", origin, m.Dataset)
	}
	return m, m.check(c)
}

// Identity is the mapping of a file whose header has the contract's own names.
func Identity(c *contract.Contract) *Mapping { return &Mapping{Dataset: c.Name} }

// Matches reports whether the mapping is meant for a file of this name.
func (m *Mapping) Matches(name string) bool {
	return slices.ContainsFunc(m.Files, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return err == nil && ok
	})
}

// Dialect returns what the mapping says of the file's separators.
func (m *Mapping) Dialect() tabular.Dialect {
	d := tabular.Dialect{Skip: m.Format.Skip}
	if m.Format.Delimiter != "" {
		d.Delimiter = m.Format.Delimiter[0]
	}
	return d
}

func (m *Mapping) check(c *contract.Contract) error {
	inputs := c.InputColumns()
	for _, target := range slices.Sorted(maps.Keys(m.Columns)) {
		if !slices.Contains(inputs, target) {
			return m.fault("columns."+target, "%s has no such input column; it has %s", c.Name, strings.Join(inputs, ", "))
		}
		if err := m.checkColumn("columns."+target, m.Columns[target]); err != nil {
			return err
		}
	}
	for _, pattern := range m.Files {
		if _, err := path.Match(pattern, ""); err != nil {
			return m.fault("files", "%q is not a file name pattern", pattern)
		}
	}
	if m.Mode != "" && m.Mode != contract.Full && m.Mode != contract.Delta {
		return m.fault("mode", "%q is neither full nor delta", m.Mode)
	}
	if err := m.checkFormat(); err != nil {
		return err
	}
	return m.checkUnpivot(inputs)
}

func (m *Mapping) checkColumn(field string, col Column) error {
	if (len(col.From) == 0) == (col.Constant == nil) {
		return m.fault(field, "give either from or constant")
	}
	if s := col.Split; s != nil && (s.On == "" || s.Part < 1) {
		return m.fault(field+".split", "needs the separator in `on` and a `part` from 1")
	}
	return nil
}

func (m *Mapping) checkFormat() error {
	f := m.Format
	if f.Encoding != "" && !slices.Contains(tabular.Encodings(), f.Encoding) {
		return m.fault("format.encoding", "%q is unknown; known are %v", f.Encoding, tabular.Encodings())
	}
	if f.Delimiter != "" && (len(f.Delimiter) != 1 || !slices.Contains(tabular.Delimiters(), f.Delimiter[0])) {
		return m.fault("format.delimiter", "%q is none of comma, semicolon, tab and bar", f.Delimiter)
	}
	if f.Decimal != "" && f.Decimal != "." && f.Decimal != "," {
		return m.fault("format.decimal", "%q is neither a point nor a comma", f.Decimal)
	}
	if f.Skip < 0 {
		return m.fault("format.skip", "%d is negative", f.Skip)
	}
	return nil
}

func (m *Mapping) checkUnpivot(inputs []string) error {
	u := m.Unpivot
	if u == nil {
		return nil
	}
	if !slices.Contains(inputs, u.Into) {
		return m.fault("unpivot.into", "%s has no input column %q", m.Dataset, u.Into)
	}
	if len(u.Labels) == 0 || len(u.Columns) == 0 {
		return m.fault("unpivot", "needs labels and columns")
	}
	for _, target := range slices.Sorted(maps.Keys(u.Columns)) {
		if !slices.Contains(inputs, target) {
			return m.fault("unpivot.columns."+target, "%s has no such input column", m.Dataset)
		}
		if !strings.Contains(u.Columns[target], "{}") {
			return m.fault("unpivot.columns."+target, "%q does not hold {} for the label", u.Columns[target])
		}
	}
	return nil
}

func (m *Mapping) fault(field, format string, args ...any) error {
	return policy.Errorf(policy.Usage, "%s: %s: %s", m.Origin, field, fmt.Sprintf(format, args...))
}
