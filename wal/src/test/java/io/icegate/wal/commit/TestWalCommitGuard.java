package io.icegate.wal.commit;

import io.icegate.guard.CommitGuard;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.table.TableProfile;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Types;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Every rule twice: what it stops, and what happens in a catalog without it.
 */
final class TestWalCommitGuard
{
    private static final BatchId ONE = new BatchId(0, 1);
    private static final BatchId TWO = new BatchId(0, 2);
    private static final WriterId WRITER = WriterId.parse("01a9d0e4-7c00-7000-8000-000000000001");

    @Test
    void testIsAService()
    {
        assertThat(ServiceLoader.load(CommitGuard.class)).hasExactlyElementsOfTypes(WalCommitGuard.class);
    }

    @Test
    void testK1ReplaceTableKeepsTheVector()
    {
        try (WalHarness guarded = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            replace(guarded);
            assertThat(guarded.visible()).isEmpty();

            replace(unguarded);
            // negative control: the old rows are back
            assertThat(unguarded.visible()).isEqualTo(Map.of(ONE, 1));
        }
    }

    private static void replace(WalHarness wal)
    {
        // as an engine's CREATE OR REPLACE: the table's properties are those of the statement
        Transaction replace = wal.catalog.buildTable(WalHarness.TABLE, WalHarness.SCHEMA).withProperty(OffsetVector.PROPERTY, "").replaceTransaction();
        replace.commitTransaction();
    }

