-- The information schema (SQL:2016, part 11), with PostgreSQL's type names.

CREATE VIEW information.schemata AS SELECT 'weir' AS catalog_name, nspname AS schema_name, 'weir' AS schema_owner,
  NULL::VARCHAR AS default_character_set_catalog, NULL::VARCHAR AS default_character_set_schema, NULL::VARCHAR AS default_character_set_name,
  NULL::VARCHAR AS sql_path FROM pg_namespace;

CREATE VIEW information.tables AS SELECT 'weir' AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, 'BASE TABLE' AS table_type,
  NULL::VARCHAR AS self_referencing_column_name, NULL::VARCHAR AS reference_generation, NULL::VARCHAR AS user_defined_type_catalog,
  NULL::VARCHAR AS user_defined_type_schema, NULL::VARCHAR AS user_defined_type_name, 'NO' AS is_insertable_into, 'NO' AS is_typed,
  NULL::VARCHAR AS commit_action FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.oid <> 11;

CREATE VIEW information.columns AS SELECT 'weir' AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
  a.attnum::INTEGER AS ordinal_position, NULL::VARCHAR AS column_default, CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
  CASE WHEN t.typelem > 0 THEN 'ARRAY' ELSE t.shown END AS data_type, NULL::INTEGER AS character_maximum_length,
  CASE WHEN t.typcategory = 'S' THEN 1073741824 END AS character_octet_length,
  CASE a.atttypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
    WHEN 1700 THEN CASE WHEN a.atttypmod >= 4 THEN (a.atttypmod - 4) // 65536 END END AS numeric_precision,
  CASE WHEN a.atttypid IN (21, 23, 20, 700, 701) THEN 2 WHEN a.atttypid = 1700 THEN 10 END AS numeric_precision_radix,
  CASE WHEN a.atttypid IN (21, 23, 20) THEN 0 WHEN a.atttypid = 1700 AND a.atttypmod >= 4 THEN (a.atttypmod - 4) % 65536 END AS numeric_scale,
  CASE WHEN a.atttypid = 1082 THEN 0 WHEN a.atttypid IN (1083, 1114, 1184, 1186, 1266) THEN 6 END AS datetime_precision,
  NULL::VARCHAR AS interval_type, NULL::INTEGER AS interval_precision, NULL::VARCHAR AS character_set_catalog,
  NULL::VARCHAR AS character_set_schema, NULL::VARCHAR AS character_set_name, NULL::VARCHAR AS collation_catalog,
  NULL::VARCHAR AS collation_schema, NULL::VARCHAR AS collation_name, NULL::VARCHAR AS domain_catalog, NULL::VARCHAR AS domain_schema,
  NULL::VARCHAR AS domain_name, 'weir' AS udt_catalog, 'pg_catalog' AS udt_schema, t.typname AS udt_name, NULL::VARCHAR AS scope_catalog,
  NULL::VARCHAR AS scope_schema, NULL::VARCHAR AS scope_name, NULL::INTEGER AS maximum_cardinality, a.attnum::VARCHAR AS dtd_identifier,
  'NO' AS is_self_referencing, 'NO' AS is_identity, NULL::VARCHAR AS identity_generation, NULL::VARCHAR AS identity_start,
  NULL::VARCHAR AS identity_increment, NULL::VARCHAR AS identity_maximum, NULL::VARCHAR AS identity_minimum, 'NO' AS identity_cycle,
  'NEVER' AS is_generated, NULL::VARCHAR AS generation_expression, 'NO' AS is_updatable
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_type AS t ON t.oid = a.atttypid WHERE c.relkind = 'r' AND n.oid <> 11;

CREATE VIEW information.table_constraints AS SELECT 'weir' AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
  'weir' AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'FOREIGN KEY' END AS constraint_type, 'NO' AS is_deferrable,
  'NO' AS initially_deferred, 'YES' AS enforced, NULL::VARCHAR AS nulls_distinct
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace;

CREATE VIEW information.key_column_usage AS SELECT 'weir' AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
  'weir' AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
  list_position(k.conkey, a.attnum) AS ordinal_position, list_position(f.conkey, k.confkey[1]) AS position_in_unique_constraint
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND list_contains(k.conkey, a.attnum)
  LEFT JOIN pg_constraint AS f ON f.conindid = k.conindid AND f.contype = 'p' AND k.contype = 'f';

CREATE TABLE information.views(table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, view_definition VARCHAR, check_option VARCHAR,
  is_updatable VARCHAR, is_insertable_into VARCHAR, is_trigger_updatable VARCHAR, is_trigger_deletable VARCHAR, is_trigger_insertable_into VARCHAR);

CREATE VIEW information.referential_constraints AS SELECT 'weir' AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
  'weir' AS unique_constraint_catalog, m.nspname AS unique_constraint_schema, f.conname AS unique_constraint_name, 'NONE' AS match_option,
  'NO ACTION' AS update_rule, 'NO ACTION' AS delete_rule
  FROM pg_constraint AS k JOIN pg_constraint AS f ON f.conindid = k.conindid AND f.contype = 'p'
  JOIN pg_namespace AS n ON n.oid = k.connamespace JOIN pg_namespace AS m ON m.oid = f.connamespace WHERE k.contype = 'f';

CREATE VIEW information.constraint_column_usage AS SELECT 'weir' AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  a.attname AS column_name, 'weir' AS constraint_catalog, m.nspname AS constraint_schema, k.conname AS constraint_name
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = CASE k.contype WHEN 'f' THEN k.confrelid ELSE k.conrelid END
  JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_namespace AS m ON m.oid = k.connamespace
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND list_contains(coalesce(k.confkey, k.conkey), a.attnum);

CREATE TABLE information.routines(specific_catalog VARCHAR, specific_schema VARCHAR, specific_name VARCHAR, routine_catalog VARCHAR,
  routine_schema VARCHAR, routine_name VARCHAR, routine_type VARCHAR, data_type VARCHAR);

CREATE TABLE information.sequences(sequence_catalog VARCHAR, sequence_schema VARCHAR, sequence_name VARCHAR, data_type VARCHAR);

CREATE TABLE information.role_table_grants(grantor VARCHAR, grantee VARCHAR, table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR,
  privilege_type VARCHAR, is_grantable VARCHAR, with_hierarchy VARCHAR);

CREATE TABLE information.table_privileges(grantor VARCHAR, grantee VARCHAR, table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR,
  privilege_type VARCHAR, is_grantable VARCHAR, with_hierarchy VARCHAR);
