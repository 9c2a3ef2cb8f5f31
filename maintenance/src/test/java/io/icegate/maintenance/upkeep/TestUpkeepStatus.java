package io.icegate.maintenance.upkeep;

import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.WalLayout;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestUpkeepStatus
{
    private static final UUID TABLE = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final Instant TIME = Instant.parse("2026-11-28T12:00:00Z");

    private final MemoryObjectStore store = new MemoryObjectStore(InstantSource.system());
    private final UpkeepStatuses statuses = new UpkeepStatuses(store);
    private final UpkeepStatus empty = new UpkeepStatus(TABLE, "icegate.otel.logs", "file:/wh/otel/logs-1", Optional.empty(), Optional.empty(), List.of());

    @Test
    void testStored()
    {
        assertThat(statuses.read(TABLE)).isEmpty();
        UpkeepStatus status = empty.withActions(List.of(action("merge", 1), action("ttl", 2))).withOrphansLooked(TIME).withMissingSince(Optional.of(TIME));
        statuses.write(status);
        assertThat(statuses.read(TABLE)).contains(status);
        store.put(WalLayout.UPKEEP.child("notes.txt"), new byte[1]);
        assertThat(statuses.tables()).containsExactly(TABLE);
    }

    /**
     * Ten of each kind: what runs often does not push out what runs once a week.
     */
    @Test
    void testTheLastOfEachKind()
    {
        UpkeepStatus full = empty.withActions(List.of(action("orphans", 0))).withActions(IntStream.rangeClosed(1, UpkeepStatus.ACTIONS_MAX).mapToObj(number -> action("merge", number)).toList());
        assertThat(full.actions()).hasSize(UpkeepStatus.ACTIONS_MAX + 1);
        UpkeepStatus more = full.withActions(List.of(action("merge", 11)));
        assertThat(more.actions()).hasSize(UpkeepStatus.ACTIONS_MAX + 1).contains(action("orphans", 0), action("merge", 2), action("merge", 11)).doesNotContain(action("merge", 1));
    }

    @Test
    void testWhatCannotBeReadIsAsNone()
    {
        for (String text : List.of("", "{", "[]", "{\"format\":2}", "{\"format\":1}", "{\"format\":1,\"table\":\"x\",\"name\":\"a\",\"location\":\"b\"}")) {
            store.put(WalLayout.upkeep(TABLE), text.getBytes(StandardCharsets.UTF_8));
            assertThat(statuses.read(TABLE)).as(text).isEmpty();
        }
    }

    private static UpkeepAction action(String kind, int number)
    {
        return new UpkeepAction(TIME.plusSeconds(number), Duration.ofMillis(5), "icegate.otel.logs", kind, true, "because", "done");
    }
}
