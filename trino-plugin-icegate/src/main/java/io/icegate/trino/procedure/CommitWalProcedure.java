package io.icegate.trino.procedure;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.airlift.log.Logger;
import io.icegate.trino.catalog.IceGateTrinoCatalogFactory;
import io.icegate.trino.live.WalReads;
import io.icegate.wal.engine.CommitTotals;
import io.icegate.wal.engine.EngineWal;
import io.trino.spi.TrinoException;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.procedure.Procedure;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.util.Optional;

import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_WAL_CORRUPT;
import static io.trino.spi.StandardErrorCode.INVALID_PROCEDURE_ARGUMENT;
import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;
import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.BooleanType.BOOLEAN;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.lang.invoke.MethodHandles.lookup;
import static java.util.Objects.requireNonNull;

/**
 * {@code CALL icegate.system.commit_wal(schema_name, table_name, max_segments, seal_silent)}: makes segments that wait part
 * of their table, the oldest first, in as many commits as it takes.
 */
public final class CommitWalProcedure
{
    private static final Logger log = Logger.get(CommitWalProcedure.class);
    private static final MethodHandle COMMIT_WAL;

    static {
        try {
            COMMIT_WAL = lookup().unreflect(CommitWalProcedure.class.getMethod("commitWal", ConnectorSession.class, ConnectorAccessControl.class, String.class, String.class, Long.class, Boolean.class));
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

    public Procedure procedure()
    {
        return new Procedure(
                "system",
                "commit_wal",
                ImmutableList.of(
                        new Procedure.Argument("SCHEMA_NAME", VARCHAR),
                        new Procedure.Argument("TABLE_NAME", VARCHAR),
                        new Procedure.Argument("MAX_SEGMENTS", BIGINT, false, null),
                        new Procedure.Argument("SEAL_SILENT", BOOLEAN, false, true)),
                COMMIT_WAL.bindTo(this));
    }

    // called by Trino
    public void commitWal(ConnectorSession session, ConnectorAccessControl accessControl, String schemaName, String tableName, @Nullable Long maxSegments, @Nullable Boolean sealSilent)
    {
        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(getClass().getClassLoader())) {
            SchemaTableName name = ProcedureArguments.tableName("commit the WAL", schemaName, tableName);
            if (maxSegments != null && (maxSegments < 1 || maxSegments > EngineWal.SEGMENTS_MAX)) {
                throw new TrinoException(INVALID_PROCEDURE_ARGUMENT, "Cannot commit the WAL of table %s: max_segments is %s, it must be 1 to %s".formatted(name, maxSegments, EngineWal.SEGMENTS_MAX));
            }
            Table table = catalogFactory.create(session.getIdentity()).newestTable(session, name);
            accessControl.checkCanInsertIntoTable(null, name, Optional.empty());
            if (!walReads.isWalTable(table.properties())) {
                throw new TrinoException(NOT_SUPPORTED, "Cannot commit the WAL of table %s: it has none".formatted(name));
            }
            CommitTotals totals = walReads.commitWaiting(table, maxSegments == null ? EngineWal.SEGMENTS_MAX : maxSegments, sealSilent == null || sealSilent);
            log.info("commit_wal table=%s snapshot=%s segments=%s rows=%s", name, totals.snapshotId(), totals.segments(), totals.rows());
            // what could be committed is; a writer that stopped at something unreadable must not go unnoticed
            if (!totals.corruption().isEmpty()) {
                throw new TrinoException(ICEGATE_WAL_CORRUPT, ("Cannot commit the whole WAL of table %s: %s. Everything else is committed; " +
                        "what these writers stored from there on waits until the object is restored").formatted(name, totals.corruption()));
            }
        }
    }
}
