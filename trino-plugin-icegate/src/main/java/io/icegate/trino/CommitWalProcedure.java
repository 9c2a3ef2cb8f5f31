package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.airlift.log.Logger;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.catalog.IceGateTrinoCatalogFactory;
import io.icegate.wal.commit.CommitResult;
import io.trino.spi.TrinoException;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.procedure.Procedure;
import org.apache.iceberg.Table;

import java.lang.invoke.MethodHandle;
import java.util.Optional;

import static io.icegate.trino.IceGateErrorCode.ICEGATE_WAL_CORRUPT;
import static io.trino.spi.StandardErrorCode.INVALID_PROCEDURE_ARGUMENT;
import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.lang.invoke.MethodHandles.lookup;
import static java.util.Objects.requireNonNull;

/**
 * {@code CALL icegate.system.commit_wal('schema', 'table')}: makes everything that waits part of the table, in as many
 * commits as it takes.
 */
public final class CommitWalProcedure
{
    private static final Logger log = Logger.get(CommitWalProcedure.class);
    private static final int COMMITS_MAX = 1_000;
    private static final MethodHandle COMMIT_WAL;

    static {
        try {
            COMMIT_WAL = lookup().unreflect(CommitWalProcedure.class.getMethod("commitWal", ConnectorSession.class, ConnectorAccessControl.class, String.class, String.class));
        }
        catch (ReflectiveOperationException e) {
            throw new LinkageError("Every class has its own methods", e);
        }
    }

    private final IceGateTrinoCatalogFactory catalogFactory;
    private final WalReads walReads;

    @Inject
    public CommitWalProcedure(IceGateTrinoCatalogFactory catalogFactory, WalReads walReads)
    {
        this.catalogFactory = requireNonNull(catalogFactory, "catalogFactory is null");
        this.walReads = requireNonNull(walReads, "walReads is null");
    }

    Procedure procedure()
    {
        return new Procedure(
                "system",
                "commit_wal",
                ImmutableList.of(
                        new Procedure.Argument("SCHEMA_NAME", VARCHAR),
                        new Procedure.Argument("TABLE_NAME", VARCHAR)),
                COMMIT_WAL.bindTo(this));
    }

    // called by Trino
    public void commitWal(ConnectorSession session, ConnectorAccessControl accessControl, String schemaName, String tableName)
    {
        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(getClass().getClassLoader())) {
            if (schemaName == null || tableName == null) {
                throw new TrinoException(INVALID_PROCEDURE_ARGUMENT, "Cannot commit the WAL: schema_name and table_name are needed");
            }
            SchemaTableName name = new SchemaTableName(schemaName, tableName);
            IceGateTrinoCatalog catalog = catalogFactory.create(session.getIdentity());
            Table table = catalog.newestTable(session, name);
            accessControl.checkCanInsertIntoTable(null, name, Optional.empty());
            if (!walReads.isWalTable(table.properties())) {
                throw new TrinoException(NOT_SUPPORTED, "Cannot commit the WAL of table %s: it has none".formatted(name));
            }
            for (int commit = 0; commit < COMMITS_MAX; commit++) {
                CommitResult result = walReads.commit(table);
                log.info("commit table=%s snapshot=%s segments=%s rows=%s", name, result.snapshotId(), result.segments(), result.rows());
                if (result.snapshotId().isEmpty()) {
                    requireReadable(name, result);
                    return;
                }
            }
        }
    }

    /**
     * What could be committed is. A writer that stopped at something unreadable must not go unnoticed.
     */
    private static void requireReadable(SchemaTableName name, CommitResult result)
    {
        String corrupt = WalPin.corruption(result.ends());
        if (!corrupt.isEmpty()) {
            throw new TrinoException(ICEGATE_WAL_CORRUPT, ("Cannot commit the whole WAL of table %s: %s. Everything else is committed; " +
                    "what these writers stored from there on waits until the object is restored").formatted(name, corrupt));
        }
    }
}
