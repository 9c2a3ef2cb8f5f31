package io.icegate.rest;

import io.icegate.catalog.Deadline;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two servers and two embedded catalogs on one warehouse, while requests to the store fail, records are collected, and one server stops
 * in the middle. {@code -Dicegate.rest-changes} sets how many changes each writer has acknowledged in the end; {@code -Plong} sets more
 * than the default.
 */
final class TestRestHistory
{
    private static final double FAULT_RATE = 0.05;
    private static final int CHANGES = Integer.getInteger("icegate.rest-changes", 6);

    @Test
    void testServersAndEmbeddedCatalogsWithFaultsWhileRecordsAreCollected()
            throws Exception
    {
        long seed = Seeds.next("TestRestHistory.testServersAndEmbeddedCatalogsWithFaultsWhileRecordsAreCollected");
        AtomicBoolean over = new AtomicBoolean();
        TransferHistory history = new TransferHistory();
        TransferHistory.Report report;
        long collected;
        try (ServedWarehouse warehouse = new ServedWarehouse()) {
            ObjectStoreCatalog collecting = warehouse.embedded(store -> store);
            // a fault of its own more: requests that are delivered twice, or late
            FaultPlan duplicates = FaultPlan.standard().withRate(FAULT_RATE);
            ObjectStoreCatalog faulty = warehouse.embedded(store -> new FaultInjectingObjectStore(store, seed, duplicates));
            ObjectStoreCatalog third = warehouse.embedded(store -> store);
            ObjectStoreCatalog fourth = warehouse.embedded(store -> store);
            long begin = TransferHistory.create(collecting);
            CatalogServer stopping = TestingServers.start(warehouse.properties(), Map.of());
            try (CatalogServer server = TestingServers.start(warehouse.properties(), Map.of());
                    RESTCatalog unlucky = TestingServers.client(TestingServers.uri(stopping), "unlucky", warehouse.properties(), Map.of());
                    RESTCatalog remote = TestingServers.client(TestingServers.uri(server), "remote", warehouse.properties(), Map.of());
                    ExecutorService executor = Executors.newCachedThreadPool()) {
                String addressOfStopping = TestingServers.uri(stopping);
                String address = TestingServers.uri(server);
                warehouse.fail(seed, FAULT_RATE);
                List<Future<?>> running = new ArrayList<>();
                AtomicBoolean stopped = new AtomicBoolean();
                running.add(executor.submit(() -> history.write("embedded", collecting, over::get)));
                running.add(executor.submit(() -> history.write("faulty", faulty, over::get)));
                running.add(executor.submit(() -> history.write("third", third, over::get)));
                running.add(executor.submit(() -> history.write("fourth", fourth, over::get)));
                running.add(executor.submit(() -> history.write("remote", remote, over::get)));
                running.add(executor.submit(() -> history.write("unlucky", unlucky, () -> over.get() || stopped.get())));
                running.add(executor.submit(() -> history.writeWithKeys("key", List.of(() -> addressOfStopping, () -> address), over::get)));
                running.add(executor.submit(() -> history.readStates(collecting, over::get)));
                running.add(executor.submit(() -> history.readTable(remote, over::get)));
                running.add(executor.submit(() -> ServedWarehouse.collect(collecting, over::get)));
                try {
                    Deadline.await(() -> history.acknowledgedBy("unlucky") >= CHANGES);
                    stopping.close();
                    stopped.set(true);
                    for (String writer : List.of("embedded", "faulty", "third", "fourth", "remote", "key")) {
                        Deadline.await(() -> history.acknowledgedBy(writer) >= CHANGES);
                    }
                    Deadline.await(() -> warehouse.archive().collectedCount() > 0 && history.repeatedCount() > 0);
                }
                finally {
                    over.set(true);
                    stopping.close();
                }
                for (Future<?> each : running) {
                    each.get();
                }
            }
            warehouse.failNoMore();
            report = history.check(warehouse.archive(), begin);
            collected = warehouse.archive().collectedCount();
        }
        System.out.println("history through REST, collected " + collected + ": " + report);
        assertThat(report.isClean()).as("%s", report).isTrue();
        assertThat(report.reads()).isPositive();
    }

    /**
     * Negative controls: a client that repeats a request without a key, and a store that loses a record. The checker must see both.
     */
    @Test
    void testCheckerCatchesWhatIsThereTwiceOrLost()
            throws Exception
    {
        try (ServedWarehouse warehouse = new ServedWarehouse()) {
            long begin = TransferHistory.create(warehouse.embedded(store -> store));
            try (CatalogServer server = TestingServers.start(warehouse.properties(), Map.of())) {
                TransferHistory history = new TransferHistory();
                history.writeTwice("key-0", TestingServers.uri(server), Optional.of(UUID.randomUUID().toString()));
                TransferHistory.Report clean = history.check(warehouse.archive(), begin);
                assertThat(clean.isClean()).as("%s", clean).isTrue();
                assertThat(clean.acknowledged()).isEqualTo(1);

                warehouse.server().remove("lake", "_catalog/log/%020d.json".formatted(clean.records()));
                assertThat(history.check(warehouse.archive(), begin).findings()).containsExactly("H1: key-0 was acknowledged and is there 0 times");
            }
        }
        try (ServedWarehouse warehouse = new ServedWarehouse()) {
            long begin = TransferHistory.create(warehouse.embedded(store -> store));
            try (CatalogServer server = TestingServers.start(warehouse.properties(), Map.of())) {
                TransferHistory history = new TransferHistory();
                history.writeTwice("key-0", TestingServers.uri(server), Optional.empty());
                assertThat(history.check(warehouse.archive(), begin).findings()).containsExactly("H7: a transaction of version %s brings []".formatted(begin + 2));
            }
        }
    }
}
