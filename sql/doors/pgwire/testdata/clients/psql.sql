\pset format aligned
\d
\d teacher
\d+ district
\dt
\dv
\l
\dn+
\du
\df
\dx
\dp district
\dT
\d nothing
\set FETCH_COUNT 2
SELECT school_id, name FROM school ORDER BY 1;
\copy (SELECT school_id, name FROM school ORDER BY 1) TO STDOUT WITH (FORMAT csv, HEADER)
SELECT current_user, current_schema(), current_setting('search_path') AS path;
SHOW search_path;
DELETE FROM school;
SELECT * FROM coaching_session;
