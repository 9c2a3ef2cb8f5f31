package io.icegate.receiver.commit;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.commit.WalFormatVersion;
import io.icegate.wal.table.TableOffsets;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Proves, before the first acknowledgement, that what is written to a table can be read and committed. A table of the right
 * name and columns need not be one of ours: CREATE TABLE AS SELECT and a swap by rename make tables without WAL offsets, whose
 * segments no reader would ever see.
 */
final class TableProof
{
    private final OpenWarehouse warehouse;

    TableProof(OpenWarehouse warehouse)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
    }

    /**
     * Gives a table that has never had a WAL the empty offset vector, and proves it.
     *
     * @throws IllegalStateException when the table cannot be written to; the message says why
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    void require(Table table)
    {
        WalFormatVersion.check(table);
        TableMetadata metadata = metadata(table);
        TableSpecs.unpartitioned(table.name(), metadata.specsById().values());
        if (!TableOffsets.of(metadata).isWalTable()) {
            requireNoSegments(table);
            table.updateProperties().set(OffsetVector.PROPERTY, OffsetVector.EMPTY.text()).commit();
            metadata = metadata(table);
        }
        OffsetVector committed = TableOffsets.of(metadata).forCommit(table.name());
        warehouse.wal().waiting(table, committed);
    }

    private static TableMetadata metadata(Table table)
    {
        return ((HasTableOperations) table).operations().current();
    }

    /**
     * Nothing tells how far segments of a table without offsets are committed: to start at the first would repeat rows.
     */
    private void requireNoSegments(Table table)
    {
        UUID uuid = table.uuid();
        ObjectKey folder = WalLayout.ROOT.child(uuid.toString());
        ListPage page;
        try {
            page = warehouse.warehouse().store().list(folder, Optional.empty(), 1);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot list the segments of table %s: %s".formatted(table.name(), e.getMessage()), e);
        }
        if (!page.objects().isEmpty()) {
            throw new IllegalStateException("Cannot write to table %s: it has segments below %s, but its property %s is missing, so nothing tells which of them are committed".formatted(table.name(), folder, OffsetVector.PROPERTY));
        }
    }
}
