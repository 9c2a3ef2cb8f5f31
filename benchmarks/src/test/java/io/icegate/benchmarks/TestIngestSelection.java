package io.icegate.benchmarks;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

final class TestIngestSelection
{
    private static final List<Payload> ALL = List.of(Payload.values());

    @Test
    void testUsualChangesOneThingAtATime()
    {
        List<IngestCell> cells = IngestSelection.usual(ALL);
        IngestCell usual = IngestSelection.usual(Payload.LOGS);
        assertThat(cells).hasSize(11).doesNotHaveDuplicates().startsWith(usual, IngestSelection.usual(Payload.SPANS), IngestSelection.usual(Payload.METRICS));
        assertThat(cells).allSatisfy(cell -> assertThat(differences(cell, usual)).isLessThanOrEqualTo(1));
    }

    @Test
    void testFullIsTheWholeMatrix()
    {
        List<IngestCell> cells = IngestSelection.full(ALL, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()).cells();
        assertThat(cells).hasSize(3 * 4 * 3 * 3 * 2).doesNotHaveDuplicates().containsAll(IngestSelection.usual(ALL));
    }

    @Test
    void testChosen()
    {
        assertThat(IngestSelection.chosen(List.of(Payload.SPANS), Optional.empty(), Optional.empty(), Optional.of(List.of(1, 8)), Optional.empty()).cells())
                .extracting(IngestCell::clients)
                .containsExactly(1, 8);
        List<IngestStore> stores = List.of(IngestStore.s3(Duration.ZERO), IngestStore.s3(Duration.ofMillis(60)));
        assertThat(IngestSelection.chosen(List.of(Payload.LOGS), Optional.empty(), Optional.of(stores), Optional.empty(), Optional.empty()).cells())
                .extracting(cell -> cell.store().toString())
                .containsExactly("S3, PUT + 0 ms", "S3, PUT + 60 ms");
    }

    private static int differences(IngestCell one, IngestCell other)
    {
        return (int) one.description().entrySet().stream().filter(entry -> !entry.getValue().equals(other.description().get(entry.getKey()))).count();
    }
}
