package identity_test

import (
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
)

func TestExampleWrite(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	e := identity.Example{
		Evaluator: "007", Coach: "8", Teacher: "9", School: "s-1", District: "d-1",
		From: "2023-08-01", To: "2026-07-31", DestroyBy: "2028-01-01",
	}
	if written, err := e.Write(home); !written || err != nil {
		t.Fatalf("got %v, %v", written, err)
	}
	if written, err := e.Write(home); written || err != nil {
		t.Errorf("again: %v, %v", written, err)
	}
	d, err := identity.Load(home)
	if err != nil {
		t.Fatal(err)
	}
	keys := vault{"number 007": coachKey, "number 8": teacherKey, "number 9": "00000000-0000-4000-8000-000000000003"}
	drafts := identity.ExampleDrafts()
	for i, role := range policy.Roles() {
		r, err := d.Request(t.Context(), keys, drafts[i].Principal, drafts[i].Purpose, drafts[i].Agreement, policy.Command, at("2026-03-01"))
		if err != nil || len(r.Principal.Roles) != 1 || r.Principal.Roles[0] != role {
			t.Errorf("%s: %+v, %v", role, r, err)
		}
		if (r.Agreement != nil) != (role == policy.Researcher) {
			t.Errorf("%s: agreement %v", role, r.Agreement)
		}
	}
}
