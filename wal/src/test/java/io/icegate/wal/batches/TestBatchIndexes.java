package io.icegate.wal.batches;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.PutOutcome;
import io.icegate.wal.BatchId;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WalFixture;
import io.icegate.wal.WalLayout;
import io.icegate.wal.batches.BatchIndex.Origin;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static io.icegate.wal.WalFixture.TABLE;
import static io.icegate.wal.WalFixture.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestBatchIndexes
{
    private final WalFixture wal = new WalFixture();

    @Test
    void testWhatIsWrittenIsRead()
    {
        BatchIndex.Builder builder = new BatchIndex.Builder();
        for (int i = 0; i < 1_000; i++) {
            // every third segment came with nothing but copies
            builder.origin(new Origin(id(i % 7), new Sequence(i)));
            for (int batch = 0; batch < i % 3; batch++) {
                builder.add(i, batch * 3L, 1_000_000 + i);
            }
        }
        builder.origin(new Origin(id(8), Sequence.FIRST)).add(5, 0, 7);
        BatchIndex index = builder.build();
        BatchIndex read = indexes().load(TABLE, wal.indexes.write(TABLE, index)).orElseThrow();

        assertThat(read.count()).isEqualTo(index.count()).isEqualTo(1_000);
        assertThat(read.origins()).isEqualTo(index.origins()).hasSize(1_001);
        for (int i = 0; i < 1_000; i++) {
            if (i % 3 > 0 && i != 5) {
                assertThat(times(read, new BatchId(i, 0))).containsExactly("%s/%s at %s".formatted(id(i % 7), i, 1_000_000 + i));
            }
        }
        assertThat(times(read, new BatchId(5, 0))).containsExactlyInAnyOrder("%s/5 at 1000005".formatted(id(5)), "%s/0 at 7".formatted(id(8)));
        assertThat(times(read, new BatchId(0, 0))).isEmpty();
        assertThat(read.entry(new BatchIndexName("0".repeat(26))).orElseThrow().count()).isEqualTo(1_000);
    }

    @Test
    void testIndexOfNothing()
    {
        BatchIndex index = new BatchIndex.Builder().build();
        assertThat(index.entry(new BatchIndexName("0".repeat(26)))).isEmpty();
        assertThat(times(index, new BatchId(1, 1))).isEmpty();
    }

    @Test
    void testDamageIsNoticed()
            throws Exception
    {
        BatchIndexName name = wal.indexes.write(TABLE, one());
        ObjectKey key = WalLayout.batchIndex(TABLE, name.text());
        String content = new String(wal.memory.get(key).orElseThrow().content(), StandardCharsets.UTF_8);
        for (String damaged : List.of(content.replace("\"format\":1", "\"format\":2"), content.replace("AAAA", "AAAB"), content.substring(1), "", content.replace(TABLE.toString(), new UUID(0, 0).toString()))) {
            wal.memory.put(key, damaged.getBytes(StandardCharsets.UTF_8));
            assertThat(indexes().load(TABLE, name)).as(damaged).isEmpty();
        }
        wal.memory.put(key, content.getBytes(StandardCharsets.UTF_8));
        assertThat(indexes().load(TABLE, name)).isPresent();
    }

    @Test
    void testAnswerLost()
    {
        List<String> answers = new ArrayList<>();
        wal.store.onPut((key, put) -> {
            answers.add(key + " " + put.get());
            return answers.size() == 1 ? PutOutcome.UNKNOWN : PutOutcome.PRECONDITION_FAILED;
        });

        assertThat(indexes().load(TABLE, wal.indexes.write(TABLE, one()))).isPresent();
        assertThat(answers).hasSize(1);
        wal.store.onPut((key, put) -> PutOutcome.UNKNOWN);
        assertThatThrownBy(() -> wal.indexes.write(TABLE, one())).isInstanceOfSatisfying(WalException.class, e -> assertThat(e.kind()).isEqualTo(WalException.Kind.UNAVAILABLE));
    }

    @Test
    void testMemoryIsBounded()
    {
        BatchIndexes indexes = new BatchIndexes(wal.store, WalEnvironment.system(Runnable::run), 3 * one().bytes());
        List<BatchIndexName> names = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            names.add(indexes.write(TABLE, one()));
        }
        assertThat(names).filteredOn(name -> indexes.known(TABLE, name).isPresent()).isEqualTo(names.subList(2, 5));
    }

    @Test
    void testUnreferenced()
    {
        BatchIndexName old = wal.indexes.write(TABLE, one());
        wal.clock.advance(Duration.ofHours(2));
        wal.indexes.write(TABLE, one());

        assertThat(BatchIndexes.unreferenced(wal.store, TABLE, List.of(), wal.clock.instant().minus(Duration.ofHours(1)))).containsExactly(WalLayout.batchIndex(TABLE, old.text()));
    }

    private static BatchIndex one()
    {
        return new BatchIndex.Builder().origin(new Origin(id(1), Sequence.FIRST)).add(0, 1, 2).build();
    }

    private BatchIndexes indexes()
    {
        return new BatchIndexes(wal.store, WalEnvironment.system(Runnable::run));
    }

    private static List<String> times(BatchIndex index, BatchId id)
    {
        List<String> times = new ArrayList<>();
        index.find(id, (origin, millis) -> times.add("%s/%s at %s".formatted(origin.writer(), origin.sequence().value(), millis)));
        return times;
    }
}
