package io.icegate.wal.status;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.Parallel;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.status.WriterStatus.Waiting;
import io.icegate.wal.table.TableOffsets;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executor;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;

/**
 * Reads how the writers of a table are. Costs what a query costs to plan, and a heartbeat for each writer that is not
 * finished: writers that are closed are told from the listing alone, and those that left the registry are not told.
 */
public final class WriterStatusReader
{
    private final WriterRegistry registry;
    private final WalListing listing;
    private final Executor executor;
    private final int segmentsMax;

    /**
     * @param executor runs reads in parallel; {@code Runnable::run} reads one after the other
     * @param segmentsMax of one table that are looked at, the oldest first
     */
    public WriterStatusReader(WriterRegistry registry, WalListing listing, Executor executor, int segmentsMax)
    {
        this.registry = requireNonNull(registry, "registry is null");
        this.listing = requireNonNull(listing, "listing is null");
        this.executor = requireNonNull(executor, "executor is null");
        this.segmentsMax = segmentsMax;
    }

    /**
     * Returns the writers of a table in the order of their ids; nothing for a table that has no WAL.
     *
     * @throws io.icegate.wal.OffsetsDisagreeException when the metadata contradicts itself about what is committed
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public List<WriterStatus> read(TableIdentifier name, TableMetadata metadata)
    {
        TableOffsets offsets = TableOffsets.of(metadata);
        if (!offsets.isWalTable()) {
            return List.of();
        }
        OffsetVector vector = offsets.forRead(name.toString());
        LiveSegments live = listing.list(UUID.fromString(metadata.uuid()), vector, segmentsMax);
        Map<WriterId, List<LiveSegment>> waiting = live.segments().stream().collect(groupingBy(segment -> segment.key().writer()));
        List<WriterStatus> statuses = new ArrayList<>(Parallel.map(
                List.copyOf(live.ends().keySet()),
                writer -> status(name, writer, live, waiting.getOrDefault(writer, List.of())),
                executor));
        for (WriterId writer : vector.offsets().keySet()) {
            if (vector.isClosed(writer) && live.registry().isRegistered(writer)) {
                statuses.add(closed(name, writer, live));
            }
        }
        statuses.sort(Comparator.comparing(status -> status.writer().orElseThrow()));
        return statuses;
    }

    private static WriterStatus closed(TableIdentifier name, WriterId writer, LiveSegments live)
    {
        return new WriterStatus(
                name,
                Optional.of(writer),
                WriterState.CLOSED,
                Optional.empty(),
                Optional.of(live.from().next(writer)),
                Optional.of(Waiting.NONE),
                Optional.ofNullable(live.registry().lastSeen().get(writer)),
                Optional.empty(),
                Optional.empty());
    }

    private WriterStatus status(TableIdentifier name, WriterId writer, LiveSegments live, List<LiveSegment> waiting)
    {
        RunEnd end = requireNonNull(live.ends().get(writer), "end is null");
        List<String> problems = new ArrayList<>();
        Sequence committed = live.from().next(writer);
        Optional<Instant> lastSeen = Optional.ofNullable(live.registry().lastSeen().get(writer));
        Optional<RegistryEntry> entry = entry(writer, problems);
        WriterState state = problems.isEmpty() ? state(writer, end, live) : WriterState.UNREADABLE;
        if (end.kind() == RunEnd.Kind.CORRUPT) {
            state = WriterState.CORRUPT;
        }
        // an upload that others overtook is no problem while its writer lives
        if (!end.detail().isEmpty() && !(end.kind() == RunEnd.Kind.GAP && state == WriterState.OPEN)) {
            problems.add(end.detail());
        }
        Optional<Instant> low = state == WriterState.SEALED || lastSeen.isEmpty() ? Optional.empty() : low(writer, live.table(), problems);
        return new WriterStatus(
                name,
                Optional.of(writer),
                state,
                entry.map(RegistryEntry::host),
                Optional.of(committed),
                Optional.of(waiting(waiting)),
                lastSeen,
                low,
                problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems)));
    }

    private static WriterState state(WriterId writer, RunEnd end, LiveSegments live)
    {
        if (end.kind() == RunEnd.Kind.SEALED) {
            return WriterState.SEALED;
        }
        if (!live.registry().isRegistered(writer)) {
            return WriterState.UNREGISTERED;
        }
        return live.registry().isSilent(writer, WriterRegistry.SILENT_AFTER) ? WriterState.SILENT : WriterState.OPEN;
    }

    private Optional<RegistryEntry> entry(WriterId writer, List<String> problems)
    {
        try {
            return registry.entry(writer);
        }
        catch (WalException e) {
            problems.add(corruption(e));
            return Optional.empty();
        }
    }

    private Optional<Instant> low(WriterId writer, UUID table, List<String> problems)
    {
        try {
            OptionalLong micros = registry.heartbeat(writer).map(heartbeat -> heartbeat.lowMicros(table)).orElse(OptionalLong.empty());
            return micros.isPresent() ? Optional.of(Instant.EPOCH.plus(micros.getAsLong(), MICROS)) : Optional.empty();
        }
        catch (WalException e) {
            problems.add(corruption(e));
            return Optional.empty();
        }
    }

    /**
     * A store that does not answer is no matter of one writer.
     */
    private static String corruption(WalException failure)
    {
        if (failure.kind() != CORRUPT) {
            throw failure;
        }
        return String.valueOf(failure.getMessage());
    }

    private static Waiting waiting(List<LiveSegment> segments)
    {
        return new Waiting(
                segments.size(),
                segments.stream().mapToLong(segment -> segment.footer().rows()).sum(),
                segments.stream().mapToLong(segment -> segment.head().size()).sum(),
                segments.stream().map(segment -> segment.head().lastModified()).min(Comparator.naturalOrder()));
    }
}
