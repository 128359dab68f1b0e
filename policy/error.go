// Package policy holds the vocabulary that the rest of Weir shares: error
// codes, principals, purposes, agreements, scopes and decisions. It imports
// nothing of ours and evaluates nothing; package opa does that.
package policy

import (
	"errors"
	"fmt"
)

// Code is a stable, machine-readable kind of error. Each door has one table
// from codes to its protocol's own.
type Code string

// The codes. Their spelling is part of the interface.
const (
	Failed      Code = "failed"       // something broke; the message says what
	Usage       Code = "usage"        // the request is malformed
	Denied      Code = "denied"       // policy, or an entitlement, forbids it
	DataRefused Code = "data_refused" // input data was refused or needs a decision
	NotFound    Code = "not_found"    // no such thing, or none that the caller may see
	Busy        Code = "busy"         // another holds what this needs
	Canceled    Code = "canceled"     // the caller gave up or a limit ran out
)

// Error is an error with a code and a text that is safe to show to whoever
// caused it. Inner detail is in Cause, for the log alone.
type Error struct {
	Code  Code
	Text  string
	Cause error
}

// Errorf returns an *Error with a formatted text. A %w verb becomes Cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Text: err.Error(), Cause: errors.Unwrap(err)}
}

// Error returns the safe text.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code that err carries, or Failed if it has none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Failed
}
