package io.icegate.trino.metadata;

import com.google.inject.Inject;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.live.WalReads;
import io.icegate.wal.status.WriterStatus;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

import java.util.List;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

/**
 * {@code system.wal_status}: one row for each writer of each table that takes segments.
 */
public final class WriterStatuses
        extends EachTableAnswer
{
    private final WalReads walReads;

    @Inject
    WriterStatuses(EachTable eachTable, WalReads walReads)
    {
        super(eachTable, Answers.table("wal_status", WriterStatus.COLUMNS));
        this.walReads = requireNonNull(walReads, "walReads is null");
    }

    @Override
    List<@Nullable Object[]> rows(IceGateTrinoCatalog catalog, ConnectorSession session, SchemaTableName table)
    {
        return walReads.writers(TableIdentifier.of(Namespace.of(table.getSchemaName()), table.getTableName()), () -> catalog.metadata(session, table)).stream()
                .map(status -> Answers.row(WriterStatus.COLUMNS, status))
                .collect(toImmutableList());
    }
}
