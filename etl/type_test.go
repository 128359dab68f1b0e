package etl_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
)

// refused stands for a value that is none of its type.
const refused = "refused"

// typeCases lists, for each column of testdata/measurement.odcs.yaml, what
// becomes of a text.
func typeCases() map[string]map[string]string {
	return map[string]map[string]string{
		"truth": {
			"true": "true", "TRUE": "true", "t": "true", "1": "true", "yes": "true", "Y": "true",
			"false": "false", "False": "false", "f": "false", "0": "false", "no": "false", "n": "false",
			"on": refused, "off": refused, "2": refused, "maybe": refused, "1.0": refused,
		},
		"small": {
			"5": "5", "-128": "-128", "127": "127", "128": refused, "5.00": "5", "1e1": "10", "1e2": "100", "1e3": refused,
		},
		"whole": {
			"3": "3", "+3": "3", "-3": "-3", "007": "7", "3.0": "3", "3.": "3", "1e+05": "100000", "1.5e1": "15", // R writes 100000 so
			"3.7": refused, "1.55e1": refused, "0x10": refused, "0b11": refused, "1_000": refused, "1,000": refused, "--3": refused,
			"2147483648": refused, "١": refused, "NaN": refused, "three": refused,
		},
		"large": {"9223372036854775807": "9223372036854775807", "9223372036854775808": refused, "9007199254740993": "9007199254740993"},
		"amount": {
			"1": "1.00", "1.5": "1.50", ".5": "0.50", "5.": "5.00", "-5": "-5.00", "1e2": "100.00", "5e-1": "0.50",
			"1.005": "1.01", "999999.99": "999999.99", // rounded to the contract's scale
			"1000000": refused, "1_000": refused, "0x10": refused, "1,5": refused, "NaN": refused, "inf": refused, "$5": refused, "5%": refused,
		},
		"ratio": {
			"1": "1.0", "1e5": "100000.0", "-2.5": "-2.5", "1e400": refused, "nan": refused, "Infinity": refused, "1_000": refused, "0x10": refused,
		},
		"held_on": {
			"2024-02-29": "2024-02-29", "2024-02-03 00:00:00": "2024-02-03", "2024-02-03T00:00:00": "2024-02-03", // days that went through a timestamp
			"2024-02-31": refused, "2023-02-29": refused, "2024-13-01": refused, "31/02/2024": refused, "01/02/2024": refused, "01/02/03": refused,
			"24-01-02": refused, "2024-2-3": refused, "2024/02/03": refused, "20240203": refused, "2024-02-3x": refused, "2024-02-03x": refused,
			"2024-02-03 10:00:00": refused, "2024-02-03 (BC)": refused, "-024-02-03": refused,
			"infinity": refused, "epoch": refused, "today": refused, "45321": refused,
		},
		"held_at": {
			"2024-01-02": "2024-01-02 00:00:00", "2024-01-02 10:20": "2024-01-02 10:20:00",
			"2024-01-02 10:20:30": "2024-01-02 10:20:30", "2024-01-02T10:20:30": "2024-01-02 10:20:30",
			"2024-01-02T10:20:30Z": "2024-01-02 10:20:30", "2024-01-02T10:20:30.5Z": "2024-01-02 10:20:30.5", "2024-01-02 10:20:30 UTC": "2024-01-02 10:20:30",
			"2024-01-02 10:20:30.123456": "2024-01-02 10:20:30.123456", "2024-01-02 10:20:30.1234567": "2024-01-02 10:20:30.123456",
			"2024-01-02T10:20:30+02:00": "2024-01-02 08:20:30", "2024-01-02T10:20:30+0200": "2024-01-02 08:20:30", "2024-01-02T10:20:30+02": "2024-01-02 08:20:30",
			"2024-01-02T10:20:30-05:00": "2024-01-02 15:20:30", "2024-01-02T10:20:30-0500": "2024-01-02 15:20:30", "2024-01-02T10:20:30-05": "2024-01-02 15:20:30",
			"2024-01-02T10:20:30.25-05:30": "2024-01-02 15:50:30.25", "2024-12-31 22:00:00-05:00": "2025-01-01 03:00:00",
			"2024-02-30 10:00:00": refused, "2024-01-02 25:00:00": refused, "2024-01-02 10:60:00": refused, "01/02/2024 10:00": refused,
			"2024-1-2 1:2:3": refused, "2024-1-2 1:02:03+02": refused, "24-01-02 10:00:00": refused, "-024-01-02 10:00:00": refused,
			"2024-01-02 10:00:00 PM": refused, "2024-01-02 10:00:00 America/New_York": refused, "2024-01-02 10:00:00+99": refused,
			"1704103200": refused, "infinity": refused, "epoch": refused, "20240102T102030Z": refused,
		},
		"colour": {"red": "red", "RED": "red", "darkblue": "darkBlue", "DarkBlue": "darkBlue"},
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, "testdata/measurement.odcs.yaml")
	cases := typeCases()
	var file strings.Builder
	out := csv.NewWriter(&file)
	columns := slices.Sorted(maps.Keys(cases))
	_ = out.Write(append([]string{"measurement_id"}, columns...))
	for i, column := range columns {
		for text := range cases[column] {
			record := make([]string, len(columns)+1)
			record[0], record[i+1] = column+"/"+text, text
			_ = out.Write(record)
		}
	}
	out.Flush()
	w.loadOne(w.file("measurement.csv", strings.TrimSuffix(file.String(), "\n")))

	got := map[string]string{}
	for _, row := range w.query("SELECT json_extract_string(fields, '$.measurement_id'), violations FROM quarantine.quarantined_row") {
		id, violations, _ := strings.Cut(row, "|")
		column, _, _ := strings.Cut(id, "/")
		got[id] = strings.ReplaceAll(violations, fmt.Sprintf("[{'rule': type, 'column': %s}]", column), refused)
	}
	for _, column := range columns {
		for _, row := range w.query(fmt.Sprintf("SELECT measurement_id, %q FROM core.main.measurement WHERE starts_with(measurement_id, '%[1]s/')", column)) {
			id, value, _ := strings.Cut(row, "|")
			got[id] = value
		}
		for text, want := range cases[column] {
			if value := got[column+"/"+text]; value != want {
				t.Errorf("%s %q becomes %q, want %q", column, text, value, want)
			}
		}
	}
}

