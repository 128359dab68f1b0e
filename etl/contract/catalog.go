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
)

// Catalog is a set of contracts that fit together.
type Catalog struct {
	contracts map[string]*Contract
	loadOrder []*Contract
}

// Embedded returns the built-in contracts.
func Embedded() (*Catalog, error) {
	base, err := readAll(builtIn, "contracts", "built-in")
	if err != nil {
		return nil, err
	}
	return newCatalog(base)
}

// LoadDir returns the built-in contracts, overridden and extended by those of
// a folder, which may be absent. The error holds the Problems of all files.
func LoadDir(dir string) (*Catalog, error) {
	base, err := readAll(builtIn, "contracts", "built-in")
	if err != nil {
		return nil, err
	}
	own, err := readAll(os.DirFS(dir), ".", dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var problems Problems
	for name, p := range own {
		if built, ok := base[name]; ok {
			p.override(built.contract)
			problems = append(problems, p.problems...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	maps.Copy(base, own)
	return newCatalog(base)
}

// readAll parses the contract files of a folder by dataset name.
func readAll(fsys fs.FS, folder, origin string) (map[string]*parsed, error) {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return nil, fmt.Errorf("read contracts of %s: %w", origin, err)
	}
	files := map[string]*parsed{}
	var problems Problems
	for _, entry := range entries {
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), Suffix) {
			continue
		}
		data, err := fs.ReadFile(fsys, path.Join(folder, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read contract: %w", err)
		}
		p := parse(filepath.Join(origin, entry.Name()), data)
		problems = append(problems, p.problems...)
		files[p.contract.Name] = p
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
	var problems Problems
	for _, name := range sortedKeys(files) {
		files[name].references(c)
		problems = append(problems, files[name].problems...)
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
	for _, name := range sortedKeys(c.contracts) {
		all = append(all, c.contracts[name])
	}
	return all
}

// LoadOrder lists the contracts so that what a dataset refers to precedes it:
// the vault first, datasets that mint people before those that name them.
func (c *Catalog) LoadOrder() []*Contract { return slices.Clone(c.loadOrder) }

// In lists the contracts of a compartment by name.
func (c *Catalog) In(compartment Compartment) []*Contract {
	return slices.DeleteFunc(c.All(), func(contract *Contract) bool { return contract.Compartment != compartment })
}
