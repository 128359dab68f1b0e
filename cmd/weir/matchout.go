package main

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/weir-warehouse/weir/metrics/study/figure"
)

// write makes the folder of --out, or with several arms one within it: the
// tables, and with --plots the pictures.
func (r matchReport) write(o matchOptions) error {
	m := manifest{Call: r.call, Warnings: append([]string{}, r.Warnings...)}
	return writeFolder(filepath.Join(o.out, r.folder), m, func(out *folder) error {
		for _, t := range slices.Concat(r.unitTables(), r.tables) {
			err := out.add(t.name+"."+o.kind, func(w io.Writer) error { return tableWriters()[o.kind](w, t) })
			if err != nil {
				return err
			}
		}
		if !o.plot {
			return nil
		}
		return r.addFigures(out)
	})
}

// unitTables are those with a row for each unit or pair.
func (r matchReport) unitTables() []matchTable {
	out := []matchTable{unitsTable(r.Match, r.id)}
	if r.Match.Pairs != nil {
		out = append(out, pairsTable(r.Match.Pairs, r.id))
	}
	return out
}

// folderName spells a comparison of arms as a folder: letters and digits stay.
func folderName(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return '_'
	}, name)
}

// addFigures draws what there is to draw, in each format.
func (r matchReport) addFigures(out *folder) error {
	figures, err := figure.All(r.Comparison)
	if err != nil {
		return err
	}
	for _, f := range figures {
		for _, format := range figure.Formats() {
			if err := out.add(f.Name+"."+format, func(w io.Writer) error { return f.Write(w, format) }); err != nil {
				return err
			}
		}
	}
	return nil
}
