package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

func (a *app) newPrincipal() *cobra.Command {
	return group("principal", "List and check who may ask",
		`A principal is a person, or a program, that may ask. They stand in the home's
principals.yaml, with their roles and with what ties them to the data: a staff
number or email, schools, districts. Agreements stand in agreements.yaml.`,
		"  weir principal list\n  weir principal check",
		a.newPrincipalList(), a.newPrincipalShow(), a.newPrincipalCheck())
}

// principalRow is a line of `weir principal list`. It does not give the staff
// number or email: who looks over a shoulder has no need of it.
type principalRow struct {
	Principal string        `json:"principal"`
	Name      string        `json:"name"`
	Roles     []policy.Role `json:"roles"`
	KnownBy   string        `json:"known_by"`
	Schools   []string      `json:"schools"`
	Districts []string      `json:"districts"`
	ValidFrom policy.Date   `json:"valid_from"`
	ValidTo   policy.Date   `json:"valid_to"`
}

func principalRowOf(e identity.Entry) principalRow {
	scheme, _, _ := e.Staff()
	return principalRow{e.ID, e.Name, e.Roles, scheme, e.Schools, e.Districts, e.ValidFrom, e.ValidTo}
}

func (a *app) newPrincipalList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the principals",
		Long:    "Lists the principals of the home with their roles, and by which identifier the\nvault knows them: number, email or none.",
		Example: "  weir principal list\n  weir principal list -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			directory, err := a.directory()
			if err != nil {
				return err
			}
			var rows []principalRow
			for _, e := range directory.Principals() {
				rows = append(rows, principalRowOf(e))
			}
			return a.print(rows)
		},
	}
}

// principalShown is what `weir principal show` prints.
type principalShown struct {
	principalRow

	Valid      bool     `json:"valid"`    // today
	InVault    string   `json:"in_vault"` // whether the current snapshot knows the person
	Agreements []string `json:"agreements"`
	Tokens     []string `json:"tokens"` // ids of those that open something
}

func (a *app) newPrincipalShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show PRINCIPAL",
		Short: "Show a principal, and what they can ask with",
		Long: `Shows a principal, whether they are valid today and known to the current
snapshot, the agreements that name them and their tokens that are in force.
'weir policy scope' shows what they see.`,
		Example: "  weir principal show m.larch",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			shown, err := a.showPrincipal(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(shown)
		},
	}
}

func (a *app) showPrincipal(ctx context.Context, id string) (principalShown, error) {
	directory, err := a.directory()
	if err != nil {
		return principalShown{}, err
	}
	for _, e := range directory.Principals() {
		if e.ID != id {
			continue
		}
		shown := principalShown{principalRow: principalRowOf(e)}
		_, err := directory.Principal(id, policy.DateOf(a.now()))
		shown.Valid = err == nil
		for _, agreement := range directory.Agreements() {
			if _, err := directory.Agreement(agreement.ID, id); err == nil {
				shown.Agreements = append(shown.Agreements, agreement.ID)
			}
		}
		if shown.InVault, err = a.inVault(ctx, e); err != nil {
			return shown, err
		}
		shown.Tokens, err = a.tokensOf(ctx, id)
		return shown, err
	}
	return principalShown{}, policy.Errorf(policy.NotFound, "no principal %q; 'weir principal list' lists them", id)
}

// inVault says whether the current snapshot knows the person of an entry.
func (a *app) inVault(ctx context.Context, e identity.Entry) (_ string, err error) {
	scheme, value, ok := e.Staff()
	if !ok {
		return "not asked", nil
	}
	vault := a.vault()
	defer func() { err = errors.Join(err, vault.Close()) }()
	_, ok, err = vault.StaffKey(ctx, scheme, value)
	switch {
	case policy.CodeOf(err) == policy.NotFound:
		return "nothing is published yet", nil
	case err != nil:
		return "", err
	case ok:
		return "yes", nil
	}
	return "no", nil
}

// principalsChecked is what `weir principal check` prints when all is well.
type principalsChecked struct {
	Principals int    `json:"principals"`
	Agreements int    `json:"agreements"`
	Vault      string `json:"vault"`
}

func (a *app) newPrincipalCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check principals and agreements, and say what is wrong with each",
		Long: `Checks principals.yaml and agreements.yaml: their form, roles that no row rule
can make safe in one person, people who stand there twice, identifiers that the
current snapshot does not know, agreements that name what does not exist. Each
problem is printed with file, line, field, value and reason; the exit code is 2.`,
		Example: "  weir principal check\n  weir principal check -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checked, problems, err := a.checkPrincipals(cmd.Context())
			if err != nil {
				return err
			}
			if len(problems) == 0 {
				return a.print(checked)
			}
			if err := a.print(problems); err != nil {
				return err
			}
			return policy.Errorf(policy.Usage, "principals and agreements have %d problems", len(problems))
		},
	}
}

func (a *app) checkPrincipals(ctx context.Context) (principalsChecked, []identity.Problem, error) {
	directory, err := a.directory()
	if problems, ok := errors.AsType[identity.Problems](err); ok {
		return principalsChecked{}, problems, nil
	}
	if err != nil {
		return principalsChecked{}, nil, err
	}
	checked := principalsChecked{Principals: len(directory.Principals()), Agreements: len(directory.Agreements()), Vault: "asked"}
	datasets, err := a.datasets()
	if err != nil {
		return checked, nil, err
	}
	_, published, err := snapshot.In(a.config.Home).Current()
	if err != nil {
		return checked, nil, err
	}
	if !published {
		checked.Vault = "not asked: nothing is published yet"
		problems, err := directory.Check(ctx, datasets, nil)
		return checked, problems, err
	}
	vault := a.vault()
	problems, err := directory.Check(ctx, datasets, vault)
	return checked, problems, errors.Join(err, vault.Close())
}
