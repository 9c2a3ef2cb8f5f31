package io.icegate.receiver.decode;

import com.google.protobuf.Message;
import io.icegate.receiver.signal.Encoding;
import io.icegate.wal.format.RowBatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks with generated requests of one signal that rows hold what a client sent. {@code -Dicegate.seed} replays one round.
 *
 * @param <R> a row as an object
 */
final class LosslessRequests<R>
{
    private final SignalKind<R> kind;

    LosslessRequests(SignalKind<R> kind)
    {
        this.kind = kind;
    }

    void assertStoredRowsGiveTheRequestBack(int rounds)
    {
        int residuals = 0;
        for (long seed : seeds(rounds)) {
            Random random = new Random(seed);
            List<Message> requests = new ArrayList<>();
            List<RowBatch> batches = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Message request = kind.payload().apply(random, i > 0);
                requests.add(request);
                batches.add(kind.decode(request));
            }
            List<R> rows = kind.stored(batches);
            assertThat(NormalForm.of(kind.rebuilt(rows)))
                    .as("seed %s", seed)
                    .isEqualTo(NormalForm.of(requests));
            residuals += (int) rows.stream().filter(this::hasResidual).count();
        }
        assertThat(residuals).isPositive();
    }

    void assertOrdinaryRequestsNeedNoResidual()
    {
        for (long seed : seeds(50)) {
            assertThat(kind.rows().apply(kind.decode(kind.payload().apply(new Random(seed), false))))
                    .as("seed %s", seed)
                    .noneMatch(this::hasResidual);
        }
    }

    void assertJsonGivesTheSameRows(int rounds)
    {
        for (long seed : seeds(rounds)) {
            Random random = new Random(seed);
            Message request = kind.payload().apply(random, false);
            String json = new OtlpJsonWriter(random).write(request);
            assertThat(kind.values(kind.decode(json.getBytes(UTF_8), Encoding.JSON, DecodeLimits.DEFAULT).batch()))
                    .as("seed %s: %s", seed, json)
                    .isEqualTo(kind.values(kind.decode(request)));
        }
    }

    private boolean hasResidual(R row)
    {
        return kind.residual().apply(row) != null;
    }

    private static long[] seeds(int count)
    {
        Long seed = Long.getLong("icegate.seed");
        return seed != null ? new long[] {seed} : new Random(20_261_122).longs(count).toArray();
    }
}
