package io.icegate.wal.read;

import io.icegate.wal.WriterId;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * How complete a reading of a table is: no row with an {@code ingest_time} before {@link #low} can appear any more that the
 * reading does not show. A row of exactly that time can.
 *
 * @param writers that are open, in order
 * @param future the same for writers that are not registered yet, by the store's clock
 */
public record Watermark(List<Writer> writers, Instant future)
{
    public Watermark
    {
        writers = List.copyOf(writers);
        requireNonNull(future, "future is null");
    }

    /**
     * @param low no row of this writer with an earlier {@code ingest_time} can appear any more; {@link Instant#EPOCH} when
     *         nothing is known of it
     */
    public record Writer(WriterId id, Instant low)
    {
        public Writer
        {
            requireNonNull(id, "id is null");
            requireNonNull(low, "low is null");
        }
    }

    public Instant low()
    {
        return Stream.concat(Stream.of(future), writers.stream().map(Writer::low)).min(Instant::compareTo).orElseThrow();
    }
}
