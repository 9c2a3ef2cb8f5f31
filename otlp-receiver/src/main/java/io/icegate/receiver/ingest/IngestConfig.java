package io.icegate.receiver.ingest;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import io.airlift.units.MaxDuration;
import io.airlift.units.MinDataSize;
import io.airlift.units.MinDuration;
import io.icegate.wal.Sequence;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

import static io.airlift.units.DataSize.Unit.GIGABYTE;
import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * From a request to a durable segment.
 */
public class IngestConfig
{
    private DataSize memoryBudget = DataSize.succinctBytes(Runtime.getRuntime().maxMemory() / 4);
    private double tenantMemoryShare = 0.5;
    private Optional<DataSize> tenantBytesPerSecond = Optional.empty();
    private Optional<Long> tenantRecordsPerSecond = Optional.empty();
    private Duration ackDeadline = new Duration(3, SECONDS);
    private Duration window = new Duration(100, MILLISECONDS);
    private DataSize segmentBytes = DataSize.of(8, MEGABYTE);
    private int segmentRows = 131_072;
    private int maxInFlightSegments = 4;
    private Optional<WindowProfile> profile = Optional.empty();
    private Optional<Double> filesPerSecond = Optional.empty();
    private Optional<Path> copiesFolder = Optional.empty();
    private DataSize copiesSize = DataSize.of(1, GIGABYTE);
    private boolean dedup = true;
    private Duration dedupWindow = new Duration(15, MINUTES);

    @MinDataSize("1MB")
    public DataSize getMemoryBudget()
    {
        return memoryBudget;
    }

    @Config("icegate.ingest.memory-budget")
    @ConfigDescription("Bytes of requests that may be in memory until they are durable; more are refused with a retryable answer. Default: a quarter of the heap")
    public IngestConfig setMemoryBudget(DataSize memoryBudget)
    {
        this.memoryBudget = memoryBudget;
        return this;
    }

    @DecimalMin(value = "0", inclusive = false)
    @DecimalMax("1")
    public double getTenantMemoryShare()
    {
        return tenantMemoryShare;
    }

    @Config("icegate.tenant.max-memory-share")
    @ConfigDescription("Part of the memory for requests that one tenant may hold while others send too; more is refused with a retryable answer")
    public IngestConfig setTenantMemoryShare(double tenantMemoryShare)
    {
        this.tenantMemoryShare = tenantMemoryShare;
        return this;
    }

    public Optional<@MinDataSize("1kB") DataSize> getTenantBytesPerSecond()
    {
        return tenantBytesPerSecond;
    }

    @Config("icegate.tenant.max-bytes-per-second")
    @ConfigDescription("Bytes of requests, after decompression, that each tenant may send to this process per second; more is refused with a retryable answer. Default: no limit")
    public IngestConfig setTenantBytesPerSecond(@Nullable DataSize tenantBytesPerSecond)
    {
        this.tenantBytesPerSecond = Optional.ofNullable(tenantBytesPerSecond);
        return this;
    }

    public Optional<@Min(1) Long> getTenantRecordsPerSecond()
    {
        return tenantRecordsPerSecond;
    }

    @Config("icegate.tenant.max-records-per-second")
    @ConfigDescription("Records, spans and data points that each tenant may send to this process per second; more is refused with a retryable answer. Default: no limit")
    public IngestConfig setTenantRecordsPerSecond(@Nullable Long tenantRecordsPerSecond)
    {
        this.tenantRecordsPerSecond = Optional.ofNullable(tenantRecordsPerSecond);
        return this;
    }

    public TenantQuotas.Limits tenantLimits()
    {
        return new TenantQuotas.Limits(
                tenantMemoryShare,
                tenantBytesPerSecond.map(size -> OptionalLong.of(size.toBytes())).orElse(OptionalLong.empty()),
                tenantRecordsPerSecond.map(OptionalLong::of).orElse(OptionalLong.empty()));
    }

    @MinDuration("100ms")
    @MaxDuration("60s")
    public Duration getAckDeadline()
    {
        return ackDeadline;
    }

    @Config("icegate.ingest.ack-deadline")
    @ConfigDescription("Longest wait for a request to become durable before it is answered with a retryable error")
    public IngestConfig setAckDeadline(Duration ackDeadline)
    {
        this.ackDeadline = ackDeadline;
        return this;
    }

    @MinDuration("5ms")
    @MaxDuration("1s")
    public Duration getWindow()
    {
        return window;
    }

    @Config("icegate.wal.window")
    @ConfigDescription("Longest time that a segment waits for more requests while the file budget lasts; the actual time is half of the median upload time, at least 5 ms, and none when no other request is open")
    public IngestConfig setWindow(Duration window)
    {
        this.window = window;
        return this;
    }

