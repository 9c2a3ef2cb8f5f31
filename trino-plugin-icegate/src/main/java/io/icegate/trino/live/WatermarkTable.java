package io.icegate.trino.live;

import com.google.common.collect.ImmutableList;
import io.icegate.wal.read.Watermark;
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

import java.util.List;

import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.util.Objects.requireNonNull;

/**
 * {@code "t$watermark"}: one row for each open writer of a table, and one for writers to come. The least of their times is the
 * watermark of what this transaction reads of the table, in whatever order a statement reads the two.
 */
public record WatermarkTable(SchemaTableName name, WalPin pin, WalReads reads)
        implements SystemTable
{
    private static final List<ColumnMetadata> COLUMNS = ImmutableList.of(
            WalTable.column("writer", VARCHAR, "One start of one receiver; NULL stands for all that start later"),
            WalTable.column("low", TIMESTAMP_TZ_MICROS, "No row of this writer with an earlier ingest_time can appear any more; the least of all rows is the watermark of the table"));

    public WatermarkTable
    {
        requireNonNull(name, "name is null");
        requireNonNull(pin, "pin is null");
        requireNonNull(reads, "reads is null");
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
        Watermark watermark = reads.watermark(pin);
        for (Watermark.Writer writer : watermark.writers()) {
            rows.addRow(writer.id().toString(), WalTable.timestamp(writer.low()));
        }
        @Nullable Object[] future = {null, WalTable.timestamp(watermark.future())};
        rows.addRow(future);
        return rows.build().cursor();
    }
}
