package tabular_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/etl/tabular"
)

// The grammar of a delimited file in one expression, independent of the code:
// a field is quoted, with one space before it and spaces after it at most, or
// does not begin like that.
const (
	quotedField = ` ?"(?:[^"]|"")*" *`
	plainField  = `(?:[^" ,\r\n][^,\r\n]*| (?:[^",\r\n][^,\r\n]*)?)?`
	field       = `(?:` + quotedField + `|` + plainField + `)`
)

var (
	recordForm = regexp.MustCompile(`\A` + field + `(?:,` + field + `)*(?:\r?\n|\r?\z)`)
	fieldForm  = regexp.MustCompile(`\A(?:(` + quotedField + `)|(` + plainField + `))(?:,|\r?\n|\r?\z)`)
)

// reference reads text after the header as the package should: rows, and all
// records with the line on which they begin.
func reference(text string, width int, line int64) (rows []string, records []tabular.Record) {
	for text != "" {
		whole := recordForm.FindString(text)
		first := text[:strings.Index(text+"\n", "\n")]
		if len(first) < len(text) {
			first += "\n"
		}
		var cells []string
		if whole == "" {
			whole = first
		} else {
			cells = cellsOf(whole)
		}
		raw := strings.TrimSuffix(strings.TrimSuffix(whole, "\n"), "\r")
		if raw != "" {
			row := int64(-1)
			for len(cells) > width && cells[len(cells)-1] == "" {
				cells = cells[:len(cells)-1]
			}
			if len(cells) == width {
				row = int64(len(rows))
				rows = append(rows, strings.Join(cells, "|"))
			}
			records = append(records, tabular.Record{Row: row, Line: line, Raw: []byte(raw)})
		}
		line += int64(strings.Count(whole, "\n"))
		text = text[len(whole):]
	}
	return rows, records
}

func cellsOf(record string) (cells []string) {
	for {
		m := fieldForm.FindStringSubmatch(record)
		cell := m[2]
		if m[1] != "" {
			quoted := strings.Trim(m[1], " ")
			cell = strings.ReplaceAll(quoted[1:len(quoted)-1], `""`, `"`)
		}
		cells = append(cells, cell)
		record = record[len(m[0]):]
		if !strings.HasSuffix(m[0], ",") {
			return cells
		}
	}
}

// fieldTexts are fields as they stand in files, well-formed and not.
var fieldTexts = []string{
	"a", "bb", "", "", "ü", "€uro", "12", " ", " x ", `m"d`, `5"`, "x y",
	`"x"`, `""`, `"q""q"`, `"""`, `""""`, `"a,b"`, "\"x\ny\"", "\"x\r\ny\"", "\"\n1,2,3\n4,5,6\n\"", "\"\"\"\n\"\"\"", ` "sp,ace" `, `  "x"`, `"x"  `,
	`"br"x`, `"open`, `shut"`, `"a""`, "\"tab\"\t", "cr\rlf", " \"\"",
}

func drawFile(t *rapid.T) (header, body string) {
	ends := rapid.SampledFrom([][]string{{"\n"}, {"\r\n"}, {"\n", "\r\n"}}).Draw(t, "ends")
	end := rapid.SampledFrom(ends)
	texts := fieldTexts
	if rapid.Bool().Draw(t, "well-formed") {
		texts = texts[:25]
	}
	var b strings.Builder
	n := rapid.IntRange(0, 12).Draw(t, "records")
	for i := range n {
		width := 3
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			width = rapid.IntRange(0, 5).Draw(t, "width")
		}
		if width > 0 {
			b.WriteString(strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), width, width).Draw(t, "fields"), ","))
		}
		if i < n-1 || rapid.Bool().Draw(t, "last line ends") {
			b.WriteString(end.Draw(t, "end"))
		}
	}
	mark := rapid.SampledFrom([]string{"", "\ufeff"}).Draw(t, "mark")
	return mark + "c0,c1,c2" + end.Draw(t, "end of header"), b.String()
}

func TestEveryRecordIsReadOrMalformed(t *testing.T) {
	t.Parallel()
	q, dir := engine(t), t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		header, body := drawFile(t)
		got := read(t, q, dir, write(t, dir, "file.csv", header+body))
		rows, records := reference(body, 3, 2)
		if a, b := strings.Join(got.rows, "\n"), strings.Join(rows, "\n"); a != b {
			t.Errorf("rows of %q\n got %q\nwant %q", header+body, a, b)
		}
		if a, b := describe(got.records), describe(records); a != b {
			t.Errorf("records of %q\n got %s\nwant %s", header+body, a, b)
		}
		if n := int64(len(records) - len(rows)); got.malformed != n {
			t.Errorf("%d malformed, want %d", got.malformed, n)
		}
	})
}

