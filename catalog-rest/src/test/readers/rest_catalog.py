"""Uses a REST catalog as people do who have nothing but a library.

python rest_catalog.py <pyiceberg or duckdb> <address of the catalog>
pyiceberg creates, appends, evolves and reads the table py.events; duckdb reads it, appends, and does the same with duck.events.

python rest_catalog.py <pyiceberg-live or duckdb-live> <address of the catalog>
For each line of input prints the bodies in otel.logs as it is now, sorted, in one line; and ends with the input.

Ends with 0 when everything was as it should be, 3 without the library.
"""
import sys

ABSENT = 3


def pyiceberg(uri):
    try:
        import pyarrow as pa
        from pyiceberg.catalog import load_catalog
        from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchTableError
        from pyiceberg.types import StringType
    except ImportError as e:
        print(e)
        sys.exit(ABSENT)
    catalog = load_catalog('icegate', type='rest', uri=uri)
    catalog.create_namespace('py', {'owner': 'obs'})
    try:
        catalog.create_namespace('py')
        raise AssertionError('created twice')
    except NamespaceAlreadyExistsError:
        pass
    assert catalog.load_namespace_properties('py')['owner'] == 'obs'
    rows = pa.table({'id': pa.array([1, 2, 3], pa.int64()), 'name': ['a', 'b', 'c']})
    table = catalog.create_table('py.first', rows.schema)
    table.append(rows)
    with table.update_schema() as update:
        update.add_column('region', StringType())
    with table.transaction() as transaction:
        transaction.append(pa.table({'id': pa.array([4], pa.int64()), 'name': ['d'], 'region': ['eu']}))
        transaction.set_properties(state='evolved')
    table.delete('id = 2')
    catalog.rename_table('py.first', 'py.events')
    try:
        catalog.load_table('py.first')
        raise AssertionError('still there')
    except NoSuchTableError:
        pass
    table = catalog.load_table('py.events')
    assert table.properties['state'] == 'evolved'
    found = sorted(table.scan().to_arrow().to_pylist(), key=lambda row: row['id'])
    assert found == [
        {'id': 1, 'name': 'a', 'region': None},
        {'id': 3, 'name': 'c', 'region': None},
        {'id': 4, 'name': 'd', 'region': 'eu'}], found
    assert table.scan(row_filter="region = 'eu'").to_arrow().num_rows == 1
    assert catalog.list_tables('py') == [('py', 'events')], catalog.list_tables('py')
    catalog.create_table('py.gone', rows.schema)
    catalog.purge_table('py.gone')
    assert not catalog.table_exists('py.gone')


def duckdb(uri):
    connection = attached(uri, 'icegate')
    found = connection.execute('SELECT id, name, region FROM lake.py.events ORDER BY id').fetchall()
    assert found == [(1, 'a', None), (3, 'c', None), (4, 'd', 'eu')], found
    connection.execute("INSERT INTO lake.py.events VALUES (5, 'e', 'us')")
    found = connection.execute('SELECT count(*), max(id) FROM lake.py.events').fetchall()
    assert found == [(4, 5)], found
    for change in (
            'CREATE SCHEMA lake.duck',
            'CREATE TABLE lake.duck.first (id BIGINT, name VARCHAR)',
            "INSERT INTO lake.duck.first VALUES (1, 'a'), (2, 'b')",
            'ALTER TABLE lake.duck.first ADD COLUMN region VARCHAR',
            "INSERT INTO lake.duck.first VALUES (3, 'c', 'eu')",
            'DELETE FROM lake.duck.first WHERE id = 2',
            "UPDATE lake.duck.first SET name = 'z' WHERE id = 1",
            'ALTER TABLE lake.duck.first RENAME COLUMN name TO label',
            'ALTER TABLE lake.duck.first RENAME TO events'):
        connection.execute(change)
    found = attached(uri, 'icegate').execute('SELECT id, label, region FROM lake.duck.events ORDER BY id').fetchall()
    assert found == [(1, 'z', None), (3, 'c', 'eu')], found


def attached(uri, warehouse):
    """DuckDB with the catalog as lake."""
    try:
        import duckdb as engine
        connection = engine.connect()
        load(connection)
    except Exception as e:
        print(e)
        sys.exit(ABSENT)
    connection.execute(f"ATTACH '{warehouse}' AS lake (TYPE iceberg, ENDPOINT '{uri}', AUTHORIZATION_TYPE 'none')")
    return connection


def load(connection):
    """Loads the extension that is installed as a package, or else as DuckDB itself installs it."""
    try:
        from importlib.util import find_spec
        from pathlib import Path
        for name in ('avro', 'httpfs', 'iceberg'):
            package = find_spec(f'duckdb_extension_{name}')
            files = list(Path(package.origin).parent.rglob('*.duckdb_extension')) if package else []
            connection.execute(f"LOAD '{files[0]}'" if files else f'LOAD {name}')
    except Exception as e:
        raise ImportError(str(e).splitlines()[0])


def pyiceberg_live(uri):
    try:
        from pyiceberg.catalog import load_catalog
        from pyiceberg.exceptions import ForbiddenError
        import pyarrow
    except ImportError as e:
        print(e)
        sys.exit(ABSENT)
    catalog = load_catalog('icegate', type='rest', uri=uri, warehouse='live')
    answer(lambda: catalog.load_table('otel.logs').scan(selected_fields=('body',)).to_arrow()['body'].to_pylist())
    try:
        with catalog.load_table('otel.logs').transaction() as transaction:
            transaction.set_properties(a='b')
        raise AssertionError('changed')
    except ForbiddenError as e:
        assert "Send changes through warehouse 'icegate'" in str(e), e


def duckdb_live(uri):
    connection = attached(uri, 'live')
    answer(lambda: [row[0] for row in connection.execute('SELECT body FROM lake.otel.logs').fetchall()])
    assert connection.execute("SELECT count(*) FROM lake.otel.logs WHERE body LIKE 'tenant-%'").fetchone()[0] > 0


def answer(bodies):
    for _ in sys.stdin:
        print(' '.join(sorted(bodies())), flush=True)


{'pyiceberg': pyiceberg, 'duckdb': duckdb, 'pyiceberg-live': pyiceberg_live, 'duckdb-live': duckdb_live}[sys.argv[1]](sys.argv[2])
print('as it should be')
