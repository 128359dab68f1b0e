package pgwire_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// TestCopy asserts what COPY writes, byte for byte as PostgreSQL does.
func TestCopy(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "").PgConn()
	const odd = `(SELECT * FROM (VALUES (1, 'a,b'), (2, NULL), (3, ''), (4, 'tab	"quote" \ ` + "\n" + `line'), (NULL, '\N')) t(n, "a b"))`
	for text, want := range map[string]string{
		"COPY " + odd + " TO STDOUT":            "1\ta,b\n2\t\\N\n3\t\n4\ttab\\t\"quote\" \\\\ \\nline\n\\N\t\\\\N\n",
		"COPY " + odd + " TO STDOUT CSV HEADER": "n,a b\n1,\"a,b\"\n2,\n3,\"\"\n4,\"tab\t\"\"quote\"\" \\ \nline\"\n,\\N\n",
		"COPY " + odd + " TO STDOUT WITH (FORMAT csv, DELIMITER '|', NULL '-', HEADER false, QUOTE '''', ESCAPE '\\')": "1|a,b\n2|-\n3|\n4|'tab\t\"quote\" \\\\ \nline'\n-|\\N\n",
		"COPY " + odd + " TO STDOUT (FORMAT 'text', DELIMITER ',', NULL '')":                                           "1,a\\,b\n2,\n3,\n4,tab\\t\"quote\" \\\\ \\nline\n,\\\\N\n",
		"COPY (SELECT 1 AS a, 'x' AS b) TO STDOUT (FORMAT csv, FORCE_QUOTE (b), HEADER)":                               "a,b\n1,\"x\"\n",
		"COPY (SELECT 1 AS a, 'x' AS b) TO STDOUT WITH CSV FORCE QUOTE *":                                              "\"1\",\"x\"\n",
		"copy school (school_id, name) to stdout with csv":                                                             "s1,Elm\ns2,Oak\n",
		`COPY main."school"(school_id) TO STDOUT DELIMITER AS ';' NULL AS 'x'`:                                         "s1\ns2\n",
		"COPY (SELECT (SELECT count(*) FROM school WHERE name <> ')') /* ) */) TO STDOUT":                              "2\n",
		"COPY (SELECT 1 WHERE false) TO STDOUT (HEADER)":                                                               "?column?\n",
		"COPY (SELECT 7::SMALLINT, 'é', NULL) TO STDOUT BINARY": "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
			"\x00\x03\x00\x00\x00\x02\x00\x07\x00\x00\x00\x02é\xff\xff\xff\xff\xff\xff",
	} {
		var out bytes.Buffer
		tag, err := c.CopyTo(context.Background(), &out, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if out.String() != want {
			t.Errorf("%s:\n got %q\nwant %q", text, out.String(), want)
		}
		if !strings.HasPrefix(tag.String(), "COPY ") {
			t.Errorf("%s: tag %q", text, tag)
		}
	}
	for text, want := range map[string]string{
		"COPY (SELECT 1 TO STDOUT":                                     "42601",
		"COPY (SELECT 1) TO STDOUT (FORMAT xml)":                       "22023",
		"COPY (SELECT 1) TO STDOUT (NONSENSE)":                         "42601",
		"COPY (SELECT 1) TO STDOUT CSV NONSENSE":                       "42601",
		"COPY (SELECT 1) TO STDOUT (DELIMITER 'ab')":                   "0A000",
		"COPY (SELECT 1) TO STDOUT (FORMAT csv, DELIMITER '\"')":       "22023",
		"COPY (SELECT 1) TO STDOUT (FORMAT binary, HEADER)":            "42601",
		"COPY (SELECT 1) TO STDOUT (QUOTE 'x')":                        "0A000",
		"COPY (SELECT 1) TO STDOUT (NULL E'\\n')":                      "22023",
		"COPY (SELECT 1) TO STDOUT (ENCODING 'latin1')":                "0A000",
		"COPY (SELECT 1 AS a) TO STDOUT (FORMAT csv, FORCE_QUOTE (b))": "42703",
		"COPY (SELECT 1) TO PROGRAM 'cat'":                             "42501",
		"COPY nope TO STDOUT":                                          "42P01",
		"COPY school FROM STDIN":                                       "42501",
		"COPY (DELETE FROM school) TO STDOUT":                          "42501",
		"COPY (SELECT 1; SELECT 2) TO STDOUT":                          "42601",
	} {
		if _, err := c.CopyTo(context.Background(), &bytes.Buffer{}, text); codeOf(err) != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
