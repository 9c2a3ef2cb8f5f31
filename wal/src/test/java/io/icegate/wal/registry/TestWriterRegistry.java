package io.icegate.wal.registry;

import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.HookedObjectStore;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WalException.Kind;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.writer.WalFormat;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestWriterRegistry
{
    private static final UUID TABLE = UUID.fromString("00000000-0000-4000-8000-000000000001");

    private final TestingClock clock = new TestingClock();
    private final MemoryObjectStore memory = new MemoryObjectStore(clock);
    private final HookedObjectStore store = new HookedObjectStore(memory);
    private final RetryPolicy.Waiting waiting = environment(3).waiting();
    private final WriterRegistry registry = new WriterRegistry(store);
    private final WriterId id = WriterId.parse("01a9d0e4-7c00-7000-8000-000000000001");
    private final RegistryEntry entry = new RegistryEntry(id, Instant.parse("2026-11-20T00:00:00Z"), "host", "1.0", Set.of(TABLE));

    @Test
    void testEntryText()
    {
        assertThat(new String(RegistryEntryParser.toJson(entry), StandardCharsets.UTF_8)).isEqualTo(
                "{\"format\":1,\"writer\":\"01a9d0e4-7c00-7000-8000-000000000001\",\"started\":\"2026-11-20T00:00:00Z\",\"host\":\"host\",\"build\":\"1.0\",\"tables\":[\"00000000-0000-4000-8000-000000000001\"]}");
        assertThat(RegistryEntryParser.fromJson(id, RegistryEntryParser.toJson(entry))).isEqualTo(entry);
    }

    @Test
    void testUnreadableEntry()
    {
        for (String text : new String[] {"", "{}", "{\"format\":2}", new String(RegistryEntryParser.toJson(entry), StandardCharsets.UTF_8).replace("0001\",\"started", "0002\",\"started")}) {
            assertThatThrownBy(() -> RegistryEntryParser.fromJson(id, text.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOfSatisfying(WalException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.CORRUPT))
                    .hasMessageStartingWith("Cannot read registry entry _wal/v1/_writers/" + id);
        }
    }

    @Test
    void testRegisterOverLostAnswer()
    {
        store.onPut((key, put) -> {
            assertThat(put.get()).isEqualTo(PutOutcome.WRITTEN);
            return PutOutcome.UNKNOWN;
        });
        registry.register(entry, waiting);

        assertThat(registry.entry(id)).contains(entry);
    }

    @Test
    void testCurrentAsksOneQuestion()
    {
        WriterRegistry reader = new WriterRegistry(store, clock::nanoTime);
        assertThat(reader.current().lastSeen()).isEmpty();
        registry.register(entry, waiting);
        assertThat(reader.current().lastSeen()).containsOnlyKeys(id);
        store.takeRequests();
        for (int i = 0; i < 3; i++) {
            assertThat(reader.current().lastSeen()).containsOnlyKeys(id);
            assertThat(store.takeRequests()).containsExactly("HEAD " + WalLayout.start(2));
            clock.advance(WriterRegistry.CURRENT_MAX.dividedBy(4));
        }
        WriterId other = WriterId.random(clock.instant(), new Random(1));
        registry.register(new RegistryEntry(other, clock.instant(), "host", "1.0", Set.of(TABLE)), waiting);
        assertThat(reader.current().lastSeen()).containsOnlyKeys(id, other);
        memory.delete(List.of(WalLayout.registryEntry(id)));
        clock.advance(WriterRegistry.CURRENT_MAX);
        store.takeRequests();
        assertThat(reader.current().lastSeen()).containsOnlyKeys(other);
        assertThat(store.takeRequests()).containsExactly("LIST " + WalLayout.WRITERS);
    }

    /**
     * A process that runs for a year meets as many writers as there are starts.
     */
    @Test
    void testWriterThatLeftIsForgotten()
    {
        WriterRegistry reader = new WriterRegistry(store, clock::nanoTime);
        registry.register(entry, waiting);
        assertThat(reader.entry(id)).contains(entry);
        memory.delete(List.of(WalLayout.registryEntry(id)));
        assertThat(reader.entry(id)).as("what does not change is not read again").contains(entry);
        assertThat(reader.list().lastSeen()).isEmpty();
        assertThat(reader.entry(id)).isEmpty();
    }

    /**
     * The number behind the one that a reader knows may be gone, which looks as if none had come.
     */
    @Test
    void testReaderThatSleptSeesNewWriters()
            throws IOException
    {
        WriterRegistry reader = new WriterRegistry(store, clock::nanoTime);
        reader.current();
        for (int i = 0; i < 3; i++) {
            registry.register(new RegistryEntry(WriterId.random(clock.instant(), new Random(i)), clock.instant(), "host", "1.0", Set.of(TABLE)), waiting);
        }
        clock.advance(WriterStarts.SUCCEEDED_MIN.plusSeconds(1));
        assertThat(new WriterStarts(memory).collect(clock.instant())).isEqualTo(2);
        assertThat(reader.current().lastSeen()).hasSize(3);
        registry.register(entry, waiting);
        assertThat(reader.current().lastSeen()).hasSize(4);
    }

    /**
     * A reader that has seen number 3 would not see a number 2 that comes later.
     */
    @Test
    void testOldNumberIsNoAnnouncement()
    {
        AtomicBoolean hangs = new AtomicBoolean(true);
        store.onPut((key, put) -> {
            if (key.equals(WalLayout.start(1)) && hangs.getAndSet(false)) {
                for (int i = 1; i <= 3; i++) {
                    memory.putIfAbsent(WalLayout.start(i), new byte[] {(byte) i});
                }
                clock.advance(WriterStarts.SUCCEEDED_MIN.plusSeconds(1));
                try {
                    new WriterStarts(memory).collect(clock.instant());
                }
                catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return put.get();
        });
        registry.register(new RegistryEntry(WriterId.random(clock.instant(), new Random(1)), clock.instant(), "host", "1.0", Set.of(TABLE)), waiting);
        assertThat(memory.head(WalLayout.start(3))).isPresent();
        assertThat(memory.head(WalLayout.start(4))).isPresent();
    }

    @Test
    void testTakenId()
    {
        registry.register(new RegistryEntry(id, entry.started(), "another host", "1.0", Set.of(TABLE)), waiting);
        assertThatThrownBy(() -> registry.register(entry, waiting))
                .isInstanceOfSatisfying(WalException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.FENCED));
    }

    @Test
    void testRegisterGivesUp()
    {
        store.onPut((key, put) -> PutOutcome.UNKNOWN);
        assertThatThrownBy(() -> registry.register(entry, waiting))
                .isInstanceOfSatisfying(WalException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE));
    }

    @Test
    void testSilentByTheStoresClock()
            throws Exception
    {
        registry.register(entry, waiting);
        clock.advance(Duration.ofSeconds(60));
        assertThat(registry.list().isSilent(id, WriterRegistry.SILENT_AFTER)).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(registry.list().isSilent(id, WriterRegistry.SILENT_AFTER)).isTrue();

        registry.heartbeat(id, new Heartbeat(Map.of()));
        clock.advance(Duration.ofSeconds(60));
        assertThat(registry.list().isSilent(id, WriterRegistry.SILENT_AFTER)).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(registry.list().isSilent(id, WriterRegistry.SILENT_AFTER)).isTrue();
    }

    @Test
    void testHeartbeatWithoutEntryIsNobody()
            throws Exception
    {
        registry.heartbeat(id, new Heartbeat(Map.of()));
        assertThat(registry.list().isRegistered(id)).isFalse();
        assertThat(registry.list().isSilent(id, WriterRegistry.SILENT_AFTER)).isFalse();
    }

    @Test
    void testWriterIdIsVersion7()
    {
        WriterId random = WriterId.random(Instant.ofEpochMilli(0x0123456789ABL), new Random(1));
        assertThat(random.uuid().version()).isEqualTo(7);
        assertThat(random.uuid().variant()).isEqualTo(2);
        assertThat(random.uuid().toString()).startsWith("01234567-89ab-7");
    }

    @Test
    void testFormatIsWrittenOnce()
    {
        WalFormat first = WalFormat.openOrCreate(store, environment(1));
        assertThat(WalFormat.openOrCreate(store, environment(2))).isEqualTo(first);
        assertThat(first.seed()).isEqualTo(new Random(1).nextLong());
    }

    @Test
    void testUnreadableFormat()
    {
        store.putIfAbsent(WalLayout.FORMAT, "{\"seed\":\"0\"}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> WalFormat.openOrCreate(store, environment(1)))
                .isInstanceOfSatisfying(WalException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.CORRUPT))
                .hasMessageStartingWith("Cannot read _wal/v1/format.json: ");
    }

    @Test
    void testAnotherFormatIsRefused()
    {
        store.putIfAbsent(WalLayout.FORMAT, "{\"format\":1,\"seed\":\"0123456789abcdef\"}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> WalFormat.openOrCreate(store, environment(1)))
                .isInstanceOfSatisfying(WalException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.CORRUPT))
                .hasMessage("Cannot open the WAL: its format is version 1, this program knows version 4 only");
    }

    private WalEnvironment environment(long seed)
    {
        return new WalEnvironment(Runnable::run, clock, clock::nanoTime, clock.sleeper(), new Random(seed));
    }
}
