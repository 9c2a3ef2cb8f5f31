package io.icegate.spark;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalLayout;
import io.icegate.wal.lease.StatementHold;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.api.java.UDF0;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Maintenance is kept away from the files of a table while a statement changes its rows, and no longer.
 */
final class TestHeldTables
{
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int ROWS = 10;
    /**
     * The table that {@code held()} looks at; Spark runs functions in this process.
     */
    private static final AtomicReference<Looked> LOOKED = new AtomicReference<>();

    private Warehouse warehouse;
    private TestingSpark spark;

    private record Looked(Warehouse warehouse, UUID table, AtomicInteger held, AtomicInteger free)
    {
        boolean look()
        {
            boolean isHeld = new StatementHold(warehouse.store(), InstantSource.system()).heldSince(table).isPresent();
            (isHeld ? held : free).incrementAndGet();
            return isHeld;
        }
    }

    @BeforeEach
    void open(@TempDir Path folder)
    {
        spark = TestingSpark.open(folder);
        warehouse = Warehouses.open(spark.warehouse(), Map.of());
        TestingSpark.session().udf().register("held", (UDF0<Boolean>) () -> requireNonNull(LOOKED.get(), "LOOKED is null").look(), DataTypes.BooleanType);
    }

    @Test
    void testDelete()
            throws Exception
    {
        assertHeldDuring("DELETE FROM {c}.otel.logs WHERE NOT held()");
    }

    @Test
    void testUpdate()
            throws Exception
    {
        assertHeldDuring("UPDATE {c}.otel.logs SET severity_text = 'x' WHERE NOT held()");
    }

    @Test
    void testMerge()
            throws Exception
    {
        assertHeldDuring("MERGE INTO {c}.otel.logs t USING (SELECT '3' AS n) s ON NOT held() AND element_at(t.attributes, 'number') = s.n WHEN MATCHED THEN DELETE");
    }

    private void assertHeldDuring(String statement)
            throws Exception
    {
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            Looked looked = look(wal);
            spark.sql(statement);
            assertThat(looked.held()).hasPositiveValue();
            assertThat(looked.free()).hasValue(0);
            awaitFree(looked);
            assertThat(spark.rows("otel.logs")).hasSize(ROWS);
        }
    }

    @Test
    void testRewrite()
            throws Exception
    {
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            Looked looked = look(wal);
            FutureTask<?> rewrite = new FutureTask<>(() -> spark.sql("CALL {c}.system.rewrite_data_files(table => 'otel.logs', options => map('rewrite-all', 'true'))"));
            Thread runs = new Thread(rewrite, "rewrite");
            runs.start();
            while (!looked.look()) {
                assertThat(rewrite).isNotDone();
                TimeUnit.MILLISECONDS.sleep(1);
            }
            rewrite.get();
            awaitFree(looked);
        }
    }

    /**
     * Rows that are added meet no merge.
     */
    @Test
    void testOthersHoldNothing()
            throws Exception
    {
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            Looked looked = look(wal);
            spark.sql("INSERT INTO {c}.otel.logs SELECT * FROM {c}.otel.logs WHERE held()");
            spark.sql("SELECT count(*) FROM {c}.otel.logs WHERE held()");
            assertThat(looked.free()).hasPositiveValue();
            assertThat(looked.held()).hasValue(0);
        }
    }

    /**
     * A table with rows in its snapshot.
     */
    private Looked look(TestingWal wal)
            throws Exception
    {
        wal.append(1, 0, ROWS - 1);
        spark.sql("CALL {c}.system.commit_wal('otel.logs')");
        Looked looked = new Looked(warehouse, wal.catalog().loadTable(TableIdentifier.of("otel", "logs")).uuid(), new AtomicInteger(), new AtomicInteger());
        LOOKED.set(looked);
        return looked;
    }

    /**
     * Long before the hold of a process that died.
     */
    private void awaitFree(Looked looked)
            throws Exception
    {
        Instant deadline = Instant.now().plus(DEADLINE);
        while (warehouse.store().get(WalLayout.statements(looked.table())).isPresent()) {
            assertThat(Instant.now()).isBefore(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
