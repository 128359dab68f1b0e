-- The types that a result can have, and those of PostgreSQL's own catalogue,
-- with their object identifiers (src/include/catalog/pg_type.dat). A negative
-- length is one that varies.

CREATE TABLE scope.builtin(oid INTEGER, name VARCHAR, shown VARCHAR, length SMALLINT, category VARCHAR, list INTEGER, kind VARCHAR);

INSERT INTO scope.builtin VALUES
  (16, 'bool', 'boolean', 1, 'B', 1000, 'b'), (17, 'bytea', 'bytea', -1, 'U', 1001, 'b'), (18, 'char', '"char"', 1, 'Z', 1002, 'b'),
  (19, 'name', 'name', 64, 'S', 1003, 'b'), (20, 'int8', 'bigint', 8, 'N', 1016, 'b'), (21, 'int2', 'smallint', 2, 'N', 1005, 'b'),
  (22, 'int2vector', 'int2vector', -1, 'A', 1006, 'b'), (23, 'int4', 'integer', 4, 'N', 1007, 'b'), (24, 'regproc', 'regproc', 4, 'N', 1008, 'b'),
  (25, 'text', 'text', -1, 'S', 1009, 'b'), (26, 'oid', 'oid', 4, 'N', 1028, 'b'), (28, 'xid', 'xid', 4, 'U', 1011, 'b'),
  (30, 'oidvector', 'oidvector', -1, 'A', 1013, 'b'), (114, 'json', 'json', -1, 'U', 199, 'b'), (194, 'pg_node_tree', 'pg_node_tree', -1, 'Z', 0, 'b'),
  (700, 'float4', 'real', 4, 'N', 1021, 'b'), (701, 'float8', 'double precision', 8, 'N', 1022, 'b'), (705, 'unknown', 'unknown', -2, 'X', 0, 'p'),
  (869, 'inet', 'inet', -1, 'I', 1041, 'b'), (1033, 'aclitem', 'aclitem', 12, 'U', 1034, 'b'), (1042, 'bpchar', 'character', -1, 'S', 1014, 'b'),
  (1043, 'varchar', 'character varying', -1, 'S', 1015, 'b'), (1082, 'date', 'date', 4, 'D', 1182, 'b'),
  (1083, 'time', 'time without time zone', 8, 'D', 1183, 'b'), (1114, 'timestamp', 'timestamp without time zone', 8, 'D', 1115, 'b'),
  (1184, 'timestamptz', 'timestamp with time zone', 8, 'D', 1185, 'b'), (1186, 'interval', 'interval', 16, 'T', 1187, 'b'),
  (1266, 'timetz', 'time with time zone', 12, 'D', 1270, 'b'), (1560, 'bit', 'bit', -1, 'V', 1561, 'b'),
  (1562, 'varbit', 'bit varying', -1, 'V', 1563, 'b'), (1700, 'numeric', 'numeric', -1, 'N', 1231, 'b'),
  (2202, 'regprocedure', 'regprocedure', 4, 'N', 2207, 'b'), (2205, 'regclass', 'regclass', 4, 'N', 2210, 'b'),
  (2206, 'regtype', 'regtype', 4, 'N', 2211, 'b'), (2249, 'record', 'record', -1, 'P', 2287, 'p'), (2275, 'cstring', 'cstring', -2, 'P', 1263, 'p'),
  (2277, 'anyarray', 'anyarray', -1, 'P', 0, 'p'), (2278, 'void', 'void', 4, 'P', 0, 'p'), (2950, 'uuid', 'uuid', 16, 'U', 2951, 'b'),
  (3802, 'jsonb', 'jsonb', -1, 'U', 3807, 'b'), (4089, 'regnamespace', 'regnamespace', 4, 'N', 4090, 'b'), (4096, 'regrole', 'regrole', 4, 'N', 4097, 'b');

CREATE TABLE pg_type AS SELECT oid, name AS typname, 11 AS typnamespace, 10 AS typowner, length AS typlen, length BETWEEN 1 AND 8 AS typbyval,
  kind AS typtype, category AS typcategory, name IN ('text', 'float8', 'bool', 'timestamptz', 'interval', 'oid') AS typispreferred,
  true AS typisdefined, ',' AS typdelim, 0 AS typrelid, '-' AS typsubscript, element AS typelem, list AS typarray,
  CASE WHEN category = 'A' AND element > 0 THEN 'array_in' ELSE name || 'in' END AS typinput, name || 'out' AS typoutput,
  name || 'recv' AS typreceive, name || 'send' AS typsend, '-' AS typmodin, '-' AS typmodout, '-' AS typanalyze,
  CASE WHEN length = 8 THEN 'd' ELSE 'i' END AS typalign, CASE WHEN length < 0 THEN 'x' ELSE 'p' END AS typstorage, false AS typnotnull,
  0 AS typbasetype, -1 AS typtypmod, 0 AS typndims, CASE WHEN category = 'S' THEN 100 ELSE 0 END AS typcollation, NULL::VARCHAR AS typdefaultbin,
  NULL::VARCHAR AS typdefault, NULL::VARCHAR[] AS typacl, 1247 AS tableoid, shown
  FROM (SELECT *, 0 AS element FROM scope.builtin
    UNION ALL SELECT list, '_' || name, shown || '[]', -1, 'A', 0, 'b', oid FROM scope.builtin WHERE list > 0)
  ORDER BY oid;

CREATE TABLE scope.own AS SELECT * FROM (VALUES (1213, 'pg_tablespace'), (1247, 'pg_type'), (1249, 'pg_attribute'), (1255, 'pg_proc'), (1259, 'pg_class'),
  (1260, 'pg_authid'), (1261, 'pg_auth_members'), (1262, 'pg_database'), (1417, 'pg_foreign_server'), (2224, 'pg_sequence'),
  (2328, 'pg_foreign_data_wrapper'), (2601, 'pg_am'), (2604, 'pg_attrdef'), (2605, 'pg_cast'), (2606, 'pg_constraint'), (2607, 'pg_conversion'),
  (2608, 'pg_depend'), (2609, 'pg_description'), (2610, 'pg_index'), (2611, 'pg_inherits'), (2612, 'pg_language'), (2615, 'pg_namespace'),
  (2616, 'pg_opclass'), (2617, 'pg_operator'), (2618, 'pg_rewrite'), (2620, 'pg_trigger'), (2753, 'pg_opfamily'), (3079, 'pg_extension'),
  (3118, 'pg_foreign_table'), (3256, 'pg_policy'), (3350, 'pg_partitioned_table'), (3381, 'pg_statistic_ext'), (3456, 'pg_collation'),
  (3466, 'pg_event_trigger'), (3501, 'pg_enum'), (3541, 'pg_range'), (6104, 'pg_publication')) AS t(oid, name);
