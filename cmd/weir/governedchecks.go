package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

const makeMissing = "run 'weir init' to make it, or restore it from a backup"

// checkSecret looks for the secret without which hashed columns are refused.
func checkSecret(_ context.Context, a *app) finding {
	secret, err := a.secret()
	if err != nil {
		return fail(err.Error(), makeMissing)
	}
	return ok(fmt.Sprintf("%d bytes", len(secret)))
}

// checkAudit looks at the audit log's parts, and at its signature; reading all
// of it is for 'weir audit verify'.
func checkAudit(_ context.Context, a *app) finding {
	reader, paths, err := a.auditLog()
	if err != nil {
		return fail(err.Error(), makeMissing)
	}
	head, err := reader.Head()
	if err != nil {
		return fail(err.Error(), makeMissing)
	}
	for _, path := range []string{paths.Key, paths.Remembered} {
		if _, err := os.Stat(path); err != nil {
			return fail(err.Error(), "restore "+filepath.Base(path)+" from a backup")
		}
	}
	return ok(fmt.Sprintf("%d entries, signed as %s", head.Size, head.Origin))
}

// checkPrincipals is 'weir principal check' in a line.
func checkPrincipals(ctx context.Context, a *app) finding {
	const advice = "run 'weir principal check'"
	checked, problems, err := a.checkPrincipals(ctx)
	switch {
	case err != nil:
		return fail(err.Error(), advice)
	case len(problems) > 0:
		return fail(fmt.Sprintf("%d problems, such as %s", len(problems), problems[0]), advice)
	case checked.Principals == 0:
		return warn("nobody may ask yet", "list principals in principals.yaml")
	}
	return ok(fmt.Sprintf("%d principals, %d agreements; vault: %s", checked.Principals, checked.Agreements, checked.Vault))
}
