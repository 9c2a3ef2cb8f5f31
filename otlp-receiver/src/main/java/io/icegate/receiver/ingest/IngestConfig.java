package io.icegate.receiver.ingest;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import io.airlift.units.MaxDuration;
import io.airlift.units.MinDataSize;
import io.airlift.units.MinDuration;
import io.icegate.wal.WriterOptions;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

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
    private Duration ackDeadline = new Duration(3, SECONDS);
    private Duration window = new Duration(100, MILLISECONDS);
    private DataSize segmentBytes = DataSize.of(8, MEGABYTE);
    private int segmentRows = 131_072;
    private int maxInFlightSegments = 4;
    private double filesPerSecond = 4;
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
    @ConfigDescription("Longest time that a segment waits for more requests; the actual time is half of the median upload time, at least 5 ms")
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
    @Max(value = WriterOptions.SEGMENTS_IN_FLIGHT_LIMIT, message = "must be less than or equal to {value}: the search for duplicates relies on it")
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

    @DecimalMin("0.1")
    public double getFilesPerSecond()
    {
        return filesPerSecond;
    }

    @Config("icegate.wal.files-per-second")
    @ConfigDescription("Segments per second, averaged over a minute, above which small segments wait longer, up to 1 s")
    public IngestConfig setFilesPerSecond(double filesPerSecond)
    {
        this.filesPerSecond = filesPerSecond;
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
