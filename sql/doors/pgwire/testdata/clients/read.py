"""Reads rows by psycopg2 and psycopg 3, with parameters and cursors at the server."""

import sys

import psycopg
import psycopg2
from psycopg.types import TypeInfo

older = psycopg2.connect(sys.argv[1])
cursor = older.cursor()
cursor.execute("SELECT school_id, years_experience FROM teacher WHERE years_experience > %s AND school_id = ANY(%s) ORDER BY 1", (1, ["s1", "s2"]))
print(cursor.fetchall(), [c.type_code for c in cursor.description])
older.commit()
named = older.cursor("named")
named.itersize = 2
named.execute("SELECT school_id FROM teacher ORDER BY 1")
print(list(named))
older.commit()

newer = psycopg.connect(sys.argv[1])
text = "SELECT school_id, years_experience, effective_from FROM teacher WHERE years_experience > %s AND school_id = ANY(%s) ORDER BY 1"
print(newer.execute(text, (1, ["s1", "s2"])).fetchall())
print(newer.execute(text, (1, ["s1", "s2"]), binary=True).fetchall() == newer.execute(text, (1, ["s1", "s2"])).fetchall())
for binary in (False, True):
    with newer.transaction(), newer.cursor("named", binary=binary) as named:
        named.itersize = 2
        print(list(named.execute("SELECT school_id, years_experience FROM teacher WHERE years_experience > %s ORDER BY 1, 2", (1,))))
print(TypeInfo.fetch(newer, "uuid"), TypeInfo.fetch(newer, "hstore"))
with newer.cursor() as copied, copied.copy("COPY (SELECT school_id FROM school ORDER BY 1) TO STDOUT") as rows:
    print([row for row in rows.rows()])
