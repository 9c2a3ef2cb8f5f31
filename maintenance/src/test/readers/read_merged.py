"""Compares every column of every row that a reader finds in merged files with what was there before the merge.

python read_merged.py <pyarrow, duckdb, datafusion or pyiceberg> <folder>
The folder has, of each table: <table>.files, the location of its metadata and then of its files; and <table>.rows, the names of
the columns and then the rows, values between tabs. Ends with 0 when they are the same, 1 when they differ, 3 without the reader.
"""
import math
import struct
import sys
from pathlib import Path

ABSENT = 3


def text(value):
    if value is None:
        return '~'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return 'd7ff8000000000000' if math.isnan(value) else 'd' + struct.pack('>d', value).hex()
    if isinstance(value, str):
        return "'" + value.replace('\\', '\\\\').replace('\t', '\\t').replace('\n', '\\n')
    if isinstance(value, bytes):
        return 'x' + value.hex()
    raise ValueError(f'unexpected {type(value)}')


def nested(value, kind):
    import pyarrow as pa
    if value is None:
        return '~'
    if pa.types.is_map(kind):
        return '{' + ','.join(sorted(nested(key, kind.key_type) + '=' + nested(entry, kind.item_type) for key, entry in value)) + '}'
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return '[' + ','.join(nested(element, kind.value_type) for element in value) + ']'
    if pa.types.is_struct(kind):
        return '(' + ','.join(nested(value[kind.field(i).name], kind.field(i).type) for i in range(kind.num_fields)) + ')'
    return text(value)


def column(values):
    import pyarrow as pa
    if pa.types.is_timestamp(values.type):
        if values.type.unit != 'us':
            raise ValueError(f'unexpected {values.type}')
        values = values.cast(pa.int64())
    return [nested(value, values.type) for value in values.to_pylist()]


def is_list_of_structs(kind):
    import pyarrow as pa
    return (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and pa.types.is_struct(kind.value_type)


def read_pyarrow(metadata, files):
    import pyarrow as pa
    from pyarrow import parquet
    return pa.concat_tables(parquet.ParquetFile(file).read() for file in files)


def read_duckdb(metadata, files):
    import duckdb
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # the columns of the files, not those that their folders are named after
    return connection.read_parquet(files, hive_partitioning=False).to_arrow_table()


def read_datafusion(metadata, files):
    import datafusion
    import pyarrow as pa
    context = datafusion.SessionContext()
    return pa.concat_tables(context.read_parquet(file).to_arrow_table() for file in files)


def read_pyiceberg(metadata, files):
    from pyiceberg.table import StaticTable
    return StaticTable.from_metadata(metadata).scan().to_arrow()


def differences(reader, rows, files):
    names, *expected = rows.read_text('utf-8').split('\n')[:-1]
    names = names.split('\t')
    metadata, *paths = files.read_text('utf-8').split('\n')[:-1]
    table = globals()['read_' + reader](metadata, paths)
    if sorted(table.column_names) != sorted(names):
        yield f'{rows.stem} has the columns {table.column_names}, not {names}'
        return
    found = list(zip(*(column(table.column(name)) for name in names)))
    lists = [reader == 'pyiceberg' and is_list_of_structs(table.column(name).type) for name in names]
    # PyIceberg 0.12 makes empty lists of those that are absent, when their elements are structs
    expected = [tuple('[]' if emptied and value == '~' else value for emptied, value in zip(lists, row.split('\t'))) for row in expected]
    if len(found) != len(expected):
        yield f'{rows.stem} has {len(found)} rows, not {len(expected)}'
        return
    for there, wanted in zip(sorted(found), sorted(expected)):
        for name, value, right in zip(names, there, wanted):
            if value != right:
                yield f'{rows.stem}.{name} is {value}, not {right}'


def main():
    reader, folder = sys.argv[1:]
    try:
        __import__('pyarrow')
        __import__(reader)
    except ImportError as e:
        print(e)
        sys.exit(ABSENT)
    tables = sorted(Path(folder).glob('*.rows'))
    for rows in tables:
        for difference in differences(reader, rows, rows.with_suffix('.files')):
            print(f'{reader} {__import__(reader).__version__}: {difference}')
            sys.exit(1)
    print(f'{reader} {__import__(reader).__version__}: {len(tables)} tables are the same')


main()
