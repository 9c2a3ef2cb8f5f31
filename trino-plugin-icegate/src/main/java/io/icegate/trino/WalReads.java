package io.icegate.trino;

import com.google.inject.Inject;
import io.icegate.wal.OffsetVector;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

import java.util.List;
import java.util.Map;

final class WalReads
{
    private final RowLevelChanges rowLevelChanges;

    @Inject
    WalReads(IceGateConfig config)
    {
        rowLevelChanges = config.getRowLevelChanges();
    }

    boolean isWalTable(Map<String, String> properties)
    {
        return properties.containsKey(OffsetVector.PROPERTY);
    }

    RowLevelChanges rowLevelChanges()
    {
        return rowLevelChanges;
    }

    WalPin pin(TableMetadata metadata)
    {
        return new WalPin(metadata, List.of(), "");
    }

    void drain(Table table, WalPin pin)
    {
        throw new UnsupportedOperationException("drain %s of %s".formatted(pin, table));
    }
}
