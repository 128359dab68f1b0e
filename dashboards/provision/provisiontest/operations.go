package provisiontest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Operations are the operations of Grafana's API with the statuses that the
// specification gives to their answers, as the client was generated from it.
type Operations map[string][]int // by method and path, as in GET /folders/{folder_uid}

// module is the client's.
const module = "github.com/grafana/grafana-openapi-client-go"

var (
	operation = regexp.MustCompile(`\[(GET|POST|PUT|PATCH|DELETE) (/[^\]]*)\]`)
	status    = regexp.MustCompile(`(?m)^\tcase (\d{3}):$`)
	reader    = regexp.MustCompile(`(?s)\) ReadResponse\(.*?\n}\n`)
)

// ClientOperations reads the operations from the source of the client's module.
func ClientOperations() (Operations, error) {
	dir, err := exec.CommandContext(context.Background(), "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return nil, fmt.Errorf("find the module %s: %w", module, err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "client", "*", "*_responses.go"))
	if err != nil {
		return nil, err
	}
	found := Operations{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		read := reader.FindString(string(text))
		if name := operation.FindStringSubmatch(string(text)); name != nil {
			for _, code := range status.FindAllStringSubmatch(read, -1) {
				n, _ := strconv.Atoi(code[1]) //nolint:errcheck // it is three digits
				found[name[1]+" "+name[2]] = append(found[name[1]+" "+name[2]], n)
			}
		}
	}
	if len(found) == 0 {
		return nil, errors.New("the module " + module + " has no operations where it had them")
	}
	return found, nil
}

// Check tells what is wrong with an answer: that no operation has its path, or
// that none gives its status.
func (o Operations) Check(method, path string, answered int) error {
	path = strings.TrimPrefix(path, "/api")
	name := ""
	for candidate := range o {
		m, pattern, _ := strings.Cut(candidate, " ")
		if m == method && matches(pattern, path) && (name == "" || pattern == path) { // one without parameters goes first
			name = candidate
		}
	}
	if name == "" {
		return fmt.Errorf("no operation is %s %s", method, path)
	}
	if !slices.Contains(o[name], answered) {
		return fmt.Errorf("%s does not answer %d", name, answered)
	}
	return nil
}

// matches reports whether a path has a pattern's parts, of which one in braces
// is anything.
func matches(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, have, func(w, h string) bool { return w == h || strings.HasPrefix(w, "{") && h != "" })
}

// undocumented are answers that a Grafana gives although its specification does
// not have them, as make test-grafana found with a running one.
var undocumented = regexp.MustCompile(`^(GET /orgs/name/[^/]+ 404|PUT /folders/[^/]+ 412|PUT /datasources/uid/[^/]+ 404|POST /ds/query 404)$`)

// Undocumented reports whether a Grafana is known to give an answer that its
// specification does not have.
func Undocumented(method, path string, answered int) bool {
	return undocumented.MatchString(fmt.Sprintf("%s %s %d", method, strings.TrimPrefix(path, "/api"), answered))
}
