package io.icegate.trino.metadata;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.live.WalReads;
import io.icegate.trino.live.WalTable;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.RunEnd;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.type.Type;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static com.google.common.base.Throwables.getRootCause;
import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.util.Objects.requireNonNull;

/**
 * {@code system.table_states}: for each table what is committed and what waits, from metadata alone. One statement answers
 * for all tables at the price of one, which {@code "t$snapshots"} and {@code "t$wal"} of each table cannot.
 */
public final class TableStates
        extends EachTableAnswer
{
    private static final List<ColumnMetadata> COLUMNS = ImmutableList.of(
            column("table_schema", VARCHAR, "Schema of the table"),
            column("table_name", VARCHAR, "Name of the table"),
            column("committed_files", BIGINT, "Data files of the current snapshot"),
            column("committed_rows", BIGINT, "Rows of the current snapshot, deleted ones included where a delete file hides them"),
            column("live_segments", BIGINT, "Segments that queries read and no snapshot has yet; NULL for a table without a WAL"),
            column("live_rows", BIGINT, "Rows of these segments that count"),
            column("oldest_live", TIMESTAMP_TZ_MICROS, "When the oldest of these segments was stored, by the store's clock"),
            column("corrupt_writers", BIGINT, "Writers whose run ends at a segment that cannot be read"),
            column("problem", VARCHAR, "Why the state of this table cannot be read"));

    private final WalReads walReads;

    @Inject
    TableStates(EachTable eachTable, WalReads walReads)
    {
        super(eachTable, new ConnectorTableMetadata(new SchemaTableName("system", "table_states"), COLUMNS));
        this.walReads = requireNonNull(walReads, "walReads is null");
    }

    @Override
    List<@Nullable Object[]> rows(IceGateTrinoCatalog catalog, ConnectorSession session, SchemaTableName table)
    {
        return List.<@Nullable Object[]>of(state(catalog, session, table));
    }

    private @Nullable Object[] state(IceGateTrinoCatalog catalog, ConnectorSession session, SchemaTableName table)
    {
        @Nullable Object[] row = new Object[COLUMNS.size()];
        row[0] = table.getSchemaName();
        row[1] = table.getTableName();
        try {
            TableMetadata metadata = catalog.metadata(session, table);
            Snapshot snapshot = metadata.currentSnapshot();
            Map<String, String> summary = snapshot == null ? Map.of() : snapshot.summary();
            row[2] = Long.valueOf(summary.getOrDefault(SnapshotSummary.TOTAL_DATA_FILES_PROP, "0"));
            row[3] = Long.valueOf(summary.getOrDefault(SnapshotSummary.TOTAL_RECORDS_PROP, "0"));
            if (walReads.isWalTable(metadata.properties())) {
                LiveTail tail = walReads.tail(metadata);
                row[4] = (long) tail.segments().size();
                row[5] = tail.rows();
                row[6] = oldest(tail).map(WalTable::timestamp).orElse(null);
                row[7] = tail.ends().values().stream().filter(end -> end.kind() == RunEnd.Kind.CORRUPT).count();
            }
        }
        catch (RuntimeException e) {
            // the other tables are worth showing all the same
            row[8] = e.getMessage() == null ? getRootCause(e).toString() : e.getMessage();
        }
        return row;
    }

    private static Optional<Instant> oldest(LiveTail tail)
    {
        return tail.segments().stream().map(LiveSegment::head).map(head -> head.lastModified()).min(Comparator.naturalOrder());
    }

    private static ColumnMetadata column(String name, Type type, String comment)
    {
        return ColumnMetadata.builder()
                .setName(name)
                .setType(type)
                .setComment(Optional.of(comment))
                .build();
    }
}
