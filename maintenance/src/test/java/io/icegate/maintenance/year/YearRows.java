package io.icegate.maintenance.year;

import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import static java.time.temporal.ChronoUnit.MICROS;

/**
 * One request of a client: a few log records whose bodies no other request has.
 *
 * @param sent also the time of its records
 */
@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
record YearRows(BatchId id, List<String> bodies, Instant sent)
{
    private static final String TENANT = "acme";
    private static final ResourceValues RESOURCE = new ResourceValues(Attributes.of(List.of(new Entry("service.name", new AttributeValue.Text("shop")))), 0, null, List.of());
    private static final ScopeValues SCOPE = new ScopeValues("scope", "1.0", Attributes.EMPTY, 0, null);

    static YearRows of(long number, int count, Instant sent)
    {
        return new YearRows(new BatchId(0x6963_6567_6174_6521L, number), IntStream.range(0, count).mapToObj(row -> number + "-" + row).toList(), sent);
    }

    /**
     * As a receiver admits it now; the id is the client's.
     */
    LogBatch admitted(Instant now)
    {
        long micros = MICROS.between(Instant.EPOCH, sent);
        LogBatch batch = new LogBatch(id, TENANT, bodies.stream()
                .map(body -> new LogRow(
                        RESOURCE,
                        SCOPE,
                        micros,
                        micros,
                        micros * 1000,
                        0,
                        9,
                        "INFO",
                        null,
                        new CanonicalText(CanonicalText.STRING, body),
                        null,
                        null,
                        0,
                        Attributes.EMPTY,
                        0,
                        null))
                .toList(), 100L * bodies.size());
        return batch.admitted(id, now.toEpochMilli());
    }
}
