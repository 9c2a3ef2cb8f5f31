package io.icegate.wal.read;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.Heartbeat;
import io.icegate.wal.registry.WriterRegistry;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executor;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.Objects.requireNonNull;

/**
 * Computes the watermark of a table from what its writers promise. The promises, and why they hold whatever clocks do:
 * <ol>
 * <li>A time of ingest never falls along a lane, so no segment behind the last one of a dense run has an earlier one.
 * <li>A heartbeat names a time below which all rows of its writer are durable; the writer gives none below it any more.
 * <li>A writer begins a second after the time of its registry entry by the store's clock. One that a listing does not show
 * was registered after it, less than a second of rounding aside.
 * <li>A sealed writer is finished, and one whose entry is gone was sealed and committed before.
 * </ol>
 * A row that is durable is shown to every reader that asks later, unless a segment before it cannot be read. Of such a writer
 * only the first promise counts.
 */
public final class WatermarkReader
{
    private final WriterRegistry registry;
    private final WalListing listing;
    private final Executor executor;

    /**
     * @param executor as for {@link LiveTailReader}
     * @param segmentsMax more live segments in one table are refused
     */
    public WatermarkReader(Warehouse warehouse, FooterCache footers, Executor executor, int segmentsMax)
    {
        requireNonNull(warehouse, "warehouse is null");
        this.registry = new WriterRegistry(warehouse.store());
        this.listing = new WalListing(warehouse.store(), registry, footers, executor, segmentsMax);
        this.executor = requireNonNull(executor, "executor is null");
    }

    /**
     * How complete a reading is. Rows that became durable after it was taken bound the watermark too, so that one statement may
     * read the table and its watermark in any order.
     *
     * @throws WalException UNAVAILABLE when the store did not answer or too many segments wait
     */
    public Watermark read(LiveTail shown)
    {
        return watermark(listing.list(shown.table(), shown.from()), shown.ends());
    }

    /**
     * How complete a reading is that is taken later.
     *
     * @param from of the metadata of the table
     * @throws WalException UNAVAILABLE when the store did not answer or too many segments wait
     */
    public Watermark read(UUID table, OffsetVector from)
    {
        LiveSegments live = listing.list(table, from);
        return watermark(live, live.ends());
    }

    /**
     * @param shown where the runs end that the reading shows
     */
    private Watermark watermark(LiveSegments live, Map<WriterId, RunEnd> shown)
    {
        Map<WriterId, Long> last = new HashMap<>();
        Map<WriterId, Long> hidden = new HashMap<>();
        for (LiveSegment segment : live.segments()) {
            WriterId writer = segment.key().writer();
            long ingestMicros = segment.footer().header().ingestMicros();
            last.put(writer, ingestMicros);
            RunEnd end = shown.get(writer);
            if (end == null || segment.key().sequence().compareTo(end.next()) >= 0) {
                hidden.putIfAbsent(writer, ingestMicros);
            }
        }
        List<WriterId> open = live.ends().entrySet().stream()
                .filter(end -> hidden.containsKey(end.getKey()) || (end.getValue().kind() != RunEnd.Kind.SEALED && live.registry().isRegistered(end.getKey())))
                .map(Map.Entry::getKey)
                .toList();
        List<Optional<Watermark.Writer>> writers = Parallel.map(
                open,
                writer -> {
                    Long first = hidden.get(writer);
                    OptionalLong low = first == null ? lowMicros(writer, last.getOrDefault(writer, 0L), live) : OptionalLong.of(first);
                    return low.isEmpty() ? Optional.empty() : Optional.of(new Watermark.Writer(writer, Instant.EPOCH.plus(low.getAsLong(), MICROS)));
                },
                executor);
        return new Watermark(writers.stream().flatMap(Optional::stream).toList(), live.registry().asOf().truncatedTo(MICROS));
    }

    /**
     * The greatest time that one of the promises names; empty for a writer that never writes to this table.
     *
     * @param lastMicros time of the last segment of its run, 0 without one
     */
    private OptionalLong lowMicros(WriterId writer, long lastMicros, LiveSegments live)
    {
        RunEnd end = live.ends().get(writer);
        Instant seen = live.registry().lastSeen().get(writer);
        if (seen == null || (end != null && end.kind() == RunEnd.Kind.CORRUPT)) {
            return OptionalLong.of(lastMicros);
        }
        Optional<Heartbeat> heartbeat;
        try {
            heartbeat = registry.heartbeat(writer);
        }
        catch (WalException e) {
            if (e.kind() != CORRUPT) {
                throw e;
            }
            return OptionalLong.of(lastMicros);
        }
        if (heartbeat.isEmpty()) {
            // the time in the listing is that of the entry
            return OptionalLong.of(Math.max(lastMicros, WriterRegistry.floorMicros(seen)));
        }
        OptionalLong promised = heartbeat.orElseThrow().lowMicros(live.table());
        if (promised.isEmpty()) {
            // it names all tables of its writer, whose entry cannot be read
            return lastMicros == 0 ? OptionalLong.empty() : OptionalLong.of(lastMicros);
        }
        return OptionalLong.of(Math.max(lastMicros, promised.getAsLong()));
    }
}
