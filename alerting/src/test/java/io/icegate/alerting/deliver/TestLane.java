package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

import static io.icegate.alerting.deliver.Records.EVALUATOR;
import static io.icegate.alerting.deliver.Records.GROUP;
import static io.icegate.alerting.deliver.Records.fires;
import static io.icegate.alerting.deliver.Records.record;
import static io.icegate.alerting.deliver.Records.tick;
import static org.assertj.core.api.Assertions.assertThat;

final class TestLane
{
    private final List<EvaluationRecord> log = new ArrayList<>();
    private final List<Instant> attempts = new ArrayList<>();
    private final List<Optional<Duration>> since = new ArrayList<>();
    private Attempt answer = Attempt.DONE;
    private boolean owned = true;
    private int reads;
    private Instant now = tick(1).plusSeconds(11);

    @Test
    void testPausesGrowAndEndAfterADay()
    {
        Lane lane = lane(Optional.empty());
        store(lane, record(1, fires("cart", tick(1))));
        answer = new Attempt.Later("http_503", "", Optional.empty());
        List<Duration> pauses = new ArrayList<>();
        for (Duration pause = lane.step(); !pause.isZero(); pause = lane.step()) {
            pauses.add(pause);
            now = now.plus(pause);
        }
        assertThat(pauses.getFirst()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        assertThat(pauses).allMatch(pause -> pause.compareTo(Lane.PAUSE_MAX) <= 0);
        assertThat(pauses.getLast()).isGreaterThanOrEqualTo(Lane.PAUSE_MAX.dividedBy(2));
        assertThat(Duration.between(tick(1), now)).isBetween(Duration.ofHours(24), Duration.ofHours(24).plus(Lane.PAUSE_MAX).plusSeconds(11));
        assertThat(progress(lane)).isEqualTo(new Progress(ImmutableSortedMap.of("ops", tick(1)), List.of(new Undelivered("ops", tick(1), "gave_up"))));
        assertThat(lane.waitingSince()).isEmpty();
    }

    @Test
    void testWaitsAsLongAsItIsAsked()
    {
        Lane lane = lane(Optional.empty());
        store(lane, record(1, fires("cart", tick(1))));
        answer = new Attempt.Later("http_429", "", Optional.of(Duration.ofMinutes(20)));
        assertThat(lane.step()).isEqualTo(Duration.ofMinutes(20));
        assertThat(lane.waitingSince()).contains(tick(1).plusSeconds(11));
        assertThat(progress(lane).delivered()).containsEntry("ops", Instant.EPOCH);
    }

    @Test
    void testNothingIsSentOnDoubt()
    {
        Lane lane = lane(Optional.empty());
        store(lane, record(1, fires("cart", tick(1))));
        owned = false;
        assertThat(lane.step()).isEqualTo(Lane.LOOK);
        assertThat(attempts).isEmpty();
        owned = true;
        lane.step();
        assertThat(attempts).containsExactly(tick(1));
    }

    @Test
    void testWhatIsGivenUpIsToldUntilARecordTellsIt()
    {
        Lane lane = lane(Optional.empty());
        answer = new Attempt.Refused("http_410");
        store(lane, record(1, fires("cart", tick(1))));
        lane.step();
        Progress progress = progress(lane);
        assertThat(progress.undelivered()).containsExactly(new Undelivered("ops", tick(1), "http_410"));
        assertThat(progress.delivered()).containsEntry("ops", tick(1));
        // the record that told it was lost to another evaluator's
        store(lane, record(2));
        assertThat(progress(lane).undelivered()).hasSize(1);
        store(lane, Records.record(EVALUATOR, tick(3), List.of(), List.of(), progress.delivered(), progress.undelivered()));
        assertThat(progress(lane).undelivered()).isEmpty();
    }

    @Test
    void testGivesUpNoMoreThanRecordsCanTell()
    {
        Lane lane = lane(Optional.empty());
        answer = new Attempt.Refused("http_410");
        for (int number = 1; number <= 100; number++) {
            store(lane, record(number, fires("cart", tick(number))));
        }
        drain(lane);
        assertThat(attempts).hasSize(Lane.UNDELIVERED_MAX);
        assertThat(lane.step()).isEqualTo(Lane.LOOK);
        store(lane, Records.record(EVALUATOR, tick(101), List.of(), List.of(), ImmutableSortedMap.of(), progress(lane).undelivered()));
        drain(lane);
        assertThat(attempts).hasSize(100);
    }

    @Test
    void testOneThatIsBehindReadsTheLogAndKeepsNothing()
    {
        Lane lane = lane(Optional.empty());
        answer = new Attempt.Later("http_503", "", Optional.empty());
        for (int number = 1; number <= 50; number++) {
            store(lane, record(number, fires("cart", tick(number))));
            now = now.plus(lane.step());
        }
        assertThat(reads).isZero();
        answer = Attempt.DONE;
        attempts.clear();
        drain(lane);
        assertThat(attempts).hasSize(50).isSorted().doesNotHaveDuplicates();
        assertThat(reads).isBetween(46 / Lane.READ_MAX, 46 / Lane.READ_MAX + 2);
        // and then no more
        int read = reads;
        store(lane, record(51, fires("cart", tick(51))));
        drain(lane);
        assertThat(reads).isEqualTo(read);
        assertThat(attempts).hasSize(51);
    }

    @Test
    void testOnlyItsOwnRecordsAreFresh()
    {
        Lane lane = lane(Optional.empty());
        now = tick(1).plusSeconds(15);
        store(lane, record(1, fires("cart", tick(1))));
        drain(lane);
        // adopted from another evaluator, whose clock is another
        now = tick(2).plusSeconds(15);
        store(lane, Records.record("another", tick(2), List.of(fires("cart", tick(2))), List.of(), ImmutableSortedMap.of(), List.of()));
        drain(lane);
        // its own, but the clock was set back since
        store(lane, record(4, fires("cart", tick(4))));
        drain(lane);
        assertThat(since).containsExactly(Optional.of(Duration.ofSeconds(4)), Optional.empty(), Optional.empty());
        // what is read from the log may be anybody's
        Lane next = lane(Optional.of(record(4, fires("cart", tick(4)))));
        next.stored(record(4), GROUP);
        assertThat(next.step()).isEqualTo(Lane.IDLE);
    }

    @Test
    void testANewOwnerBeginsBehindTheCursor()
    {
        log.addAll(List.of(record(1, fires("a", tick(1))), record(2, fires("b", tick(2))), Records.record("other", tick(3), List.of(fires("c", tick(3))), List.of(), ImmutableSortedMap.of("ops", tick(1)), List.of())));
        drain(lane(Optional.of(log.getLast())));
        assertThat(attempts).containsExactly(tick(2), tick(3));
        assertThat(since).containsOnly(Optional.empty());
    }

    @Test
    void testANewChannelGetsWhatComesFromNowOn()
    {
        log.add(record(1, fires("a", tick(1))));
        Lane lane = lane(Optional.of(log.getLast()));
        drain(lane);
        assertThat(attempts).isEmpty();
        store(lane, record(2, fires("a", tick(2))));
        drain(lane);
        assertThat(attempts).containsExactly(tick(2));
    }

    @Test
    void testAnotherEvaluatorsChannelKeepsItsCursor()
    {
        EvaluationRecord newest = Records.record("other", tick(3), List.of(), List.of(), ImmutableSortedMap.of("ops", tick(2), "pager", tick(1)), List.of());
        GroupDeliveries deliveries = deliveries(Optional.of(newest));
        assertThat(deliveries.progress().delivered()).containsExactly(Map.entry("ops", tick(2)), Map.entry("pager", tick(1)));
        now = tick(1).plus(Lane.GIVE_UP);
        assertThat(deliveries.progress().delivered()).containsOnlyKeys("ops");
    }

    private void drain(Lane lane)
    {
        for (Duration pause = Duration.ZERO; pause.isZero() || pause.compareTo(Lane.LOOK) < 0; pause = lane.step()) {
            now = now.plus(pause);
        }
    }

    private static Progress progress(Lane lane)
    {
        SortedMap<String, Instant> delivered = new TreeMap<>();
        List<Undelivered> missed = new ArrayList<>();
        lane.report(delivered, missed);
        return new Progress(delivered, missed);
    }

    private void store(Lane lane, EvaluationRecord record)
    {
        log.add(record);
        lane.stored(record, GROUP);
    }

    private Lane lane(Optional<EvaluationRecord> newest)
    {
        return deliveries(newest).lanes().getFirst();
    }

    private GroupDeliveries deliveries(Optional<EvaluationRecord> newest)
    {
        return new GroupDeliveries(
                List.of(new FakeOutlet()),
                GROUP,
                newest,
                (tick, countMax) -> {
                    reads++;
                    return log.stream().filter(record -> record.tick().isAfter(tick)).limit(countMax).toList();
                },
                () -> owned,
                new Lane.Surroundings(EVALUATOR, () -> now, () -> 0, new Random(1), DeliveryMetrics.NONE));
    }

    private final class FakeOutlet
            implements Outlet
    {
        @Override
        public String name()
        {
            return "ops";
        }

        @Override
        public boolean wants(EvaluationRecord record, RuleGroup group)
        {
            return !record.transitions().isEmpty();
        }

        @Override
        public boolean isMissed(EvaluationRecord record)
        {
            return true;
        }

        @Override
        public Attempt attempt(EvaluationRecord record, RuleGroup group, Optional<Duration> sinceStored)
        {
            attempts.add(record.tick());
            since.add(sinceStored);
            return answer;
        }
    }
}
