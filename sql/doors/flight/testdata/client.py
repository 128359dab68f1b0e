"""Reads the small warehouse through the Flight SQL door.

Called with the door's address, a researcher's token and an evaluator's. Exits
with 3, and the package's name, where a package is missing.
"""

import sys

try:
    import pandas
    import polars
    import pyarrow
    import adbc_driver_flightsql
    import adbc_driver_flightsql.dbapi as flight
    import adbc_driver_manager
    import pyarrow.flight
except ModuleNotFoundError as missing:
    print(missing.name)
    sys.exit(3)

address, researcher, evaluator = sys.argv[1:]
AUTHORIZATION = adbc_driver_flightsql.DatabaseOptions.AUTHORIZATION_HEADER.value


def connect(token):
    return flight.connect("grpc://" + address, db_kwargs={AUTHORIZATION: "Bearer " + token}, autocommit=True)


with connect(researcher) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT survey, relevance FROM survey_response ORDER BY relevance")
    table = cursor.fetch_arrow_table()
    assert table.to_pydict() == {"survey": ["spring", "spring"], "relevance": [3, 4]}, table
    notes = table.schema.metadata[b"weir.notes"].decode()
    assert "masked columns" in notes and "only the rows" in notes, notes
    assert len(table.schema.metadata[b"weir.audit_id"]) == 32

    # Parameters, and several rows of them.
    cursor.execute("SELECT relevance FROM survey_response WHERE relevance > ?", (3,))
    assert cursor.fetchall() == [(4,)]
    cursor.execute("SELECT ? + 1 AS n", pyarrow.record_batch({"n": [1, 2]}))
    assert cursor.fetch_arrow_table().to_pydict() == {"n": [2, 3]}

    # Into data frames.
    frame = pandas.read_sql("SELECT relevance, answered_on FROM survey_response", connection)
    assert sorted(frame.relevance) == [3, 4], frame
    frame = polars.read_database("SELECT relevance FROM survey_response", connection)
    assert sorted(frame["relevance"]) == [3, 4], frame

    # The catalogue.
    names = connection.adbc_get_objects(depth="tables", table_name_filter="survey%").read_all().to_pylist()
    names = [t["table_name"] for c in names for s in c["catalog_db_schemas"] for t in s["db_schema_tables"]]
    assert names == ["survey_response"], names
    assert connection.adbc_get_table_schema("survey_response").field("relevance")
    assert connection.adbc_get_info()["vendor_name"] == "Weir"

# An error is the call's own, and says what Weir says.
with connect(evaluator) as connection, connection.cursor() as cursor:
    try:
        cursor.execute("SELECT * FROM coaching_session")
        raise SystemExit("an evaluator reads coaching")
    except adbc_driver_manager.Error as refusal:
        assert refusal.status_code == adbc_driver_manager.AdbcStatusCode.NOT_FOUND, refusal
        assert "does not exist, or you may not read it" in str(refusal), refusal

# A name and a token, and the purpose as a session option.
with flight.connect("grpc://" + address, db_kwargs={"username": "researcher", "password": researcher}, autocommit=True) as connection:
    connection.adbc_connection.set_options(**{"adbc.flight.sql.session.option.purpose": "research"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM survey_response")
        assert cursor.fetchone() == (2,)

# Arrow's own client.
client = pyarrow.flight.FlightClient("grpc://" + address)
options = pyarrow.flight.FlightCallOptions(headers=[client.authenticate_basic_token("researcher", researcher)])
try:
    client.do_get(pyarrow.flight.Ticket(b"SELECT 1"), options)
    raise SystemExit("a statement passes for a ticket")
except pyarrow.lib.ArrowException:
    pass

print("pyarrow", pyarrow.__version__, "adbc", adbc_driver_flightsql.__version__, "pandas", pandas.__version__, "polars", polars.__version__)
