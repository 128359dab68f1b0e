package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
)

// sixUnits is a table with a column of each kind, and gaps.
func sixUnits(t *testing.T) arrow.RecordBatch {
	t.Helper()
	truth := array.NewBooleanBuilder(memory.DefaultAllocator)
	truth.AppendValues([]bool{true, false, true, false, false, true}, nil)
	kinds := array.NewDictionaryBuilder(memory.DefaultAllocator, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String})
	words, ok := kinds.(*array.BinaryDictionaryBuilder)
	if !ok {
		t.Fatalf("builder is a %T", kinds)
	}
	for _, word := range []string{"b", "a", "b", "c", "a", "b"} {
		if err := words.AppendString(word); err != nil {
			t.Fatal(err)
		}
	}
	columns := []arrow.Array{
		wholes([]int64{11, 12, 13, 14, 15, 16}), truth.NewArray(),
		numbers([]float64{1.5, math.NaN(), 3, 1e-9, -2, 4}), wholes([]int64{7, 8, noNumber, 1, 2, 3}),
		texts([]string{"x", "", "y", "x", "y", "x"}), kinds.NewArray(), texts([]string{"1", "2", "3", "4", "5", "6"}),
	}
	var fields []arrow.Field
	for i, name := range []string{"id", "coached", "years", "visits", "level", "kind", "unused"} {
		fields = append(fields, arrow.Field{Name: name, Type: columns[i].DataType(), Nullable: true})
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), columns, 6)
}

// All formats of a file give the same units.
func TestReadUnits(t *testing.T) {
	t.Parallel()
	batch, dir := sixUnits(t), t.TempDir()
	create := func(name string, write func(*os.File) error) string {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(file); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		return file.Name()
	}
	csv := create("six.csv", func(f *os.File) error { return writeTableCSV(f, matchTable{"six", batch}) })
	gaps := create("gaps.tsv", func(f *os.File) error {
		_, err := f.WriteString("id\tcoached\tyears\tvisits\tlevel\tkind\n11\tTRUE\t1.5\t7\tx\tb\n12\tFALSE\tNA\t8\tNA\ta\n13\tTRUE\t3\tNA\ty\tb\n" +
			"14\tFALSE\t1e-9\t1\tx\tc\n15\tFALSE\t-2\t2\ty\ta\n16\tTRUE\t4\t3\tx\tb\n")
		return err
	})
	parquet := create("six.parquet", func(f *os.File) error { return writeTableParquet(f, matchTable{"six", batch}) })
	file := create("six.arrow", func(f *os.File) error {
		w, err := ipc.NewFileWriter(f, ipc.WithSchema(batch.Schema()))
		if err != nil {
			return err
		}
		if err := w.Write(batch); err != nil {
			return err
		}
		return w.Close()
	})
	stream := create("stream.arrows", func(f *os.File) error {
		w := ipc.NewWriter(f, ipc.WithSchema(batch.Schema()))
		if err := w.Write(batch); err != nil {
			return err
		}
		return w.Close()
	})
	o := matchOptions{plan: study.Plan{
		Match: match.Spec{Formula: "coached ~ log(years) + visits", Exact: "~ kind"}, Outcomes: []string{"level"},
	}}
	for _, path := range []string{csv, gaps, parquet, file, stream} {
		got, err := (&app{}).readUnits(t.Context(), path, o)
		if err != nil {
			t.Fatal(err)
		}
		checkSixUnits(t, path, got)
	}
}

func checkSixUnits(t *testing.T, path string, got units) {
	t.Helper()
	if want := []string{"11", "12", "13", "14", "15", "16"}; !slices.Equal(got.ids, want) {
		t.Errorf("%s: ids %q, want %q", path, got.ids, want)
	}
	want := []match.Column{
		match.Logical("coached", []bool{true, false, true, false, false, true}),
		match.Numeric("years", []float64{1.5, math.NaN(), 3, 1e-9, -2, 4}),
		match.Numeric("visits", []float64{7, 8, math.NaN(), 1, 2, 3}),
		match.Coded("level", []int32{0, -1, 1, 0, 1, 0}, []string{"x", "y"}),
		match.Categorical("kind", []string{"b", "a", "b", "c", "a", "b"}),
	}
	columns := got.frame.Columns()
	if len(columns) != len(want) {
		t.Fatalf("%s: %d columns, want %d: those that options name", path, len(columns), len(want))
	}
	for k, c := range columns {
		same := slices.EqualFunc(c.Values(), want[k].Values(), func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) })
		if c.Name() != want[k].Name() || !same || !slices.Equal(c.Codes(), want[k].Codes()) || !slices.Equal(c.Levels(), want[k].Levels()) {
			t.Errorf("%s: column %s is %v %v %v, want %s %v %v %v", path, c.Name(), c.Values(), c.Codes(), c.Levels(),
				want[k].Name(), want[k].Values(), want[k].Codes(), want[k].Levels())
		}
	}
}
