// Package identity says who may ask: the principals and agreements that a home
// lists, and the tokens by which a client shows whom it asks for.
//
// It refuses a file that has any fault, a person under two names, roles that
// no row rule can make safe together, and to store a token's secret. It
// decides nothing about data; package opa does that.
package identity

// The files of a home that this package reads and writes.
const (
	PrincipalsFile = "principals.yaml"
	AgreementsFile = "agreements.yaml"
	TokensFile     = "tokens.json"
)
