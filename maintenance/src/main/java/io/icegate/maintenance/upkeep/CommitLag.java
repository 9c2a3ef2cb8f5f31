package io.icegate.maintenance.upkeep;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.read.LiveSegments;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.StreamSupport;

import static java.util.Objects.requireNonNull;

/**
 * Tells when ingest is short of something: segments have waited for their commit much longer than commits are apart. Merges can wait
 * then. Asks the store only when no commit came lately. A table whose segments wait for longer than {@link #LAG_MAX} has another
 * problem, which no rest of ours solves.
 */
final class CommitLag
{
    static final Duration LAG_MIN = Duration.ofMinutes(2);
    static final Duration LAG_MAX = Duration.ofMinutes(30);

    private final EngineWal wal;
    private final InstantSource clock;

    CommitLag(EngineWal wal, InstantSource clock)
    {
        this.wal = requireNonNull(wal, "wal is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Returns how long the oldest segment has waited, when that is too long.
     *
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer
     */
    Optional<Duration> find(Table table)
    {
        Instant committed = StreamSupport.stream(table.snapshots().spliterator(), false)
                .filter(snapshot -> snapshot.summary() != null && snapshot.summary().containsKey(OffsetVector.PROPERTY))
                .map(Snapshot::timestampMillis)
                .max(Comparator.naturalOrder())
                .map(Instant::ofEpochMilli)
                .orElse(Instant.MIN);
        Optional<OffsetVector> vector = OffsetVector.fromProperties(table.properties());
        if (vector.isEmpty() || committed.isAfter(clock.instant().minus(LAG_MIN))) {
            return Optional.empty();
        }
        LiveSegments waiting = wal.waiting(table, vector.orElseThrow());
        return waiting.segments().stream()
                .map(segment -> segment.head().lastModified())
                .min(Comparator.naturalOrder())
                .map(oldest -> Duration.between(oldest, waiting.now()))
                .filter(lag -> lag.compareTo(LAG_MIN) > 0 && lag.compareTo(LAG_MAX) < 0);
    }
}
