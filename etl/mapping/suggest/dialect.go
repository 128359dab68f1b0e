package suggest

import (
	"bufio"
	"encoding/csv"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/tabular"
)

func firstLines(data *tabular.Prepared) (lines []string, err error) {
	f, err := os.Open(data.Data)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for len(lines) < sampleLines && in.Scan() {
		lines = append(lines, strings.TrimPrefix(in.Text(), "\ufeff"))
	}
	return lines, nil // a longer line ends the search
}

// dialect finds the delimiter that splits the most lines into the same number
// of fields, and the first line that has that number: titles above the header
// have not.
func dialect(data *tabular.Prepared) (tabular.Dialect, error) {
	lines, err := firstLines(data)
	if err != nil {
		return tabular.Dialect{}, err
	}
	var best tabular.Dialect
	most := 1
	for _, d := range tabular.Delimiters() {
		lengths := make([]int, len(lines))
		for i, line := range lines {
			r := csv.NewReader(strings.NewReader(line))
			r.Comma = rune(d)
			if fields, err := r.Read(); err == nil {
				lengths[i] = len(fields)
			}
		}
		for _, n := range lengths {
			alike := 0
			for _, m := range lengths {
				if m == n {
					alike++
				}
			}
			if n > 1 && alike*n > most {
				most, best = alike*n, tabular.Dialect{Delimiter: d, Skip: slices.Index(lengths, n)}
			}
		}
	}
	return best, nil
}

var datum = regexp.MustCompile(`^[+-]?[\d.,]+%?$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|@`)

// looksLikeData tells whether half of the names are numbers, dates or
// addresses.
func looksLikeData(columns []string) bool {
	n := 0
	for _, c := range columns {
		if datum.MatchString(strings.TrimSpace(c)) {
			n++
		}
	}
	return 2*n >= len(columns)
}
