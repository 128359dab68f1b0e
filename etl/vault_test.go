package etl_test

import (
	"sync"
	"testing"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

const staffHeader = "staff_number,staff_email,given_name,family_name"

func TestVaultKnowsThePublishedStaff(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	vault := openVault(t, w)
	if _, _, err := vault.StaffKey(t.Context(), "number", "007"); policy.CodeOf(err) != policy.NotFound {
		t.Errorf("before a snapshot: %v", err)
	}
	w.loadOne(w.file("staff_identity.csv", staffHeader, "007,Zoe@Staff.Example,Zoe,Larch", "8,alder@staff.example,Alder,Moss"))
	w.loadOne(w.file("student_identity.csv", "student_number,given_name,family_name", "S1,Sam,Ash"))
	publishFresh(t, w)
	key := w.query("SELECT person_key FROM vault.identity.identifier WHERE value = '007'")[0]
	for _, test := range []struct{ scheme, value, want string }{
		{"number", "007", key},
		{"number", " 007 ", key},
		{"email", "zoe@staff.example", key},
		{"email", " Zoe@STAFF.example", key},
		{"number", "7", ""},
		{"number", "zoe@staff.example", ""},
		{"email", "007", ""},
		{"number", "", ""},
		{"number", "S1", ""}, // a student
		{"number", "' OR true --", ""},
	} {
		got, ok, err := vault.StaffKey(t.Context(), test.scheme, test.value)
		if err != nil || got != test.want || ok != (test.want != "") {
			t.Errorf("%s %q: got %q, %v, %v; want %q", test.scheme, test.value, got, ok, err, test.want)
		}
	}
	if err := vault.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := vault.StaffKey(t.Context(), "number", "007"); !ok || err != nil {
		t.Errorf("after Close: %v, %v", ok, err)
	}
}

func TestVaultFollowsTheCurrentSnapshot(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	vault := openVault(t, w)
	known := func(value string) bool {
		t.Helper()
		_, ok, err := vault.StaffKey(t.Context(), "number", value)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	w.loadOne(w.file("staff_identity.csv", staffHeader, "1,one@staff.example,One,Ash"))
	publishFresh(t, w)
	if !known("1") || known("2") {
		t.Error("the first snapshot has 1 and not 2")
	}
	w.loadOne(w.file("staff_identity.csv", staffHeader, "2,two@staff.example,Two,Ash"))
	if known("2") {
		t.Error("2 is not published yet")
	}
	publishFresh(t, w)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, ok, err := vault.StaffKey(t.Context(), "number", "2"); !ok || err != nil {
				t.Errorf("2 is published: %v, %v", ok, err)
			}
		})
	}
	group.Wait()
}

func openVault(t *testing.T, w *warehouse) *etl.Vault {
	t.Helper()
	vault := etl.NewVault(w.Home, duck.Options{MemoryLimit: "256MB"})
	t.Cleanup(func() { _ = vault.Close() })
	return vault
}

func publishFresh(t *testing.T, w *warehouse) {
	t.Helper()
	if _, fresh, err := w.Publish(t.Context()); err != nil || !fresh {
		t.Fatalf("publish: %v, %v", fresh, err)
	}
}
