"""Reflects what there is by SQLAlchemy, and reads it."""

import sys

import sqlalchemy as sa

engine = sa.create_engine(sys.argv[1])
inspector = sa.inspect(engine)
print(inspector.get_schema_names(), inspector.default_schema_name, inspector.get_view_names())
print(sorted(inspector.get_table_names()))
for column in inspector.get_columns("pd_program"):
    print(column["name"], column["type"], column["nullable"], column["comment"])
print(inspector.get_pk_constraint("teacher"), inspector.get_foreign_keys("teacher"), inspector.get_indexes("teacher"))
print(inspector.get_unique_constraints("teacher"), inspector.get_check_constraints("teacher"))
print(inspector.get_table_comment("district"), inspector.has_table("teacher"), inspector.has_table("nothing"))
metadata = sa.MetaData()
metadata.reflect(bind=engine)
teacher = metadata.tables["teacher"]
with engine.connect() as connection:
    grouped = sa.select(teacher.c.school_id, sa.func.count().label("n")).group_by(teacher.c.school_id).order_by(teacher.c.school_id)
    print([tuple(row) for row in connection.execute(grouped.where(teacher.c.years_experience > 1))])
