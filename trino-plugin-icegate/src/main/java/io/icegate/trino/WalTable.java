package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.icegate.wal.read.RunEnd;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.InMemoryRecordSet;
import io.trino.spi.connector.RecordCursor;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.predicate.TupleDomain;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.DateTimeEncoding.packDateTimeWithZone;
import static io.trino.spi.type.TimeZoneKey.UTC_KEY;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MILLIS;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.util.Locale.ENGLISH;
import static java.util.Objects.requireNonNull;

/**
 * {@code "t$wal"}: one row for each live segment of a table, and one for each writer whose run is interrupted, with the
 * reason. The live rows of the table are exactly those of the rows with state {@code live}.
 */
record WalTable(SchemaTableName name, WalPin pin)
        implements SystemTable
{
    private static final List<ColumnMetadata> COLUMNS = ImmutableList.of(
            new ColumnMetadata("writer", VARCHAR),
            new ColumnMetadata("sequence", BIGINT),
            new ColumnMetadata("state", VARCHAR),
            new ColumnMetadata("rows", BIGINT),
            new ColumnMetadata("duplicate_rows", BIGINT),
            new ColumnMetadata("bytes", BIGINT),
            new ColumnMetadata("created_at", TIMESTAMP_TZ_MILLIS),
            new ColumnMetadata("stored_at", TIMESTAMP_TZ_MILLIS),
            new ColumnMetadata("path", VARCHAR),
            new ColumnMetadata("detail", VARCHAR));

    WalTable
    {
        requireNonNull(name, "name is null");
        requireNonNull(pin, "pin is null");
    }

    @Override
    public Distribution getDistribution()
    {
        return Distribution.SINGLE_COORDINATOR;
    }

    @Override
    public ConnectorTableMetadata getTableMetadata()
    {
        return new ConnectorTableMetadata(name, COLUMNS);
    }

    @Override
    public RecordCursor cursor(ConnectorTransactionHandle transaction, ConnectorSession session, TupleDomain<Integer> constraint)
    {
        InMemoryRecordSet.Builder rows = InMemoryRecordSet.builder(getTableMetadata());
        for (LiveFile live : pin.files()) {
            rows.addRow(
                    live.segment().key().writer().toString(),
                    live.segment().key().sequence().value(),
                    "live",
                    live.rows(),
                    live.duplicateRows(),
                    live.file().fileSizeInBytes(),
                    timestamp(live.segment().footer().header().created()),
                    timestamp(live.segment().head().lastModified()),
                    live.file().location(),
                    null);
        }
        pin.tail().ends().forEach((writer, end) -> {
            if (end.kind() == RunEnd.Kind.GAP || end.kind() == RunEnd.Kind.CORRUPT) {
                @Nullable Object[] row = {writer.toString(), end.next().value(), end.kind().name().toLowerCase(ENGLISH), null, null, null, null, null, null, end.detail()};
                rows.addRow(row);
            }
        });
        return rows.build().cursor();
    }

    private static long timestamp(Instant instant)
    {
        return packDateTimeWithZone(instant.toEpochMilli(), UTC_KEY);
    }
}
