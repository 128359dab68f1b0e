package httpdoor

import (
	"strconv"
)

// catalogSQL asks for the relations of a scope, one column a row.
const catalogSQL = `
SELECT CASE t.table_schema WHEN 'main' THEN '' ELSE t.table_schema || '.' END || t.table_name AS dataset,
       t."TABLE_COMMENT" AS about, c.column_name AS "column", c.data_type AS "type", c."COLUMN_COMMENT" AS column_about
FROM information_schema.tables t
JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
WHERE $1 IS NULL OR dataset > $1
QUALIFY dense_rank() OVER (ORDER BY dataset) <= $2
ORDER BY dataset, c.ordinal_position`

// dataset is a relation of the asker's scope.
type dataset struct {
	Name    string          `json:"name"`
	About   string          `json:"description"`
	Columns []datasetColumn `json:"columns"`
}

type datasetColumn struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	About string `json:"description"`
}

// catalog answers with the datasets that the asker may query, by name.
func (c *call) catalog() error {
	_, limit, after, err := c.page()
	if err != nil {
		return err
	}
	type row struct {
		Dataset     string `json:"dataset"`
		About       string `json:"about"`
		Column      string `json:"column"`
		Type        string `json:"type"`
		ColumnAbout string `json:"column_about"`
	}
	rows, err := rowsOf[row](c, catalogSQL, textParam("VARCHAR", after), textParam("BIGINT", strconv.Itoa(limit+1)))
	if err != nil {
		return err
	}
	var all []dataset
	for _, r := range rows {
		if len(all) == 0 || all[len(all)-1].Name != r.Dataset {
			all = append(all, dataset{Name: r.Dataset, About: r.About})
		}
		last := &all[len(all)-1]
		last.Columns = append(last.Columns, datasetColumn{r.Column, r.Type, r.ColumnAbout})
	}
	return c.answer(pageOf(all, limit, func(d dataset) string { return d.Name }))
}
