package io.icegate.trino.procedure;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.doctor.Severity;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.catalog.IceGateTrinoCatalogFactory;
import io.icegate.trino.upkeep.TableUpkeep;
import io.trino.spi.TrinoException;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.procedure.Procedure;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.util.List;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_TABLE_NEEDS_UPKEEP;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.lang.invoke.MethodHandles.lookup;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

/**
 * {@code CALL icegate.system.doctor(schema_name, table_name)}: passes when a table, or all tables, are well, and fails with the
 * findings that are warnings or worse. Trino gives procedures no rows to answer with; the table {@code system.doctor} has them.
 */
public final class DoctorProcedure
{
    private static final int FINDINGS_IN_MESSAGE_MAX = 10;
    private static final MethodHandle DOCTOR;

    static {
        try {
            DOCTOR = lookup().unreflect(DoctorProcedure.class.getMethod("doctor", ConnectorSession.class, ConnectorAccessControl.class, String.class, String.class));
        }
        catch (ReflectiveOperationException e) {
            throw new LinkageError("Every class has its own methods", e);
        }
    }

    private final IceGateTrinoCatalogFactory catalogFactory;
    private final TableUpkeep upkeep;

    @Inject
    public DoctorProcedure(IceGateTrinoCatalogFactory catalogFactory, TableUpkeep upkeep)
    {
        this.catalogFactory = requireNonNull(catalogFactory, "catalogFactory is null");
        this.upkeep = requireNonNull(upkeep, "upkeep is null");
    }

    public Procedure procedure()
    {
        return new Procedure(
                "system",
                "doctor",
                ImmutableList.of(
                        new Procedure.Argument("SCHEMA_NAME", VARCHAR, false, null),
                        new Procedure.Argument("TABLE_NAME", VARCHAR, false, null)),
                DOCTOR.bindTo(this));
    }

    // called by Trino
    public void doctor(ConnectorSession session, ConnectorAccessControl accessControl, @Nullable String schemaName, @Nullable String tableName)
    {
        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(getClass().getClassLoader())) {
            IceGateTrinoCatalog catalog = catalogFactory.create(session.getIdentity());
            List<Finding> findings = ProcedureArguments.oneOrAll("examine tables", catalog, session, accessControl, schemaName, tableName).stream()
                    .flatMap(table -> upkeep.examine(catalog, session, table).stream())
                    .filter(finding -> finding.severity() != Severity.INFO)
                    .sorted(Finding.ORDER)
                    .collect(toImmutableList());
            if (!findings.isEmpty()) {
                throw new TrinoException(ICEGATE_TABLE_NEEDS_UPKEEP, "%s findings are warnings or worse, SELECT * FROM system.doctor has all of them: %s".formatted(
                        findings.size(),
                        findings.stream().limit(FINDINGS_IN_MESSAGE_MAX).map(DoctorProcedure::text).collect(joining("; "))));
            }
        }
    }

    private static String text(Finding finding)
    {
        SchemaTableName table = new SchemaTableName(finding.table().namespace().toString(), finding.table().name());
        return "%s %s %s: %s (%s)".formatted(finding.severity().text(), table, finding.rule(), finding.reason(), finding.remedy());
    }
}
