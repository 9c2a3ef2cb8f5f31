package io.icegate.rest;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two servers and four embedded catalogs on one warehouse, with transactions over two tables; one server stops in the middle. A
 * transfer leaves its id and amount in a property of either table, so every state that holds half of one does not add up.
 * {@code -Dicegate.rest-transfers} sets how much each of the six does.
 */
final class TestRestHistory
{
    private static final Namespace NAMESPACE = Namespace.of("bank");
    private static final List<TableIdentifier> ACCOUNTS = List.of(TableIdentifier.of(NAMESPACE, "a"), TableIdentifier.of(NAMESPACE, "b"), TableIdentifier.of(NAMESPACE, "c"));
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final String PREFIX = "transfer.";
    private static final int EMBEDDED = 4;
    private static final int TRANSFERS = Integer.getInteger("icegate.rest-transfers", 15);

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    private final Set<String> findings = ConcurrentHashMap.newKeySet();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();

    @Test
    void testTwoServersAndFourEmbeddedCatalogs(@TempDir Path folder)
            throws Exception
    {
        Map<String, String> warehouse = Map.of("warehouse", folder.toString());
        List<ObjectStoreCatalog> embedded = new ArrayList<>();
        for (int i = 0; i < EMBEDDED; i++) {
            ObjectStoreCatalog catalog = new ObjectStoreCatalog();
            catalog.initialize("embedded", warehouse);
            embedded.add(catalog);
        }
        ObjectStoreCatalog first = embedded.getFirst();
        first.createNamespace(NAMESPACE);
        ACCOUNTS.forEach(account -> first.createTable(account, SCHEMA));

        AtomicBoolean over = new AtomicBoolean();
        CatalogServer stopping = TestingServers.start(warehouse, Map.of());
        try (CatalogServer server = TestingServers.start(warehouse, Map.of());
                RESTCatalog unlucky = TestingServers.client(TestingServers.uri(stopping), "unlucky", warehouse, Map.of());
                RESTCatalog remote = TestingServers.client(TestingServers.uri(server), "remote", warehouse, Map.of());
                ExecutorService executor = Executors.newCachedThreadPool()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < EMBEDDED; i++) {
                ObjectStoreCatalog catalog = embedded.get(i);
                String name = "embedded" + i;
                writers.add(executor.submit(() -> write(name, catalog, catalog::commitTransaction)));
            }
            writers.add(executor.submit(() -> write("unlucky", unlucky, unlucky::commitTransaction)));
            writers.add(executor.submit(() -> write("remote", remote, remote::commitTransaction)));
            List<Future<?>> readers = List.of(
                    executor.submit(() -> readStates(embedded.getLast(), over)),
                    executor.submit(() -> readTable(remote, over)));
            while (done.get() < EMBEDDED * TRANSFERS / 2) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            stopping.close();
            for (Future<?> each : writers) {
                each.get();
            }
            over.set(true);
            for (Future<?> each : readers) {
                each.get();
            }
        }
        check(first);
        for (ObjectStoreCatalog each : embedded) {
            each.close();
        }
    }

    private void write(String name, Catalog catalog, Consumer<List<TableCommit>> commit)
    {
        for (int i = 0; i < TRANSFERS; i++) {
            String id = name + "-" + i;
            try {
                commit.accept(List.of(
                        change(catalog, ACCOUNTS.get(i % ACCOUNTS.size()), id, -i),
                        change(catalog, ACCOUNTS.get((i + 1) % ACCOUNTS.size()), id, i)));
                acknowledged.add(id);
            }
            catch (CommitFailedException e) {
                refused.add(id);
            }
            catch (RuntimeException e) {
                unknown.add(id); // whatever a server that stops makes of it
            }
            done.incrementAndGet();
        }
    }

    private static TableCommit change(Catalog catalog, TableIdentifier account, String id, int amount)
    {
        TableMetadata base = ((BaseTable) catalog.loadTable(account)).operations().current();
        return TableCommit.create(account, base, TableMetadata.buildFrom(base).setProperties(Map.of(PREFIX + id, Integer.toString(amount))).build());
    }

    private void readStates(ObjectStoreCatalog catalog, AtomicBoolean over)
    {
        long newest = 0;
        while (!over.get()) {
            Set<String> before = Set.copyOf(acknowledged);
            CatalogState state = catalog.state();
            if (state.version() < newest) {
                findings.add("H5: version %s after %s".formatted(state.version(), newest));
            }
            newest = state.version();
            Map<String, Integer> seen = new HashMap<>();
            long sum = 0;
            for (TableIdentifier account : ACCOUNTS) {
                Map<String, Integer> transfers = transfers(catalog.loadTable(account, state).properties());
                sum += transfers.values().stream().mapToLong(Integer::longValue).sum();
                transfers.keySet().forEach(id -> seen.merge(id, 1, Integer::sum));
            }
            if (sum != 0 || seen.values().stream().anyMatch(count -> count != 2)) {
                findings.add("H4: version %s holds half of a transfer: sum %s".formatted(state.version(), sum));
            }
            if (!seen.keySet().containsAll(before)) {
                findings.add("H5: version %s misses what was acknowledged before".formatted(state.version()));
            }
            reads.incrementAndGet();
        }
    }

    private void readTable(RESTCatalog catalog, AtomicBoolean over)
    {
        Set<String> newest = Set.of();
        while (!over.get()) {
            Set<String> transfers = transfers(catalog.loadTable(ACCOUNTS.getFirst()).properties()).keySet();
            if (!transfers.containsAll(newest)) {
                findings.add("H5: a client of the server saw less than before");
            }
            newest = transfers;
            reads.incrementAndGet();
        }
    }

    private static Map<String, Integer> transfers(Map<String, String> properties)
    {
        Map<String, Integer> found = new HashMap<>();
        properties.forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                found.put(key.substring(PREFIX.length()), Integer.parseInt(value));
            }
        });
        return found;
    }

    private void check(ObjectStoreCatalog catalog)
            throws IOException
    {
        Map<String, Integer> committed = new HashMap<>();
        AtomicLong version = new AtomicLong();
        for (List<CatalogCommit> commits = catalog.changes(0); !commits.isEmpty(); commits = catalog.changes(version.get())) {
            for (CatalogCommit commit : commits) {
                assertThat(commit.version()).as("H3").isEqualTo(version.incrementAndGet());
                commit.transactions().forEach(transaction -> added(catalog, transaction).forEach(id -> committed.merge(id, 1, Integer::sum)));
            }
        }
        System.out.println("history through REST: acknowledged " + acknowledged.size() + ", refused " + refused.size() + ", unknown " + unknown.size() + ", reads " + reads.get());
        assertThat(findings).isEmpty();
        assertThat(acknowledged).as("H1").allSatisfy(id -> assertThat(committed).containsEntry(id, 1));
        assertThat(refused).as("H2").noneMatch(committed::containsKey);
        assertThat(committed.values()).as("H6").allMatch(count -> count == 1);
        assertThat(acknowledged.size() + refused.size() + unknown.size()).isEqualTo((EMBEDDED + 2) * TRANSFERS);
        assertThat(acknowledged).filteredOn(id -> id.startsWith("remote")).isNotEmpty();
        assertThat(unknown).as("of the server that stopped only").allMatch(id -> id.startsWith("unlucky"));
        assertThat(reads.get()).isPositive();
    }

    /**
     * The transfers that a transaction brought, which must be the same in all its tables.
     */
    private static Set<String> added(ObjectStoreCatalog catalog, CatalogTransaction transaction)
    {
        Set<Set<String>> perTable = new HashSet<>();
        transaction.changes().stream()
                .filter(ObjectChange.class::isInstance)
                .map(ObjectChange.class::cast)
                .filter(change -> change.before().isPresent() && change.after().isPresent())
                .forEach(change -> {
                    Set<String> transfers = transfers(TableMetadataParser.read(catalog.io(), change.after().orElseThrow()).properties()).keySet();
                    Set<String> before = transfers(TableMetadataParser.read(catalog.io(), change.before().orElseThrow()).properties()).keySet();
                    Set<String> added = new HashSet<>(transfers);
                    added.removeAll(before);
                    perTable.add(added);
                });
        assertThat(perTable).hasSizeLessThanOrEqualTo(1);
        return perTable.stream().findFirst().orElse(Set.of());
    }
}
