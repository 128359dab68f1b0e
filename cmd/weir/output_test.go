package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

type sampleRow struct {
	Name    string         `json:"name"`
	RowsIn  int64          `json:"rows_in"`
	Share   *float64       `json:"share"`
	At      time.Time      `json:"at"`
	Tags    []string       `json:"tags"`
	ByRule  map[string]int `json:"by_rule"`
	Private string         `json:"-"`
}

func sample() []sampleRow {
	half := 0.5
	at := time.Date(2026, 3, 1, 13, 0, 0, 0, time.FixedZone("", 3600))
	return []sampleRow{
		{Name: "teacher", RowsIn: 12345, Share: &half, At: at, Tags: []string{"a", "b"}, ByRule: map[string]int{"type": 2, "range": 1}},
		{Name: "pd <cost>", RowsIn: 7, Private: "hidden"},
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, format string
		rows         any
		want         string
	}{
		{"table", formatTable, sample(), `
NAME       ROWS IN  SHARE  AT                    TAGS  BY RULE
teacher      12345    0.5  2026-03-01T12:00:00Z  a, b  range=1, type=2
pd <cost>        7
`},
		{"one as a table", formatTable, sample()[1], `
name     pd <cost>
rows in  7
share
at
tags
by rule
`},
		{"none as a table", formatTable, []resolved(nil), "\nKEY  VALUE  SOURCE\n"},
		{"json", formatJSON, []resolved{{"a", "<b>", "c"}}, `
[
  {
    "key": "a",
    "value": "<b>",
    "source": "c"
  }
]
`},
		{"one as json", formatJSON, resolved{"a", "b", "c"}, `
{
  "key": "a",
  "value": "b",
  "source": "c"
}
`},
		{"none as json", formatJSON, []resolved(nil), "\n[]\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			a := &app{stdout: &out, config: Config{Output: test.format}}
			if err := a.print(test.rows); err != nil {
				t.Fatal(err)
			}
			if got := "\n" + out.String(); got != test.want {
				t.Errorf("got:%s\nwant:%s", got, test.want)
			}
		})
	}
}

func TestTableKeepsToItsWidth(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{stdout: &out, config: Config{Output: formatTable}}
	long := strings.Repeat("word ", 30)
	if err := a.print([]finding{{"one", statusOK, long, long}, {"two", statusOK, "short", long}}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := len(strings.TrimSuffix(line, "\n")); n > tableWidth {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	if got := strings.Count(out.String(), "word"); got != 90 {
		t.Errorf("%d words are left of 90", got)
	}
}

func TestTableKeepsWordsWhole(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{stdout: &out, config: Config{Output: formatTable}}
	id := strings.Repeat("0123456789", 8)
	if err := a.print([]finding{{id, statusOK, id, "some words"}}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), id); got != 2 {
		t.Errorf("%d of 2 identifiers are whole:\n%s", got, out.String())
	}
}

func TestProgressIsSilentOffTerminals(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{stderr: &out}
	bar := a.progress(2, "loading")
	if err := bar.Add(2); err != nil {
		t.Fatal(err)
	}
	if out.Len() != 0 {
		t.Errorf("printed %q", out.String())
	}
}
