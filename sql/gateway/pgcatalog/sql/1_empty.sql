-- What PostgreSQL has and Weir has none of: empty, with PostgreSQL 15's columns.

CREATE TABLE pg_attrdef(oid INTEGER, adrelid INTEGER, adnum SMALLINT, adbin VARCHAR);

CREATE TABLE pg_auth_members(roleid INTEGER, member INTEGER, grantor INTEGER, admin_option BOOLEAN);

CREATE TABLE pg_available_extensions(name VARCHAR, default_version VARCHAR, installed_version VARCHAR, comment VARCHAR);

CREATE TABLE pg_cast(oid INTEGER, castsource INTEGER, casttarget INTEGER, castfunc INTEGER, castcontext VARCHAR, castmethod VARCHAR,
  tableoid INTEGER);

CREATE TABLE pg_conversion(oid INTEGER, conname VARCHAR, connamespace INTEGER, conowner INTEGER, conforencoding INTEGER, contoencoding INTEGER,
  conproc VARCHAR, condefault BOOLEAN);

CREATE TABLE pg_cursors(name VARCHAR, statement VARCHAR, is_holdable BOOLEAN, is_binary BOOLEAN, is_scrollable BOOLEAN, creation_time TIMESTAMPTZ);

CREATE TABLE pg_enum(oid INTEGER, enumtypid INTEGER, enumsortorder FLOAT, enumlabel VARCHAR);

CREATE TABLE pg_event_trigger(oid INTEGER, evtname VARCHAR, evtevent VARCHAR, evtowner INTEGER, evtfoid INTEGER, evtenabled VARCHAR,
  evttags VARCHAR[]);

CREATE TABLE pg_extension(oid INTEGER, extname VARCHAR, extowner INTEGER, extnamespace INTEGER, extrelocatable BOOLEAN, extversion VARCHAR,
  extconfig INTEGER[], extcondition VARCHAR[], tableoid INTEGER);

CREATE TABLE pg_foreign_data_wrapper(oid INTEGER, fdwname VARCHAR, fdwowner INTEGER, fdwhandler INTEGER, fdwvalidator INTEGER, fdwacl VARCHAR[],
  fdwoptions VARCHAR[]);

CREATE TABLE pg_foreign_server(oid INTEGER, srvname VARCHAR, srvowner INTEGER, srvfdw INTEGER, srvtype VARCHAR, srvversion VARCHAR, srvacl VARCHAR[],
  srvoptions VARCHAR[]);

CREATE TABLE pg_foreign_table(ftrelid INTEGER, ftserver INTEGER, ftoptions VARCHAR[]);

CREATE TABLE pg_group(groname VARCHAR, grosysid INTEGER, grolist INTEGER[]);

CREATE TABLE pg_inherits(inhrelid INTEGER, inhparent INTEGER, inhseqno INTEGER, inhdetachpending BOOLEAN);

CREATE TABLE pg_matviews(schemaname VARCHAR, matviewname VARCHAR, matviewowner VARCHAR, tablespace VARCHAR, hasindexes BOOLEAN, ispopulated BOOLEAN,
  definition VARCHAR);

CREATE TABLE pg_opclass(oid INTEGER, opcmethod INTEGER, opcname VARCHAR, opcnamespace INTEGER, opcowner INTEGER, opcfamily INTEGER,
  opcintype INTEGER, opcdefault BOOLEAN, opckeytype INTEGER, tableoid INTEGER);

CREATE TABLE pg_operator(oid INTEGER, oprname VARCHAR, oprnamespace INTEGER, oprowner INTEGER, oprkind VARCHAR, oprcanmerge BOOLEAN,
  oprcanhash BOOLEAN, oprleft INTEGER, oprright INTEGER, oprresult INTEGER, oprcom INTEGER, oprnegate INTEGER, oprcode VARCHAR, oprrest VARCHAR,
  oprjoin VARCHAR, tableoid INTEGER);

CREATE TABLE pg_opfamily(oid INTEGER, opfmethod INTEGER, opfname VARCHAR, opfnamespace INTEGER, opfowner INTEGER, tableoid INTEGER);

CREATE TABLE pg_partition_ancestry(relid INTEGER, depth BIGINT);

CREATE TABLE pg_partitioned_table(partrelid INTEGER, partstrat VARCHAR, partnatts SMALLINT, partdefid INTEGER, partattrs SMALLINT[],
  partclass INTEGER[], partcollation INTEGER[], partexprs VARCHAR);

CREATE TABLE pg_policy(oid INTEGER, polname VARCHAR, polrelid INTEGER, polcmd VARCHAR, polpermissive BOOLEAN, polroles INTEGER[], polqual VARCHAR,
  polwithcheck VARCHAR);

CREATE TABLE pg_prepared_statements(name VARCHAR, statement VARCHAR, prepare_time TIMESTAMPTZ, parameter_types INTEGER[], from_sql BOOLEAN,
  generic_plans BIGINT, custom_plans BIGINT);

CREATE TABLE pg_publication(oid INTEGER, pubname VARCHAR, pubowner INTEGER, puballtables BOOLEAN, pubinsert BOOLEAN, pubupdate BOOLEAN,
  pubdelete BOOLEAN, pubtruncate BOOLEAN, pubviaroot BOOLEAN);

