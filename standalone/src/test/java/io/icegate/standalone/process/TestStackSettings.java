package io.icegate.standalone.process;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

final class TestStackSettings
{
    private static final String COPIES = "icegate.wal.copies-folder";

    /**
     * Upkeep looks for the copies in the same folder.
     */
    @Test
    void testCopiesAreKeptWhereRequestsCost()
    {
        assertThat(configuration("s3://lake/warehouse", Map.of())).containsEntry(COPIES, ReceiverProcess.copies(Path.of("data")).toString());
        assertThat(configuration("s3://lake/warehouse", Map.of(COPIES, "elsewhere"))).containsEntry(COPIES, "elsewhere");
        assertThat(configuration("file:/lake", Map.of())).doesNotContainKey(COPIES);
    }

    private static Map<String, String> configuration(String warehouse, Map<String, String> receiver)
    {
        MemoryPlan memory = MemoryPlan.ofMachine().with(Optional.empty(), Optional.empty());
        return new StackSettings(Path.of("data"), warehouse, 4317, 4318, 8080, receiver, memory).receiverConfiguration();
    }
}
