package io.icegate.trino.procedure;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.airlift.log.Logger;
import io.icegate.trino.catalog.IceGateTrinoCatalogFactory;
import io.icegate.trino.live.WalReads;
import io.icegate.wal.commit.ReconcileMode;
import io.icegate.wal.commit.ReconcileResult;
import io.trino.spi.TrinoException;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.procedure.Procedure;
import org.apache.iceberg.Table;

import java.lang.invoke.MethodHandle;
import java.util.Optional;

import static io.trino.spi.StandardErrorCode.INVALID_PROCEDURE_ARGUMENT;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.lang.invoke.MethodHandles.lookup;
import static java.util.Objects.requireNonNull;

/**
 * {@code CALL icegate.system.reconcile_wal(schema_name, table_name, mode)}: decides about rows that a rollback took out of a
 * table. Until then nothing that waits can be committed.
 */
public final class ReconcileWalProcedure
{
    private static final Logger log = Logger.get(ReconcileWalProcedure.class);
    private static final MethodHandle RECONCILE_WAL;

    static {
        try {
            RECONCILE_WAL = lookup().unreflect(ReconcileWalProcedure.class.getMethod("reconcileWal", ConnectorSession.class, ConnectorAccessControl.class, String.class, String.class, String.class));
        }
        catch (ReflectiveOperationException e) {
            throw new LinkageError("Every class has its own methods", e);
        }
    }

    private final IceGateTrinoCatalogFactory catalogFactory;
    private final WalReads walReads;

    @Inject
    public ReconcileWalProcedure(IceGateTrinoCatalogFactory catalogFactory, WalReads walReads)
    {
        this.catalogFactory = requireNonNull(catalogFactory, "catalogFactory is null");
        this.walReads = requireNonNull(walReads, "walReads is null");
    }

    public Procedure procedure()
    {
        return new Procedure(
                "system",
                "reconcile_wal",
                ImmutableList.of(
                        new Procedure.Argument("SCHEMA_NAME", VARCHAR),
                        new Procedure.Argument("TABLE_NAME", VARCHAR),
                        new Procedure.Argument("MODE", VARCHAR)),
                RECONCILE_WAL.bindTo(this));
    }

    // called by Trino
    public void reconcileWal(ConnectorSession session, ConnectorAccessControl accessControl, String schemaName, String tableName, String mode)
    {
        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(getClass().getClassLoader())) {
            SchemaTableName name = ProcedureArguments.tableName("reconcile the WAL", schemaName, tableName);
            ReconcileMode parsed = mode(mode);
            Table table = catalogFactory.create(session.getIdentity()).newestTable(session, name);
            accessControl.checkCanInsertIntoTable(null, name, Optional.empty());
            ReconcileResult result = walReads.reconcile(table, parsed);
            log.info("reconcile table=%s mode=%s snapshot=%s segments=%s rows=%s", name, parsed.text(), result.snapshotId(), result.segments(), result.rows());
        }
    }

    private static ReconcileMode mode(String mode)
    {
        try {
            return ReconcileMode.parse(String.valueOf(mode));
        }
        catch (IllegalArgumentException e) {
            throw new TrinoException(INVALID_PROCEDURE_ARGUMENT, e.getMessage(), e);
        }
    }
}
