package io.icegate.alerting.server;

import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.evaluate.RuleSource;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestAlertViews
{
    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final long SHORT = Duration.ofMillis(1).toNanos();

    private final Rules rules = new Rules();
    private final EvaluationLog log = new EvaluationLog(new MemoryObjectStore(() -> START), () -> START, RetryPolicy.of(new RetryPolicy.Waiting(System::nanoTime, _ -> {}, new Random(1))));
    private long nanos = -5;
    private final AlertViews views = new AlertViews(rules, log, _ -> Optional.empty(), () -> nanos);

    @Test
    void testRulesAreListedOnceForManyRequests()
            throws IOException
    {
        rules.add("checkout");
        for (int request = 0; request < 10; request++) {
            assertThat(names("shop")).containsExactly("checkout");
            assertThat(names("other")).isEmpty();
        }
        assertThat(rules.listings).isEqualTo(1);

        rules.add("cart");
        nanos += AlertViews.LISTED.toNanos();
        assertThat(names("shop")).as("within its time").containsExactly("checkout");
        nanos += SHORT;
        assertThat(names("shop")).as("and behind it").containsExactly("cart", "checkout");
        assertThat(names("shop")).containsExactly("cart", "checkout");
        assertThat(rules.listings).isEqualTo(2);
    }

    @Test
    void testFailedListingIsNotKept()
            throws IOException
    {
        rules.add("checkout");
        rules.away = true;
        for (int request = 1; request <= 3; request++) {
            assertThatThrownBy(() -> names("shop")).isInstanceOf(IOException.class).hasMessage("The store is away");
            assertThat(rules.listings).isEqualTo(request);
        }
        rules.away = false;
        assertThat(names("shop")).containsExactly("checkout");
        rules.away = true;
        nanos += AlertViews.LISTED.toNanos() + SHORT;
        assertThatThrownBy(() -> names("shop")).as("an old listing is no answer").isInstanceOf(IOException.class);
    }

    private List<String> names(String tenant)
            throws IOException
    {
        return views.groups(tenant).stream().map(group -> group.rules().group().name().group()).toList();
    }

    private static final class Rules
            implements RuleSource
    {
        private final SortedMap<GroupName, GroupRules> all = new TreeMap<>();
        private int listings;
        private boolean away;

        private void add(String group)
        {
            GroupName name = new GroupName("shop", group);
            Rule rule = new Rule(
                    "Errors", Duration.ofSeconds(60), "SELECT 1", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
            all.put(name, new GroupRules(1, START, new RuleGroup(name, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ZERO, Duration.ofHours(1), Optional.empty(), List.of(rule))));
        }

        @Override
        public SortedMap<GroupName, GroupRules> newest()
                throws IOException
        {
            listings++;
            if (away) {
                throw new IOException("The store is away");
            }
            return new TreeMap<>(all);
        }

        @Override
        public GroupRules first(GroupName group)
        {
            throw new AssertionError("not asked");
        }

        @Override
        public RuleGroup version(GroupName group, long version)
        {
            throw new AssertionError("not asked");
        }
    }
}