CREATE TABLE pg_publication_namespace(oid INTEGER, pnpubid INTEGER, pnnspid INTEGER);

CREATE TABLE pg_publication_rel(oid INTEGER, prpubid INTEGER, prrelid INTEGER, prqual VARCHAR, prattrs SMALLINT[]);

CREATE TABLE pg_range(rngtypid INTEGER, rngsubtype INTEGER, rngmultitypid INTEGER, rngcollation INTEGER, rngsubopc INTEGER, rngcanonical VARCHAR,
  rngsubdiff VARCHAR);

CREATE TABLE pg_rewrite(oid INTEGER, rulename VARCHAR, ev_class INTEGER, ev_type VARCHAR, ev_enabled VARCHAR, is_instead BOOLEAN, ev_qual VARCHAR,
  ev_action VARCHAR, tableoid INTEGER);

CREATE TABLE pg_rules(schemaname VARCHAR, tablename VARCHAR, rulename VARCHAR, definition VARCHAR);

CREATE TABLE pg_sequence(seqrelid INTEGER, seqtypid INTEGER, seqstart BIGINT, seqincrement BIGINT, seqmax BIGINT, seqmin BIGINT, seqcache BIGINT,
  seqcycle BOOLEAN);

CREATE TABLE pg_sequences(schemaname VARCHAR, sequencename VARCHAR, sequenceowner VARCHAR, data_type INTEGER, start_value BIGINT, min_value BIGINT,
  max_value BIGINT, increment_by BIGINT, cycle BOOLEAN, cache_size BIGINT, last_value BIGINT);

CREATE TABLE pg_shadow(usename VARCHAR, usesysid INTEGER, usecreatedb BOOLEAN, usesuper BOOLEAN, userepl BOOLEAN, usebypassrls BOOLEAN,
  passwd VARCHAR, valuntil TIMESTAMPTZ, useconfig VARCHAR[]);

CREATE TABLE pg_shdepend(dbid INTEGER, classid INTEGER, objid INTEGER, objsubid INTEGER, refclassid INTEGER, refobjid INTEGER, deptype VARCHAR);

CREATE TABLE pg_shdescription(objoid INTEGER, classoid INTEGER, description VARCHAR);

CREATE TABLE pg_stat_user_indexes(relid INTEGER, indexrelid INTEGER, schemaname VARCHAR, relname VARCHAR, indexrelname VARCHAR, idx_scan BIGINT,
  idx_tup_read BIGINT, idx_tup_fetch BIGINT);

CREATE TABLE pg_statistic_ext(oid INTEGER, stxrelid INTEGER, stxname VARCHAR, stxnamespace INTEGER, stxowner INTEGER, stxstattarget INTEGER,
  stxkeys SMALLINT[], stxkind VARCHAR[], stxexprs VARCHAR);

CREATE TABLE pg_subscription(oid INTEGER, subdbid INTEGER, subskiplsn VARCHAR, subname VARCHAR, subowner INTEGER, subenabled BOOLEAN,
  subbinary BOOLEAN, substream BOOLEAN, subtwophasestate VARCHAR, subdisableonerr BOOLEAN, subconninfo VARCHAR, subslotname VARCHAR,
  subsynccommit VARCHAR, subpublications VARCHAR[]);

CREATE TABLE pg_timezone_names(name VARCHAR, abbrev VARCHAR, utc_offset INTERVAL, is_dst BOOLEAN);

CREATE TABLE pg_trigger(oid INTEGER, tgrelid INTEGER, tgparentid INTEGER, tgname VARCHAR, tgfoid INTEGER, tgtype SMALLINT, tgenabled VARCHAR,
  tgisinternal BOOLEAN, tgconstrrelid INTEGER, tgconstrindid INTEGER, tgconstraint INTEGER, tgdeferrable BOOLEAN, tginitdeferred BOOLEAN,
  tgnargs SMALLINT, tgattr SMALLINT[], tgargs VARCHAR, tgqual VARCHAR, tgoldtable VARCHAR, tgnewtable VARCHAR, tableoid INTEGER);

CREATE TABLE pg_ts_config(oid INTEGER, cfgname VARCHAR, cfgnamespace INTEGER, cfgowner INTEGER, cfgparser INTEGER);

CREATE TABLE pg_ts_dict(oid INTEGER, dictname VARCHAR, dictnamespace INTEGER, dictowner INTEGER, dicttemplate INTEGER, dictinitoption VARCHAR);

CREATE TABLE pg_ts_parser(oid INTEGER, prsname VARCHAR, prsnamespace INTEGER, prsstart VARCHAR, prstoken VARCHAR, prsend VARCHAR,
  prsheadline VARCHAR, prslextype VARCHAR);

CREATE TABLE pg_ts_template(oid INTEGER, tmplname VARCHAR, tmplnamespace INTEGER, tmplinit VARCHAR, tmpllexize VARCHAR);

CREATE TABLE pg_views(schemaname VARCHAR, viewname VARCHAR, viewowner VARCHAR, definition VARCHAR);
