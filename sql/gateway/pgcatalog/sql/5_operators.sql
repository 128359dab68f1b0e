-- Operators that mean something else in PostgreSQL: a regular expression need
-- not match the whole text, and a backslash escapes in a pattern of LIKE. They
-- hold for questions about the catalogue only.

CREATE MACRO regexp_full_match(_whole, _pattern) AS regexp_matches(_whole, _pattern);
CREATE MACRO "~*"(_whole, _pattern) AS regexp_matches(_whole, _pattern, 'i');
CREATE MACRO "!~*"(_whole, _pattern) AS NOT regexp_matches(_whole, _pattern, 'i');
CREATE MACRO "~~"(_whole, _pattern) AS like_escape(_whole, _pattern, '\');
CREATE MACRO "!~~"(_whole, _pattern) AS not_like_escape(_whole, _pattern, '\');
CREATE MACRO "~~*"(_whole, _pattern) AS ilike_escape(_whole, _pattern, '\');
CREATE MACRO "!~~*"(_whole, _pattern) AS not_ilike_escape(_whole, _pattern, '\');
