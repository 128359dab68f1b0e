package dashboards

import (
	"regexp"
	"slices"
	"strings"
)

// reference is a variable in a text: ${name:sqlstring}.
var reference = regexp.MustCompile(`\$\{(\w+):sqlstring\}`)

// Interpolate puts values in the place of variables, as Grafana's browser
// does before it sends a query: quoted, with commas between.
func Interpolate(sql string, values map[string][]string) string {
	return reference.ReplaceAllStringFunc(sql, func(found string) string {
		quoted := []string{}
		for _, v := range values[reference.FindStringSubmatch(found)[1]] {
			quoted = append(quoted, "'"+strings.ReplaceAll(v, "'", "''")+"'")
		}
		if len(quoted) == 0 {
			return "''"
		}
		return strings.Join(quoted, ",")
	})
}

// Variables names the variables in a text, each once, in order.
func Variables(sql string) []string {
	var names []string
	for _, found := range reference.FindAllStringSubmatch(sql, -1) {
		if !slices.Contains(names, found[1]) {
			names = append(names, found[1])
		}
	}
	return names
}
