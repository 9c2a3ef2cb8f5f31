package io.icegate.trino.procedure;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.TableNotFoundException;
import org.jspecify.annotations.Nullable;

import java.util.Set;

import static io.trino.spi.StandardErrorCode.INVALID_PROCEDURE_ARGUMENT;

/**
 * Checks arguments that our procedures share.
 */
final class ProcedureArguments
{
    private ProcedureArguments() {}

    static SchemaTableName tableName(String action, @Nullable String schemaName, @Nullable String tableName)
    {
        if (schemaName == null || tableName == null || schemaName.isEmpty() || tableName.isEmpty()) {
            throw new TrinoException(INVALID_PROCEDURE_ARGUMENT, "Cannot %s: schema_name and table_name are needed".formatted(action));
        }
        return new SchemaTableName(schemaName, tableName);
    }

    /**
     * The table that is named, or, when none is, all tables that the user may see.
     */
    static Set<SchemaTableName> oneOrAll(
            String action,
            IceGateTrinoCatalog catalog,
            ConnectorSession session,
            ConnectorAccessControl accessControl,
            @Nullable String schemaName,
            @Nullable String tableName)
    {
        Set<SchemaTableName> all = ImmutableSet.copyOf(catalog.listIcebergTables(session, ImmutableList.of()));
        if (schemaName == null && tableName == null) {
            return accessControl.filterTables(null, all);
        }
        SchemaTableName name = tableName(action, schemaName, tableName);
        if (!all.contains(name) || accessControl.filterTables(null, ImmutableSet.of(name)).isEmpty()) {
            throw new TableNotFoundException(name);
        }
        return ImmutableSet.of(name);
    }
}
