package tabular_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
)

const names = "id,name\n1,Zoë\n2,“Quoted”\n3,€uro\n"

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t *testing.T, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

func encoded(t *testing.T, e encoding.Encoding) string {
	t.Helper()
	out, err := e.NewEncoder().String(names)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// prepare does what a load does before it reads rows.
func prepare(path, dir string, declared tabular.Encoding, limits tabular.Limits) (*tabular.Prepared, error) {
	f, err := tabular.Open(path)
	if err != nil {
		return nil, err
	}
	if _, err := f.Head(context.Background(), nil, declared, tabular.Dialect{}); err != nil {
		return nil, err
	}
	return f.Prepare(context.Background(), dir, declared, limits)
}

func TestSameContentHasTheSameHash(t *testing.T) {
	t.Parallel()
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	dir := t.TempDir()
	want, err := prepare(write(t, dir, "plain.csv", names), dir, "", tabular.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if want.Data != want.Path {
		t.Error("plain UTF-8 was copied")
	}
	for name, c := range map[string]struct {
		content  string
		declared tabular.Encoding
		found    tabular.Encoding
	}{
		"x.csv.gz":            {content: gzipped(t, names), found: tabular.UTF8},
		"x.csv.zst":           {content: zstandard(t, names), found: tabular.UTF8},
		"two-members.csv.gz":  {content: gzipped(t, names[:9]) + gzipped(t, names[9:]), found: tabular.UTF8},
		"declared.csv":        {content: names, declared: tabular.UTF8, found: tabular.UTF8},
		"little.csv":          {content: encoded(t, little), found: tabular.UTF16LE},
		"big.csv":             {content: encoded(t, big), found: tabular.UTF16BE},
		"big-declared.csv":    {content: encoded(t, big), declared: tabular.UTF16BE, found: tabular.UTF16BE},
		"big-unmarked.csv":    {content: encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)), declared: tabular.UTF16BE, found: tabular.UTF16BE},
		"windows.csv":         {content: encoded(t, charmap.Windows1252), declared: tabular.Windows1252, found: tabular.Windows1252},
		"windows-gzip.csv.gz": {content: gzipped(t, encoded(t, charmap.Windows1252)), declared: tabular.Windows1252, found: tabular.Windows1252},
		"little-gzip.csv.gz":  {content: gzipped(t, encoded(t, little)), found: tabular.UTF16LE},
	} {
		p, err := prepare(write(t, dir, name, c.content), dir, c.declared, tabular.DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.SHA256 != want.SHA256 || p.Bytes != int64(len(names)) || p.Encoding != c.found {
			t.Errorf("%s: hash %s, %d bytes, %s", name, p.SHA256, p.Bytes, p.Encoding)
		}
		data, err := os.ReadFile(p.Data)
		if err != nil || string(data) != names {
			t.Errorf("%s: decoded to %q, %v", name, data, err)
		}
		if err := p.Remove(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "decoded-*")); err != nil || len(left) > 0 {
		t.Errorf("copies left: %v", left)
	}
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 1<<16)
	for i := range noise {
		noise[i] = byte('a' + rand.IntN(26))
	}
	packed, framed := gzipped(t, names+string(noise)), zstandard(t, names+string(noise))
	far := names + strings.Repeat("4,plain\n", 200_000)
	for name, c := range map[string]struct {
		content  string
		declared tabular.Encoding
		want     string
	}{
		"cut.csv.gz":        {content: packed[:len(packed)/2], want: "cannot be unpacked"},
		"checksum.csv.gz":   {content: packed[:len(packed)-6] + "\x00" + packed[len(packed)-5:], want: "cannot be unpacked"},
		"trailing.csv.gz":   {content: packed + "more", want: "cannot be unpacked"},
		"header.csv.gz":     {content: "\x1f\x8b\x08", want: "cannot be unpacked"},
		"cut.csv.zst":       {content: framed[:len(framed)/2], want: "cannot be unpacked"},
		"bomb.csv.gz":       {content: gzipped(t, names+strings.Repeat("0", 20<<20)), want: "decompression bomb"},
		"bomb.csv.zst":      {content: zstandard(t, names+strings.Repeat("0", 20<<20)), want: "decompression bomb"},
		"named.csv.gz":      {content: names, want: `says compression "gzip", its first bytes say "none"`},
		"unnamed.csv":       {content: packed, want: `says compression "none", its first bytes say "gzip"`},
		"packed.parquet.gz": {content: packed, want: "unpack it first"},
		"table.xlsx":        {content: "PK\x03\x04", want: "not a table file by its name"},
		"nul.csv":           {content: "id,name\n1,Zoë\n2,a\x00b\n", want: "line 3 holds a NUL byte"},
		"windows.csv":       {content: "id,name\n1,Zoe\n2,Zo\xeb\n", want: "line 3 is not UTF-8; name the file's encoding"},
		"far.csv":           {content: far + "5,Zo\xeb\n", want: "line 200005 is not UTF-8"},
		"split.csv":         {content: "id,name\n" + strings.Repeat("x", 1<<20-9) + "\xe2\x28\xa1\n", want: "line 2 is not UTF-8"},
		"end.csv":           {content: "id,name\n1,Zo\xc3", want: "line 2 is not UTF-8"},
		"head.csv":          {content: "id,n\xe4me\n1,Zoe\n", want: "line 1 is not UTF-8"},
		"wide-head.csv":     {content: encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)), want: "line 1 holds a NUL byte"},
		"declared.csv":      {content: "\xff\xfei\x00d\x00", declared: tabular.Windows1252, want: "the mapping says encoding windows-1252, the byte order mark says utf-16le"},
		"empty.csv":         {content: "", want: "is empty; expected a header line"},
		"blank.csv":         {content: "\n\r\n\n", want: "is empty; expected a header line"},
		"marked.csv":        {content: "\ufeff", want: "is empty; expected a header line"},
		"twice.csv":         {content: "id,name,ID \n1,2,3\n", want: `columns 1 and 3 are both named "ID "`},
		"nameless.csv":      {content: "id,,name\n1,2,3\n", want: "column 2 has no name"},
		"quotes.csv":        {content: "id,\"na\nme\"\n1,2\n", want: "line 1 is not a header: its quotes do not balance"},
	} {
		dir := t.TempDir()
		_, err := prepare(write(t, dir, name, c.content), dir, c.declared, tabular.DefaultLimits())
		if err == nil || !strings.Contains(err.Error(), c.want) || policy.CodeOf(err) != policy.DataRefused || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "decoded-*")); err != nil || len(left) > 0 {
			t.Errorf("%s: copies left: %v", name, left)
		}
	}
}

func TestLimitOfBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "x.csv", names)
	if _, err := prepare(path, dir, "", tabular.Limits{Bytes: int64(len(names))}); err != nil {
		t.Error(err)
	}
	if _, err := prepare(path, dir, "", tabular.Limits{Bytes: int64(len(names)) - 1}); policy.CodeOf(err) != policy.DataRefused {
		t.Errorf("error %v", err)
	}
}

func TestHeads(t *testing.T) {
	t.Parallel()
	q, dir := engine(t), t.TempDir()
	for content, want := range map[string]string{
		"id,name\n":                             "id|name",
		"id,name":                               "id|name",
		"\ufeffid,name\r\n":                     "id|name",
		"\n\r\nid,name\n":                       "id|name",
		"id;name;\"a,b\"\n":                     "id|name|a,b",
		"id\tname\n":                            "id\tname",
		"id|name, in full|x\n":                  "id|name, in full|x",
		"\"id\",\"first \"\"given\"\" name\"\n": "id|first \"given\" name",
	} {
		r := read(t, q, dir, write(t, dir, "head.csv", content))
		got := strings.Join(r.head.Columns, "|")
		if strings.ReplaceAll(got, "|", "\t") != strings.ReplaceAll(want, "|", "\t") || len(r.rows) != 0 {
			t.Errorf("%q: columns %q, %d rows", content, got, len(r.rows))
		}
	}
}

func TestNDJSON(t *testing.T) {
	t.Parallel()
	q, dir := engine(t), t.TempDir()
	text := "{\"id\": 1, \"name\": \"Zoë\"}\r\n\n{\"id\": \"2\", \"late\": [1, {\"a\": null}]}\n{\"name\": null}"
	for name, content := range map[string]string{"x.ndjson": text, "x.jsonl.gz": gzipped(t, text), "x.ndjson.zst": zstandard(t, text)} {
		r := read(t, q, dir, write(t, dir, name, content))
		if got, want := strings.Join(r.head.Columns, ","), "id,name,late"; got != want {
			t.Errorf("%s: columns %s, want %s", name, got, want)
		}
		if got, want := strings.Join(r.rows, "\n"), "1|Zoë|\n2||[1,{\"a\":null}]\n||"; got != want {
			t.Errorf("%s: rows\n%s\nwant\n%s", name, got, want)
		}
		want := "row 0 line 1 \"{\\\"id\\\": 1, \\\"name\\\": \\\"Zoë\\\"}\"\nrow 1 line 3"
		if got := describe(r.records); !strings.HasPrefix(got, want) {
			t.Errorf("%s: records\n%s", name, got)
		}
	}
}