func TestValueRules(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, "testdata/measurement.odcs.yaml")
	w.loadOne(w.file("measurement.csv", "measurement_id,ranged,colour,code",
		"a,1,red,AB", "b,5,,", "c,0,red,AB", "d,6,red,AB", "e,x,red,AB", "f,3,green,AB", "g,3,red,Ab", "h,3,red,ABC", "i,9,green,x", ",3,red,AB"))
	w.expect("SELECT measurement_id, ranged, colour, code FROM core.main.measurement ORDER BY 1", "a|1|red|AB", "b|5|<nil>|<nil>")
	w.expect("SELECT line, violations FROM quarantine.quarantined_row ORDER BY 1",
		"4|[{'rule': range, 'column': ranged}]",
		"5|[{'rule': range, 'column': ranged}]",
		"6|[{'rule': type, 'column': ranged}]",
		"7|[{'rule': enum, 'column': colour}]",
		"8|[{'rule': pattern, 'column': code}]",
		"9|[{'rule': pattern, 'column': code}]",
		"10|[{'rule': enum, 'column': colour}, {'rule': pattern, 'column': code}, {'rule': range, 'column': ranged}]",
		"11|[{'rule': required, 'column': measurement_id}]",
	)
}

func TestMappedDates(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, "testdata/measurement.odcs.yaml")
	w.file("measurement.mapping.yaml", "dataset: measurement", `format: {date: "%d.%m.%Y", timestamp: "%m/%d/%Y %I:%M %p"}`)
	w.file("measurement.csv", "measurement_id,held_on,held_at", "a,31.01.2024,1/31/2024 5:06 PM", "b,31.01.24,", "c,2024-01-31,", "d,31.02.2024,", "e,,01/31/24 5:06 PM")
	if o := w.balanced(w.load(etl.Options{}, w.dir).Outcomes[0]); o.Loaded != 1 || o.ByRule["type"] != 4 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT measurement_id, held_on, held_at FROM core.main.measurement", "a|2024-01-31|2024-01-31 17:06:00")
}
