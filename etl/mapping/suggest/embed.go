package suggest

import _ "embed"

//go:embed synonyms.yaml
var synonymsYAML []byte