func TestRecordsOfOneColumn(t *testing.T) {
	t.Parallel()
	q, dir := engine(t), t.TempDir()
	r := read(t, q, dir, write(t, dir, "one.csv", "c0\na\n\nb\n\"\"\nc,\nd,e\n\n"))
	if got, want := strings.Join(r.rows, " "), "a b  c"; got != want {
		t.Errorf("rows %q, want %q", got, want)
	}
	want := "row 0 line 2 \"a\"\nrow 1 line 4 \"b\"\nrow 2 line 5 \"\\\"\\\"\"\nrow 3 line 6 \"c,\"\nrow -1 line 7 \"d,e\"\n"
	if got := describe(r.records); got != want {
		t.Errorf("records\n%swant\n%s", got, want)
	}
}

func TestLongRecords(t *testing.T) {
	t.Parallel()
	q, dir := engine(t), t.TempDir()
	long := func(n int) string { return strings.Repeat("x", n) }
	lines := []string{
		"1," + long(1_999_990) + ",fits", // 1,999,997 bytes
		"2," + long(2_000_010) + ",too long",
		"3,\"" + long(1_000_000) + "\n" + long(900_000) + "\",fits",
		"4,\"" + long(1_000_000) + "\n" + long(1_100_000) + "\",too long",
		"5,open \"quote,fits",
		"6,\"" + long(3_000_000) + ",never closed",
		"7,b,fits",
	}
	r := read(t, q, dir, write(t, dir, "long.csv", "c0,c1,c2\n"+strings.Join(lines, "\n")))
	var got []string
	for _, rec := range r.records {
		got = append(got, fmt.Sprintf("%d@%d:%c", rec.Row, rec.Line, rec.Raw[0]))
	}
	if s, want := strings.Join(got, " "), "0@2:1 -1@3:2 1@4:3 -1@6:4 2@8:5 -1@9:6 3@10:7"; s != want {
		t.Errorf("records %s, want %s", s, want)
	}
}

// A file of several of the engine's buffers, in which the first field is the
// line on which its record begins.
func TestLargeFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end, note  string
		blank, bad int // each how many records; 0: never
	}{
		"plain":                 {end: "\n", note: "abcdefghijklmnopqrstuvwxyz"},
		"plain with bad":        {end: "\r\n", note: "abcdefghijklmnopqrstuvwxyz", bad: 7},
		"plain with blank":      {end: "\r\n", note: "abcdefghijklmnopqrstuvwxyz", blank: 5},
		"quoted lines":          {end: "\n", note: "\"abc\n1,2,3\n\"\"x\"\"\n\""},
		"quoted lines with bad": {end: "\r\n", note: "\"abc\n1,2,3\n\"\"x\"\"\n\"", blank: 101, bad: 1009},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			b.WriteString("\ufeffc0,c1,c2" + c.end)
			var want, bad int
			for line, i := 2, 1; b.Len() < 36_000_000; i++ {
				switch {
				case c.blank > 0 && i%c.blank == 0:
					b.WriteString(c.end)
					line++
				case c.bad > 0 && i%c.bad == 0:
					fmt.Fprintf(&b, "%d,\"bad\"x,%s", line, c.end)
					line, bad = line+1, bad+1
				default:
					fmt.Fprintf(&b, "%d,%s,%s%s", line, c.note, strings.Repeat("y", 100+i%17), c.end)
					line, want = line+1+strings.Count(c.note, "\n"), want+1
				}
			}
			dir := t.TempDir()
			r := read(t, engine(t), dir, write(t, dir, "large.csv", b.String()))
			if len(r.rows) != want || r.malformed != int64(bad) || len(r.records) != want+bad {
				t.Fatalf("%d rows, %d malformed, %d records; want %d and %d", len(r.rows), r.malformed, len(r.records), want, bad)
			}
			for _, rec := range r.records {
				id, _, _ := strings.Cut(string(rec.Raw), ",")
				if id != strconv.FormatInt(rec.Line, 10) {
					t.Fatalf("record on line %d begins %.40q", rec.Line, rec.Raw)
				}
				if rec.Row >= 0 && !strings.HasPrefix(r.rows[rec.Row], id+"|") {
					t.Fatalf("row %d of the engine is %.40q, the record %.40q", rec.Row, r.rows[rec.Row], rec.Raw)
				}
			}
		})
	}
}

func TestRowsThatCannotBeToldApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := tabular.Open(write(t, dir, "file.csv", "a,b\n1,2\n3,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Prepare(context.Background(), dir, "", tabular.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	h := tabular.Head{Dialect: tabular.Dialect{Delimiter: ','}, Columns: []string{"a", "b"}}
	err = p.Find(context.Background(), h, tabular.Selection{Rows: []int64{0}, Total: 3}, func(tabular.Record) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "cannot be told apart (2 by its quotes, 3 by the engine)") {
		t.Errorf("error %v", err)
	}
}
