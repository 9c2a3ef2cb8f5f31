package io.icegate.alerting.rule;

import io.icegate.alerting.rule.RuleApply.Change;
import io.icegate.alerting.rule.RuleApply.Kind;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestRuleApply
{
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final String GROUP =
            """
            groups:
              - name: %s
                interval: %s
                rules:
                  - {alert: A, window: 5m, sql: SELECT 1 AS value}
            """;

    private final RuleStore store = new RuleStore(new MemoryObjectStore(InstantSource.fixed(NOW)), new RetryPolicy.Waiting(System::nanoTime, _ -> {}, new Random(1)));
    private final RuleApply apply = new RuleApply(store);

    private static ParsedRules files(String... texts)
    {
        return RuleFileParser.parse(List.of(texts).stream().map(text -> new RuleFile("file-%s.yaml".formatted(Math.abs(text.hashCode())), text)).toList(), Optional.of("shop"));
    }

    private List<Kind> run(ParsedRules files, boolean prunes)
            throws IOException
    {
        List<Change> changes = apply.plan(files, prunes);
        for (Change change : changes) {
            apply.apply(change, NOW, "somebody");
        }
        return changes.stream().map(Change::kind).toList();
    }

    @Test
    void testSecondRunChangesNothing()
            throws IOException
    {
        assertThat(run(files(GROUP.formatted("a", "10s"), GROUP.formatted("b", "10s")), false)).containsExactly(Kind.CREATED, Kind.CREATED);
        assertThat(run(files(GROUP.formatted("a", "10s"), GROUP.formatted("b", "10s")), true)).containsExactly(Kind.UNCHANGED, Kind.UNCHANGED);
        assertThat(run(files(GROUP.formatted("a", "20s")), false)).containsExactly(Kind.CHANGED);
        assertThat(run(files(GROUP.formatted("a", "20s")), true)).containsExactly(Kind.UNCHANGED, Kind.DELETED);
        assertThat(run(files(GROUP.formatted("b", "20s")), false)).as("there again").containsExactly(Kind.CREATED);
        assertThat(store.newest(new GroupName("shop", "b")).orElseThrow().version()).isEqualTo(3);
    }

    /**
     * Files are not the only source of rules.
     */
    @Test
    void testPruneDeletesWhatCameFromFiles()
            throws IOException
    {
        GroupName api = new GroupName("shop", "api");
        RuleGroup group = files(GROUP.formatted("api", "10s")).groups().getFirst();
        store.write(api, 0, Optional.of(group), NOW, "somebody", RuleStore.API_SOURCE, store.id());
        store.write(BuiltInRules.NAME, 0, Optional.of(BuiltInRules.GROUP), NOW, "icegate", BuiltInRules.SOURCE, store.id());
        assertThat(run(files(GROUP.formatted("a", "10s")), true)).containsExactly(Kind.CREATED);
        assertThat(store.newest().versions().values()).noneMatch(RuleVersion::isDeleted);
    }

    @Test
    void testChangeThatAnotherMadeFirst()
            throws IOException
    {
        Change change = apply.plan(files(GROUP.formatted("a", "10s")), false).getFirst();
        apply.apply(change, NOW, "somebody");
        assertThatThrownBy(() -> apply.apply(change, NOW, "somebody else")).hasMessage("Cannot change shop/a: somebody else wrote version 1 meanwhile; run it again");
    }
}
