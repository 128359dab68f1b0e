package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/mart"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// studyOwner owns the marts of studies.
const studyOwner = "study"

const (
	schoolsFile  = "schools.json"  // schools of the match, from which its districts follow
	releasedFile = "released.json" // SHA-256 of the report that was released, and the day
)

// releaseNote says which report of a study was released.
type releaseNote struct {
	Report string `json:"report_sha256"`
	On     string `json:"on"`
}

// studyRelation is a relation of studies in a mart.
func studyRelation[T any](name, description string, key []string, columns []studyColumn[T], in studyMart, rows []T) mart.Relation {
	out := mart.Relation{Name: name, Mart: in.name, Part: true, Description: description, Tags: in.tags, Key: key}
	var casts, values []string
	for _, c := range columns {
		out.Columns = append(out.Columns, mart.Column{Name: c.name, Type: c.kind, Description: c.description, Tags: in.tags})
		casts = append(casts, fmt.Sprintf("CAST(%s AS %s) AS %s", duck.Ident(c.name), c.kind, duck.Ident(c.name)))
	}
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = value(c.of(row))
		}
		values = append(values, "("+strings.Join(cells, ", ")+")")
	}
	names, nothing := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i], nothing[i] = duck.Ident(c.name), "NULL"
	}
	from := "(SELECT " + strings.Join(nothing, ", ") + " WHERE false)"
	if len(values) > 0 {
		from = "(VALUES " + strings.Join(values, ", ") + ")"
	}
	out.Rows = fmt.Sprintf("SELECT %s FROM %s AS v (%s) ORDER BY ALL", strings.Join(casts, ", "), from, strings.Join(names, ", "))
	return out
}

// studyMart is a mart with the tags of all that its studies read; one without
// studies has those of the ready protocols whose studies would come into it.
type studyMart struct {
	name           string
	tags           []string
	studies        []studyRow
	effects        []effectRow
	balance        []balanceRow
	specifications []specificationRow
}

// relations are the mart's relations of studies.
func (m *studyMart) relations() []mart.Relation {
	return []mart.Relation{
		studyRelation("study", "Studies that were released: one row for each district with schools in one.", []string{"study", "district_id"}, studyColumns, *m, m.studies),
		studyRelation("study_effect", "Their effects, by outcome, model, measure and subgroup.",
			[]string{"study", "district_id", "outcome", "model", "measure", "subgroup_by", "subgroup"}, effectColumns, *m, m.effects),
		studyRelation("study_balance", "Their covariates before and after matching.", []string{"study", "district_id", "covariate"}, balanceColumns, *m, m.balance),
		studyRelation("study_specification", "Their main effects by other ways to match and to model.",
			[]string{"study", "district_id", "outcome", "matching", "model"}, specificationColumns, *m, m.specifications),
	}
}

// add adds the tags of a protocol.
func (m *studyMart) add(tags []string) {
	m.tags = append(m.tags, tags...)
	slices.Sort(m.tags)
	m.tags = slices.Compact(m.tags)
}

// readyMarts are the marts of studies by the ready protocols, without studies:
// who may see such studies finds that none was released.
func readyMarts(catalog []policy.Dataset) (map[string]*studyMart, error) {
	ready, err := protocol.Ready()
	if err != nil {
		return nil, err
	}
	out := map[string]*studyMart{}
	for _, p := range ready {
		compartments, tags := sources(p, catalog)
		name := metrics.MartOf(compartments, tags)
		if out[name] == nil {
			out[name] = &studyMart{name: name}
		}
		out[name].add(tags)
	}
	return out, nil
}

// publishStudies writes all released studies into the marts of the build. The
// caller holds the writer's lock.
func (a *app) publishStudies(ctx context.Context) (err error) {
	catalog, err := a.catalog()
	if err != nil {
		return err
	}
	db, err := duck.Open(ctx, a.engine())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	folders, err := filepath.Glob(filepath.Join(a.config.Home, enclaveName, "*", releasedFile))
	if err != nil {
		return err
	}
	if len(folders) > 0 {
		if err := duck.Attach(ctx, conn, a.home().Compartment(contract.Core), string(contract.Core), duck.ReadOnly); err != nil {
			return err
		}
	}
	marts, err := readyMarts(catalog.Policy())
	if err != nil {
		return err
	}
	for _, note := range folders {
		if err := studyFolder(filepath.Dir(note)).collect(ctx, conn, catalog.Policy(), marts); err != nil {
			return err
		}
	}
	var relations []mart.Relation
	for _, m := range marts {
		relations = append(relations, m.relations()...)
	}
	slices.SortFunc(relations, func(x, y mart.Relation) int { return strings.Compare(x.Mart+x.Name, y.Mart+y.Name) })
	_, err = mart.Build{Dir: a.home().Build()}.Update(ctx, conn, studyOwner, relations)
	return err
}

// collect adds a released study to the mart where it belongs.
func (f studyFolder) collect(ctx context.Context, q duck.Querier, catalog []policy.Dataset, marts map[string]*studyMart) error {
	var note releaseNote
	var schools []string
	for name, into := range map[string]any{releasedFile: &note, schoolsFile: &schools} {
		data, err := os.ReadFile(f.path(name))
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			return fmt.Errorf("read %s of study %s: %w", name, filepath.Base(string(f)), err)
		}
	}
	r, _, err := readReport(f.path("released-" + reportName + ".json"))
	if err != nil {
		return err
	}
	p, err := protocol.Parse(r.ID, []byte(r.Protocol.Text))
	if err != nil {
		return err
	}
	compartments, tags := sources(p, catalog)
	name := metrics.MartOf(compartments, tags)
	m := marts[name]
	if m == nil || len(m.studies) == 0 {
		m = &studyMart{name: name}
		marts[name] = m
	}
	m.add(tags)
	districts, err := districtsOf(ctx, q, schools)
	if err != nil {
		return err
	}
	for _, district := range districts {
		row := studyRow{Report: r, district: district, note: note}
		m.studies = append(m.studies, row)
		m.effects = append(m.effects, effectRows(row)...)
		m.balance = append(m.balance, balanceRows(row)...)
		m.specifications = append(m.specifications, specificationRows(row)...)
	}
	return nil
}

// sources are the compartments and tags of what a protocol reads.
func sources(p *protocol.Protocol, catalog []policy.Dataset) (compartments, tags []string) {
	reads := p.Reads()
	for _, d := range catalog {
		columns, ok := reads[d.Name]
		if !ok {
			continue
		}
		compartments, tags = append(compartments, d.Compartment), append(tags, d.Tags...)
		for _, name := range columns {
			if c, ok := d.Column(name); ok {
				tags = append(tags, c.Tags...)
			}
		}
	}
	slices.Sort(compartments)
	slices.Sort(tags)
	return slices.Compact(compartments), slices.Compact(tags)
}

// districtsOf lists the districts of schools.
func districtsOf(ctx context.Context, q duck.Querier, schools []string) (out []string, err error) {
	names := []string{"''"}
	for _, s := range schools {
		names = append(names, duck.Literal(s))
	}
	rows, err := q.QueryContext(ctx, "SELECT DISTINCT district_id FROM core.main.school WHERE school_id IN ("+strings.Join(names, ", ")+") ORDER BY district_id")
	if err != nil {
		return nil, fmt.Errorf("find the study's districts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
