package policy

// MaskKind is what happens to a column's values before anyone sees them.
type MaskKind string

// The kinds of mask.
const (
	Show       MaskKind = "show"       // as stored
	Hide       MaskKind = "hide"       // the column does not exist
	Null       MaskKind = "null"       // the column exists and is empty
	Hash       MaskKind = "hash"       // keyed pseudonym, another one for each agreement
	Truncate   MaskKind = "truncate"   // a date, down to its month or year
	Band       MaskKind = "band"       // a number's band
	Generalise MaskKind = "generalise" // a group's name, or Other when the group is small
)

// Mask is a kind of mask with its parameters.
type Mask struct {
	Kind       MaskKind    `json:"kind"`
	Unit       string      `json:"unit,omitempty"`       // truncate: month or year
	Bands      []NamedBand `json:"bands,omitempty"`      // band: ascending
	Population *Population `json:"population,omitempty"` // generalise
	Other      string      `json:"other,omitempty"`      // generalise: what small groups are called
}

// NamedBand is a band of numbers from a bound, inclusive, to the next band's.
type NamedBand struct {
	From  float64 `json:"from"`
	Label string  `json:"label"`
}

// Population says how large a group is: the distinct people of a dataset that
// share the group's key.
type Population struct {
	Dataset string `json:"dataset"`
	Key     string `json:"key"`
	Person  string `json:"person"`
	Minimum int    `json:"minimum"` // people in a group that is not small
}
