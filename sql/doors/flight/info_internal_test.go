package flight

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestToldFunctionsAreAccepted holds the functions that GetSqlInfo tells against
// the guard's list.
func TestToldFunctionsAreAccepted(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../guard/functions.json")
	if err != nil {
		t.Fatal(err)
	}
	var families []struct {
		Verdict string   `json:"verdict"`
		Scalar  []string `json:"scalar"`
	}
	if err := json.Unmarshal(text, &families); err != nil {
		t.Fatal(err)
	}
	var accepted []string
	for _, f := range families {
		if f.Verdict == "allow" {
			accepted = append(accepted, f.Scalar...)
		}
	}
	for _, name := range slices.Concat(numericFunctions(), stringFunctions(), datetimeFunctions()) {
		if !slices.Contains(accepted, name) {
			t.Errorf("%s is told, and not accepted", name)
		}
	}
}
