package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/sql/duck"
)

func (a *app) newSynth() *cobra.Command {
	var o synth.Options
	cmd := &cobra.Command{
		Use:   "synth --out DIR",
		Short: "Write the source files of a made-up district, with known effects",
		Long: `Writes the exports of a made-up school district into a new directory: OneRoster
for people and rosters, CSV, Parquet and NDJSON for the rest, all ready for
'weir load'. The effects planted in them stand in truth.json. The same options
give the same files, byte for byte.

With --mess the files have the faults of real exports, in the numbers that
truth.json states.`,
		Example: "  weir synth --out district\n  weir synth --out messy --teachers 2000 --seed 7 --mess",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			truth, err := a.synthesize(cmd, o)
			if err != nil {
				return err
			}
			return a.print(truth.Files)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Out, "out", "", "directory to write, which must be new or empty")
	flags.IntVar(&o.Districts, "districts", 2, "number of districts")
	flags.IntVar(&o.Schools, "schools", 8, "number of schools in each district")
	flags.IntVar(&o.Teachers, "teachers", 800, "number of teaching positions in all schools together")
	flags.IntVar(&o.Years, "years", 3, "number of school years; the last ends in 2026")
	flags.Int64Var(&o.Seed, "seed", 1, "number that decides every draw")
	flags.BoolVar(&o.Mess, "mess", false, "add the faults of real exports")
	return cmd
}

func (a *app) synthesize(cmd *cobra.Command, o synth.Options) (_ synth.Truth, err error) {
	// The engine spills beside the output: there is room for the files, and no home is needed.
	spill, err := os.MkdirTemp(filepath.Dir(filepath.Clean(o.Out)), ".weir-spill-*")
	if err != nil {
		return synth.Truth{}, fmt.Errorf("make a directory for the engine: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	db, err := duck.Open(cmd.Context(), duck.Options{
		MemoryLimit: a.config.Engine.MemoryLimit, Threads: a.config.Engine.Threads, TempDirectory: spill,
	})
	if err != nil {
		return synth.Truth{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	bar := a.progress(0, "")
	o.Progress = func(done, total int, what string) {
		bar.ChangeMax(total)
		bar.Describe(what)
		_ = bar.Set(done) //nolint:errcheck // the bar is a courtesy
	}
	return synth.Generate(cmd.Context(), db.SQL(), o)
}
