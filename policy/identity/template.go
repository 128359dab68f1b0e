package identity

import _ "embed"

// DefaultPrincipals is a commented principals.yaml without principals.
//
//go:embed template/principals.yaml
var DefaultPrincipals string

// DefaultAgreements is a commented agreements.yaml without agreements.
//
//go:embed template/agreements.yaml
var DefaultAgreements string
