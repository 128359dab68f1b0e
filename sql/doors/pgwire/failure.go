package pgwire

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/guard"
)

// PostgreSQL's error codes that the door uses (appendix A of its manual).
const (
	codeProtocol       = "08P01"
	codeUnsupported    = "0A000"
	codeBadEncoding    = "22021"
	codeBadSetting     = "22023"
	codeData           = "22000"
	codeBadBinary      = "22P03"
	codeInTransaction  = "25001"
	codeNoTransaction  = "25P01"
	codeFailedState    = "25P02"
	codeNoStatement    = "26000"
	codeNoAccess       = "28000"
	codePassword       = "28P01"
	codeNoCursor       = "34000"
	codeNoSavepoint    = "3B001"
	codeRefused        = "42501"
	codeSyntax         = "42601"
	codeUnfit          = "42000"
	codeNoColumn       = "42703"
	codeNoSetting      = "42704"
	codeNoFunction     = "42883"
	codeNoTable        = "42P01"
	codeCursorExists   = "42P03"
	codeStatementKnown = "42P05"
	codeTooMany        = "53300"
	codeLimit          = "53400"
	codeTooLong        = "54000"
	codeTooComplex     = "54001"
	codeNotReady       = "55000"
	codeFixed          = "55P02"
	codeCanceled       = "57014"
	codeStopped        = "57P01"
	codeIdle           = "57P05"
	codeInternal       = "XX000"
)

// failure is an error in the protocol's terms.
type failure struct {
	code, text, hint string
	at               int  // byte in the statement, from 1; 0: nowhere
	fatal            bool // the connection ends
}

// Error returns the text, which is safe to show.
func (f *failure) Error() string { return f.text }

func fault(code, format string, args ...any) *failure {
	return &failure{code: code, text: fmt.Sprintf(format, args...)}
}

// codes are SQLSTATEs by policy's codes.
var codes = map[policy.Code]string{
	policy.Failed:      codeInternal,
	policy.Usage:       codeUnfit,
	policy.Denied:      codeRefused,
	policy.DataRefused: codeData,
	policy.NotFound:    codeNotReady,
	policy.Busy:        codeLimit,
	policy.Canceled:    codeCanceled,
}

// ruleCodes are SQLSTATEs by the guard's rules, where PostgreSQL has a finer
// one than "insufficient privilege".
var ruleCodes = map[string]string{
	"text-size":            codeTooLong,
	"text-encoding":        codeBadEncoding,
	"comments":             codeTooLong,
	"size":                 codeTooComplex,
	"syntax":               codeSyntax,
	"single-statement":     codeSyntax,
	"known-syntax":         codeUnsupported,
	"no-sample":            codeUnsupported,
	"no-time-travel":       codeUnsupported,
	"static-pivot":         codeUnsupported,
	"known-type":           codeNoSetting,
	"known-collation":      codeNoSetting,
	"known-function":       codeNoFunction,
	"known-table-function": codeNoFunction,
	"known-relation":       codeNoTable,
}

// failureOf finds the protocol's terms for an error of the gateway or of the
// desk. What the error wraps is never shown.
func failureOf(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	code := policy.CodeOf(err)
	f := &failure{code: codes[code], text: "it failed inside"}
	if e, ok := errors.AsType[*policy.Error](err); ok {
		f.text = e.Text
	}
	if r, ok := errors.AsType[*guard.Refusal](err); ok {
		f.text, f.hint, f.at = r.Text, r.Hint, r.Position+1
		if code, ok := ruleCodes[r.Rule]; ok {
			f.code = code
		}
		return f
	}
	// The engine's own words for a column that is not there; the gateway has one
	// code for all that does not fit.
	if code == policy.Usage && (strings.Contains(f.text, "Referenced column") || strings.Contains(f.text, "does not have a column")) {
		f.code = codeNoColumn
	}
	return f
}

// shift places an error in a text of which the statement that has it is a part.
func shift(err error, at int) error {
	f := *failureOf(err)
	if at < 0 {
		f.at = 0
	} else if f.at > 0 {
		f.at += at
	}
	return &f
}

// fail tells the client of an error in a statement, and ends its transaction.
func (c *conn) fail(st statement, err error) {
	f := failureOf(err)
	m := &pgproto3.ErrorResponse{Severity: "ERROR", SeverityUnlocalized: "ERROR", Code: f.code, Message: f.text, Hint: f.hint}
	if f.at > 0 && f.at-1 <= len(st.Text) {
		m.Position = st.before + int32(utf8.RuneCountInString(st.Text[:f.at-1])) + 1 //nolint:gosec // a message has at most 4 MiB
	}
	if f.fatal {
		m.Severity, m.SeverityUnlocalized = "FATAL", "FATAL"
		c.ended = true
	}
	c.put(m)
	c.transaction.fail()
}

// reject ends a connection with an error.
func (c *conn) reject(ctx context.Context, err error) {
	f, ok := errors.AsType[*failure](err)
	if e, is := errors.AsType[*policy.Error](err); is && !ok {
		f, ok = ofDesk(e), true
	}
	if !ok {
		c.server.Log.DebugContext(ctx, "PostgreSQL connection ended", "client", c.client(), "error", err)
		return
	}
	c.server.Log.InfoContext(ctx, "PostgreSQL connection ended for a reason", "client", c.client(), "code", f.code)
	c.put(&pgproto3.ErrorResponse{Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: f.code, Message: f.text, Hint: f.hint})
	_ = c.flush() //nolint:errcheck // it ends anyway
}

// note sends a notice, unless the client wants none.
func (c *conn) note(severity, code, text string) {
	if c.settings.quiet(severity) {
		return
	}
	c.put(&pgproto3.NoticeResponse{Severity: severity, SeverityUnlocalized: severity, Code: code, Message: text})
}
