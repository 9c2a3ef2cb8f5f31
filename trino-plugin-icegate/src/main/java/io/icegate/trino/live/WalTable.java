package io.icegate.trino.live;

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
import io.trino.spi.type.LongTimestampWithTimeZone;
import io.trino.spi.type.Type;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.TimeZoneKey.UTC_KEY;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static io.trino.spi.type.Timestamps.PICOSECONDS_PER_NANOSECOND;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.util.Locale.ENGLISH;
import static java.util.Objects.requireNonNull;

/**
 * {@code "t$wal"}: one row for each live segment of a table, and one for each writer whose run is interrupted, with the
 * reason. The live rows of the table are exactly those of the rows with state {@code live}.
 */
public record WalTable(SchemaTableName name, WalPin pin)
        implements SystemTable
{
    private static final List<ColumnMetadata> COLUMNS = ImmutableList.of(
            column("writer", VARCHAR, "One start of one receiver"),
            column("sequence", BIGINT, "Number of the segment within writer and table"),
            column("state", VARCHAR, "live: a segment that queries read; corrupt or gap: where the run of a writer is interrupted"),
            column("rows", BIGINT, "Rows of the segment that count"),
            column("duplicate_rows", BIGINT, "Rows of the segment that are copies of others and do not count"),
            column("bytes", BIGINT, "Size of the object"),
            // microseconds, as in tables: a view can have these columns
            column("created_at", TIMESTAMP_TZ_MICROS, "When the segment was opened, by the receiver's clock"),
            column("stored_at", TIMESTAMP_TZ_MICROS, "When the object was stored, by the store's clock"),
            column("path", VARCHAR, "Location of the object"),
            column("detail", VARCHAR, "Why the run of the writer is interrupted"));

    public WalTable
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
        for (PinnedFile live : pin.files()) {
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

    static ColumnMetadata column(String name, Type type, String comment)
    {
        return ColumnMetadata.builder()
                .setName(name)
                .setType(type)
                .setComment(Optional.of(comment))
                .build();
    }

    /**
     * A value of microseconds. Stores and clocks may know more, and Trino fails to print what its type cannot hold.
     */
    public static LongTimestampWithTimeZone timestamp(Instant instant)
    {
        Instant micros = instant.truncatedTo(ChronoUnit.MICROS);
        return LongTimestampWithTimeZone.fromEpochSecondsAndFraction(micros.getEpochSecond(), (long) micros.getNano() * PICOSECONDS_PER_NANOSECOND, UTC_KEY);
    }
}
