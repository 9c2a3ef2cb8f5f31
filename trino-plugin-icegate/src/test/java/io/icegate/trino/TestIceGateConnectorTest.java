package io.icegate.trino;

import com.google.common.collect.ImmutableMap;
import io.trino.Session;
import io.trino.plugin.tpch.TpchPlugin;
import io.trino.testing.BaseConnectorTest;
import io.trino.testing.DistributedQueryRunner;
import io.trino.testing.MaterializedResult;
import io.trino.testing.QueryRunner;
import io.trino.testing.TestingConnectorBehavior;
import io.trino.testing.sql.TestTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import static com.google.common.io.MoreFiles.deleteRecursively;
import static com.google.common.io.RecursiveDeleteOption.ALLOW_INSECURE;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static io.trino.testing.MaterializedResult.resultBuilder;
import static io.trino.testing.QueryAssertions.copyTpchTables;
import static io.trino.testing.TestingSession.testSessionBuilder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Trino's own suite for connectors, with the behaviours that its Iceberg connector declares. It takes minutes, so it runs
 * with {@code -Plong}.
 */
@EnabledIfSystemProperty(named = "icegate.connector-suite", matches = "true", disabledReason = "takes minutes: runs with -Plong")
final class TestIceGateConnectorTest
        extends BaseConnectorTest
{
    @Override
    protected QueryRunner createQueryRunner()
            throws Exception
    {
        Path warehouse = Files.createTempDirectory("icegate-connector-test");
        closeAfterClass(() -> deleteRecursively(warehouse, ALLOW_INSECURE));
        Session session = testSessionBuilder().setCatalog(IceGateQueryRunner.CATALOG).setSchema("tpch").build();
        QueryRunner runner = DistributedQueryRunner.builder(session).build();
        try {
            runner.installPlugin(new TpchPlugin());
            runner.createCatalog("tpch", "tpch", Map.of());
            runner.installPlugin(new IceGatePlugin());
            runner.createCatalog(IceGateQueryRunner.CATALOG, "icegate", IceGateQueryRunner.catalogProperties(warehouse, ImmutableMap.of()));
            runner.execute("CREATE SCHEMA tpch");
            copyTpchTables(runner, "tpch", "tiny", session, REQUIRED_TPCH_TABLES);
            return runner;
        }
        catch (Throwable e) {
            runner.close();
            throw e;
        }
    }

    @Override
    protected boolean hasBehavior(TestingConnectorBehavior behavior)
    {
        return switch (behavior) {
            case SUPPORTS_CREATE_OR_REPLACE_TABLE, SUPPORTS_REPORTING_WRITTEN_BYTES -> true;
            case SUPPORTS_ADD_COLUMN_NOT_NULL_CONSTRAINT,
                 // of a table of format version 2, which is the default
                 SUPPORTS_DEFAULT_COLUMN_VALUE,
                 SUPPORTS_LIMIT_PUSHDOWN,
                 SUPPORTS_REFRESH_VIEW,
                 SUPPORTS_RENAME_MATERIALIZED_VIEW_ACROSS_SCHEMAS,
                 SUPPORTS_TOPN_PUSHDOWN -> false;
            default -> super.hasBehavior(behavior);
        };
    }

    /**
     * Our catalog gives every schema a location.
     */
    @Test
    @Override
    public void testShowCreateSchema()
    {
        assertThat((String) computeScalar("SHOW CREATE SCHEMA tpch")).matches("(?s)CREATE SCHEMA icegate.tpch.*");
    }

    /**
     * Iceberg has neither char nor varchar with a length.
     */
    @Override
    protected MaterializedResult getDescribeOrdersResult()
    {
        return resultBuilder(getSession(), VARCHAR, VARCHAR, VARCHAR, VARCHAR)
                .row("orderkey", "bigint", "", "")
                .row("custkey", "bigint", "", "")
                .row("orderstatus", "varchar", "", "")
                .row("totalprice", "double", "", "")
                .row("orderdate", "date", "", "")
                .row("orderpriority", "varchar", "", "")
                .row("clerk", "varchar", "", "")
                .row("shippriority", "integer", "", "")
                .row("comment", "varchar", "", "")
                .build();
    }

    /**
     * The properties of an Iceberg table are shown, too.
     */
    @Test
    @Override
    public void testShowCreateTable()
    {
        assertThat((String) computeScalar("SHOW CREATE TABLE orders"))
                .startsWith(
                        """
                        CREATE TABLE icegate.tpch.orders (
                           orderkey bigint,
                           custkey bigint,
                           orderstatus varchar,
                           totalprice double,
                           orderdate date,
                           orderpriority varchar,
                           clerk varchar,
                           shippriority integer,
                           comment varchar
                        )
                        WITH (
                        """)
                .contains("format = 'PARQUET'", "format_version = 2", "/tpch/orders-");
    }

    /**
     * Iceberg's versions are snapshot ids, names of references and times.
     */
    @Override
    protected void verifyVersionedQueryFailurePermissible(Exception e)
    {
        assertThat(e).hasMessageMatching(
                "(Version pointer type is not supported|Unsupported type for (temporal )?table version|Iceberg snapshot ID does not exists|Cannot find snapshot with reference name): .*" +
                        "|No version history table tpch\\.nation at or before .*");
    }

    /**
     * Iceberg's concurrency is optimistic.
     */
    @Override
    protected void verifyConcurrentUpdateFailurePermissible(Exception e)
    {
        assertThat(e).hasMessageMatching("Failed to commit (the transaction )?during write.*");
    }

    /**
     * Iceberg's concurrency is optimistic.
     */
    @Override
    protected void verifyConcurrentAddColumnFailurePermissible(Exception e)
    {
        assertThat(e).hasMessageStartingWith("Failed to add column");
    }

    @Test
    @Override
    public void testCharVarcharComparison()
    {
        abort("Iceberg has no char: a column of that type is created as varchar");
    }

    /**
     * Iceberg cannot change the type of a map's keys.
     */
    @Test
    @Override
    public void testSetFieldMapKeyType()
    {
        assertThatThrownBy(super::testSetFieldMapKeyType).hasMessageContaining("Failed to set field type: Cannot alter map keys");
    }

    /**
     * Iceberg cannot change the type of a map's keys.
     */
    @Test
    @Override
    public void testSetNestedFieldMapKeyType()
    {
        assertThatThrownBy(super::testSetNestedFieldMapKeyType).hasMessageContaining("Failed to set field type: Cannot alter map keys");
    }

    @Override
    protected Optional<SetColumnTypeSetup> filterSetColumnTypesDataProvider(SetColumnTypeSetup setup)
    {
        return typeChange(setup);
    }

    @Override
    protected Optional<SetColumnTypeSetup> filterSetFieldTypesDataProvider(SetColumnTypeSetup setup)
    {
        if (isRenamedField(setup)) {
            // the suite expects a struct of a null, and the column that holds it is null
            return Optional.empty();
        }
        return typeChange(setup);
    }

    /**
     * A struct is read as null out of a Parquet file that has none of its fields (trinodb/trino#15822).
     */
    private static boolean isRenamedField(SetColumnTypeSetup setup)
    {
        return setup.sourceColumnType().equals("row(x integer)") && setup.newColumnType().equals("row(\"y\" integer)");
    }

    /**
     * Iceberg widens int to long, float to double and the precision of decimals, and nothing else.
     */
    private static Optional<SetColumnTypeSetup> typeChange(SetColumnTypeSetup setup)
    {
        if (setup.sourceColumnType().equals("timestamp(3) with time zone")) {
            // times are stored in UTC
            return Optional.of(setup.withNewValueLiteral("TIMESTAMP '2020-02-12 14:03:00.123000 +00:00'"));
        }
        if (isRenamedField(setup)) {
            return Optional.of(setup.withNewValueLiteral("NULL"));
        }
        return switch (setup.sourceColumnType() + " -> " + setup.newColumnType()) {
            case "tinyint -> smallint",
                 "bigint -> integer",
                 "bigint -> smallint",
                 "bigint -> tinyint",
                 "decimal(5,3) -> decimal(5,2)",
                 "char(25) -> char(20)",
                 "varchar -> char(20)",
                 "time(6) -> time(3)",
                 "timestamp(6) -> timestamp(3)",
                 "map(integer, varchar) -> map(bigint, varchar)" -> Optional.of(setup.asUnsupported());
            // a varchar has no length
            case "varchar(100) -> varchar(50)" -> Optional.empty();
            default -> Optional.of(setup);
        };
    }

    @Override
    protected void verifySetColumnTypeFailurePermissible(Throwable e)
    {
        assertThat(e).hasMessageMatching(".*(Failed to set column type: Cannot change|precision \\(3\\) not supported for Iceberg|Type not supported for Iceberg|Cannot update map keys).*");
    }

    @Override
    protected void verifySetFieldTypeFailurePermissible(Throwable e)
    {
        assertThat(e).hasMessageMatching(".*(Failed to set field type: Cannot change|precision \\(3\\) not supported for Iceberg|Type not supported for Iceberg|Cannot update map keys).*");
    }

    /**
     * So that row groups of small files are pruned, too.
     */
    @Override
    protected Session withoutSmallFileThreshold(Session session)
    {
        return Session.builder(session)
                .setCatalogSessionProperty(IceGateQueryRunner.CATALOG, "parquet_small_file_threshold", "0B")
                .setCatalogSessionProperty(IceGateQueryRunner.CATALOG, "orc_tiny_stripe_threshold", "0B")
                .build();
    }

    /**
     * Default values need format version 3.
     */
    @Override
    protected TestTable createTableWithDefaultColumns()
    {
        return abort("format version 2 has no default values");
    }

    @Override
    protected String errorMessageForInsertIntoNotNullColumn(String columnName)
    {
        return "NULL value not allowed for NOT NULL column: " + columnName;
    }

    /**
     * Iceberg refuses a struct with two fields of one name.
     */
    @Test
    @Override
    public void testDropRowFieldWhenDuplicates()
    {
        assertThatThrownBy(super::testDropRowFieldWhenDuplicates).hasMessage("Field name 'a' specified more than once");
    }

    /**
     * Trino refuses a struct with two fields whose names differ in case only.
     */
    @Test
    @Override
    public void testDropAmbiguousRowFieldCaseSensitivity()
    {
        assertThatThrownBy(super::testDropAmbiguousRowFieldCaseSensitivity).hasMessage("Field name 'some_field' specified more than once");
    }

    /**
     * Views are Iceberg views, whose columns have Iceberg's types: a varchar has no length.
     */
    @Test
    @Override
    public void testViewMetadata()
    {
        assertThatThrownBy(super::testViewMetadata).hasMessageContaining("SHOW COLUMNS FROM").hasMessageContaining("(y, varchar, , )").hasMessageContaining("(y, varchar(3), , )");
    }

    /**
     * Default values need format version 3.
     */
    @Test
    @Override
    public void testCreateTableWithDefaultColumn()
    {
        assertQueryFails("CREATE TABLE with_default (x integer DEFAULT 1)", "Default column values are not supported for Iceberg table format version < 3");
    }

    /**
     * An Iceberg view has properties, and they are shown.
     */
    @Test
    @Override
    public void testShowCreateView()
    {
        assertThatThrownBy(super::testShowCreateView).hasMessageContaining("CREATE VIEW icegate.tpch.test_show_create_view").hasMessageContaining("WITH (");
    }

    /**
     * Beside its storage table a materialized view is an Iceberg view, whose columns have Iceberg's types.
     */
    @Test
    @Override
    public void testMaterializedViewAllTypes()
    {
        assertThatThrownBy(super::testMaterializedViewAllTypes).hasMessage("Type not supported for Iceberg: tinyint");
    }

    /**
     * A namespace of our catalog keeps its name.
     */
    @Test
    @Override
    public void testRenameSchema()
    {
        assertThatThrownBy(super::testRenameSchema).hasMessageContaining("Cannot rename a schema");
    }

    /**
     * A namespace of our catalog keeps its name.
     */
    @Test
    @Override
    public void testRenameSchemaToLongName()
    {
        assertThatThrownBy(super::testRenameSchemaToLongName).hasMessageContaining("Cannot rename a schema");
    }
}
