package tabular

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzScanner checks, on any text, that records cover it without a gap, and
// that whatever encoding/csv takes for a table of three columns the scanner
// takes for the same records.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		"a,b,c\n", "a,b,c\r\n\r\nd,e,f", "\"a\nb\",\"c\"\"d\",e\n", "a,b\n", "a,\"b,c\nd,e,f\n", "\"a\"b,c,d\n", "a,b,\"", "a,b,c,,\n", " \"a\" ,b,c\n", "\r\r\n", "a\rb,c,d\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		records := scan(t, text)
		left, line := text, int64(1)
		for _, r := range records {
			i := strings.Index(left, string(r.Raw))
			if i < 0 || strings.Trim(left[:i], "\r\n") != "" {
				t.Fatalf("%q: record %q follows a gap", text, r.Raw)
			}
			line += int64(strings.Count(left[:i], "\n"))
			if r.Line != line {
				t.Fatalf("%q: record %q on line %d, want %d", text, r.Raw, r.Line, line)
			}
			line += int64(strings.Count(string(r.Raw), "\n"))
			left = left[i+len(r.Raw):]
		}
		if strings.Trim(left, "\r\n") != "" {
			t.Fatalf("%q: %q is in no record", text, left)
		}
		agree(t, text, records)
	})
}

func scan(t *testing.T, text string) (records []Record) {
	t.Helper()
	s := &scanner{in: iotest.HalfReader(strings.NewReader(text)), buf: make([]byte, 8), line: 1, shape: &shape{delimiter: ',', width: 3}}
	for {
		r, ok, err := s.next()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			r.Row = 0
		}
		r.Raw = []byte(string(r.Raw))
		records = append(records, r)
	}
}

// agree compares with encoding/csv where both follow RFC 4180: it allows
// returns inside fields, and takes a space before a quote for a field's own.
func agree(t *testing.T, text string, records []Record) {
	t.Helper()
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") || strings.Contains(text, ` "`) {
		return
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = 3
	for _, got := range records {
		_, err := r.Read()
		if err != nil {
			return // from here on there is no telling where records begin
		}
		line, _ := r.FieldPos(0)
		if got.Row < 0 || got.Line != int64(line) {
			t.Fatalf("%q: the record on line %d is %+v", text, line, got)
		}
	}
	if _, err := r.Read(); err == nil {
		t.Fatalf("%q: encoding/csv has more records", text)
	}
}
