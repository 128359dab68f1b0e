package identity

import (
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// agreement is an agreement with its place in agreements.yaml.
type agreement struct {
	policy.Agreement
	at record
}

func agreementFields() []string {
	return []string{"id", "parties", "purpose", "datasets", "from", "to", "destroy_by", "members", "minimum_cell"}
}

// readAgreement reads an agreement and notes what is wrong with it alone.
func readAgreement(r record) agreement {
	a := agreement{at: r, Agreement: policy.Agreement{
		ID: r.text("id"), Parties: r.texts("parties"), Purpose: policy.Purpose(r.text("purpose")), Datasets: r.lists("datasets"),
		From: r.date("from"), To: r.date("to"), DestroyBy: r.date("destroy_by"),
		Members: r.texts("members"), MinimumCell: r.number("minimum_cell"),
	}}
	checkID(r, a.ID)
	for _, field := range agreementFields()[:len(agreementFields())-1] {
		if r.fields[field] == nil {
			r.add(field, "", "is missing; a written agreement states it")
		}
	}
	if a.Purpose != "" && !slices.Contains(policy.Purposes(), a.Purpose) {
		r.add("purpose", string(a.Purpose), "is no purpose; use one of %s", words(policy.Purposes()))
	}
	if a.To != "" && a.To < a.From {
		r.add("to", string(a.To), "is before from")
	}
	if a.DestroyBy != "" && a.DestroyBy < a.From {
		r.add("destroy_by", string(a.DestroyBy), "is before from")
	}
	return a
}

func checkAgreementIDs(agreements []agreement) {
	ids := map[string]bool{}
	for _, a := range agreements {
		key := strings.ToLower(a.ID)
		if ids[key] && key != "" {
			a.at.add("id", a.ID, "stands there twice, upper and lower case being alike")
		}
		ids[key] = true
	}
}
