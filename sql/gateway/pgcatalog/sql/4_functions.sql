-- Functions of PostgreSQL's catalogue. None reads anything but the views.
-- An argument stands in place of a parameter as the client wrote it, so names in
-- a body that could be a client's begin with an underscore.

CREATE MACRO quote_ident(_word) AS CASE WHEN regexp_matches(_word, '^[a-z_][a-z0-9_]*$') THEN _word ELSE '"' || replace(_word, '"', '""') || '"' END;
CREATE MACRO quote_literal(_word) AS '''' || replace(_word, '''', '''''') || '''';
CREATE MACRO parse_ident(_qualified) AS list_transform(regexp_extract_all(_qualified, '"(?:[^"]|"")*"|[^."]+'),
  lambda part: CASE WHEN left(part, 1) = '"' THEN replace(substr(part, 2, length(part) - 2), '""', '"') ELSE lower(trim(part)) END);

CREATE TABLE scope.types AS SELECT oid AS _t_oid, typname AS _t_name, shown AS _t_shown FROM pg_type;

CREATE TABLE scope.namespaces AS SELECT oid AS _n_oid, nspname AS _n_name FROM pg_namespace;

CREATE TABLE scope.descriptions AS SELECT objoid AS _d_object, objsubid AS _d_number, description AS _d_text FROM pg_description;

CREATE TABLE scope.classes AS SELECT c.oid AS _c_oid, c.relname AS _c_name, n.nspname AS _c_schema, n.oid IN (11, 2200) AS _c_visible,
  CASE WHEN n.oid IN (11, 2200) THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(c.relname) AS _c_shown
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace;

CREATE TABLE scope.functions AS SELECT p.oid AS _f_oid, p.proname AS _f_name, t.shown AS _f_result,
  array_to_string(list_transform(p.proargtypes, lambda a: a::VARCHAR), ', ') AS _f_arguments FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype;

CREATE TABLE scope.keys AS SELECT k.oid AS _k_index, k.oid + 1 AS _k_constraint, list(quote_ident(a.name) ORDER BY a.number) AS _k_names,
  'PRIMARY KEY (' || string_agg(quote_ident(a.name), ', ' ORDER BY a.number) || ')' AS _k_definition,
  'CREATE UNIQUE INDEX ' || quote_ident(k.name) || ' ON ' || quote_ident(n.name) || '.' || quote_ident(r.name) || ' USING btree ('
    || string_agg(quote_ident(a.name), ', ' ORDER BY a.number) || ')' AS _k_created
  FROM scope.key AS k JOIN scope.attribute AS a ON a.relation = k.oid JOIN scope.relation AS r ON r.oid = k.relation
  JOIN scope.namespace AS n ON n.oid = k.namespace GROUP BY k.oid, k.name, n.name, r.name;

CREATE TABLE scope.constraints AS SELECT _k_constraint, _k_definition FROM scope.keys
  UNION ALL SELECT r.oid, 'FOREIGN KEY (' || quote_ident(a.name) || ') REFERENCES ' || t._c_shown || '(' || quote_ident(b.name) || ')'
  FROM scope.reference AS r JOIN scope.classes AS t ON t._c_oid = r.target JOIN scope.attribute AS a ON a.relation = r.relation AND a.number = r.columns[1]
  JOIN scope.attribute AS b ON b.relation = r.target AND b.number = r.keys[1];

