package contract_test

import (
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
)

func TestEmbedded(t *testing.T) {
	t.Parallel()
	catalog, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range catalog.LoadOrder() {
		t.Log(c.Name, c.InputColumns())
	}
}
