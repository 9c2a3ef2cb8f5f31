package io.icegate.receiver.commit;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Sleeper;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.StoreRequest;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.receiver.Deadlines;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Signal;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveTailReader;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tables that others made, changed or swapped: what is acknowledged is found by readers, and what cannot be is refused.
 */
final class TestTableSession
{
    private static final Namespace NAMESPACE = Namespace.of("otel");
    private static final TableIdentifier LOGS = TableIdentifier.of(NAMESPACE, "logs");
    private static final TableIdentifier OLD = TableIdentifier.of(NAMESPACE, "logs_old");
    private static final TableIdentifier NEW = TableIdentifier.of(NAMESPACE, "logs_new");
    private static final Schema FOREIGN = new Schema(Types.NestedField.required(1, "line", Types.StringType.get()));

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final String location = "memory:" + UUID.randomUUID();
    private final Warehouse warehouse = Warehouses.open(location, Map.of());
    private final ObjectStoreCatalog catalog = ObjectStoreCatalog.open("test", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    private final Waiting waiting = new Waiting();
    private final TestingSession session = new TestingSession(warehouse, WalEnvironment.system(executor), waiting);

    @AfterEach
    void close()
            throws Exception
    {
        session.stop();
        executor.shutdownNow();
    }

    /**
     * As CREATE TABLE AS SELECT makes it: the columns are there, the properties are not.
     */
    @Test
    void testATableWithoutOffsetsGetsThem()
            throws Exception
    {
        createAsSelect(LOGS);
        session.start();
        session.export(1);
        assertThat(catalog.loadTable(LOGS).properties()).containsKey(OffsetVector.PROPERTY);
        assertThat(rows(LOGS)).isEqualTo(1);
        Deadlines.eventually("it is committed", () -> live(LOGS) == 0 && rows(LOGS) == 1);
    }

    @Test
    void testE2ATableThatLostItsOffsetsTakesNothing()
            throws Exception
    {
        Table table = createAsSelect(LOGS);
        warehouse.store().put(WalLayout.segments(table.uuid(), new WriterId(new UUID(1, 2))).child("00000000000000000000.parquet"), new byte[1]);
        session.start();
        assertNotReady("segments below _wal/v1/" + table.uuid(), OffsetVector.PROPERTY);
        Deadlines.eventually("a round is over", () -> waiting.rounds > 0);
        assertThat(waiting.rows).as("not known, rather than nothing").isNull();
        assertThat(catalog.loadTable(LOGS).properties()).doesNotContainKey(OffsetVector.PROPERTY);
        catalog.dropTable(LOGS, false);
        Deadlines.eventually("a new table is created", () -> session.isAcknowledged(1));
        assertThat(rows(LOGS)).isEqualTo(1);
    }

    @Test
    void testAForeignTableStopsItsRequestsAndNothingElse()
            throws Exception
    {
        createNamespace();
        catalog.createTable(LOGS, FOREIGN);
        session.start();
        assertNotReady("otel.logs", "tenant_id");
        catalog.dropTable(LOGS, false);
        Deadlines.eventually("a new table is created", () -> session.isAcknowledged(1));
        assertThat(rows(LOGS)).isEqualTo(1);
    }

    /**
     * It looks at the catalog all the time, because its right to acknowledge depends on that, and commits when it is time.
     */
    @Test
    void testCommitsAreRarerThanLooks()
            throws Exception
    {
        AtomicLong aheadNanos = new AtomicLong();
        WalEnvironment system = WalEnvironment.system(executor);
        WalEnvironment environment = new WalEnvironment(system.executor(), system.clock(), () -> system.nanoTime().getAsLong() + aheadNanos.get(), system.sleeper(), system.random());
        TestingSession seldom = new TestingSession(warehouse, environment, waiting, Duration.ofSeconds(30));
        try {
            assertThat(seldom.session().round()).isTrue();
            seldom.export(1);
            for (int look = 1; look <= 2; look++) {
                aheadNanos.addAndGet(SECONDS.toNanos(10));
                assertThat(seldom.session().round()).isTrue();
                assertThat(live(LOGS)).as("waits at look %s", look).isEqualTo(1);
            }
            aheadNanos.addAndGet(SECONDS.toNanos(10));
            assertThat(seldom.session().round()).isTrue();
            assertThat(live(LOGS)).isZero();
        }
        finally {
            seldom.stop();
        }
    }

    /**
     * Else queries ask for each of them.
     */
    @Test
    void testASegmentTellsOfThoseBefore()
            throws Exception
    {
        TestingSession seldom = new TestingSession(warehouse, WalEnvironment.system(executor), waiting, Duration.ofHours(1));
        try {
            assertThat(seldom.session().round()).isTrue();
            for (int record = 1; record <= 3; record++) {
                seldom.export(record);
            }
            WriterId writer = seldom.session().status().writer().orElseThrow().id();
            SegmentKey last = new SegmentKey(catalog.loadTable(LOGS).uuid(), writer, new Sequence(2));
            assertThat(new ParquetSegmentCodec().find(warehouse.store(), last).orElseThrow().earlier())
                    .extracting(earlier -> earlier.footer().header().key().sequence().value())
                    .containsExactly(0L, 1L);
        }
        finally {
            seldom.stop();
        }
    }

    /**
     * Else ten receivers list the segments of ten in each round, which costs more than the commits do.
     */
    @Test
    void testAReceiverThatDoesNotCommitListsNothing()
            throws Exception
    {
        TracingObjectStore requests = new TracingObjectStore(warehouse.store());
        TestingSession other = new TestingSession(new Warehouse(location, requests), WalEnvironment.system(executor), new Waiting());
        session.start();
        try {
            Deadlines.eventually("the first one commits", () -> session.session().committed().isPresent());
            other.start();
            Deadlines.eventually("the other one has rounds", () -> turns(requests.requests()) > 2);
            requests.takeRequests();
            Deadlines.eventually("it has more rounds", () -> turns(requests.requests()) > 5);
            assertThat(requests.requests()).extracting(StoreRequest::operation).doesNotContain(StoreOperation.LIST);
            assertThat(other.session().status().last().waiting()).isPresent();
        }
        finally {
            other.stop();
        }
    }

    private static long turns(List<StoreRequest> requests)
    {
        return requests.stream().filter(request -> request.toString().contains("_committers")).count();
    }

    /**
     * Ten receivers make the commits of one, and another goes on when it stops.
     */
    @Test
    void testE14OneOfTwoReceiversCommits()
            throws Exception
    {
        TestingSession other = new TestingSession(warehouse, WalEnvironment.system(executor), waiting);
        session.start();
        try {
            Deadlines.eventually("the first one commits", () -> session.session().committed().isPresent());
            other.start();
            for (int record = 1; record <= 10; record++) {
                (record % 2 == 0 ? session : other).export(record);
                int expected = record;
                Deadlines.eventually("it is committed", () -> live(LOGS) == 0 && rows(LOGS) == expected);
                assertThat(other.session().committed()).isEmpty();
            }
            session.stop();
            Deadlines.eventually("the other one commits", () -> other.session().committed().isPresent());
            other.export(11);
            Deadlines.eventually("it is committed", () -> live(LOGS) == 0 && rows(LOGS) == 11);
        }
        finally {
            other.stop();
        }
    }

    @Test
    void testE9AFormatVersionAboveTheSupportedIsRefused()
    {
        createNamespace();
        catalog.buildTable(LOGS, Signal.LOGS.shape().schema()).withProperty("format-version", "3").create();
        session.start();
        assertNotReady("format version is 3");
    }

    @Test
    void testE2ASwapByRenameUnderARunningReceiver()
            throws Exception
    {
        session.start();
        session.export(1);
        catalog.renameTable(LOGS, OLD);
        createAsSelect(NEW);
        catalog.renameTable(NEW, LOGS);
        int acknowledged = 1;
        for (int record = 2; rows(LOGS) == 0; record++) {
            acknowledged += session.isAcknowledged(record) ? 1 : 0;
        }
        Deadlines.eventually("all is committed", () -> live(LOGS) == 0);
        assertThat(rows(OLD) + rows(LOGS)).isEqualTo(acknowledged);
    }

    @Test
    void testE2ATableDroppedAndCreatedByHandUnderARunningReceiver()
            throws Exception
    {
        session.start();
        session.export(1);
        catalog.dropTable(LOGS, false);
        catalog.createTable(LOGS, FOREIGN);
        Deadlines.eventually("it is refused", () -> session.ingest().closedReason().filter(reason -> reason.contains("tenant_id")).isPresent());
        assertNotReady("tenant_id");
        catalog.dropTable(LOGS, false);
        createAsSelect(LOGS);
        Deadlines.eventually("a table that fits is taken", () -> session.isAcknowledged(2));
        assertThat(rows(LOGS)).isEqualTo(1);
    }

    @Test
    void testAClockThatIsOffTakesNothing()
            throws Exception
    {
        session.start();
        session.export(1);
        session.stop();
        AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ofDays(365));
        WalEnvironment environment = new WalEnvironment(executor, () -> Instant.now().plus(ahead.get()), System::nanoTime, Sleeper.system(), new Random(1));
        TestingSession off = new TestingSession(warehouse, environment, waiting);
        off.start();
        assertThat(off.ingest().closedReason()).hasValueSatisfying(reason -> assertThat(reason).contains("the clock of this machine is ", " s ahead of the store's", "it said ", "when the store said ", "NTP"));
        assertThatThrownBy(() -> off.export(2)).isInstanceOf(RefusedException.class).hasMessageContaining("ahead of the store's");
        ahead.set(Duration.ofDays(-365));
        Deadlines.eventually("it is behind", () -> off.ingest().closedReason().filter(reason -> reason.contains(" s behind the store's")).isPresent());
        ahead.set(Duration.ZERO);
        Deadlines.eventually("it goes on", () -> off.isAcknowledged(3));
        off.stop();
        assertThat(warehouse.store().list(WalLayout.WRITERS, Optional.empty(), 100).objects()).filteredOn(object -> object.key().name().endsWith(".json")).as("writers that began").hasSize(2);
        assertThat(rows(LOGS)).isEqualTo(2);
    }

