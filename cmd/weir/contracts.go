package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/document"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

func (a *app) newContracts() *cobra.Command {
	return group("contracts", "Describe the datasets, and check your own contracts",
		`A contract describes a dataset: its columns, rules, tags and where it is kept.
Contracts in the home's folder contracts override and extend the built-in ones.`,
		"  weir contracts list\n  weir contracts check",
		a.newContractsList(), a.newContractsShow(), a.newContractsCheck(), a.newContractsDocs())
}

// catalog reads the built-in contracts, the home's, and further files.
func (a *app) catalog(files ...string) (*contract.Catalog, error) {
	catalog, err := contract.LoadDir(etl.Home{Dir: a.config.Home}.Contracts(), files...)
	return catalog, refuseProblems("contracts", err)
}

// refuseProblems makes of the problems of files that they are refused.
func refuseProblems(what string, err error) error {
	if problems, ok := errors.AsType[document.Problems](err); ok {
		return policy.Errorf(policy.DataRefused, "%s are refused:\n%w", what, problems)
	}
	return err
}

// contractRow is a line of `weir contracts list`.
type contractRow struct {
	Dataset     string               `json:"dataset"`
	Compartment contract.Compartment `json:"compartment"`
	Mode        contract.LoadMode    `json:"mode"`
	Columns     int                  `json:"columns"`
	Tags        []string             `json:"tags"`
	Version     string               `json:"version"`
	Origin      string               `json:"origin"`
}

func (a *app) newContractsList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the datasets",
		Long: `Lists every dataset with its compartment, what a file of it means (full or
delta), its number of columns, its tags, and the version and folder of its
contract.`,
		Example: "  weir contracts list\n  weir contracts list -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalog, err := a.catalog()
			if err != nil {
				return err
			}
			var rows []contractRow
			for _, c := range catalog.All() {
				rows = append(rows, contractRow{
					Dataset: c.Name, Compartment: c.Compartment, Mode: c.LoadMode, Columns: len(c.Columns),
					Tags: c.Tags, Version: c.Version, Origin: filepath.Dir(c.Origin),
				})
			}
			return a.print(rows)
		},
	}
}

func (a *app) newContractsShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show DATASET",
		Short: "Print the contract of a dataset",
		Long: `Prints the contract of a dataset as the file that it is (YAML, after the Open
Data Contract Standard 3.1), or with -o json as JSON. To change a built-in one,
save it in the home's folder contracts and edit it there.`,
		Example: "  weir contracts show teacher\n  weir contracts show teacher -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			catalog, err := a.catalog()
			if err != nil {
				return err
			}
			c, ok := catalog.Get(args[0])
			if !ok {
				return policy.Errorf(policy.NotFound, "no dataset %q; 'weir contracts list' lists them", args[0])
			}
			text := []byte(c.Source)
			if a.config.Output == formatJSON {
				if text, err = yaml.YAMLToJSON(text); err != nil {
					return fmt.Errorf("convert contract %s: %w", c.Name, err)
				}
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
}

// contractsChecked is what `weir contracts check` prints when all is well.
type contractsChecked struct {
	Contracts int `json:"contracts"`
	RowChecks int `json:"row_checks"`
}

func (a *app) newContractsCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Check contracts, and say what to do about each problem",
		Long: `Checks the contracts of the home, and files that are not there yet, each by
itself and all together with the built-in ones. The engine then tries every
check of rows. Each problem is printed with file, field, line and what to do,
and the exit code is 4.`,
		Example: "  weir contracts check\n  weir contracts check draft/reading_log.odcs.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			catalog, err := a.catalog(args...)
			if err != nil {
				return err
			}
			if err := bindChecks(cmd.Context(), catalog); err != nil {
				return err
			}
			checked := contractsChecked{Contracts: len(catalog.All())}
			for _, c := range catalog.All() {
				checked.RowChecks += len(c.RowChecks)
			}
			return a.print(checked)
		},
	}
}

// bindChecks has the engine bind and try the row checks of every contract.
func bindChecks(ctx context.Context, catalog *contract.Catalog) (err error) {
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var faults []error
	for _, c := range catalog.All() {
		query := c.BindChecks()
		if query == "" {
			continue
		}
		if _, err := db.SQL().ExecContext(ctx, query); err != nil {
			faults = append(faults, fmt.Errorf("%s: a row check is not a condition that the engine takes: %w", c.Origin, err))
		}
	}
	if len(faults) > 0 {
		return policy.Errorf(policy.DataRefused, "contracts are refused:\n%w", errors.Join(faults...))
	}
	return nil
}

func (a *app) newContractsDocs() *cobra.Command {
	return &cobra.Command{
		Use:   "docs",
		Short: "Print the data dictionary as Markdown",
		Long: `Prints the data dictionary as Markdown: every dataset and column with its
meaning, rules and the elements of OneRoster, Ed-Fi and CEDS that it corresponds
to.`,
		Example: "  weir contracts docs > dictionary.md",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalog, err := a.catalog()
			if err != nil {
				return err
			}
			return catalog.Dictionary(a.stdout)
		},
	}
}
