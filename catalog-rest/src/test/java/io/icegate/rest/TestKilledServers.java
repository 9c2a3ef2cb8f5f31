package io.icegate.rest;

import io.icegate.catalog.Deadline;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.objectstore.Seeds;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two servers in processes of their own, on one store whose requests fail. Clients commit through both of them, while one after the other
 * is killed and started again. {@code -Dicegate.rest-kills} sets how often; {@code -Plong} sets more than the default.
 */
final class TestKilledServers
{
    private static final double FAULT_RATE = 0.02;
    private static final int KILLS = Integer.getInteger("icegate.rest-kills", 2);
    /**
     * Acknowledged by each writer between two kills.
     */
    private static final int CHANGES_BETWEEN = 2;
    private static final int MILLIS_BETWEEN_MAX = 300;

    @Test
    void testEveryAcknowledgedChangeIsThereOnce(@TempDir Path folder)
            throws Exception
    {
        long seed = Seeds.next("TestKilledServers.testEveryAcknowledgedChangeIsThereOnce");
        Random random = new Random(seed);
        AtomicBoolean over = new AtomicBoolean();
        TransferHistory history = new TransferHistory();
        TransferHistory.Report report;
        try (ServedWarehouse warehouse = new ServedWarehouse()) {
            ObjectStoreCatalog collecting = warehouse.embedded(store -> store);
            long begin = TransferHistory.create(collecting);
            try (CatalogServerProcess first = CatalogServerProcess.start(folder, "first", warehouse.properties());
                    CatalogServerProcess second = CatalogServerProcess.start(folder, "second", warehouse.properties())) {
                List<CatalogServerProcess> servers = List.of(first, second);
                servers.forEach(CatalogServerProcess::awaitReady);
                warehouse.fail(seed, FAULT_RATE);
                try (RESTCatalog client = TestingServers.client(first.uri(), "first", warehouse.properties(), Map.of());
                        RESTCatalog other = TestingServers.client(second.uri(), "second", warehouse.properties(), Map.of());
                        ExecutorService executor = Executors.newCachedThreadPool()) {
                    List<Future<?>> running = new ArrayList<>();
                    running.add(executor.submit(() -> history.write("first", client, over::get)));
                    running.add(executor.submit(() -> history.write("second", other, over::get)));
                    running.add(executor.submit(() -> history.writeWithKeys("key", List.of(first::uri, second::uri), over::get)));
                    running.add(executor.submit(() -> history.readTable(client, over::get)));
                    running.add(executor.submit(() -> history.readTable(other, over::get)));
                    running.add(executor.submit(() -> history.readStates(collecting, over::get)));
                    running.add(executor.submit(() -> ServedWarehouse.collect(collecting, over::get)));
                    try {
                        for (int kill = 0; kill < KILLS; kill++) {
                            awaitChanges(history);
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(MILLIS_BETWEEN_MAX)));
                            CatalogServerProcess killed = servers.get(kill % servers.size());
                            killed.killAndStartAgain();
                            killed.awaitReady();
                        }
                        awaitChanges(history);
                        Deadline.await(() -> history.repeatedCount() > 0);
                    }
                    finally {
                        over.set(true);
                    }
                    for (Future<?> each : running) {
                        each.get();
                    }
                }
            }
            warehouse.failNoMore();
            report = history.check(warehouse.archive(), begin);
            System.out.println("servers killed " + KILLS + " times, collected " + warehouse.archive().collectedCount() + ": " + report);
        }
        assertThat(report.isClean()).as("%s", report).isTrue();
        assertThat(report.reads()).isPositive();
    }

    private static void awaitChanges(TransferHistory history)
    {
        for (String writer : List.of("first", "second", "key")) {
            long before = history.acknowledgedBy(writer);
            Deadline.await(() -> history.acknowledgedBy(writer) >= before + CHANGES_BETWEEN);
        }
    }
}
