package opa_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// catalogue returns the datasets of the warehouse, with marts and the audit
// log.
func catalogue(t testing.TB) []policy.Dataset {
	t.Helper()
	text, err := os.ReadFile("testdata/catalog.json")
	if err != nil {
		t.Fatal(err)
	}
	var datasets []policy.Dataset
	if err := json.Unmarshal(text, &datasets); err != nil {
		t.Fatal(err)
	}
	return datasets
}
