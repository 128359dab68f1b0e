package audit

import (
	"maps"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// eraser removes the values at declared JSON pointers (RFC 6901) from an
// entry's input and result, as OPA's decision log masking does.
type eraser struct {
	pointers []string
	paths    [][]string
}

func newEraser(pointers []string) (*eraser, error) {
	er := &eraser{pointers: pointers}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for _, p := range pointers {
		parts := strings.Split(p, "/")
		if len(parts) < 3 || parts[0] != "" || (parts[1] != "input" && parts[1] != "result") {
			return nil, policy.Errorf(policy.Usage, "audit erase path %q: want /input/… or /result/…", p)
		}
		for i, part := range parts {
			parts[i] = unescape.Replace(part)
		}
		er.paths = append(er.paths, parts[1:])
	}
	return er, nil
}

// apply erases from e, lists in e.Erased what was there, and leaves the
// caller's maps as they were.
func (er *eraser) apply(e *Entry) {
	for i, path := range er.paths {
		doc := &e.Input
		if path[0] == "result" {
			doc = &e.Result
		}
		if kept, found := without(*doc, path[1:]); found {
			*doc = kept
			e.Erased = append(slices.Clip(e.Erased), er.pointers[i])
		}
	}
}

// without returns doc without the value at path, sharing what did not change.
func without(doc map[string]any, path []string) (map[string]any, bool) {
	value, found := doc[path[0]]
	if !found {
		return doc, false
	}
	kept := maps.Clone(doc)
	if len(path) == 1 {
		delete(kept, path[0])
		return kept, true
	}
	inner, ok := value.(map[string]any)
	if !ok {
		return doc, false
	}
	if inner, ok = without(inner, path[1:]); !ok {
		return doc, false
	}
	kept[path[0]] = inner
	return kept, true
}
