// Package mapping describes how a source file that a district really has
// becomes the input columns of a dataset: renamed, constant, split, joined and
// unpivoted columns, value maps, number and date formats. A mapping is a YAML
// file; it changes no value that it does not name, and a column that it
// neither uses nor ignores is refused.
//
// What the file writes is read in the file's own notation, as Format says.
// What the mapping writes itself, in constants, labels and the results of
// value maps, is in Weir's: a decimal point, dates after ISO 8601.
package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
)

// Suffix ends the names of mapping files that are found in a directory.
const Suffix = ".mapping.yaml"

// Repeated stands in a source column's name for the part that differs between
// the columns of an unpivoted group.
const Repeated = "{}"

// Literally begins an item of From that is no column, but the text after it.
const Literally = "="

// Mapping turns one kind of source file into one dataset. To split a file over
// several datasets, give it several mappings.
type Mapping struct {
	Dataset string            `yaml:"dataset"`
	Files   Texts             `yaml:"files,omitempty"` // name patterns, as in shell globs
	Mode    contract.LoadMode `yaml:"mode,omitempty"`  // empty: as the contract says
	Format  Format            `yaml:"format,omitempty"`
	Columns map[string]Column `yaml:"columns,omitempty"` // by input column; one that the file has by its own name needs none
	Unpivot *Unpivot          `yaml:"unpivot,omitempty"`
	Ignore  Texts             `yaml:"ignore,omitempty"`

	Origin string `yaml:"-"` // file name
	Digest string `yaml:"-"` // SHA-256 of the file, hex; empty for the identity mapping
}

// Format says how a source file writes text, numbers and dates.
type Format struct {
	Encoding  tabular.Encoding `yaml:"encoding,omitempty"`
	Delimiter string           `yaml:"delimiter,omitempty"` // one of , ; | or \t
	Skip      int              `yaml:"skip,omitempty"`      // lines before the header
	Decimal   string           `yaml:"decimal,omitempty"`   // "." or ","; the other one may group thousands
	Date      string           `yaml:"date,omitempty"`      // strptime format, such as %d.%m.%Y
	Timestamp string           `yaml:"timestamp,omitempty"`
	Missing   Texts            `yaml:"missing,omitempty"` // texts that mean: no value
}

// Column says where an input column comes from: exactly one of From and
// Constant.
type Column struct {
	From     Texts  `yaml:"from,omitempty"` // several are joined by Join
	Join     *Text  `yaml:"join,omitempty"` // nil: one space
	Split    *Split `yaml:"split,omitempty"`
	Constant *Text  `yaml:"constant,omitempty"`
	Values   Values `yaml:"values,omitempty"` // other values pass as they are
	Date     string `yaml:"date,omitempty"`   // strptime format, for this column alone
}

// Split takes one part of a text, counted from 1.
type Split struct {
	On   Text `yaml:"on"`
	Part int  `yaml:"part"`
}

// Unpivot turns groups of columns into rows (wide to long). A column whose
// From holds Repeated has a value in each row, others are the same in all.
// A group without any value becomes no row.
type Unpivot struct {
	Into   string  `yaml:"into"` // input column that receives the label
	Labels []Label `yaml:"labels"`
}

// Label is one group in the wide file.
type Label struct {
	Part  Text `yaml:"part"`  // what stands for Repeated in the names of its columns
	Value Text `yaml:"value"` // as it is loaded
}

// Read parses a mapping file and checks it against the contracts.
func Read(file string, catalog *contract.Catalog) (*Mapping, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, policy.Errorf(policy.Usage, "cannot read the mapping: %w", err)
	}
	return Parse(filepath.Base(file), data, catalog)
}

// Parse parses the text of a mapping; origin names it in messages.
func Parse(origin string, data []byte, catalog *contract.Catalog) (*Mapping, error) {
	m := &Mapping{}
	if err := decode(data, m); err != nil {
		return nil, policy.Errorf(policy.Usage, "%s: %w", origin, err)
	}
	sum := sha256.Sum256(data)
	m.Origin, m.Digest = origin, hex.EncodeToString(sum[:])
	c, ok := catalog.Get(m.Dataset)
	if !ok {
		return nil, m.fault("dataset", "no contract is named %q; `weir contracts list` shows them", m.Dataset)
	}
	if err := m.check(c); err != nil {
		return nil, err
	}
	return m, nil
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

func (m *Mapping) fault(field, format string, args ...any) error {
	return policy.Errorf(policy.Usage, "%s: %s: %s", m.Origin, field, fmt.Sprintf(format, args...))
}
