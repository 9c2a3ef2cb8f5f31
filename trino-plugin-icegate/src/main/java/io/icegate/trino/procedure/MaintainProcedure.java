package io.icegate.trino.procedure;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.airlift.log.Logger;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.catalog.IceGateTrinoCatalogFactory;
import io.icegate.trino.live.WalReads;
import io.icegate.trino.upkeep.TableUpkeep;
import io.trino.spi.TrinoException;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.procedure.Procedure;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_UPKEEP_FAILED;
import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.lang.invoke.MethodHandles.lookup;
import static java.util.Objects.requireNonNull;

/**
 * {@code CALL icegate.system.maintain(schema_name, table_name)}: does now what is due in a table, or in all tables that take
 * segments. It runs on the coordinator. Each action is a line in its log.
 */
public final class MaintainProcedure
{
    private static final Logger log = Logger.get(MaintainProcedure.class);
    private static final MethodHandle MAINTAIN;

    static {
        try {
            MAINTAIN = lookup().unreflect(MaintainProcedure.class.getMethod("maintain", ConnectorSession.class, ConnectorAccessControl.class, String.class, String.class));
        }
        catch (ReflectiveOperationException e) {
            throw new LinkageError("Every class has its own methods", e);
        }
    }

    private final IceGateTrinoCatalogFactory catalogFactory;
    private final WalReads walReads;
    private final TableUpkeep upkeep;

    @Inject
    public MaintainProcedure(IceGateTrinoCatalogFactory catalogFactory, WalReads walReads, TableUpkeep upkeep)
    {
        this.catalogFactory = requireNonNull(catalogFactory, "catalogFactory is null");
        this.walReads = requireNonNull(walReads, "walReads is null");
        this.upkeep = requireNonNull(upkeep, "upkeep is null");
    }

    public Procedure procedure()
    {
        return new Procedure(
                "system",
                "maintain",
                ImmutableList.of(
                        new Procedure.Argument("SCHEMA_NAME", VARCHAR, false, null),
                        new Procedure.Argument("TABLE_NAME", VARCHAR, false, null)),
                MAINTAIN.bindTo(this));
    }

    // called by Trino
    public void maintain(ConnectorSession session, ConnectorAccessControl accessControl, @Nullable String schemaName, @Nullable String tableName)
    {
        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(getClass().getClassLoader())) {
            IceGateTrinoCatalog catalog = catalogFactory.create(session.getIdentity());
            Set<SchemaTableName> names = ProcedureArguments.oneOrAll("keep tables in order", catalog, session, accessControl, schemaName, tableName);
            List<String> failures = new ArrayList<>();
            for (SchemaTableName name : names) {
                keep(catalog, session, accessControl, name, tableName != null, failures);
            }
            // what could be done is
            if (!failures.isEmpty()) {
                throw new TrinoException(ICEGATE_UPKEEP_FAILED, "Cannot do everything that is due: %s. Everything else is done".formatted(String.join("; ", failures)));
            }
        }
    }

    private void keep(IceGateTrinoCatalog catalog, ConnectorSession session, ConnectorAccessControl accessControl, SchemaTableName name, boolean asked, List<String> failures)
    {
        Table table;
        try {
            table = catalog.newestTable(session, name);
        }
        catch (RuntimeException e) {
            if (asked) {
                throw e;
            }
            failures.add("load %s failed: %s".formatted(name, e.getMessage()));
            return;
        }
        if (!walReads.isWalTable(table.properties())) {
            if (asked) {
                throw new TrinoException(NOT_SUPPORTED, "Cannot keep table %s in order: it takes no segments, so its owner does".formatted(name));
            }
            return;
        }
        accessControl.checkCanInsertIntoTable(null, name, Optional.empty());
        accessControl.checkCanDeleteFromTable(null, name, Optional.empty());
        for (UpkeepAction action : upkeep.keep(table)) {
            log.info("%s", action.text());
            if (!action.succeeded()) {
                failures.add(action.text());
            }
        }
    }
}
