package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/policy/identity"
)

// initHome makes what a home lacks of directories, commented files, the
// warehouse's secret and the audit log; made is false when there was a home.
// Origin names the audit log; empty: a random name.
func initHome(home etl.Home, origin string, random io.Reader) (made bool, err error) {
	if err := home.Create(); err != nil {
		return false, err
	}
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, secret); err != nil {
		return false, fmt.Errorf("draw the warehouse's secret: %w", err)
	}
	for _, file := range []struct {
		name string
		data []byte
	}{
		{identity.PrincipalsFile, []byte(identity.DefaultPrincipals)},
		{identity.AgreementsFile, []byte(identity.DefaultAgreements)},
		{secretName, secret},
		{configName, []byte(defaultConfigText())},
	} {
		if made, err = createFile(filepath.Join(home.Dir, file.name), file.data); err != nil {
			return false, err
		}
	}
	return made, initAudit(audit.Home(home.Dir), origin, random)
}

// createFile writes a file that only its owner can use, unless it exists.
func createFile(path string, data []byte) (made bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = file.Write(data)
	return true, errors.Join(err, file.Sync(), file.Close())
}

// initAudit makes the audit log unless there is one.
func initAudit(paths audit.Paths, origin string, random io.Reader) error {
	if verifier, err := paths.Verifier(); err == nil {
		reader, err := audit.NewReader(paths.Dir, verifier)
		if err != nil {
			return err
		}
		if _, err := reader.Head(); policy.CodeOf(err) != policy.NotFound {
			return err
		}
	}
	if origin == "" {
		name := make([]byte, 8)
		if _, err := io.ReadFull(random, name); err != nil {
			return fmt.Errorf("draw a name for the audit log: %w", err)
		}
		origin = "weir/" + hex.EncodeToString(name)
	}
	_, err := audit.Init(paths, origin, random)
	return err
}
