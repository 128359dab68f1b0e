package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

// enclaveName is the home's folder of studies, which leave it by release only.
const enclaveName = "enclave"

// Files of a study in the enclave.
const (
	registeredFile   = "registered.yaml" // the protocol as it was registered
	registrationFile = "registration.json"
	matchFile        = "match.csv" // the match as it was registered
	reportName       = "report"    // of the estimate, in each format
	designName       = "design"
)

// studyFolder is a study's folder in the enclave.
type studyFolder string

func (a *app) studyFolder(id string) studyFolder {
	return studyFolder(filepath.Join(a.config.Home, enclaveName, id))
}

func (f studyFolder) path(name string) string { return filepath.Join(string(f), name) }

// write replaces a file of the study, whole or not at all.
func (f studyFolder) write(name string, data []byte) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("make the study's folder: %w", err)
	}
	partial := f.path(name + ".partial")
	if err := os.WriteFile(partial, data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return os.Rename(partial, f.path(name))
}

// writeReport writes a report in its formats.
func (f studyFolder) writeReport(name string, r *report.Report) error {
	data, err := r.JSON()
	if err != nil {
		return err
	}
	page, err := r.HTML()
	if err != nil {
		return err
	}
	return errors.Join(f.write(name+".json", data), f.write(name+".html", page), f.write(name+".md", []byte(r.Markdown())))
}

// readReport reads the study's report, with the SHA-256 of its file.
func (f studyFolder) readReport() (*report.Report, string, error) {
	r, data, err := readReport(f.path(reportName + ".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", policy.Errorf(policy.NotFound, "study %s has no report; 'weir study estimate' makes one", filepath.Base(string(f)))
	}
	sum := sha256.Sum256(data)
	return r, hex.EncodeToString(sum[:]), err
}

func readReport(path string) (*report.Report, []byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var r report.Report
	if err := json.Unmarshal(data, &r); err != nil || r.Format != 1 {
		return nil, nil, policy.Errorf(policy.DataRefused, "%s is no report of a study; name its JSON file", path)
	}
	return &r, data, nil
}

// registered reads the study's registration and checks it against the audit
// log.
func (f studyFolder) registered(ctx context.Context, log *audit.Reader) (*protocol.Protocol, *report.Registration, error) {
	text, err := os.ReadFile(f.path(registeredFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, policy.Errorf(policy.Denied, "study %s is not registered, so its outcomes stay closed; run 'weir study register'", filepath.Base(string(f)))
	}
	if err != nil {
		return nil, nil, err
	}
	p, err := protocol.Parse(registeredFile, text)
	if err != nil {
		return nil, nil, err
	}
	var r report.Registration
	data, err := os.ReadFile(f.path(registrationFile))
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the registration: %w", err)
	}
	return p, &r, onLog(ctx, log, p, r)
}

// onLog checks that the audit log has a registration.
func onLog(ctx context.Context, log *audit.Reader, p *protocol.Protocol, r report.Registration) error {
	record, err := log.Entry(ctx, r.AuditIndex)
	if err != nil {
		return fmt.Errorf("find the registration on the audit log: %w", err)
	}
	e, err := record.Entry()
	if err != nil {
		return err
	}
	if e.Kind != audit.KindStudyRegister || e.Attributes["study"] != p.ID || e.Attributes["protocol"] != r.Protocol || r.Protocol != p.Hash() || e.Attributes["match"] != r.Match {
		return policy.Errorf(policy.Denied, "entry %d of the audit log does not have this registration of %s; register the study anew", r.AuditIndex, p.ID)
	}
	return nil
}
