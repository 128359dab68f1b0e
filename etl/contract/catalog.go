package contract

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/document"
)

// Catalog is a set of contracts that fit together.
type Catalog struct {
	contracts map[string]*Contract
	loadOrder []*Contract
}

// Embedded returns the built-in contracts.
func Embedded() (*Catalog, error) {
	base, err := embedded()
	if err != nil {
		return nil, err
	}
	return newCatalog(base)
}

// LoadDir returns the built-in contracts, overridden and extended by those of
// a folder, which may be absent, and by further files. The error holds the
// Problems of all of them.
func LoadDir(dir string, files ...string) (*Catalog, error) {
	all, err := embedded()
	if err != nil {
		return nil, err
	}
	own, err := folderFiles(dir)
	if err != nil {
		return nil, err
	}
	var problems document.Problems
	for _, file := range append(own, files...) {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read contract: %w", err)
		}
		p := parse(file, data)
		if base, ok := all[p.contract.Name]; ok {
			p.override(base.contract)
		}
		problems = append(problems, p.Problems...)
		all[p.contract.Name] = p
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return newCatalog(all)
}

func embedded() (map[string]*parsed, error) {
	files, err := fs.Glob(builtIn, "contracts/*"+Suffix)
	if err != nil {
		return nil, fmt.Errorf("list built-in contracts: %w", err)
	}
	all := map[string]*parsed{}
	for _, file := range files {
		data, err := builtIn.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read built-in contract: %w", err)
		}
		p := parse("built-in/"+path.Base(file), data)
		all[p.contract.Name] = p
	}
	return all, nil
}

// folderFiles lists the contract files of a folder. It refuses YAML files of
// another name, which would otherwise be overlooked in silence.
func folderFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list contracts: %w", err)
	}
	var files []string
	var problems document.Problems
	for _, entry := range entries {
		file := filepath.Join(dir, entry.Name())
		switch ext := filepath.Ext(file); {
		case strings.HasSuffix(file, Suffix):
			files = append(files, file)
		case ext == ".yaml" || ext == ".yml":
			problems = append(problems, document.Problem{
				File: file, Reason: "file is not named as a contract", Advice: "rename it <dataset>" + Suffix + ", or move it elsewhere",
			})
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return files, nil
}

func newCatalog(files map[string]*parsed) (*Catalog, error) {
	c := &Catalog{contracts: make(map[string]*Contract, len(files))}
	for name, p := range files {
		c.contracts[name] = p.contract
	}
	var problems document.Problems
	for _, name := range slices.Sorted(maps.Keys(files)) {
		files[name].references(c)
		problems = append(problems, files[name].Problems...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var err error
	c.loadOrder, err = c.order()
	return c, err
}

// Get finds the contract of a dataset.
func (c *Catalog) Get(name string) (*Contract, bool) {
	contract, ok := c.contracts[name]
	return contract, ok
}

// All lists the contracts by name.
func (c *Catalog) All() []*Contract {
	all := make([]*Contract, 0, len(c.contracts))
	for _, name := range slices.Sorted(maps.Keys(c.contracts)) {
		all = append(all, c.contracts[name])
	}
	return all
}

// LoadOrder lists the contracts so that what a dataset refers to precedes it:
// the vault first, datasets that mint people before those that name them.
func (c *Catalog) LoadOrder() []*Contract { return slices.Clone(c.loadOrder) }

// ReferenceIn lists the reference datasets of a compartment by name: those that are
// about nobody.
func (c *Catalog) ReferenceIn(compartment Compartment) []*Contract {
	return slices.DeleteFunc(c.In(compartment), func(k *Contract) bool { return !c.reference(k) })
}

// reference reports whether a dataset is about nobody: no column stands for a
// person or has a tag of data about people, neither here nor in what it refers to.
func (c *Catalog) reference(k *Contract) bool {
	about := func(col Column) bool {
		if col.Person != "" || slices.ContainsFunc(col.Tags, personal) {
			return true
		}
		if col.Reference == nil || col.Reference.Dataset == k.Name {
			return false
		}
		to, ok := c.Get(col.Reference.Dataset)
		return !ok || !c.reference(to) // references do not run in circles
	}
	return !slices.ContainsFunc(k.Columns, about)
}

// In lists the contracts of a compartment by name.
func (c *Catalog) In(compartment Compartment) []*Contract {
	return slices.DeleteFunc(c.All(), func(contract *Contract) bool { return contract.Compartment != compartment })
}
