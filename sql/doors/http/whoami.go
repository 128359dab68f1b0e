package httpdoor

import (
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// identity is who a session is.
type identity struct {
	Principal string         `json:"principal"`
	Name      string         `json:"name,omitempty"`
	Roles     []policy.Role  `json:"roles"`
	Schools   []string       `json:"schools"`
	Districts []string       `json:"districts"`
	Purpose   policy.Purpose `json:"purpose"`
	Agreement string         `json:"agreement,omitempty"`
	Token     string         `json:"token,omitempty"` // its public id; empty: an issuer's word
	Expires   time.Time      `json:"expires"`
}

// whoami answers who the asker is.
func (c *call) whoami() error {
	if _, err := c.fields(); err != nil {
		return err
	}
	r, err := c.request()
	if err != nil {
		return err
	}
	p := r.Principal
	return c.answer(identity{
		Principal: p.ID, Name: p.Name, Roles: p.Roles, Schools: append([]string{}, p.Schools...), Districts: append([]string{}, p.Districts...),
		Purpose: r.Purpose, Agreement: c.session.Agreement(), Token: c.credential.Token, Expires: c.credential.Expires,
	})
}
