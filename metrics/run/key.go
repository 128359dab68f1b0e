package run

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/method"
)

// key identifies everything that a metric's true values depend on: its folder,
// those of the relations that it reads, the data, the method and this program.
func (r *Runner) key(m *metrics.Metric) string {
	words := []string{"metric", m.ID, m.Digest, r.data(m), r.Program}
	for _, relation := range r.Registry.Relations(m) {
		words = append(words, relation.ID, relation.Digest)
	}
	if how, ok := method.ByName(m.Method); ok {
		words = append(words, m.Method, strconv.Itoa(how.Version()))
	}
	return digest(words...)
}

// figures identifies what a metric's values are, for those who compare them with
// earlier ones: other data, SQL or methods make others, of the same people perhaps,
// while other words about them do not.
func (r *Runner) figures(m *metrics.Metric) string {
	words := []string{m.ID, r.data(m), m.SQL, string(m.Person), m.Method}
	for _, name := range slices.Sorted(maps.Keys(m.Options)) {
		words = append(words, name, string(m.Options[name]))
	}
	for _, relation := range r.Registry.Relations(m) {
		words = append(words, relation.SQL)
	}
	if how, ok := method.ByName(m.Method); ok {
		words = append(words, strconv.Itoa(how.Version()))
	}
	return digest(words...)
}

// data identifies the data that a metric reads: the revisions of its datasets
// and their contracts.
func (r *Runner) data(m *metrics.Metric) string {
	var words []string
	for _, name := range m.Datasets {
		words = append(words, name, r.Revisions[name])
		if k, ok := r.Catalog.Get(name); ok {
			words = append(words, k.Digest)
		}
	}
	return digest(words...)
}

// digest is the SHA-256 of words, in hexadecimal.
func digest(words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return hex.EncodeToString(sum[:])
}

// seed makes a number for what is drawn.
func seed(key string) uint64 {
	n, _ := strconv.ParseUint(key[:16], 16, 64) //nolint:errcheck // a digest is hexadecimal
	return n
}