    @MinDataSize("64kB")
    public DataSize getSegmentBytes()
    {
        return segmentBytes;
    }

    @Config("icegate.wal.segment-bytes")
    @ConfigDescription("Bytes of OTLP at which a segment is closed")
    public IngestConfig setSegmentBytes(DataSize segmentBytes)
    {
        this.segmentBytes = segmentBytes;
        return this;
    }

    @Min(1)
    @Max(1_048_576)
    public int getSegmentRows()
    {
        return segmentRows;
    }

    @Config("icegate.wal.segment-rows")
    @ConfigDescription("Rows at which a segment is closed")
    public IngestConfig setSegmentRows(int segmentRows)
    {
        this.segmentRows = segmentRows;
        return this;
    }

    @Min(1)
    @Max(value = Sequence.IN_FLIGHT_LIMIT, message = "must be less than or equal to {value}: whoever seals a writer relies on it")
    public int getMaxInFlightSegments()
    {
        return maxInFlightSegments;
    }

    @Config("icegate.wal.max-in-flight-segments")
    @ConfigDescription("Segments of one writer and table that may be uploading at the same time, at most 8")
    public IngestConfig setMaxInFlightSegments(int maxInFlightSegments)
    {
        this.maxInFlightSegments = maxInFlightSegments;
        return this;
    }

    public Optional<WindowProfile> getProfile()
    {
        return profile;
    }

    @Config("icegate.wal.profile")
    @ConfigDescription("What matters most: low-latency, balanced or economy. Default: balanced where the store takes money for requests, else files are not counted")
    public IngestConfig setProfile(@Nullable WindowProfile profile)
    {
        this.profile = Optional.ofNullable(profile);
        return this;
    }

    public Optional<@DecimalMin("1") @DecimalMax("1000") Double> getFilesPerSecond()
    {
        return filesPerSecond;
    }

    @Config("icegate.wal.files-per-second")
    @ConfigDescription("Segments per second and table that a steady load of small requests may cost. Default: that of the profile")
    public IngestConfig setFilesPerSecond(@Nullable Double filesPerSecond)
    {
        this.filesPerSecond = Optional.ofNullable(filesPerSecond);
        return this;
    }

    /**
     * What to weigh requests by; empty when they cost nothing.
     *
     * @param priced true when the store takes money for requests
     */
    public Optional<WindowProfile> requestProfile(boolean priced)
    {
        return priced ? Optional.of(profile.orElse(WindowProfile.BALANCED)) : Optional.empty();
    }

    OptionalDouble fileBudget(boolean priced)
    {
        if (filesPerSecond.isPresent()) {
            return OptionalDouble.of(filesPerSecond.orElseThrow());
        }
        if (profile.isEmpty() && !priced) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(profile.orElse(WindowProfile.BALANCED).filesPerSecond());
    }

    /**
     * @param priced true when the store takes money for requests
     */
    public SegmentBatcher.Settings batcherSettings(boolean priced)
    {
        return new SegmentBatcher.Settings(
                window.toJavaTime(),
                fileBudget(priced),
                new SegmentBatcher.Limits(segmentBytes.toBytes(), segmentRows, maxInFlightSegments));
    }

    public Optional<Path> getCopiesFolder()
    {
        return copiesFolder;
    }

    @Config("icegate.wal.copies-folder")
    @ConfigDescription("Folder on the local disk for copies of the newest segments, from which upkeep on the same machine merges. Default: no copies")
    public IngestConfig setCopiesFolder(@Nullable Path copiesFolder)
    {
        this.copiesFolder = Optional.ofNullable(copiesFolder);
        return this;
    }

    @MinDataSize("1MB")
    public DataSize getCopiesSize()
    {
        return copiesSize;
    }

    @Config("icegate.wal.copies-size")
    @ConfigDescription("Bytes of the copies of segments; the oldest go first")
    public IngestConfig setCopiesSize(DataSize copiesSize)
    {
        this.copiesSize = copiesSize;
        return this;
    }

    public boolean isDedup()
    {
        return dedup;
    }

    @Config("icegate.wal.dedup")
    @ConfigDescription("Recognise requests that are sent again by their content")
    public IngestConfig setDedup(boolean dedup)
    {
        this.dedup = dedup;
        return this;
    }

    @MinDuration("1s")
    @MaxDuration("1d")
    public Duration getDedupWindow()
    {
        return dedupWindow;
    }

    @Config("icegate.wal.dedup-window")
    @ConfigDescription("Time during which a repeated request is recognised; must exceed the time after which clients give up")
    public IngestConfig setDedupWindow(Duration dedupWindow)
    {
        this.dedupWindow = dedupWindow;
        return this;
    }
}
