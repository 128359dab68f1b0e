package oneroster_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/oneroster"
	"github.com/weir-warehouse/weir/policy"
)

func headers(t *testing.T, version string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/headers-" + version + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var h map[string][]string
	if err := json.Unmarshal(data, &h); err != nil {
		t.Fatal(err)
	}
	return h
}

// open reads a package that consists of a manifest.
func open(t *testing.T, manifest string) (*oneroster.Package, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, oneroster.Manifest), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return oneroster.Read(dir)
}

// Every column of the standard is stored or, if a warehouse should not hold
// it, dropped.
func TestColumnsOfTheStandard(t *testing.T) {
	t.Parallel()
	p, err := open(t, "propertyName,value\noneroster.version,1.2\nfile.roles,bulk\n")
	if err != nil {
		t.Fatal(err)
	}
	secret := map[string][]string{"users.csv": {"sms", "phone", "password"}, "userProfiles.csv": {"password"}}
	for file, header := range headers(t, "1.2") {
		read, dropped, err := p.Columns(strings.TrimSuffix(file, ".csv"), header)
		if err != nil {
			t.Error(err)
		}
		if !slices.Equal(dropped, secret[file]) {
			t.Errorf("%s: dropped %v", file, dropped)
		}
		for _, name := range header {
			if slices.Contains(dropped, name) != (read[name] == "") {
				t.Errorf("%s: %s is read as %q", file, name, read[name])
			}
		}
	}
	old, err := open(t, "propertyName,value\noneroster.version,1.1\n")
	if err != nil {
		t.Fatal(err)
	}
	for file, header := range headers(t, "1.1") {
		if _, _, err := old.Columns(strings.TrimSuffix(file, ".csv"), header); err != nil {
			t.Error(err)
		}
	}
}

func TestColumnsAreFoundInAnySpelling(t *testing.T) {
	t.Parallel()
	p, err := open(t, "oneroster.version,1.2\n")
	if err != nil {
		t.Fatal(err)
	}
	read, dropped, err := p.Columns("orgs", []string{"sourcedid", " NAME ", "Type", "metadata.region", "Metadata.x"})
	if err != nil || read["sourcedId"] != "sourcedid" || read["name"] != " NAME " || read["identifier"] != "" {
		t.Errorf("%v, %v", read, err)
	}
	if !slices.Equal(dropped, []string{"metadata.region", "Metadata.x"}) {
		t.Errorf("dropped %v", dropped)
	}
}

func TestUnfitHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ table, header, want string }{
		{"orgs", "sourcedId,name,type,region", `orgs.csv: OneRoster has no column "region" there; name an extension metadata.region, or remove it`},
		{"orgs", "sourcedId,name", "orgs.csv: lacks the column type"},
		{"users", "sourcedId,givenName", "users.csv: lacks the column role"}, // there is no file of roles
		{"enrollments", "sourcedId,status", "enrollments.csv: lacks the column classSourcedId"},
	} {
		p, err := open(t, "oneroster.version,1.1\n")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = p.Columns(c.table, strings.Split(c.header, ","))
		if err == nil || err.Error() != c.want || policy.CodeOf(err) != policy.DataRefused {
			t.Errorf("%s: %v, want %s", c.header, err, c.want)
		}
	}
}

func TestManifests(t *testing.T) {
	t.Parallel()
	for manifest, want := range map[string]string{
		"\ufeffpropertyName,value\r\nmanifest.version,1.0\r\noneroster.version,1.2\r\nfile.orgs,bulk\r\nfile.users,absent\r\nsource.systemName,X\r\n": "",
		"oneroster.version,1.1\nfile.orgs,delta\nfile.resources,bulk\nfile.classResources,bulk\nfile.courseResources,absent\n":                        "",
		"propertyName,value\nfile.orgs,bulk\n":      "manifest.csv: lacks oneroster.version",
		"oneroster.version,2.0\n":                   `manifest.csv: line 1: OneRoster version "2.0"; known are 1.1 and 1.2`,
		"oneroster.version,1.2\nfile.orgs,some\n":   `manifest.csv: line 2: "some" for orgs; expected bulk, delta or absent`,
		"oneroster.version,1.2\nfile.people,bulk\n": "manifest.csv: line 2: OneRoster has no file people.csv",
		"oneroster.version,1.2\nfile.orgs\n":        "manifest.csv: line 2 has 1 fields; expected propertyName,value",
		"oneroster.version,\"1.2\nfile.orgs,bulk\n": "manifest.csv: ",
	} {
		p, err := open(t, manifest)
		switch {
		case want == "" && (err != nil || !slices.Equal(p.Tables(), []string{"orgs"})):
			t.Errorf("%q: %v", manifest, err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want) || policy.CodeOf(err) != policy.DataRefused):
			t.Errorf("%q: error %v, want %s", manifest, err, want)
		}
	}
	if _, err := oneroster.Read(t.TempDir()); err == nil {
		t.Error("a directory without a manifest is no package")
	}
}

// What is derived are input columns of contracts, from files of the package.
func TestDerivationsFitTheContracts(t *testing.T) {
	t.Parallel()
	catalog, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	manifest := []string{"oneroster.version,1.2"}
	for _, table := range oneroster.All() {
		manifest = append(manifest, "file."+table+",bulk")
	}
	p, err := open(t, strings.Join(manifest, "\n")+"\n")
	if err != nil {
		t.Fatal(err)
	}
	derived, err := p.Derive()
	if err != nil || len(derived) != 11 {
		t.Fatalf("%d datasets, %v", len(derived), err)
	}
	for _, d := range derived {
		k, ok := catalog.Get(d.Dataset)
		if !ok {
			t.Fatalf("no contract %s", d.Dataset)
		}
		for _, c := range d.Columns {
			if !slices.Contains(k.InputColumns(), c) {
				t.Errorf("%s has no input column %s", d.Dataset, c)
			}
		}
		if d.Uses[0] != d.Table || d.Mode != contract.Full {
			t.Errorf("%s: uses %v, mode %s", d.Dataset, d.Uses, d.Mode)
		}
	}
	part, err := open(t, "oneroster.version,1.2\nfile.users,delta\n")
	if err != nil {
		t.Fatal(err)
	}
	derived, err = part.Derive()
	if err != nil || len(derived) != 4 || !slices.Equal(derived[1].Uses, []string{"users"}) || derived[0].Mode != contract.Delta {
		t.Errorf("%+v, %v", derived, err)
	}
}
