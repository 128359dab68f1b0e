package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/etl/mapping/suggest"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

func (a *app) newMapping() *cobra.Command {
	return group("mapping", "Describe source files that have names and notations of their own",
		`A mapping is a YAML file that says how a source file becomes a dataset: which
column is which, how dates and numbers are written, which codes mean what. See
docs/mapping.md.`,
		"  weir mapping suggest lms.csv > lms.mapping.yaml\n  weir mapping check lms.mapping.yaml lms.csv",
		a.newMappingSuggest(), a.newMappingCheck())
}

func (a *app) newMappingSuggest() *cobra.Command {
	var dataset string
	cmd := &cobra.Command{
		Use:   "suggest FILE",
		Short: "Write a first mapping for a file",
		Long: `Compares the header and a sample of the values of a file with the contracts and
prints a mapping to start from. Where it is unsure it says "check"; columns that
fit nothing are listed, so that nothing is dropped unseen. No value of the file
is printed but the codes of columns that take codes.`,
		Example: `  weir mapping suggest lms.csv > lms.mapping.yaml
  weir mapping suggest lms.csv --dataset pd_engagement`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := a.suggest(cmd.Context(), args[0], dataset)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(a.stdout, text)
			return err
		},
	}
	cmd.Flags().StringVar(&dataset, "dataset", "", "dataset that the file holds")
	return cmd
}

func (a *app) suggest(ctx context.Context, path, dataset string) (text string, err error) {
	catalog, err := a.catalog()
	if err != nil {
		return "", err
	}
	file, err := openTable(path)
	if err != nil {
		return "", err
	}
	err = a.scratch(ctx, func(q duck.Querier, dir string) error {
		text, err = suggest.Mapping(ctx, q, file, suggest.Options{Catalog: catalog, Dataset: dataset, Scratch: dir})
		return err
	})
	return text, err
}

// openTable opens a table file that was named in the command.
func openTable(path string) (tabular.File, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return tabular.File{}, policy.Errorf(policy.NotFound, "%s: no such file", path)
	}
	return tabular.Open(path)
}

// scratch runs f with an engine and a directory for decoded copies, which only
// its owner can read and which is removed.
func (a *app) scratch(ctx context.Context, f func(q duck.Querier, dir string) error) (err error) {
	dir, err := os.MkdirTemp("", "weir-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	engine := a.engine()
	engine.TempDirectory = dir
	db, err := duck.Open(ctx, engine)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return f(db.SQL(), dir)
}

// mappingChecked is a line of `weir mapping check`.
type mappingChecked struct {
	File    string `json:"file"`
	Mapping string `json:"mapping"`
	Dataset string `json:"dataset"`
	Columns int    `json:"columns"`
}

func (a *app) newMappingCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Check mappings, by themselves and with files",
		Long: `Checks mapping files against the contracts. Of table files that are named too it
reads the header, and checks that every column is used or ignored and that
every required column is filled. A mapping that names no files is checked with
all of them. The first problem is printed, and the exit code is 2 for a fault
of the mapping and 4 for a file that does not fit.`,
		Example: "  weir mapping check lms.mapping.yaml\n  weir mapping check lms.mapping.yaml exports/lms_2024-10.csv",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			checked, err := a.checkMappings(cmd.Context(), args)
			if err != nil {
				return err
			}
			return a.print(checked)
		},
	}
}

// checkMappings checks mappings among the files, and then each with the tables
// that it is for.
func (a *app) checkMappings(ctx context.Context, files []string) (checked []mappingChecked, err error) {
	catalog, err := a.catalog()
	if err != nil {
		return nil, err
	}
	var mappings []*mapping.Mapping
	var tables []string
	for _, file := range files {
		if !strings.HasSuffix(file, ".yaml") {
			tables = append(tables, file)
			continue
		}
		m, err := mapping.Read(file, catalog)
		if err != nil {
			return nil, err
		}
		mappings = append(mappings, m)
		checked = append(checked, mappingChecked{Mapping: m.Origin, Dataset: m.Dataset, Columns: len(m.Columns)})
	}
	if len(mappings) == 0 {
		return nil, policy.Errorf(policy.Usage, "name a mapping, whose name ends in .yaml")
	}
	err = a.scratch(ctx, func(q duck.Querier, _ string) error {
		for _, path := range tables {
			fits, err := checkTable(ctx, q, catalog, path, mappings)
			if err != nil {
				return err
			}
			checked = append(checked, fits...)
		}
		return nil
	})
	return checked, err
}

// checkTable checks a table file with the mappings that are for it.
func checkTable(ctx context.Context, q duck.Querier, catalog *contract.Catalog, path string, mappings []*mapping.Mapping) (fits []mappingChecked, err error) {
	file, err := openTable(path)
	if err != nil {
		return nil, err
	}
	for _, m := range mappings {
		if len(m.Files) > 0 && !m.Matches(file.Name) {
			continue
		}
		c, _ := catalog.Get(m.Dataset)
		_, bound, err := m.Fit(ctx, q, file, c)
		if err != nil {
			return nil, err
		}
		fits = append(fits, mappingChecked{File: file.Name, Mapping: m.Origin, Dataset: m.Dataset, Columns: len(bound.Columns)})
	}
	if len(fits) == 0 {
		return nil, policy.Errorf(policy.Usage, "%s: none of the mappings is for a file of this name; see their files", file.Name)
	}
	return fits, nil
}
