package httpdoor

import _ "embed"

// The OpenAPI document, and what the page is made of that shows it to people.
var (
	//go:embed openapi.yaml
	openAPI []byte

	//go:embed reference.html
	referencePage string

	//go:embed reference.css
	referenceStyle string
)