    /**
     * Iceberg cannot narrow a column again, so the next start has to take it as it is.
     */
    @Test
    void testAWidenedAndALoosenedColumnAreFollowed()
            throws Exception
    {
        session.start();
        session.export(1);
        Deadlines.eventually("the schema is changed between two commits", this::changeSchema);
        session.export(2);
        session.stop();
        TestingSession next = new TestingSession(warehouse, WalEnvironment.system(executor), waiting);
        next.start();
        assertThat(next.ingest().closedReason()).isEmpty();
        next.export(3);
        Deadlines.eventually("all is committed", () -> live(LOGS) == 0);
        next.stop();
        List<Object> severities = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(catalog.loadTable(LOGS)).build()) {
            rows.forEach(row -> severities.add(row.getField("severity_number")));
        }
        assertThat(severities).containsExactly(0L, 0L, 0L);
        assertThat(catalog.loadTable(LOGS).schema().findType("severity_number")).isEqualTo(Types.LongType.get());
    }

    private boolean changeSchema()
    {
        try {
            catalog.loadTable(LOGS).updateSchema()
                    .updateColumn("severity_number", Types.LongType.get())
                    .makeColumnOptional("flags")
                    .addColumn("note", Types.StringType.get())
                    .commit();
            return true;
        }
        catch (CommitFailedException e) {
            return false;
        }
    }

    private void assertNotReady(String... parts)
    {
        assertThat(session.ingest().closedReason()).hasValueSatisfying(reason -> assertThat(reason).contains(parts));
        assertThatThrownBy(() -> session.export(1)).isInstanceOf(RefusedException.class).hasMessageContainingAll(parts);
    }

    /**
     * As readers see them.
     */
    private long rows(TableIdentifier name)
    {
        BaseTable table = (BaseTable) catalog.loadTable(name);
        Snapshot snapshot = table.currentSnapshot();
        return live(table) + (snapshot == null ? 0 : Long.parseLong(snapshot.summary().get("total-records")));
    }

    private long live(TableIdentifier name)
    {
        return live((BaseTable) catalog.loadTable(name));
    }

    private long live(BaseTable table)
    {
        return new LiveTailReader(warehouse, new FooterCache(new ParquetSegmentCodec(), 1_000), Runnable::run).read(table.operations().current()).rows();
    }

    private Table createAsSelect(TableIdentifier name)
    {
        createNamespace();
        return catalog.createTable(name, Signal.LOGS.shape().schema(), PartitionSpec.unpartitioned());
    }

    private void createNamespace()
    {
        if (!catalog.namespaceExists(NAMESPACE)) {
            catalog.createNamespace(NAMESPACE);
        }
    }

    private static final class Waiting
            implements CommitMetrics
    {
        private volatile @Nullable WaitingRows rows;
        private volatile int rounds;

        @Override
        public void waiting(WaitingRows rows)
        {
            this.rows = rows;
            rounds++;
        }

        @Override
        public void waitingUnknown()
        {
            rows = null;
            rounds++;
        }
    }
}
