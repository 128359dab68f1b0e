-- What the scope shows, as PostgreSQL's catalogue tells it. The tables of schema
-- scope are filled by Go; all else is made from them. What is made of two parts
-- is a table in one order: the engine gives the parts of a view in either. Every
-- statement ends with a semicolon at the end of a line, and makes one thing.

CREATE TABLE pg_am AS SELECT * FROM (VALUES (2, 'heap', 0, 't'), (403, 'btree', 0, 'i')) AS t(oid, amname, amhandler, amtype);

CREATE TABLE pg_roles AS SELECT 10 AS oid, 'weir' AS rolname, false AS rolsuper, true AS rolinherit, false AS rolcreaterole, false AS rolcreatedb,
  false AS rolcanlogin, false AS rolreplication, -1 AS rolconnlimit, NULL::VARCHAR AS rolpassword, NULL::TIMESTAMPTZ AS rolvaliduntil,
  false AS rolbypassrls, NULL::VARCHAR[] AS rolconfig;

CREATE VIEW pg_authid AS SELECT * FROM pg_roles;

CREATE VIEW pg_user AS SELECT rolname AS usename, oid AS usesysid, false AS usecreatedb, false AS usesuper, false AS userepl, false AS usebypassrls,
  NULL::VARCHAR AS passwd, NULL::TIMESTAMPTZ AS valuntil, NULL::VARCHAR[] AS useconfig FROM pg_roles;

CREATE TABLE pg_database AS SELECT 16384 AS oid, 1262 AS tableoid, 'weir' AS datname, 10 AS datdba, 6 AS encoding, 'c' AS datlocprovider,
  false AS datistemplate, true AS datallowconn, -1 AS datconnlimit, 0 AS datfrozenxid, 1 AS datminmxid, 1663 AS dattablespace, 'C' AS datcollate,
  'C.UTF-8' AS datctype, NULL::VARCHAR AS daticulocale, NULL::VARCHAR AS datcollversion, NULL::VARCHAR[] AS datacl;

CREATE TABLE pg_tablespace AS SELECT 1663 AS oid, 'pg_default' AS spcname, 10 AS spcowner, NULL::VARCHAR[] AS spcacl, NULL::VARCHAR[] AS spcoptions;

CREATE TABLE pg_language AS SELECT 12 AS oid, 'internal' AS lanname, 10 AS lanowner, false AS lanispl, false AS lanpltrusted, 0 AS lanplcallfoid,
  0 AS laninline, 0 AS lanvalidator, NULL::VARCHAR[] AS lanacl, 2612 AS tableoid;

CREATE TABLE pg_collation AS SELECT 100 AS oid, 'default' AS collname, 11 AS collnamespace, 10 AS collowner, 'd' AS collprovider,
  true AS collisdeterministic, -1 AS collencoding, NULL::VARCHAR AS collcollate, NULL::VARCHAR AS collctype, NULL::VARCHAR AS colliculocale,
  NULL::VARCHAR AS collversion;

CREATE VIEW pg_namespace AS SELECT oid, name AS nspname, 10 AS nspowner, NULL::VARCHAR[] AS nspacl, 2615 AS tableoid FROM scope.namespace;

CREATE TABLE pg_class AS SELECT oid, name AS relname, namespace AS relnamespace, 0 AS reltype, 0 AS reloftype, 10 AS relowner,
  CASE kind WHEN 'i' THEN 403 WHEN 'r' THEN 2 ELSE 0 END AS relam, 0 AS relfilenode, 0 AS reltablespace, 0 AS relpages, -1::FLOAT AS reltuples,
  0 AS relallvisible, 0 AS reltoastrelid, keyed AS relhasindex, false AS relisshared, 'p' AS relpersistence, kind AS relkind,
  columns::SMALLINT AS relnatts, 0::SMALLINT AS relchecks, false AS relhasrules,
  oid IN (SELECT unnest([relation, target]) FROM scope.reference) AS relhastriggers, false AS relhassubclass,
  false AS relrowsecurity, false AS relforcerowsecurity, true AS relispopulated, CASE kind WHEN 'r' THEN 'd' ELSE 'n' END AS relreplident,
  false AS relispartition, 0 AS relrewrite, 0 AS relfrozenxid, 0 AS relminmxid, NULL::VARCHAR[] AS relacl, NULL::VARCHAR[] AS reloptions,
  NULL::VARCHAR AS relpartbound, 1259 AS tableoid
  FROM (FROM scope.relation UNION ALL BY NAME SELECT oid, name, 11 AS namespace, 'r' AS kind, 0 AS columns, false AS keyed FROM scope.own) ORDER BY oid;

CREATE TABLE pg_attribute AS SELECT a.relation AS attrelid, a.name AS attname, a.type AS atttypid, -1 AS attstattarget, t.typlen AS attlen,
  a.number::SMALLINT AS attnum, 0 AS attndims, -1 AS attcacheoff, a.modifier AS atttypmod, t.typbyval AS attbyval, t.typalign AS attalign,
  t.typstorage AS attstorage, '' AS attcompression, a.required AS attnotnull, false AS atthasdef, false AS atthasmissing, '' AS attidentity,
  '' AS attgenerated, false AS attisdropped, true AS attislocal, 0 AS attinhcount, t.typcollation AS attcollation, NULL::VARCHAR[] AS attacl,
  NULL::VARCHAR[] AS attoptions, NULL::VARCHAR[] AS attfdwoptions, NULL::VARCHAR AS attmissingval, 1249 AS tableoid
  FROM scope.attribute AS a JOIN pg_type AS t ON t.oid = a.type;