CREATE MACRO pg_type_name(_type, _modifier) AS CASE
  WHEN _type IS NULL THEN NULL
  WHEN _type = 1700 AND _modifier >= 4 THEN 'numeric(' || ((_modifier - 4) // 65536)::VARCHAR || ',' || ((_modifier - 4) % 65536)::VARCHAR || ')'
  ELSE coalesce((SELECT max(_t_shown) FROM scope.types WHERE _t_oid = _type), '???') END;
CREATE MACRO format_type(_type, _modifier) AS pg_type_name(TRY_CAST(_type AS BIGINT), TRY_CAST(_modifier AS BIGINT));
CREATE MACRO pg_get_userbyid(_role) AS 'weir';
CREATE MACRO pg_get_expr(_tree, _relation) AS NULL::VARCHAR, (_tree, _relation, _pretty) AS NULL::VARCHAR;
CREATE MACRO obj_description(_object) AS NULL::VARCHAR, (_object, _catalog) AS (
  SELECT max(_d_text) FROM scope.descriptions WHERE _d_object = _object AND _d_number = 0 AND _catalog = 'pg_class');
CREATE MACRO shobj_description(_object, _catalog) AS NULL::VARCHAR;
CREATE MACRO col_description(_relation, _number) AS (
  SELECT max(_d_text) FROM scope.descriptions WHERE _d_object = _relation AND _d_number = _number AND _d_number > 0);
CREATE MACRO pg_table_is_visible(_relation) AS coalesce((SELECT bool_or(_c_visible) FROM scope.classes WHERE _c_oid = _relation), false);
CREATE MACRO pg_type_is_visible(_type) AS true;
CREATE MACRO pg_function_is_visible(_function) AS true;
CREATE MACRO pg_operator_is_visible(_operator) AS true;
CREATE MACRO pg_opclass_is_visible(_class) AS true;
CREATE MACRO pg_opfamily_is_visible(_family) AS true;
CREATE MACRO pg_collation_is_visible(_collation_oid) AS true;
CREATE MACRO pg_conversion_is_visible(_conversion) AS true;
CREATE MACRO pg_ts_config_is_visible(_config) AS true;
CREATE MACRO pg_ts_dict_is_visible(_dict) AS true;
CREATE MACRO pg_ts_parser_is_visible(_parser) AS true;
CREATE MACRO pg_ts_template_is_visible(_template) AS true;
CREATE MACRO pg_statistics_obj_is_visible(_statistics_oid) AS true;
CREATE MACRO pg_is_in_recovery() AS false;
CREATE MACRO pg_is_other_temp_schema(_namespace) AS false;
CREATE MACRO pg_my_temp_schema() AS 0;
CREATE MACRO pg_relation_is_publishable(_relation) AS false;
CREATE MACRO pg_backend_pid() AS 1;
CREATE MACRO pg_postmaster_start_time() AS NULL::TIMESTAMPTZ;
CREATE MACRO pg_conf_load_time() AS NULL::TIMESTAMPTZ;
CREATE MACRO inet_server_addr() AS NULL::VARCHAR;
CREATE MACRO inet_server_port() AS NULL::INTEGER;
CREATE MACRO inet_client_addr() AS NULL::VARCHAR;
CREATE MACRO inet_client_port() AS NULL::INTEGER;
CREATE MACRO version() AS 'PostgreSQL 15.8 (Weir)';
CREATE MACRO current_database() AS 'weir';
CREATE MACRO current_catalog() AS 'weir';
CREATE MACRO current_schema() AS 'main';
CREATE MACRO current_schemas(_implicit) AS CASE WHEN _implicit THEN ['pg_catalog', 'main'] ELSE ['main'] END;
CREATE MACRO pg_setting_values() AS MAP {
  'server_version': '15.8', 'server_version_num': '150008', 'server_encoding': 'UTF8', 'client_encoding': 'UTF8', 'search_path': 'main',
  'timezone': 'UTC', 'datestyle': 'ISO, MDY', 'intervalstyle': 'postgres', 'max_index_keys': '32', 'max_identifier_length': '63',
  'block_size': '8192', 'standard_conforming_strings': 'on', 'default_transaction_isolation': 'read committed',
  'transaction_isolation': 'read committed', 'transaction_read_only': 'on', 'default_transaction_read_only': 'on', 'integer_datetimes': 'on',
  'bytea_output': 'hex', 'lc_collate': 'C', 'lc_ctype': 'C.UTF-8', 'is_superuser': 'off', 'in_hot_standby': 'off', 'statement_timeout': '0'};
CREATE MACRO pg_setting_value(_name) AS map_extract(pg_setting_values(), lower(_name))[1];
CREATE MACRO current_setting(_name) AS pg_setting_value(_name), (_name, _missing_ok) AS pg_setting_value(_name);
CREATE MACRO set_config(_setting_name, _setting_value, _is_local) AS _setting_value;
CREATE MACRO has_table_privilege(_relation, _privilege) AS upper(_privilege) LIKE '%SELECT%', (_role, _relation, _privilege) AS upper(_privilege) LIKE '%SELECT%';
CREATE MACRO has_any_column_privilege(_relation, _privilege) AS upper(_privilege) LIKE '%SELECT%',
  (_role, _relation, _privilege) AS upper(_privilege) LIKE '%SELECT%';
CREATE MACRO has_column_privilege(_relation, _attribute, _privilege) AS upper(_privilege) LIKE '%SELECT%',
  (_role, _relation, _attribute, _privilege) AS upper(_privilege) LIKE '%SELECT%';
CREATE MACRO has_schema_privilege(_namespace, _privilege) AS upper(_privilege) LIKE '%USAGE%',
  (role, _namespace, _privilege) AS upper(_privilege) LIKE '%USAGE%';
CREATE MACRO has_database_privilege(_database_name, _privilege) AS upper(_privilege) LIKE '%CONNECT%',
  (role, _database_name, _privilege) AS upper(_privilege) LIKE '%CONNECT%';
CREATE MACRO has_function_privilege(_function, _privilege) AS false, (_role, _function, _privilege) AS false;
CREATE MACRO has_sequence_privilege(_sequence_name, _privilege) AS false, (_role, _sequence_name, _privilege) AS false;
CREATE MACRO has_type_privilege(_type, _privilege) AS true, (_role, _type, _privilege) AS true;
CREATE MACRO pg_has_role(_role, _privilege) AS true, (_member, _role, _privilege) AS true;
CREATE MACRO getdatabaseencoding() AS 'UTF8';
CREATE MACRO pg_char_to_encoding(_name) AS CASE upper(_name) WHEN 'UTF8' THEN 6 ELSE -1 END;
CREATE MACRO pg_encoding_to_char(_encoding) AS CASE _encoding WHEN 6 THEN 'UTF8' ELSE '' END;
CREATE MACRO pg_table_size(_relation) AS 0::BIGINT;
CREATE MACRO pg_relation_size(_relation) AS 0::BIGINT, (_relation, _fork) AS 0::BIGINT;
CREATE MACRO pg_total_relation_size(_relation) AS 0::BIGINT;
CREATE MACRO pg_indexes_size(_relation) AS 0::BIGINT;
CREATE MACRO pg_database_size(_database_name) AS 0::BIGINT;
CREATE MACRO pg_tablespace_size(_space) AS 0::BIGINT;
CREATE MACRO pg_size_pretty(_size) AS _size::VARCHAR || ' bytes';
CREATE MACRO pg_tablespace_location(_space) AS '';
CREATE MACRO pg_stat_get_numscans(_relation) AS 0::BIGINT;
CREATE MACRO pg_get_viewdef(_relation) AS NULL::VARCHAR, (_relation, _pretty) AS NULL::VARCHAR;
CREATE MACRO pg_get_ruledef(_rule) AS NULL::VARCHAR, (_rule, _pretty) AS NULL::VARCHAR;
CREATE MACRO pg_get_triggerdef(_trigger_oid) AS NULL::VARCHAR, (_trigger_oid, _pretty) AS NULL::VARCHAR;
CREATE MACRO pg_get_functiondef(_function) AS NULL::VARCHAR;
CREATE MACRO pg_get_function_sqlbody(_function) AS NULL::VARCHAR;
CREATE MACRO pg_get_function_result(_function) AS (SELECT max(_f_result) FROM scope.functions WHERE _f_oid = _function);
CREATE MACRO pg_get_function_arguments(_function) AS (SELECT max(_f_arguments) FROM scope.functions WHERE _f_oid = _function);
CREATE MACRO pg_get_function_identity_arguments(_function) AS pg_get_function_arguments(_function);
CREATE MACRO pg_get_statisticsobjdef_columns(_statistics_oid) AS NULL::VARCHAR;
CREATE MACRO pg_get_partkeydef(_relation) AS NULL::VARCHAR;
CREATE MACRO pg_get_serial_sequence(_relation, _attribute) AS NULL::VARCHAR;
CREATE MACRO pg_get_keywords() AS TABLE SELECT keyword_name AS word, left(upper(keyword_category), 1) AS catcode, keyword_category AS catdesc FROM duckdb_keywords();
CREATE MACRO pg_get_constraintdef(_constraint) AS (SELECT max(_k_definition) FROM scope.constraints WHERE _k_constraint = _constraint),
  (_constraint, _pretty) AS (SELECT max(_k_definition) FROM scope.constraints WHERE _k_constraint = _constraint);
CREATE MACRO pg_partition_ancestors(_relation) AS unnest(NULL::INTEGER[]);
CREATE MACRO pg_get_indexdef(_index) AS (SELECT max(_k_created) FROM scope.keys WHERE _k_index = _index),
  (_index, _place, _pretty) AS (SELECT max(CASE WHEN _place = 0 THEN _k_created ELSE _k_names[_place] END) FROM scope.keys WHERE _k_index = _index);
CREATE MACRO pg_format_one(_format, _value) AS CASE WHEN contains(_format, '%I') AND (NOT contains(_format, '%s') OR strpos(_format, '%I') < strpos(_format, '%s'))
  THEN regexp_replace(_format, '%I', quote_ident(_value::VARCHAR)) ELSE regexp_replace(_format, '%s', _value::VARCHAR) END;
CREATE MACRO pg_format(_format, _a) AS pg_format_one(_format, _a), (_format, _a, _b) AS pg_format_one(pg_format_one(_format, _a), _b);
CREATE MACRO array_lower(_list, _dimension) AS CASE WHEN len(_list) > 0 THEN 1 END;
CREATE MACRO array_upper(_list, _dimension) AS CASE WHEN len(_list) > 0 THEN len(_list) END;
CREATE MACRO _pg_expandarray(_list) AS unnest(list_transform(_list, lambda x, n: {'x': x, 'n': n}));
CREATE MACRO pg_regclass_oid(_object) AS coalesce(TRY_CAST(_object AS BIGINT), (SELECT min(_c_oid) FROM scope.classes
  WHERE parse_ident(_object::VARCHAR) IN ([_c_name], [_c_schema, _c_name])));
CREATE MACRO pg_regclass(_object) AS coalesce((SELECT max(_c_shown) FROM scope.classes WHERE _c_oid = pg_regclass_oid(_object)), _object::VARCHAR);
CREATE MACRO to_regclass(_object) AS pg_regclass(_object);
CREATE MACRO pg_regtype_oid(_type) AS coalesce(TRY_CAST(_type AS BIGINT), (
  SELECT min(_t_oid) FROM scope.types WHERE replace(lower(_type::VARCHAR), 'pg_catalog.', '') IN (_t_name, _t_shown)));
CREATE MACRO pg_regtype(_type) AS coalesce(pg_type_name(pg_regtype_oid(_type), -1), _type::VARCHAR);
CREATE MACRO pg_regnamespace(_namespace) AS coalesce((SELECT max(_n_name) FROM scope.namespaces WHERE _n_oid = TRY_CAST(_namespace AS BIGINT)), _namespace::VARCHAR);
CREATE MACRO pg_regnamespace_oid(_namespace) AS coalesce(TRY_CAST(_namespace AS BIGINT), (SELECT min(_n_oid) FROM scope.namespaces WHERE _n_name = _namespace::VARCHAR));
CREATE MACRO pg_regproc(_function) AS coalesce((SELECT max(_f_name) FROM scope.functions WHERE _f_oid = TRY_CAST(_function AS BIGINT)),
  replace(_function::VARCHAR, 'pg_catalog.', ''));
CREATE MACRO pg_regproc_oid(_function) AS coalesce(TRY_CAST(_function AS BIGINT), (SELECT min(_f_oid) FROM scope.functions WHERE _f_name = pg_regproc(_function)));
CREATE MACRO pg_regrole(_role) AS 'weir';
CREATE MACRO pg_regrole_oid(_role) AS 10;

CREATE VIEW pg_indexes AS SELECT n.nspname AS schemaname, c.relname AS tablename, i.relname AS indexname, NULL::VARCHAR AS tablespace,
  pg_get_indexdef(i.oid) AS indexdef FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace;

CREATE VIEW pg_settings AS SELECT name, setting, NULL::VARCHAR AS unit, 'Weir' AS category, '' AS short_desc, NULL::VARCHAR AS extra_desc,
  'internal' AS context, 'string' AS vartype, 'default' AS source, NULL::VARCHAR AS min_val, NULL::VARCHAR AS max_val,
  NULL::VARCHAR[] AS enumvals, setting AS boot_val, setting AS reset_val, NULL::VARCHAR AS sourcefile, NULL::INTEGER AS sourceline,
  false AS pending_restart FROM (
  SELECT CASE e.key WHEN 'timezone' THEN 'TimeZone' WHEN 'datestyle' THEN 'DateStyle' WHEN 'intervalstyle' THEN 'IntervalStyle' ELSE e.key END AS name,
    e.value AS setting FROM (SELECT unnest(map_entries(pg_setting_values())) AS e));
