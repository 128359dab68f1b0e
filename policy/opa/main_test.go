package opa_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

// secret stands for a warehouse's own.
func secret() []byte { return []byte(strings.Repeat("s", 32)) }

// catalogue returns the datasets of the warehouse, with marts and the audit
// log.
func catalogue() ([]policy.Dataset, error) {
	text, err := os.ReadFile("testdata/catalog.json")
	if err != nil {
		return nil, err
	}
	var datasets []policy.Dataset
	if err := json.Unmarshal(text, &datasets); err != nil { //nolint:musttag // the file names the fields as Go does
		return nil, err
	}
	place := []policy.Column{{Name: "district_id", Type: "VARCHAR"}, {Name: "school_id", Type: "VARCHAR"}}
	return append(datasets,
		policy.Dataset{Name: "audit.decisions", Compartment: "audit_log", Columns: []policy.Column{
			{Name: "principal", Type: "VARCHAR"}, {Name: "at", Type: "TIMESTAMP"},
		}},
		policy.Dataset{Name: "mart_coaching_effect", Compartment: "mart_formative_evaluative", Derived: true, Tags: []string{"coaching", "evaluation"}, Columns: place},
		policy.Dataset{Name: "mart_observation_gain", Compartment: "mart_evaluative", Derived: true, Tags: []string{"evaluation"}, Columns: place},
		policy.Dataset{Name: "mart_program_cost", Compartment: "mart_core", Derived: true, Tags: []string{"cost"}, Columns: place},
		part("mart_core", "cost", place),
		part("mart_evaluative", "evaluation", place),
		part("mart_formative", "coaching", place),
	), nil
}

// part is the part of metric_value in a mart.
func part(mart, tag string, columns []policy.Column) policy.Dataset {
	return policy.Dataset{
		Name: "metric_value of " + mart, Union: "metric_value", Compartment: mart, Derived: true, Tags: []string{tag}, Columns: columns,
	}
}

// loaded is the built-in bundle over the catalogue, proved once.
var loaded = sync.OnceValues(func() (*opa.Engine, error) {
	b, err := opa.BuiltIn()
	if err != nil {
		return nil, err
	}
	datasets, err := catalogue()
	if err != nil {
		return nil, err
	}
	return opa.New(context.Background(), b, datasets, opa.Options{Secret: secret()})
})

// engine returns the built-in bundle over the catalogue.
func engine(t testing.TB) *opa.Engine {
	t.Helper()
	e, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return e
}