CREATE TABLE pg_description AS SELECT oid AS objoid, 1259 AS classoid, 0 AS objsubid, description FROM scope.relation WHERE description <> ''
  UNION ALL SELECT relation, 1259, number, description FROM scope.attribute WHERE description <> ''
  ORDER BY objoid, objsubid;

CREATE VIEW pg_index AS SELECT oid AS indexrelid, relation AS indrelid, len(columns)::SMALLINT AS indnatts, len(columns)::SMALLINT AS indnkeyatts,
  true AS indisunique, false AS indnullsnotdistinct, true AS indisprimary, false AS indisexclusion, true AS indimmediate, false AS indisclustered,
  true AS indisvalid, false AS indcheckxmin, true AS indisready, true AS indislive, false AS indisreplident, columns AS indkey,
  list_transform(columns, lambda c: 100) AS indcollation, list_transform(columns, lambda c: 0) AS indclass,
  list_transform(columns, lambda c: 0::SMALLINT) AS indoption, NULL::VARCHAR AS indexprs, NULL::VARCHAR AS indpred FROM scope.key;

CREATE TABLE pg_constraint AS SELECT oid, name AS conname, namespace AS connamespace, kind AS contype, false AS condeferrable,
  false AS condeferred, true AS convalidated, relation AS conrelid, 0 AS contypid, index AS conindid, 0 AS conparentid, target AS confrelid,
  action AS confupdtype, action AS confdeltype, match AS confmatchtype, true AS conislocal, 0 AS coninhcount, true AS connoinherit,
  columns AS conkey, keys AS confkey, NULL::INTEGER[] AS conpfeqop, NULL::INTEGER[] AS conppeqop, NULL::INTEGER[] AS conffeqop,
  NULL::SMALLINT[] AS confdelsetcols, NULL::INTEGER[] AS conexclop, NULL::VARCHAR AS conbin, 2606 AS tableoid
  FROM (SELECT oid + 1 AS oid, name, namespace, 'p' AS kind, relation, oid AS index, 0 AS target, ' ' AS action, ' ' AS match, columns,
      NULL::SMALLINT[] AS keys FROM scope.key
    UNION ALL SELECT r.oid, r.name, r.namespace, 'f', r.relation, k.oid, r.target, 'a', 's', r.columns, r.keys
      FROM scope.reference AS r JOIN scope.key AS k ON k.relation = r.target) ORDER BY oid;

CREATE TABLE pg_depend AS SELECT 1259 AS classid, oid AS objid, 0 AS objsubid, 2606 AS refclassid, oid + 1 AS refobjid, 0 AS refobjsubid,
    'i' AS deptype FROM scope.key
  UNION ALL SELECT 2606, oid, 0, 1259, conrelid, unnest(conkey), 'a' FROM pg_constraint
  UNION ALL SELECT 2606, oid, 0, 1259, confrelid, unnest(confkey), 'n' FROM pg_constraint
  UNION ALL SELECT 2606, oid, 0, 1259, conindid, 0, 'n' FROM pg_constraint WHERE contype = 'f'
  ORDER BY objid, refobjid, refobjsubid;

CREATE VIEW pg_tables AS SELECT n.nspname AS schemaname, c.relname AS tablename, 'weir' AS tableowner, NULL::VARCHAR AS tablespace,
  c.relhasindex AS hasindexes, false AS hasrules, false AS hastriggers, false AS rowsecurity
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.oid <> 11;

CREATE VIEW pg_stat_user_tables AS SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0::BIGINT AS seq_scan, 0::BIGINT AS seq_tup_read,
  0::BIGINT AS idx_scan, 0::BIGINT AS idx_tup_fetch, 0::BIGINT AS n_tup_ins, 0::BIGINT AS n_tup_upd, 0::BIGINT AS n_tup_del,
  0::BIGINT AS n_tup_hot_upd, 0::BIGINT AS n_live_tup, 0::BIGINT AS n_dead_tup, NULL::TIMESTAMPTZ AS last_vacuum,
  NULL::TIMESTAMPTZ AS last_autovacuum, NULL::TIMESTAMPTZ AS last_analyze, NULL::TIMESTAMPTZ AS last_autoanalyze
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.oid <> 11;

CREATE VIEW pg_stat_all_tables AS SELECT * FROM pg_stat_user_tables;

CREATE TABLE pg_proc AS SELECT 750 AS oid, 'array_in' AS proname, 11 AS pronamespace, 10 AS proowner, 12 AS prolang, 1::FLOAT AS procost,
  0::FLOAT AS prorows, 0 AS provariadic, 0 AS prosupport, 'f' AS prokind, false AS prosecdef, false AS proleakproof, true AS proisstrict,
  false AS proretset, 's' AS provolatile, 's' AS proparallel, 3::SMALLINT AS pronargs, 0::SMALLINT AS pronargdefaults, 2277 AS prorettype,
  [2275, 26, 23] AS proargtypes, NULL::INTEGER[] AS proallargtypes, NULL::VARCHAR[] AS proargmodes, NULL::VARCHAR[] AS proargnames,
  NULL::VARCHAR AS proargdefaults, NULL::INTEGER[] AS protrftypes, 'array_in' AS prosrc, NULL::VARCHAR AS probin, NULL::VARCHAR AS prosqlbody,
  NULL::VARCHAR[] AS proconfig, NULL::VARCHAR[] AS proacl, 1255 AS tableoid;
