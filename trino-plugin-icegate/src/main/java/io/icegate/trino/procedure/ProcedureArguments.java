package io.icegate.trino.procedure;

import io.trino.spi.TrinoException;
import io.trino.spi.connector.SchemaTableName;
import org.jspecify.annotations.Nullable;

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
}
