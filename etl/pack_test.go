package etl

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// TestPackedColumnsComeBack packs values at the ends of their ranges, and
// others that their contract does not allow, which become NULL.
func TestPackedColumnsComeBack(t *testing.T) {
	t.Parallel()
	minutes, ok := bounded(&contract.Column{Name: "minutes", Type: "DECIMAL(8,2)", LogicalType: "number", Minimum: "0", Maximum: "1440"})
	if !ok {
		t.Fatal("minutes are not packed")
	}
	rank, ok := bounded(&contract.Column{Name: "rank", Type: "TINYINT", LogicalType: "integer", Minimum: "-3", Maximum: "5"})
	if !ok {
		t.Fatal("ranks are not packed")
	}
	kinds := []string{"it's", "a%s b", "c"}
	fields := []field{flag("_empty", "n = 2"), minutes, rank, listed("kind", kinds)}
	for i := range 8 { // more than a word
		wide := rank
		wide.name, wide.bits = fmt.Sprintf("wide%d", i), 20
		fields = append(fields, wide)
	}
	words, columns := pack(fields)
	if len(words) < 3 {
		t.Fatalf("%d words hold 8 fields of 20 bits and more", len(words))
	}
	db, err := duck.Open(t.Context(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	query := fmt.Sprintf(`WITH given(n, minutes, rank, kind) AS (VALUES
			(0, 0::DECIMAL(8,2), -3::TINYINT, 'it''s'), (1, 1440, 5, 'a%%s b'), (2, 1439.99, 0, 'c'), (3, 0.01, NULL, NULL), (4, 1440.01, 6, 'd'), (5, NULL, -4, 'c')),
		packed AS (SELECT n, %s FROM given)
		SELECT string_agg(concat_ws('|', n, _empty, coalesce(minutes::VARCHAR, '-'), coalesce(rank::VARCHAR, '-'), coalesce(kind, '-'), coalesce(wide7::VARCHAR, '-')), '; ' ORDER BY n),
			any_value(typeof(minutes) || ' ' || typeof(rank)) FROM (SELECT n, %s FROM packed)`, strings.Join(words, ", "), strings.Join(columns, ", "))
	var got, types string
	if err := db.SQL().QueryRowContext(t.Context(), query).Scan(&got, &types); err != nil {
		t.Fatal(err)
	}
	want := "0|false|0.00|-3|it's|-3; 1|false|1440.00|5|a%s b|5; 2|true|1439.99|0|c|0; 3|false|0.01|-|-|-; 4|false|-|-|-|-; 5|false|-|-|c|-"
	if got != want || types != "DECIMAL(8,2) TINYINT" {
		t.Errorf("got %s (%s),\nwant %s", got, types, want)
	}
}
