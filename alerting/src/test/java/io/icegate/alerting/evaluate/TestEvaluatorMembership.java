package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.GroupName;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestEvaluatorMembership
{
    private static final List<GroupName> GROUPS = IntStream.range(0, 300).mapToObj(i -> new GroupName("shop", "group-" + i)).toList();

    private Instant now = Instant.ofEpochSecond(1_800_000_000);
    private final MemoryObjectStore store = new MemoryObjectStore(() -> now);

    @Test
    void testEachGroupHasOneOwner()
            throws IOException
    {
        List<EvaluatorMembership> evaluators = List.of(evaluator(1), evaluator(2), evaluator(3));
        beat(evaluators);
        for (EvaluatorMembership evaluator : evaluators) {
            assertThat(owned(evaluator)).isBetween(50L, 150L);
        }
        assertThat(GROUPS).allMatch(group -> evaluators.stream().filter(evaluator -> evaluator.owns(group)).count() == 1);
    }

    @Test
    void testOthersTakeOverWhatOneHad()
            throws IOException
    {
        EvaluatorMembership first = evaluator(1);
        EvaluatorMembership second = evaluator(2);
        EvaluatorMembership third = evaluator(3);
        beat(List.of(first, second, third));
        List<GroupName> firsts = GROUPS.stream().filter(first::owns).toList();
        third.close();
        first.beat();
        second.beat();
        // at once, and nothing else moves
        assertThat(firsts).allMatch(first::owns);
        assertThat(owned(first) + owned(second)).isEqualTo(GROUPS.size());
        assertThat(owned(third)).isZero();
        third.beat();
        assertThat(third.alive()).isEmpty();
        // one that says nothing is gone after 18 s
        now = now.plusSeconds(17);
        first.beat();
        assertThat(owned(first)).isLessThan(GROUPS.size());
        now = now.plusSeconds(1);
        first.beat();
        assertThat(owned(first)).isEqualTo(GROUPS.size());
        assertThat(first.alive()).isEqualTo(Set.of(new UUID(0, 1)));
    }

    /**
     * At once for who leaves it, and for others when they have looked.
     */
    @Test
    void testGroupThatIsLeftAloneIsAnothers()
            throws IOException
    {
        List<EvaluatorMembership> evaluators = List.of(evaluator(1), evaluator(2), evaluator(3));
        beat(evaluators);
        EvaluatorMembership first = evaluators.getFirst();
        GroupName group = GROUPS.stream().filter(first::owns).findFirst().orElseThrow();
        List<GroupName> others = GROUPS.stream().filter(each -> first.owns(each) && !each.equals(group)).toList();
        first.leaveAlone(Set.of(group));
        assertThat(evaluators).noneMatch(evaluator -> evaluator.owns(group));
        beat(evaluators);
        assertThat(evaluators.stream().filter(evaluator -> evaluator.owns(group))).hasSize(1).doesNotContain(first);
        assertThat(others).allMatch(first::owns);
        // nobody can read it, so nobody has it
        evaluators.forEach(evaluator -> evaluator.leaveAlone(Set.of(group)));
        beat(evaluators);
        assertThat(evaluators).noneMatch(evaluator -> evaluator.owns(group));
        evaluators.forEach(evaluator -> evaluator.leaveAlone(Set.of()));
        beat(evaluators);
        assertThat(first.owns(group)).isTrue();
    }

    /**
     * An older one is empty, and a newer one may say more.
     */
    @Test
    void testSignsOfLifeOfOtherPrograms()
    {
        assertThat(new SignOfLife(Set.of()).toBytes()).isEmpty();
        SignOfLife life = new SignOfLife(Set.of(GROUPS.getFirst(), new GroupName("a/b", "c")));
        assertThat(SignOfLife.fromBytes(life.toBytes())).isEqualTo(life);
        for (String text : List.of("", "alive", "[]", "{}", "{\"left_alone\":7}", "{\"left_alone\":[7,\"none\",\"a/B\",null]}")) {
            assertThat(SignOfLife.fromBytes(text.getBytes(UTF_8)).leftAlone()).as(text).isEmpty();
        }
        assertThat(SignOfLife.fromBytes("{\"load\":1,\"left_alone\":[\"shop/group-1\"]}".getBytes(UTF_8)).leftAlone()).containsExactly(GROUPS.get(1));
    }

    @Test
    void testWithoutTheStoreItOwnsNothing()
            throws IOException
    {
        FaultInjectingObjectStore faulty = new FaultInjectingObjectStore(store, 1, FaultPlan.none());
        EvaluatorMembership evaluator = new EvaluatorMembership(faulty, new UUID(0, 1), () -> Duration.between(Instant.EPOCH, now).toNanos());
        assertThat(owned(evaluator)).isZero();
        evaluator.beat();
        faulty.follow(FaultPlan.outage());
        now = now.plusSeconds(17);
        assertThatThrownBy(evaluator::beat).isInstanceOf(IOException.class);
        assertThat(owned(evaluator)).isEqualTo(GROUPS.size());
        now = now.plusSeconds(1);
        assertThat(owned(evaluator)).isZero();
        faulty.follow(FaultPlan.none());
        evaluator.beat();
        assertThat(owned(evaluator)).isEqualTo(GROUPS.size());
    }

    @Test
    void testWhatOthersLeftIsDeleted()
            throws IOException
    {
        evaluator(1).beat();
        ObjectKey foreign = EvaluatorMembership.FOLDER.child("notes.txt");
        store.put(foreign, new byte[0]);
        now = now.plus(Duration.ofHours(1));
        evaluator(2).beat();
        assertThat(keys()).hasSize(3);
        now = now.plusSeconds(1);
        evaluator(2).beat();
        assertThat(keys()).containsExactly(EvaluatorMembership.FOLDER.child(new UUID(0, 2) + ".alive"), foreign);
    }

    private EvaluatorMembership evaluator(long id)
    {
        return new EvaluatorMembership(store, new UUID(0, id), () -> Duration.between(Instant.EPOCH, now).toNanos());
    }

    private static void beat(List<EvaluatorMembership> evaluators)
            throws IOException
    {
        for (int round = 0; round < 2; round++) {
            for (EvaluatorMembership evaluator : evaluators) {
                evaluator.beat();
            }
        }
    }

    private static long owned(EvaluatorMembership evaluator)
    {
        return GROUPS.stream().filter(evaluator::owns).count();
    }

    private List<ObjectKey> keys()
    {
        return store.list(EvaluatorMembership.FOLDER, Optional.empty(), 100).objects().stream().map(object -> object.key()).toList();
    }
}