    @Test
    void testK1NobodySetsOrRemovesTheProperty()
    {
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            String before = vector(wal);
            wal.table().updateProperties().remove(OffsetVector.PROPERTY).commit();
            assertThat(wal.table().properties()).containsEntry(OffsetVector.PROPERTY, before);
            wal.table().updateProperties().set(OffsetVector.PROPERTY, "").set("other", "value").commit();
            assertThat(wal.table().properties()).containsEntry(OffsetVector.PROPERTY, before).containsEntry("other", "value");
            wal.table().updateProperties().set(OffsetVector.PROPERTY, WRITER + "=7").commit();
            assertThat(wal.table().properties()).containsEntry(OffsetVector.PROPERTY, before);
            assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));

            // negative control: the property and so the rows are at anybody's mercy; expiry took the other witness
            unguarded.table().newAppend().commit();
            unguarded.table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).cleanupLevel(ExpireSnapshots.CleanupLevel.NONE).commit();
            unguarded.table().updateProperties().set(OffsetVector.PROPERTY, "").commit();
            assertThat(unguarded.visible()).isEqualTo(Map.of(ONE, 2));
        }
    }

    @Test
    void testK1EmptyVectorMakesWalTable()
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0)) {
            Table plain = wal.catalog.createTable(TableIdentifier.of("otel", "plain"), WalHarness.SCHEMA);
            plain.updateProperties().set(OffsetVector.PROPERTY, WRITER + "=7").commit();
            assertThat(plain.properties()).doesNotContainKey(OffsetVector.PROPERTY);
            plain.updateProperties().set(OffsetVector.PROPERTY, "").commit();
            assertThat(plain.properties()).containsEntry(OffsetVector.PROPERTY, "");
        }
    }

    @Test
    void testK11SettingsHaveNamesAndValuesThatWeKnow()
    {
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            wal.table().updateProperties().set("icegate.ttl", "30d").set("icegate.ttl.tenant.acme", "12h").set("icegate.ttl.tenant.beta", "never").commit();
            for (String value : List.of("30", "0d", "-1d", "1y", "30 d", "")) {
                assertThatThrownBy(() -> wal.table().updateProperties().set("icegate.ttl.tenant.acme", value).commit())
                        .isInstanceOf(ValidationException.class)
                        .hasMessageContaining("icegate.ttl.tenant.acme = '%s'", value);
            }
            for (String name : List.of("icegate.tll", "icegate.ttl.tenant.", "icegate.ttl.acme")) {
                assertThatThrownBy(() -> wal.table().updateProperties().set(name, "30d").commit()).isInstanceOf(ValidationException.class).hasMessageContaining("there is no property " + name);
            }
            assertThat(wal.table().properties()).containsEntry("icegate.ttl.tenant.acme", "12h").doesNotContainKey("icegate.tll");
            wal.table().updateProperties().remove("icegate.ttl.tenant.acme").commit();
            assertThatThrownBy(() -> wal.catalog.buildTable(TableIdentifier.of("otel", "plain"), WalHarness.SCHEMA).withProperty("icegate.ttl", "30d").create())
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("for tables that take segments");
            // negative control: and every later commit would have to live with it
            unguarded.table().updateProperties().set("icegate.tll", "1y").commit();
            assertThat(unguarded.table().properties()).containsEntry("icegate.tll", "1y");
        }
    }

    @Test
    void testK9CopiedVectorIsLeftOut()
    {
        PartitionSpec partitioned = PartitionSpec.builderFor(WalHarness.SCHEMA).identity(WalHarness.SCHEMA.columns().get(0).name()).build();
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            TableIdentifier copy = TableIdentifier.of("otel", "copy");
            wal.catalog.buildTable(copy, WalHarness.SCHEMA).withProperties(Map.of(OffsetVector.PROPERTY, vector(wal), "icegate.wal.other", "x", "own", "y")).create();
            assertThat(wal.catalog.loadTable(copy).properties()).doesNotContainKeys(OffsetVector.PROPERTY, "icegate.wal.other").containsEntry("own", "y");
            // the empty vector alone would make a table that cannot take segments
            TableIdentifier emptyCopy = TableIdentifier.of("otel", "empty_copy");
            wal.catalog.buildTable(emptyCopy, WalHarness.SCHEMA).withPartitionSpec(partitioned).withProperty(OffsetVector.PROPERTY, "").create();
            assertThat(wal.catalog.loadTable(emptyCopy).properties()).doesNotContainKey(OffsetVector.PROPERTY);
            TableIdentifier fresh = TableIdentifier.of("otel", "fresh");
            wal.catalog.buildTable(fresh, WalHarness.SCHEMA).withProperty(OffsetVector.PROPERTY, "").create();
            assertThat(wal.catalog.loadTable(fresh).properties()).containsEntry(OffsetVector.PROPERTY, "");

            // negative control: the copy says that segments are committed which it never had
            unguarded.catalog.buildTable(copy, WalHarness.SCHEMA).withProperty(OffsetVector.PROPERTY, vector(unguarded)).create();
            assertThat(unguarded.catalog.loadTable(copy).properties()).containsEntry(OffsetVector.PROPERTY, vector(unguarded));
        }
    }

    @Test
    void testK9RegisterKeepsTheVector()
    {
        try (WalHarness wal = committed(new WalCommitGuard())) {
            String before = vector(wal);
            String metadata = ((BaseTable) wal.table()).operations().current().metadataFileLocation();
            wal.catalog.dropTable(WalHarness.TABLE, false);
            wal.catalog.registerTable(WalHarness.TABLE, metadata);
            assertThat(vector(wal)).isEqualTo(before);
            assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
        }
    }

    @Test
    void testK2StaleBase()
    {
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            String vector = vector(wal);
            assertThatThrownBy(() -> appendAgain(wal, OffsetVector.EMPTY.digest(), vector, vector))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("was built from other offsets");
            assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));

            // negative control
            String other = vector(unguarded);
            appendAgain(unguarded, OffsetVector.EMPTY.digest(), other, other);
            assertThat(unguarded.visible()).isEqualTo(Map.of(ONE, 2));
        }
    }

    @Test
    void testK2PropertyMovesWithTheSnapshot()
    {
        try (WalHarness wal = committed(new WalCommitGuard())) {
            OffsetVector vector = OffsetVector.parse(vector(wal));
            String next = vector.text().replace("=1", "=2");
            // summary moves and property does not, which would make readers see the segment twice
            assertThatThrownBy(() -> appendAgain(wal, vector.digest(), next, vector.text()))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("the snapshot says WAL offsets");
            assertThatThrownBy(() -> appendAgain(wal, vector.digest(), vector.text(), next))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("the snapshot says WAL offsets");
        }
    }

    @Test
    void testK2CarrierMustBeOnMain()
    {
        try (WalHarness wal = committed(new WalCommitGuard())) {
            OffsetVector vector = OffsetVector.parse(vector(wal));
            String next = vector.text().replace("=1", "=2");
            Table table = wal.table();
            table.manageSnapshots().createBranch("side").commit();
            Transaction transaction = table.newTransaction();
            transaction.newFastAppend().toBranch("side").set(OffsetVector.PROPERTY, next).set(OffsetVector.BASE_SUMMARY, vector.digest()).commit();
            transaction.updateProperties().set(OffsetVector.PROPERTY, next).commit();

            assertThatThrownBy(transaction::commitTransaction)
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("not on the main branch");
        }
    }

    @Test
    void testK3NumberFalls()
    {
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            OffsetVector vector = OffsetVector.parse(vector(wal));
            String back = vector.text().replace("=1", "=0");
            assertThatThrownBy(() -> move(wal, vector.digest(), back))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("moves back");
            assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));

            // negative control
            OffsetVector other = OffsetVector.parse(vector(unguarded));
            move(unguarded, other.digest(), other.text().replace("=1", "=0"));
            assertThat(unguarded.visible()).isEqualTo(Map.of(ONE, 2));
        }
    }

    @Test
    void testK4OpenWriterLeaves()
    {
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            OffsetVector vector = OffsetVector.parse(vector(wal));
            assertThatThrownBy(() -> move(wal, vector.digest(), ""))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("leaves the WAL offsets without being closed");
            assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));

            // a closed writer may go, but neither reopen nor move
            String closed = vector.text() + "!";
            move(wal, vector.digest(), closed);
            assertThatThrownBy(() -> move(wal, OffsetVector.parse(closed).digest(), vector.text())).isInstanceOf(ValidationException.class);
            assertThatThrownBy(() -> move(wal, OffsetVector.parse(closed).digest(), vector.text().replace("=1", "=2!"))).isInstanceOf(ValidationException.class);
            move(wal, OffsetVector.parse(closed).digest(), "");

            // negative control: a registered writer is then read from 0
            OffsetVector other = OffsetVector.parse(vector(unguarded));
            move(unguarded, other.digest(), "");
            assertThat(unguarded.visible()).isEqualTo(Map.of(ONE, 2));
        }
    }

    @Test
    void testK5UnpartitionedSpecStays()
    {
        for (CommitGuard guard : List.of(new WalCommitGuard(), GuardedCatalog.UNGUARDED)) {
            try (WalHarness wal = new WalHarness(guard, 1, 0)) {
                WalWriter writer = wal.writer();
                append(wal, writer, ONE);
                Table table = wal.table();
                table.newAppend().appendFile(partitionedFile(wal, table)).commit();
                ExpireSnapshots clean = table.expireSnapshots().cleanExpiredMetadata(true).cleanupLevel(ExpireSnapshots.CleanupLevel.NONE);
                if (guard == GuardedCatalog.UNGUARDED) {
                    clean.commit();
                    // negative control: the waiting segment can neither be committed nor read
                    assertThatThrownBy(() -> wal.committer().commit(wal.table(), CommitOptions.DEFAULT)).hasMessageContaining("it has no unpartitioned spec");
                    assertThatThrownBy(wal::visible).hasMessageContaining("it has no unpartitioned spec");
                }
                else {
                    assertThatThrownBy(clean::commit).isInstanceOf(ValidationException.class).hasMessageContaining("unpartitioned spec");
                    assertThat(wal.committer().commit(wal.table(), CommitOptions.DEFAULT).segments()).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void testK7FormatVersion()
    {
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            assertThatThrownBy(() -> upgrade(wal))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("its format version is 3 and a table with a WAL needs 2");
            assertThat(wal.committer().commit(wal.table(), CommitOptions.DEFAULT).snapshotId()).isEmpty();

            // negative control: refused before the first duplicate makes it fail, in one sentence
            upgrade(unguarded);
            append(unguarded, unguarded.writer(), ONE);
            assertThatThrownBy(() -> unguarded.committer().commit(unguarded.table(), CommitOptions.DEFAULT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Cannot use the WAL of table test.otel.logs: its format version is 3 and a table with a WAL needs 2");
        }
    }

    @Test
    void testK7OtherVersionNeverGetsVector()
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0)) {
            Table plain = wal.catalog.createTable(TableIdentifier.of("otel", "plain"), WalHarness.SCHEMA, PartitionSpec.unpartitioned(), Map.of(TableProperties.FORMAT_VERSION, "3"));
            plain.updateProperties().set("a", "b").commit();
            assertThatThrownBy(() -> plain.updateProperties().set(OffsetVector.PROPERTY, "").commit())
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("its format version is 3");
            Map<String, String> old = Map.of(TableProperties.FORMAT_VERSION, "1", OffsetVector.PROPERTY, "");
            assertThatThrownBy(() -> wal.catalog.createTable(TableIdentifier.of("otel", "old"), WalHarness.SCHEMA, PartitionSpec.unpartitioned(), old))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("its format version is 1");
        }
    }

    @Test
    void testK8ColumnsOfTheSignal()
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0)) {
            Table logs = wal.catalog.createTable(TableIdentifier.of("otel", "real"), Signal.LOGS.shape().schema(), PartitionSpec.unpartitioned(), TableProfile.properties(Signal.LOGS.shape()));
            assertRefused(() -> logs.updateSchema().deleteColumn("tenant_id").commit(), "receivers need column 'tenant_id'");
            assertRefused(() -> logs.updateSchema().renameColumn("severity_number", "severity").commit(), "receivers need column 'severity_number'");
            assertRefused(() -> logs.updateSchema().allowIncompatibleChanges().addRequiredColumn("mine", Types.StringType.get()).commit(), "column 'mine' would be required and receivers do not know it");
            assertRefused(() -> logs.updateSchema().allowIncompatibleChanges().requireColumn("body").commit(), "column 'body' would be required and receivers may have no value for it");
            assertRefused(() -> logs.updateSchema().addColumn("resource_entity_refs", "note", Types.StringType.get()).commit(), "column 'resource_entity_refs' would be list<");

            logs.updateSchema().updateColumn("severity_number", Types.LongType.get()).commit();
            logs.updateSchema().makeColumnOptional("flags").commit();
            logs.updateSchema().addColumn("mine", Types.LongType.get()).updateColumnDoc("body", "what happened").moveFirst("body").commit();
            logs.updateSchema().renameColumn("event_name", "event").deleteColumn("span_id").commit();
            assertRefused(() -> logs.updateSchema().addColumn("span_id", Types.LongType.get()).commit(), "column 'span_id' would be long and receivers write string");
            assertRefused(() -> logs.updateSchema().renameColumn("mine", "event_name").commit(), "column 'event_name' would be long and receivers write string");
            logs.updateSchema().addColumn("span_id", Types.StringType.get()).commit();
            assertThat(logs.schema().findField("severity_number").type()).isEqualTo(Types.LongType.get());
        }
    }

    @Test
    void testK8ReplacedTableMayHaveOtherColumns()
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0)) {
            TableIdentifier name = TableIdentifier.of("otel", "real");
            Table logs = wal.catalog.createTable(name, Signal.LOGS.shape().schema(), PartitionSpec.unpartitioned(), TableProfile.properties(Signal.LOGS.shape()));
            logs.newAppend().commit();
            Transaction replace = wal.catalog.buildTable(name, WalHarness.SCHEMA).replaceTransaction();
            replace.newAppend().commit();
            replace.commitTransaction();
            assertThat(wal.catalog.loadTable(name).schema().findField("body")).isNotNull();
            assertThat(wal.catalog.loadTable(name).schema().findField("tenant_id")).isNull();
            assertThat(wal.catalog.loadTable(name).properties()).containsEntry(OffsetVector.PROPERTY, "");
        }
    }

    @Test
    void testK8OtherTablesAreLeftAlone()
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0)) {
            Table plain = wal.catalog.createTable(TableIdentifier.of("otel", "plain"), Signal.LOGS.shape().schema());
            plain.updateSchema().deleteColumn("tenant_id").commit();
            wal.table().updateSchema().addColumn("mine", Types.LongType.get()).commit();
            assertThat(wal.table().schema().findField("mine")).isNotNull();
        }
    }

    /**
     * Iceberg replaces a table whatever was committed since the statement began.
     */
    @Test
    void testK12RowsThatAStatementCannotHaveReadAreNotReplaced()
    {
        try (WalHarness wal = committed(new WalCommitGuard())) {
            Transaction late = wal.catalog.buildTable(WalHarness.TABLE, WalHarness.SCHEMA).replaceTransaction();
            late.newAppend().commit();
            append(wal, wal.writer(), TWO);
            wal.committer().commit(wal.table(), CommitOptions.DEFAULT);

            assertThatThrownBy(late::commitTransaction)
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("was changed while the statement ran");
            assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1));

            replace(wal);
            assertThat(wal.visible()).isEmpty();
        }
    }

    @Test
    void testK10WindowMovesWithTheVector()
    {
        try (WalHarness wal = committed(new WalCommitGuard()); WalHarness unguarded = committed(GuardedCatalog.UNGUARDED)) {
            String before = requireNonNull(wal.table().properties().get(BatchWindow.PROPERTY));
            assertThat(BatchWindow.parse(before).count()).isEqualTo(1);
            wal.table().updateProperties().remove(BatchWindow.PROPERTY).commit();
            assertThat(wal.table().properties()).containsEntry(BatchWindow.PROPERTY, before);
            wal.table().updateProperties().set(BatchWindow.PROPERTY, "").set("other", "value").commit();
            assertThat(wal.table().properties()).containsEntry(BatchWindow.PROPERTY, before).containsEntry("other", "value");
            replace(wal);
            assertThat(wal.table().properties()).containsEntry(BatchWindow.PROPERTY, before);

            // negative control: whoever unsets the property takes the evidence away
            unguarded.table().updateProperties().remove(BatchWindow.PROPERTY).commit();
            append(unguarded, unguarded.writer(), ONE);
            assertThat(unguarded.visible()).isEqualTo(Map.of(ONE, 2));
        }
    }

    @Test
    void testK10CarrierNamesItsWindow()
    {
        try (WalHarness wal = committed(new WalCommitGuard())) {
            String window = requireNonNull(wal.table().properties().get(BatchWindow.PROPERTY));
            assertRefused(() -> moveWindow(wal, "a".repeat(64), ""), "belongs to another batch window");
            assertRefused(() -> moveWindow(wal, BatchWindow.EMPTY.digest(), window), "belongs to another batch window");
            assertThat(wal.table().properties()).containsEntry(BatchWindow.PROPERTY, window);
            moveWindow(wal, BatchWindow.parse(window).digest(), window);

            // a carrier that does not speak of it leaves it as it is
            move(wal, OffsetVector.parse(vector(wal)).digest(), vector(wal));
            assertThat(wal.table().properties()).containsEntry(BatchWindow.PROPERTY, window);
        }
    }

    @Test
    void testK10OtherTablesHaveNone()
    {
        try (WalHarness wal = committed(new WalCommitGuard())) {
            Map<String, String> copied = Map.of(OffsetVector.PROPERTY, "", BatchWindow.PROPERTY, requireNonNull(wal.table().properties().get(BatchWindow.PROPERTY)));
            TableIdentifier copy = TableIdentifier.of("otel", "copy");
            wal.catalog.buildTable(copy, WalHarness.SCHEMA).withProperties(copied).create();
            assertThat(wal.catalog.loadTable(copy).properties()).containsEntry(OffsetVector.PROPERTY, "").doesNotContainKey(BatchWindow.PROPERTY);
            wal.catalog.loadTable(copy).updateProperties().set(BatchWindow.PROPERTY, "").commit();
            assertThat(wal.catalog.loadTable(copy).properties()).doesNotContainKey(BatchWindow.PROPERTY);
        }
    }

    private static void moveWindow(WalHarness wal, String digest, String window)
    {
        Transaction transaction = wal.table().newTransaction();
        transaction.newFastAppend()
                .set(OffsetVector.PROPERTY, vector(wal))
                .set(OffsetVector.BASE_SUMMARY, OffsetVector.parse(vector(wal)).digest())
                .set(BatchWindow.PROPERTY, digest)
                .commit();
        transaction.updateProperties().set(OffsetVector.PROPERTY, vector(wal)).set(BatchWindow.PROPERTY, window).commit();
        transaction.commitTransaction();
    }

    private static void assertRefused(ThrowableAssert.ThrowingCallable change, String reason)
    {
        assertThatThrownBy(change).isInstanceOf(ValidationException.class).hasMessageContaining(reason);
    }

    private static void upgrade(WalHarness wal)
    {
        wal.table().updateProperties().set(TableProperties.FORMAT_VERSION, "3").commit();
    }

    private static DataFile partitionedFile(WalHarness wal, Table table)
    {
        SegmentHeader header = new SegmentHeader(new SegmentKey(table.uuid(), WRITER, Sequence.FIRST), new SegmentId("0".repeat(32)), wal.clock.instant());
        String location = wal.store("data/1.parquet", FakeSegments.batches(new BatchId(0, 2)).apply(header).content());
        return DataFiles.builder(table.spec()).withPath(location).withPartitionPath("day=1").withFileSizeInBytes(1).withRecordCount(1).build();
    }

    @Test
    void testPlainTableIsLeftAlone()
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0)) {
            Table plain = wal.catalog.createTable(TableIdentifier.of("otel", "plain"), WalHarness.SCHEMA, PartitionSpec.unpartitioned(), Map.of(TableProperties.FORMAT_VERSION, "2"));
            plain.newAppend().commit();
            plain.updateProperties().set("a", "b").commit();
            assertThat(plain.properties()).containsEntry("a", "b").doesNotContainKey(OffsetVector.PROPERTY);
        }
    }

    /**
     * A table with one committed batch of a writer that goes on.
     */
    private static WalHarness committed(CommitGuard guard)
    {
        WalHarness wal = new WalHarness(guard, 1, 0);
        append(wal, wal.writer(), ONE);
        assertThat(wal.committer().commit(wal.table(), CommitOptions.DEFAULT).segments()).isEqualTo(1);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
        return wal;
    }

    private static void append(WalHarness wal, WalWriter writer, BatchId batch)
    {
        assertThat(writer.lane(wal.table().uuid(), FakeSegments.seal()).append(FakeSegments.batches(batch))).succeedsWithin(Duration.ofSeconds(60));
    }

    private static String vector(WalHarness wal)
    {
        return requireNonNull(wal.table().properties().get(OffsetVector.PROPERTY));
    }

    /**
     * What a late committer does: the same file once more.
     */
    private static void appendAgain(WalHarness wal, String base, String summary, String property)
    {
        Table table = wal.table();
        DataFile file = wal.files().get(0);
        Transaction transaction = table.newTransaction();
        AppendFiles append = transaction.newFastAppend().appendFile(file);
        append.set(OffsetVector.PROPERTY, summary).set(OffsetVector.BASE_SUMMARY, base).commit();
        transaction.updateProperties().set(OffsetVector.PROPERTY, property).commit();
        transaction.commitTransaction();
    }

    private static void move(WalHarness wal, String base, String vector)
    {
        Transaction transaction = wal.table().newTransaction();
        transaction.newFastAppend().set(OffsetVector.PROPERTY, vector).set(OffsetVector.BASE_SUMMARY, base).commit();
        transaction.updateProperties().set(OffsetVector.PROPERTY, vector).commit();
        transaction.commitTransaction();
    }
}
