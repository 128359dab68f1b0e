package contract_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
)

func embedded(t *testing.T) *contract.Catalog {
	t.Helper()
	catalog, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func TestLoadOrder(t *testing.T) {
	t.Parallel()
	catalog := embedded(t)
	order := catalog.LoadOrder()
	if len(order) != len(catalog.All()) {
		t.Fatalf("%d contracts in load order, %d in all", len(order), len(catalog.All()))
	}
	at := map[string]int{}
	for i, c := range order {
		at[c.Name] = i
	}
	for i, c := range order {
		if c.Compartment != contract.Vault && i < len(catalog.In(contract.Vault)) {
			t.Errorf("%s comes before the vault is complete", c.Name)
		}
		for _, column := range c.Columns {
			if r := column.Reference; r != nil && r.Dataset != c.Name && at[r.Dataset] > i {
				t.Errorf("%s comes before %s, to which it refers", c.Name, r.Dataset)
			}
			minter := map[contract.PersonKind]string{contract.Staff: "teacher", contract.Student: "student"}[column.Person]
			if minter != "" && !c.Mints && at[minter] > i {
				t.Errorf("%s comes before %s, which mints its people", c.Name, minter)
			}
		}
	}
}

func TestInputColumns(t *testing.T) {
	t.Parallel()
	catalog := embedded(t)
	for dataset, want := range map[string][]string{
		"coach_assignment": {"coach_assignment_id", "coach_number", "coach_email", "coach_sourced_id",
			"teacher_number", "teacher_email", "teacher_sourced_id", "program_id", "begin_date", "end_date"},
		"attendance":     {"student_number", "student_sourced_id", "session_id", "days_enrolled", "days_present"},
		"staff_identity": {"staff_number", "staff_email", "staff_sourced_id", "given_name", "middle_name", "family_name"},
	} {
		c, ok := catalog.Get(dataset)
		if !ok {
			t.Fatalf("no contract %s", dataset)
		}
		if got := c.InputColumns(); !slices.Equal(got, want) {
			t.Errorf("%s: input columns %v, want %v", dataset, got, want)
		}
	}
}

// The walls of the warehouse, for every built-in column.
func TestCompartments(t *testing.T) {
	t.Parallel()
	for _, c := range embedded(t).All() {
		for _, column := range c.Columns {
			has := func(tag string) bool { return slices.Contains(column.Tags, tag) }
			if has("direct_identifier") != (c.Compartment == contract.Vault) {
				t.Errorf("%s.%s: direct identifiers belong to the vault, and nothing else does", c.Name, column.Name)
			}
			if has("evaluation") != (c.Compartment == contract.Evaluative) {
				t.Errorf("%s.%s: evaluation belongs to its compartment, and nothing else does", c.Name, column.Name)
			}
			if has("pseudonym") != (column.Person != "") {
				t.Errorf("%s.%s: pseudonyms, and nothing else, are tagged so", c.Name, column.Name)
			}
		}
	}
}

// What is about nobody is worked out from the contracts: from their people, their
// tags and what they refer to.
func TestReferenceDatasets(t *testing.T) {
	t.Parallel()
	catalog := embedded(t)
	for compartment, want := range map[contract.Compartment][]string{
		contract.Vault: nil, contract.Evaluative: nil, contract.Students: nil,
		contract.Core:      {"academic_session", "district", "pd_cost", "pd_program", "school", "section"},
		contract.Formative: {"data_sharing_event"},
	} {
		var got []string
		for _, k := range catalog.ReferenceIn(compartment) {
			got = append(got, k.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v are about nobody, want %v", compartment, got, want)
		}
	}
	dir := t.TempDir()
	club := func(name, tags, to string) {
		writeFile(t, filepath.Join(dir, name+contract.Suffix), fmt.Sprintf(`apiVersion: v3.1.0
kind: DataContract
id: test.%[1]s
version: 1.0.0
status: active
schema:
  - name: %[1]s
    description: A dataset.
    dataGranularityDescription: one thing
    tags: [%[2]s]
    customProperties:
      - {property: compartment, value: core}
      - {property: loadMode, value: full}
    properties:
      - {name: id, description: The key., logicalType: string, physicalType: VARCHAR, primaryKey: true, primaryKeyPosition: 1}
      - {name: of, description: A reference., logicalType: string, physicalType: VARCHAR, relationships: [{type: foreignKey, to: %[3]s}]}
`, name, tags, to))
	}
	club("of_a_school", "x_pilot, roster", "school.school_id")
	club("of_students", "student_record", "school.school_id")
	club("of_a_coach", "roster", "coach_assignment.coach_assignment_id")
	club("of_one_of_a_coach", "roster", "of_a_coach.id")
	own, err := contract.LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range own.ReferenceIn(contract.Core) {
		if strings.HasPrefix(k.Name, "of_") {
			got = append(got, k.Name)
		}
	}
	if !slices.Equal(got, []string{"of_a_school"}) {
		t.Errorf("of the district's own, %v are about nobody", got)
	}
}

func TestLoadDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	added := readFile(t, "testdata/added/reading_log.odcs.yaml")
	writeFile(t, filepath.Join(dir, "reading_log.odcs.yaml"), added)
	built := readFile(t, "contracts/plc_activity.odcs.yaml")
	longer := strings.Replace(built, "value: 60", "value: 24", 1)
	writeFile(t, filepath.Join(dir, "plc_activity.odcs.yaml"), longer)

	catalog, err := contract.LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n, want := len(catalog.All()), len(embedded(t).All())+1; n != want {
		t.Errorf("%d contracts, want %d", n, want)
	}
	c, ok := catalog.Get("plc_activity")
	if !ok || c.Retention.Months != 24 || c.Origin != filepath.Join(dir, "plc_activity.odcs.yaml") {
		t.Errorf("override has retention %+v from %s", c.Retention, c.Origin)
	}
	if _, err := contract.LoadDir(filepath.Join(dir, "absent")); err != nil {
		t.Errorf("absent folder: %v", err)
	}
	if _, err := contract.LoadDir(filepath.Join(dir, "absent"), "testdata/added/reading_log.odcs.yaml"); err != nil {
		t.Errorf("further file: %v", err)
	}
}

func TestDictionary(t *testing.T) {
	t.Parallel()
	const path = "../../docs/contracts.md"
	var got bytes.Buffer
	if err := embedded(t).Dictionary(&got); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("WEIR_UPDATE") != "" {
		writeFile(t, path, got.String())
	}
	if got.String() != readFile(t, path) {
		t.Error("docs/contracts.md is not current; run go generate ./etl/contract")
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
