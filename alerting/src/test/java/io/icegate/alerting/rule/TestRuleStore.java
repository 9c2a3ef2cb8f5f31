package io.icegate.alerting.rule;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestRuleStore
{
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final RuleGroup GROUP = group(NAME, 30);

    private static RuleGroup group(GroupName name, int seconds)
    {
        Rule rule = new Rule(
                "Errors",
                Duration.ofMinutes(5),
                "SELECT service_name, count(*) AS value\nFROM logs GROUP BY 1 -- \"quoted\" äöü",
                Optional.of(List.of("service_name")),
                Duration.ofMinutes(2),
                Duration.ZERO,
                new NoData(NoData.Action.KEEP, Duration.ofHours(1)),
                new TreeMap<>(Map.of("severity", "page")),
                new TreeMap<>(Map.of("summary", "{{ $value }}")),
                RuleTime.ARRIVAL,
                true,
                true);
        Rule plain = new Rule(
                "Plain", Duration.ofMinutes(1), "SELECT 1", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
        return new RuleGroup(name, Duration.ofSeconds(seconds), Duration.ofSeconds(10), Duration.ofMinutes(15), Duration.ofHours(1), Optional.of(List.of("ops")), List.of(rule, plain));
    }

    private static RuleStore store(ObjectStore store, int seed)
    {
        return new RuleStore(store, new RetryPolicy.Waiting(System::nanoTime, _ -> {}, new Random(seed)));
    }

    private static RuleStore.Outcome write(RuleStore rules, GroupName name, long expected, Optional<RuleGroup> group)
            throws IOException
    {
        return rules.write(name, expected, group, NOW, "somebody", "checkout.yaml", rules.id());
    }

    @Test
    void testVersions()
            throws IOException
    {
        RuleStore rules = store(new MemoryObjectStore(InstantSource.fixed(NOW)), 1);
        assertThat(rules.isUsed()).isFalse();
        assertThat(rules.newest(NAME)).isEmpty();
        assertThat(write(rules, NAME, 0, Optional.of(GROUP))).isInstanceOf(RuleStore.Written.class);
        assertThat(rules.isUsed()).isTrue();
        RuleVersion first = rules.newest(NAME).orElseThrow();
        assertThat(first.group()).contains(GROUP);
        assertThat(first).extracting(RuleVersion::version, RuleVersion::written, RuleVersion::by, RuleVersion::source).containsExactly(1L, NOW, "somebody", "checkout.yaml");

        assertThat(write(rules, NAME, 0, Optional.of(GROUP))).isEqualTo(new RuleStore.Moved(1));
        assertThat(write(rules, NAME, 1, Optional.empty())).isInstanceOf(RuleStore.Written.class);
        assertThat(rules.newest(NAME).orElseThrow().isDeleted()).isTrue();
        assertThat(rules.version(NAME, 1)).contains(first);
        assertThat(rules.version(NAME, 3)).isEmpty();
        assertThat(rules.versions(NAME)).containsExactly(1L, 2L);
        assertThat(rules.versions(new GroupName("shop", "check"))).isEmpty();
    }

    @Test
    void testNewestOfAllGroups()
            throws IOException
    {
        MemoryObjectStore objects = new MemoryObjectStore(InstantSource.fixed(NOW));
        RuleStore rules = store(objects, 2);
        List<GroupName> names = List.of(new GroupName("..", "a"), new GroupName("shop", "a"), new GroupName("shop", "a-b"));
        for (GroupName name : names) {
            for (int version = 0; version < 3; version++) {
                write(rules, name, version, Optional.of(group(name, 10 + version)));
            }
        }
        RuleStore.Newest newest = store(objects, 3).newest();
        assertThat(newest.failures()).isEmpty();
        assertThat(newest.versions().keySet()).containsExactlyElementsOf(names);
        newest.versions().forEach((name, version) -> assertThat(version.group()).contains(group(name, 12)));
    }

    /**
     * A group that a newer program wrote, or that is damaged, is left alone, and the others go on.
     */
    @Test
    void testGroupThatCannotBeRead()
            throws IOException
    {
        MemoryObjectStore objects = new MemoryObjectStore(InstantSource.fixed(NOW));
        RuleStore rules = store(objects, 4);
        write(rules, NAME, 0, Optional.of(GROUP));
        objects.put(new ObjectKey("_alerts/v1/rules/shop/newer/00000000000000000001.json"), "{\"format\": 2}".getBytes(StandardCharsets.UTF_8));
        objects.put(new ObjectKey("_alerts/v1/rules/shop/damaged/00000000000000000001.json"), "{\"format\": 1".getBytes(StandardCharsets.UTF_8));
        objects.put(new ObjectKey("_alerts/v1/rules/README"), new byte[0]);
        objects.put(new ObjectKey("_alerts/v1/rules/shop/huge/99999999999999999999.json"), new byte[0]);
        RuleStore.Newest newest = rules.newest();
        assertThat(newest.versions().keySet()).containsExactly(NAME);
        assertThat(newest.failures().get(new GroupName("shop", "newer"))).isEqualTo("Rules of shop/newer have format 2, and this program knows 1: it is older than the one that wrote them");
        assertThat(newest.failures().get(new GroupName("shop", "damaged"))).startsWith("Cannot read rules of shop/damaged: ");
        assertThatThrownBy(() -> rules.newest(new GroupName("shop", "newer"))).isInstanceOf(NewerFormatException.class);
    }

    /**
     * Of writers who know the same version one writes the next, whatever the store does. An outcome that is not known is told as such.
     */
    @Test
    void testRace()
            throws Exception
    {
        long seed = Seeds.next("TestRuleStore");
        MemoryObjectStore objects = new MemoryObjectStore(InstantSource.fixed(NOW));
        FaultInjectingObjectStore faulty = new FaultInjectingObjectStore(objects, seed, FaultPlan.standard(), _ -> {});
        int rounds = 20;
        for (int round = 0; round < rounds; round++) {
            long expected = round;
            List<Future<RuleStore.Outcome>> outcomes = new ArrayList<>();
            try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int writer = 0; writer < 4; writer++) {
                    RuleStore rules = store(faulty, round * 10 + writer);
                    outcomes.add(writers.submit(() -> {
                        while (true) {
                            try {
                                return write(rules, NAME, expected, Optional.of(GROUP));
                            }
                            catch (IOException _) {
                                // the listing failed: nothing was written
                            }
                        }
                    }));
                }
            }
            faulty.settle();
            int written = 0;
            RuleVersion stored = store(objects, 0).version(NAME, expected + 1).orElseThrow();
            for (Future<RuleStore.Outcome> outcome : outcomes) {
                switch (outcome.get()) {
                    case RuleStore.Written mine -> {
                        written++;
                        assertThat(mine.version()).as("seed %s", seed).isEqualTo(stored);
                    }
                    case RuleStore.Moved moved -> assertThat(moved.newest()).as("seed %s", seed).isEqualTo(expected + 1);
                    case RuleStore.Unknown _ -> {}
                }
            }
            assertThat(written).as("seed %s", seed).isLessThanOrEqualTo(1);
        }
    }
}
