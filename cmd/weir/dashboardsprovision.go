package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/dashboards/provision"
	"github.com/weir-warehouse/weir/policy"
)

// grafanaServer is which Grafana, and who asks it.
type grafanaServer struct {
	url, user, passwordFile, tokenFile string
}

func (g *grafanaServer) flags(flags *pflag.FlagSet) {
	flags.StringVar(&g.url, "url", "", "address of Grafana, such as http://localhost:3000")
	flags.StringVar(&g.user, "user", "", "server administrator of Grafana, who makes an organisation for each audience")
	flags.StringVar(&g.passwordFile, "password-file", "", "file with that user's password (default: WEIR_GRAFANA_PASSWORD in the environment)")
	flags.StringVar(&g.tokenFile, "token-file", "", "file with a token of an administrator's service account, for one audience in that account's organisation")
}

// server reads the credentials.
func (g *grafanaServer) server(a *app) (s provision.Server, err error) {
	s = provision.Server{URL: strings.TrimSuffix(g.url, "/"), User: g.user}
	switch {
	case g.url == "":
		return s, policy.Errorf(policy.Usage, "--url is missing: which Grafana?")
	case (g.user == "") == (g.tokenFile == ""):
		return s, policy.Errorf(policy.Usage, "give either --user, a server administrator, or --token-file, a service account's token")
	case g.tokenFile != "":
		s.Token, err = secretIn("--token-file", g.tokenFile)
	case g.passwordFile != "":
		s.Password, err = secretIn("--password-file", g.passwordFile)
	default:
		if s.Password = a.getenv("WEIR_GRAFANA_PASSWORD"); s.Password == "" {
			err = policy.Errorf(policy.Usage, "--user %s has no password: give --password-file, or WEIR_GRAFANA_PASSWORD", g.user)
		}
	}
	return s, err
}

func secretIn(flag, path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", policy.Errorf(policy.Usage, "%s: %w", flag, err)
	}
	return strings.TrimSpace(string(data)), nil
}

// provisioner joins flags, principals and tokens.
func (a *app) provisioner(cmd *cobra.Command, g grafanaServer, v viewing) (p *provision.Provisioner, err error) {
	p = &provision.Provisioner{}
	if p.Server, err = g.server(a); err != nil {
		return nil, err
	}
	if p.Door, err = a.reached(v); err != nil {
		return nil, err
	}
	if p.Targets, err = a.targets(v); err != nil {
		return nil, err
	}
	if p.Server.Token != "" {
		for i := range p.Targets {
			p.Targets[i].Organisation = ""
		}
	}
	p.Keys = sourceKeys{a, cmd.CommandPath(), p.Server.URL, v.days}
	return p, nil
}

func (a *app) newDashboardsProvision() *cobra.Command {
	var g grafanaServer
	var v viewing
	var dry, rotate, prune bool
	cmd := &cobra.Command{
		Use:   "provision --url URL",
		Short: "Make or mend Weir's dashboards in a running Grafana",
		Long: `Makes, for each audience, an organisation, a folder that its people may open, a
data source with a token of Weir, dashboards and alert rules; or mends what is
there. It shows what it will do and then does it. Running it again changes
nothing, or goes on where it ended. It works with Grafana 11, 12 and later.

With --token-file it works in one existing organisation, for one --audience:
everyone of that organisation can query the data source.`,
		Example: `  weir dashboards provision --url http://localhost:3000 --user admin
  weir dashboards provision --url https://grafana.example.org \
      --token-file grafana.token --audience district_leader --team Leaders`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.provisioner(cmd, g, v)
			if err != nil {
				return err
			}
			p.Rotate, p.Prune, p.Grace = rotate, prune, provision.Grace
			if err := a.addEvents(cmd.Context(), p.Targets); err != nil {
				return err
			}
			return a.provisionGrafana(cmd, p, dry)
		},
	}
	g.flags(cmd.Flags())
	v.flags(cmd.Flags())
	cmd.Flags().StringVar(&v.team, "team", "", "team that may open the folder, made if there is none (default: the organisation's viewers and editors)")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show the plan and do nothing")
	cmd.Flags().BoolVar(&rotate, "rotate", false, "give each data source a new token, and revoke the one before")
	cmd.Flags().BoolVar(&prune, "prune", false, "delete what Weir made before and no longer wants; organisations stay")
	return cmd
}

func (a *app) provisionGrafana(cmd *cobra.Command, p *provision.Provisioner, dry bool) error {
	version, err := p.Server.Version(cmd.Context())
	if err != nil {
		return err
	}
	steps, err := p.Plan(cmd.Context())
	if err != nil {
		return err
	}
	if err := a.print(steps); err != nil {
		return err
	}
	if dry {
		return nil
	}
	done := 0
	bar := a.progress(int64(len(steps)), "provision")
	err = p.Apply(cmd.Context(), steps, func(s provision.Step) {
		_ = bar.Add(1) //nolint:errcheck // a bar that cannot be drawn changes nothing
		if s.Action != provision.Unchanged {
			done++
		}
	})
	_ = bar.Finish() //nolint:errcheck // as above
	if err != nil || a.config.Output == formatJSON {
		return err
	}
	return a.say("\nGrafana %s at %s: %d done, %d unchanged.\n", version, p.Server.URL, done, len(steps)-done)
}
