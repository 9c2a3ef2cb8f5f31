package io.icegate.catalog.log;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Holds what {@code format.json} fixes for the life of a catalog.
 *
 * @param fence how old an observation of the tail may be
 * @param retention how long a log record is kept at least
 * @param idempotencyWindow how long a transaction id is remembered
 */
public record CatalogFormat(UUID catalogId, Duration fence, Duration retention, Duration idempotencyWindow)
{
    public static final int VERSION = 2;
    /**
     * Of records that were offered ahead, that only fill a slot, or that tell the program: programs that know {@value #VERSION}
     * alone stop at them.
     */
    static final int RECORD_VERSION = 3;
    public static final Duration FENCE = Duration.ofMinutes(5);
    public static final Duration RETENTION = Duration.ofHours(168);
    /**
     * In a folder of somebody's disk. Tables are committed every few seconds there, each time with a metadata file that lists the
     * snapshots of two hours: under load gigabytes a day, which are kept as long as the records that name them.
     */
    public static final Duration RETENTION_LOCAL = Duration.ofHours(24);
    public static final Duration IDEMPOTENCY_WINDOW = Duration.ofHours(1);
    private static final int RETENTION_FENCES_MIN = 4;
    private static final Set<String> FIELDS = Set.of("version", "catalog-id", "fence", "retention", "idempotency-window");

    public CatalogFormat
    {
        requireNonNull(catalogId, "catalogId is null");
        if (fence.isNegative() || fence.isZero() || idempotencyWindow.isNegative()) {
            throw new IllegalArgumentException("Cannot use a catalog with fence %s and idempotency window %s: out of range".formatted(fence, idempotencyWindow));
        }
        if (retention.compareTo(fence.multipliedBy(RETENTION_FENCES_MIN)) < 0) {
            throw new IllegalArgumentException("Cannot use a catalog with retention %s: it must be at least %s times the fence %s".formatted(retention, RETENTION_FENCES_MIN, fence));
        }
    }

    public static CatalogFormat create(UUID catalogId, Duration retention)
    {
        return new CatalogFormat(catalogId, FENCE, retention, IDEMPOTENCY_WINDOW);
    }

    public byte[] toJson()
    {
        return StrictJson.write(json -> {
            json.writeNumberField("version", VERSION);
            json.writeStringField("catalog-id", catalogId.toString());
            json.writeStringField("fence", fence.toString());
            json.writeStringField("retention", retention.toString());
            json.writeStringField("idempotency-window", idempotencyWindow.toString());
        });
    }

    public static CatalogFormat fromJson(byte[] content)
    {
        StrictJson json = StrictJson.parse("catalog format", content);
        if (json.number("version") != VERSION) {
            throw new IllegalArgumentException("Cannot open catalog: its format is version %s, this program knows version %s only".formatted(json.number("version"), VERSION));
        }
        json.allow(FIELDS);
        return new CatalogFormat(json.uuid("catalog-id"), duration(json, "fence"), duration(json, "retention"), duration(json, "idempotency-window"));
    }

    private static Duration duration(StrictJson json, String field)
    {
        try {
            return Duration.parse(json.text(field));
        }
        catch (DateTimeException e) {
            throw new IllegalArgumentException("Cannot read catalog format: field '%s' is not a duration".formatted(field), e);
        }
    }
}
