// Package oneroster knows 1EdTech's OneRoster 1.1 and 1.2 CSV binding: the
// manifest, the files and their columns, and how they become datasets, as SQL.
// It reads the manifest and writes queries; it runs none. Columns that no
// warehouse should hold (passwords, telephone numbers) are not even read.
//
// Source: 1EdTech OneRoster 1.2 CSV Binding, sections 3 and 4; OneRoster 1.1
// CSV Tables, section 4.
package oneroster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
)

// Manifest is the name of the file that makes a folder a OneRoster package.
const Manifest = "manifest.csv"

// Package is a folder of OneRoster CSV files.
type Package struct {
	Dir     string
	Version string
	files   map[string]contract.LoadMode // by table name, such as users
}

// Read reads the manifest of a folder.
func Read(dir string) (*Package, error) {
	f, err := os.Open(filepath.Join(dir, Manifest))
	if err != nil {
		return nil, fmt.Errorf("open the OneRoster manifest: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	p := &Package{Dir: dir, files: map[string]contract.LoadMode{}}
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, policy.Errorf(policy.DataRefused, "%s: %w", Manifest, err)
		}
		if err := p.property(record, r); err != nil {
			return nil, err
		}
	}
	if p.Version == "" {
		return nil, policy.Errorf(policy.DataRefused, "%s: lacks oneroster.version", Manifest)
	}
	return p, nil
}

func (p *Package) property(record []string, r *csv.Reader) error {
	line, _ := r.FieldPos(0)
	if len(record) != 2 {
		return policy.Errorf(policy.DataRefused, "%s: line %d has %d fields; expected propertyName,value", Manifest, line, len(record))
	}
	name, value := strings.TrimPrefix(record[0], "\ufeff"), strings.TrimSpace(record[1])
	switch {
	case name == "oneroster.version":
		if value != "1.1" && value != "1.2" {
			return policy.Errorf(policy.DataRefused, "%s: line %d: OneRoster version %q; known are 1.1 and 1.2", Manifest, line, value)
		}
		p.Version = value
	case strings.HasPrefix(name, "file."):
		return p.file(strings.TrimPrefix(name, "file."), value, line)
	}
	return nil
}

func (p *Package) file(table, value string, line int) error {
	switch value {
	case "absent":
		return nil
	case "bulk":
		p.files[table] = contract.Full
	case "delta":
		p.files[table] = contract.Delta
	default:
		return policy.Errorf(policy.DataRefused, "%s: line %d: %q for %s; expected bulk, delta or absent", Manifest, line, value, table)
	}
	if _, ok := columns[table]; !ok && !slices.Contains(resources, table) {
		return policy.Errorf(policy.DataRefused, "%s: line %d: OneRoster has no file %s.csv", Manifest, line, table)
	}
	return nil
}

// Tables lists the files of the package, by name without suffix.
func (p *Package) Tables() []string {
	var names []string
	for _, t := range tables {
		if _, ok := p.files[t]; ok {
			names = append(names, t)
		}
	}
	return names
}

// Path is where a table's file is.
func (p *Package) Path(table string) string { return filepath.Join(p.Dir, table+".csv") }

// Extension reports whether a header name is an extension column, which the
// standard allows at the end of any file.
func Extension(column string) bool { return strings.HasPrefix(strings.ToLower(column), "metadata.") }

// Columns returns what a table should be read with: the standard's columns
// that may be stored, each as found in the header or "" where the header lacks
// it; and the header's columns that are dropped. A header with unknown columns,
// or without those that tell what a row is, is refused.
func (p *Package) Columns(table string, header []string) (read map[string]string, dropped []string, err error) {
	read = map[string]string{}
	for _, h := range header {
		name := strings.TrimSpace(h)
		i := slices.IndexFunc(columns[table], func(c string) bool { return strings.EqualFold(c, name) })
		switch {
		case i >= 0:
			read[columns[table][i]] = h
		case neverStored(table, name) || Extension(name):
			dropped = append(dropped, name)
		default:
			return nil, nil, policy.Errorf(policy.DataRefused, "%s.csv: OneRoster has no column %q there; name an extension metadata.%s, or remove it", table, name, name)
		}
	}
	for _, name := range p.needed(table) {
		if read[name] == "" {
			return nil, nil, policy.Errorf(policy.DataRefused, "%s.csv: lacks the column %s", table, name)
		}
	}
	return read, dropped, nil
}

// needed lists the columns that a file must have. A user's role stands with the
// user where there is no file of roles.
func (p *Package) needed(table string) []string {
	if _, ok := p.files["roles"]; table == "users" && !ok {
		return append(slices.Clone(needed[table]), "role")
	}
	return needed[table]
}

func neverStored(table, column string) bool {
	return slices.ContainsFunc(secret[table], func(c string) bool { return strings.EqualFold(c, column) })
}
