package io.icegate.wal.batches;

import io.icegate.wal.batches.BatchWindow.Entry;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestBatchWindow
{
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:30.123Z");
    private static final BatchIndexName NAME = new BatchIndexName("01ARZ3NDEKTSV4RRFFQ69G5FAV");

    @Test
    void testText()
    {
        BatchWindow window = new BatchWindow(List.of(
                new Entry(NAME, 3, Instant.ofEpochMilli(1_000), Instant.ofEpochMilli(2_000)),
                new Entry(new BatchIndexName("00000000000000000000000000"), 1, Instant.EPOCH, Instant.EPOCH)));

        assertThat(window.text()).isEqualTo("1;01ARZ3NDEKTSV4RRFFQ69G5FAV=3/1000/2000,00000000000000000000000000=1/0/0");
        assertThat(BatchWindow.parse(window.text())).isEqualTo(window);
        assertThat(window.count()).isEqualTo(4);
    }

    @Test
    void testTableWithoutTheProperty()
    {
        assertThat(BatchWindow.of(Map.of())).isEqualTo(BatchWindow.EMPTY);
        assertThat(BatchWindow.EMPTY.text()).isEmpty();
    }

    @Test
    void testWhatIsNoWindow()
    {
        for (String text : List.of("x", "1;", "2;01ARZ3NDEKTSV4RRFFQ69G5FAV=3/1/2", "1;01ARZ3NDEKTSV4RRFFQ69G5FAV=0/1/2", "1;01ARZ3NDEKTSV4RRFFQ69G5FAV=1/2/1", "1;01ARZ3NDEKTSV4RRFFQ69G5FA=1/1/1", "1;=1/1/1", "1;" + "x".repeat(100_000))) {
            assertThatThrownBy(() -> BatchWindow.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("Cannot read batch window");
        }
    }

    @Test
    void testNames()
    {
        Random random = new Random(1);
        BatchIndexName first = BatchIndexName.random(NOW, random);
        BatchIndexName second = BatchIndexName.random(NOW.plusMillis(1), random);

        assertThat(first.time()).isEqualTo(NOW);
        assertThat(first).isLessThan(second);
        assertThat(new BatchIndexName(first.text())).isEqualTo(first);
        for (String text : List.of("", "01ARZ3NDEKTSV4RRFFQ69G5FAI", "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav", "../01ARZ3NDEKTSV4RRFFQ69G5")) {
            assertThatThrownBy(() -> new BatchIndexName(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
