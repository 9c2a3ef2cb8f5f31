package io.icegate.trino;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableMap;
import io.airlift.log.Logger;
import io.icegate.rest.CatalogServer;
import io.icegate.trino.config.Guard;
import io.trino.Session;
import io.trino.plugin.iceberg.IcebergPlugin;
import io.trino.spi.Plugin;
import io.trino.spi.connector.ConnectorFactory;
import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

/**
 * Trino's own Iceberg connector changes tables through the REST catalog, sees the live rows there, and sees what ours sees.
 */
@TestInstance(PER_CLASS)
final class TestStockTrino
{
    private static final Logger log = Logger.get(TestStockTrino.class);
    /**
     * A catalog whose server looks at the WAL for each request, as our connector does.
     */
    private static final String STOCK = "stock";
    /**
     * A catalog whose server has the usual settings.
     */
    private static final String USUAL = "usual";
    /**
     * A catalog of what is committed, which may be changed.
     */
    private static final String CHANGING = "changing";
    private static final int ROUNDS = 4;

    private Path folder;
    private WalFixture fixture;
    private final List<CatalogServer> servers = new ArrayList<>();
    private QueryRunner runner;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        this.folder = folder;
        fixture = new WalFixture(folder);
        runner = IceGateQueryRunner.create(folder, EnumSet.noneOf(Guard.class), Map.of());
        runner.installPlugin(new StockPlugin());
        createCatalog(STOCK, "live", Map.of("icegate.rest.live-max-staleness", "0s"));
        createCatalog(USUAL, "live", Map.of());
        createCatalog(CHANGING, "icegate", Map.of());
    }

    private void createCatalog(String name, String warehouse, Map<String, String> settings)
    {
        CatalogServer server = CatalogServer.start(ImmutableMap.<String, String>builder()
                .put("icegate.warehouse", "file:" + folder)
                .put("icegate.rest.http-port", "0")
                .put("node.internal-address", "localhost")
                .putAll(settings)
                .buildOrThrow());
        servers.add(server);
        runner.createCatalog(name, "iceberg", ImmutableMap.of(
                "iceberg.catalog.type", "rest",
                "iceberg.rest-catalog.uri", "http://localhost:" + server.httpPort(),
                "iceberg.rest-catalog.warehouse", warehouse,
                "fs.local.enabled", "true",
                "local.location", "/"));
    }

    @AfterAll
    void stop()
            throws Exception
    {
        runner.close();
        servers.forEach(CatalogServer::close);
        fixture.close();
    }

    @Test
    void testSeesWhatOursSees()
    {
        WalFixture.Logs first = fixture.createLogs("otel");
        WalFixture.Logs second = fixture.logs("otel");
        assertSame("SELECT * FROM logs", 0);
        first.append("acme", 1, 50);
        assertSame("SELECT * FROM logs", 50);
        first.commit();
        runner.execute("DELETE FROM icegate.otel.logs WHERE time_unix_nano <= 10");
        assertSame("SELECT * FROM logs", 40);
        var repeated = first.batch("acme", 51, 80);
        first.append(repeated);
        second.append(second.batch("shop", 81, 90), repeated, second.batch("shop", 91, 100));
        assertSame("SELECT * FROM logs", 90);
        assertSame("SELECT tenant_id, count(*), sum(time_unix_nano), max(body) FROM logs GROUP BY tenant_id", 2);
        assertSame("SELECT * FROM logs WHERE time_unix_nano BETWEEN 60 AND 85 AND tenant_id = 'acme'", 21);
        assertSame("SELECT * FROM logs WHERE severity_number = 5", 0, Integer.MAX_VALUE);
        assertSame("SELECT count(*) FROM logs", 1);
        runner.execute("ALTER TABLE icegate.otel.logs ADD COLUMN note varchar");
        first.append("acme", 101, 110);
        assertSame("SELECT * FROM logs", 100);
        assertThatThrownBy(() -> runner.execute(session(), "DELETE FROM logs WHERE time_unix_nano = 60"))
                .hasStackTraceContaining("Send changes through warehouse 'icegate', without the prefix");
        first.commit();
        assertSame("SELECT * FROM logs", 100);
    }

    @Test
    void testChangesThroughStock()
    {
        execute("CREATE SCHEMA shop");
        execute("CREATE TABLE shop.orders (id bigint, day date, price double) WITH (partitioning = ARRAY['day'])");
        execute("INSERT INTO shop.orders VALUES (1, DATE '2026-01-01', 1.5), (2, DATE '2026-01-02', 2.5), (3, DATE '2026-01-02', 3.5)");
        execute("ALTER TABLE shop.orders ADD COLUMN note varchar");
        execute("ALTER TABLE shop.orders RENAME COLUMN price TO amount");
        execute("INSERT INTO shop.orders VALUES (4, DATE '2026-01-03', 4.5, 'late')");
        execute("DELETE FROM shop.orders WHERE id = 2");
        execute("UPDATE shop.orders SET note = 'seen' WHERE id = 3");
        execute("MERGE INTO shop.orders o USING (VALUES (1, 9.5), (5, 5.5)) AS n(id, amount) ON o.id = n.id " +
                "WHEN MATCHED THEN UPDATE SET amount = n.amount WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (n.id, n.amount)");
        execute("CREATE TABLE shop.copy AS SELECT id, note FROM shop.orders");
        execute("CREATE VIEW shop.seen AS SELECT id FROM shop.orders WHERE note IS NOT NULL");
        execute("ALTER TABLE shop.orders RENAME TO shop.sales");
        execute("ALTER TABLE shop.sales EXECUTE optimize");

        assertThatThrownBy(() -> execute("CREATE SCHEMA shop")).hasMessageContaining("already exists");
        assertThatThrownBy(() -> execute("CREATE TABLE shop.copy (id bigint)")).hasMessageContaining("already exists");
        assertThatThrownBy(() -> execute("SELECT * FROM shop.orders")).hasMessageContaining("does not exist");
        for (String catalog : List.of(CHANGING, STOCK, IceGateQueryRunner.CATALOG)) {
            Session session = IceGateQueryRunner.session(catalog);
            assertThat(rows(session, "SELECT id, amount, note FROM shop.sales ORDER BY id")).as(catalog).containsExactly(
                    List.of("1", "9.5", "null"),
                    List.of("3", "3.5", "seen"),
                    List.of("4", "4.5", "late"),
                    List.of("5", "5.5", "null"));
            assertThat(rows(session, "SELECT count(note) FROM shop.copy")).as(catalog).containsExactly(List.of("2"));
            assertThat(rows(session, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY 1")).as(catalog).containsExactly(List.of("copy"), List.of("sales"), List.of("seen"));
        }
        execute("DROP VIEW shop.seen");
        execute("DROP TABLE shop.copy");
        execute("DROP TABLE shop.sales");
        execute("DROP SCHEMA shop");
    }

    private void execute(String sql)
    {
        runner.execute(IceGateQueryRunner.session(CHANGING), sql);
    }

    @Test
    void testFreshness()
    {
        WalFixture.Logs logs = fixture.createLogs("fresh");
        List<Long> millis = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            logs.append("acme", round, round);
            long acknowledged = System.nanoTime();
            while ((long) runner.execute(IceGateQueryRunner.session(USUAL), "SELECT count(*) FROM fresh.logs").getOnlyValue() < round) {
                assertThat(System.nanoTime() - acknowledged).isLessThan(SECONDS.toNanos(60));
            }
            millis.add((System.nanoTime() - acknowledged) / 1_000_000);
        }
        log.info("Trino's own connector saw rows after their acknowledgement in ms: %s", millis);
    }

    private void assertSame(String sql, int rows)
    {
        assertSame(sql, rows, rows);
    }

    private void assertSame(String sql, int rowsMin, int rowsMax)
    {
        List<List<String>> ours = rows(IceGateQueryRunner.session(IceGateQueryRunner.CATALOG), sql);
        List<List<String>> stock = rows(session(), sql);
        assertThat(HashMultiset.create(stock)).as(sql).isEqualTo(HashMultiset.create(ours));
        assertThat(stock).as(sql).hasSizeBetween(rowsMin, rowsMax);
    }

    /**
     * Rows that can be compared: arrays of bytes are texts.
     */
    private List<List<String>> rows(Session session, String sql)
    {
        return IceGateQueryRunner.rows(runner, session, sql).stream()
                .map(row -> row.stream()
                        .map(field -> field instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(field))
                        .toList())
                .toList();
    }

    private static Session session()
    {
        return IceGateQueryRunner.session(STOCK);
    }

    /**
     * The connector without its functions, which a server has once: our plugin has them too.
     */
    private static final class StockPlugin
            implements Plugin
    {
        @Override
        public Iterable<ConnectorFactory> getConnectorFactories()
        {
            return new IcebergPlugin().getConnectorFactories();
        }
    }
}
