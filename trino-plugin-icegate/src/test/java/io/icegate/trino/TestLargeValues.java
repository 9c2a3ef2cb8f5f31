package io.icegate.trino;

import io.icegate.schema.AttributeValue;
import io.icegate.schema.CanonicalText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values of the size that receivers accept by default, read in the heap of one gigabyte that this module's tests have.
 */
final class TestLargeValues
{
    private static final int BYTES = 4 * 1024 * 1024;
    private static final int ROWS = 12;

    @Test
    void testLargeBodies(@TempDir Path folder)
            throws Exception
    {
        try (TrinoLake lake = new TrinoLake(folder)) {
            WalFixture.Logs logs = lake.fixture().createLogs("large");
            for (int number = 1; number <= ROWS; number++) {
                logs.append(logs.batch("acme", number, CanonicalText.of(new AttributeValue.Text(number + "x".repeat(BYTES - 10)))));
            }
            String measured = "SELECT count(*), sum(length(body)), count_if(body LIKE '%x'), max_by(length(body), time_unix_nano), count(DISTINCT body) FROM large.logs WHERE body LIKE '1%'";
            long digits = 1 + 2 * 3;
            List<Object> expected = List.of(4L, 4L * (BYTES - 10) + digits, 4L, (long) BYTES - 8, 4L);
            assertThat(lake.rows(measured)).as("live").containsExactly(expected);
            assertThat(lake.rows("SELECT body FROM large.logs WHERE time_unix_nano = 2")).as("live").containsExactly(List.of("2" + "x".repeat(BYTES - 10)));
            logs.commit();
            assertThat(lake.rows(measured)).as("committed").containsExactly(expected);
            lake.sql("ALTER TABLE large.logs EXECUTE optimize");
            assertThat(lake.rows(measured)).as("compacted").containsExactly(expected);
            assertThat(lake.rows("SELECT body FROM large.logs WHERE time_unix_nano = 2")).as("compacted").containsExactly(List.of("2" + "x".repeat(BYTES - 10)));
        }
    }
}
