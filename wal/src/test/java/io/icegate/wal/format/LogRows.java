package io.icegate.wal.format;

import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.EntityRef;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.BatchId;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

import static java.time.ZoneOffset.UTC;

/**
 * Log rows for tests, and log rows out of what a reader found.
 */
@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
public final class LogRows
{
    public static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final long[] LONGS = {0, 1, -1, 1_700_000_000_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE, 0xFFFF_FFFFL};
    private static final String[] TEXTS = {"", "a", "GET", "\u0000", "\"\\\n\u001f", "\uE000", "\uD83D\uDE00", "ünïcödé", "x".repeat(3000), "0", "true", "null"};
    private static final double[] DOUBLES = {0.0, -0.0, 0.1, 1.0, 1e10, 1e-3, 9.999e-4, 1e7, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.NEGATIVE_INFINITY, 2e-3};

    private LogRows() {}

    /**
     * A batch of plain rows: bodies {@code <tenant>-<batch>-0}, {@code …-1} and so on, one service.
     */
    public static LogBatch batch(long batch, String tenant, int rows)
    {
        ResourceValues resource = new ResourceValues(Attributes.of(List.of(new Entry("service.name", new AttributeValue.Text("shop")))), 0, null, List.of());
        ScopeValues scope = new ScopeValues("scope", "1.0", Attributes.EMPTY, 0, null);
        long micros = micros(NOW);
        return new LogBatch(new BatchId(0, batch), tenant, IntStream.range(0, rows)
                .mapToObj(i -> new LogRow(
                        resource,
                        scope,
                        micros + i,
                        micros,
                        (micros + i) * 1000,
                        0,
                        9,
                        "INFO",
                        null,
                        new CanonicalText(CanonicalText.STRING, "%s-%s-%s".formatted(tenant, batch, i)),
                        null,
                        null,
                        0,
                        Attributes.of(List.of(new Entry("index", new AttributeValue.Int(i)))),
                        0,
                        null))
                .toList(), rows * 100L);
    }

    public static long micros(Instant instant)
    {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /**
     * A batch of rows with every type and extreme.
     */
    public static LogBatch random(Random random, BatchId id, String tenant, int rows)
    {
        List<LogRow> result = new ArrayList<>();
        ResourceValues resource = resource(random);
        ScopeValues scope = scope(random);
        for (int i = 0; i < rows; i++) {
            if (random.nextInt(10) == 0) {
                resource = resource(random);
            }
            if (random.nextInt(5) == 0) {
                scope = scope(random);
            }
            result.add(row(random, resource, scope));
        }
        return new LogBatch(id, tenant, result, rows * 300L);
    }

    private static LogRow row(Random random, ResourceValues resource, ScopeValues scope)
    {
        return new LogRow(
                resource,
                scope,
                micros(NOW) - random.nextInt(1_000_000_000),
                micros(NOW),
                LONGS[random.nextInt(LONGS.length)],
                random.nextLong(),
                random.nextBoolean() ? random.nextInt(25) : random.nextInt(),
                optionalText(random),
                optionalText(random),
                random.nextInt(4) == 0 ? null : CanonicalText.of(value(random, 0)),
                random.nextBoolean() ? null : HexFormat.of().formatHex(bytes(random, 16)),
                random.nextBoolean() ? null : HexFormat.of().formatHex(bytes(random, 8)),
                random.nextInt() & 0xFFFF_FFFFL,
                attributes(random, 12),
                random.nextInt(3),
                random.nextInt(20) == 0 ? bytes(random, random.nextInt(100)) : null);
    }

    /**
     * A batch of rows that have nothing which may be absent.
     */
    public static LogBatch bare(BatchId id, String tenant, int rows)
    {
        long micros = micros(NOW);
        return new LogBatch(id, tenant, IntStream.range(0, rows)
                .mapToObj(i -> new LogRow(ResourceValues.EMPTY, ScopeValues.EMPTY, micros + i, micros, 0, 0, 0, null, null, null, null, null, 0, Attributes.EMPTY, 0, null))
                .toList(), rows * 100L);
    }

    static ResourceValues resource(Random random)
    {
        List<EntityRef> refs = IntStream.range(0, random.nextInt(3))
                .mapToObj(i -> new EntityRef(optionalText(random), optionalText(random), texts(random), texts(random)))
                .toList();
        return new ResourceValues(attributes(random, 6), random.nextInt(3), optionalText(random), refs);
    }

    static ScopeValues scope(Random random)
    {
        return new ScopeValues(optionalText(random), optionalText(random), attributes(random, 3), random.nextInt(3), optionalText(random));
    }

    private static List<String> texts(Random random)
    {
        return IntStream.range(0, random.nextInt(4)).mapToObj(i -> text(random)).toList();
    }

    static Attributes attributes(Random random, int max)
    {
        List<Entry> entries = new ArrayList<>();
        int count = random.nextInt(max);
        boolean strings = random.nextBoolean();
        for (int i = 0; i < count; i++) {
            String key = random.nextInt(5) == 0 ? text(random) : List.of("service.name", "service.namespace", "service.instance.id", "k1", "k2", "http.method").get(random.nextInt(6));
            entries.add(new Entry(key, strings ? new AttributeValue.Text(text(random)) : value(random, 0)));
        }
        return Attributes.of(entries);
    }

    public static AttributeValue value(Random random, int depth)
    {
        return switch (random.nextInt(depth < 4 ? 9 : 7)) {
            case 0, 1 -> new AttributeValue.Text(text(random));
            case 2 -> new AttributeValue.Int(LONGS[random.nextInt(LONGS.length)]);
            case 3 -> new AttributeValue.Real(random.nextBoolean() ? DOUBLES[random.nextInt(DOUBLES.length)] : Double.longBitsToDouble(random.nextLong()));
            case 4 -> new AttributeValue.Bool(random.nextBoolean());
            case 5 -> new AttributeValue.Bytes(ByteBuffer.wrap(bytes(random, random.nextInt(5))));
            case 6 -> new AttributeValue.Empty();
            case 7 -> new AttributeValue.Array(IntStream.range(0, random.nextInt(4)).mapToObj(i -> value(random, depth + 1)).toList());
            default -> new AttributeValue.KeyValues(IntStream.range(0, random.nextInt(4)).mapToObj(i -> new Entry(text(random), value(random, depth + 1))).toList());
        };
    }

    static @Nullable String optionalText(Random random)
    {
        return random.nextInt(3) == 0 ? null : text(random);
    }

    private static String text(Random random)
    {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    static byte[] bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /**
     * All columns of a row but the tenant, as a comparable value.
     */
    public static List<@Nullable Object> values(LogRow row)
    {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(row.resource());
        values.add(row.scope());
        values.add(row.timestampMicros());
        values.add(row.timeUnixNano());
        values.add(row.observedTimeUnixNano());
        values.add(row.severityNumber());
        values.add(row.severityText());
        values.add(row.eventName());
        values.add(row.body());
        values.add(row.traceId());
        values.add(row.spanId());
        values.add(row.flags());
        values.add(row.attributes());
        values.add(row.droppedAttributesCount());
        values.add(row.residual() == null ? null : ByteBuffer.wrap(row.residual()));
        return values;
    }

    /**
     * The row that a reader found, by column names. The promoted columns must agree with the resource.
     */
    public static LogRow fromRecord(Record row)
    {
        return new LogRow(
                resource(row),
                scope(row),
                micros(row.getField("timestamp")),
                micros(row.getField("ingest_time")),
                (Long) row.getField("time_unix_nano"),
                (Long) row.getField("observed_time_unix_nano"),
                (Integer) row.getField("severity_number"),
                (String) row.getField("severity_text"),
                (String) row.getField("event_name"),
                body((String) row.getField("body"), (String) row.getField("body_type")),
                (String) row.getField("trace_id"),
                (String) row.getField("span_id"),
                (Long) row.getField("flags"),
                attributes(row, "attributes", "attribute_types"),
                (Long) row.getField("dropped_attributes_count"),
                bytes(row.getField("otlp_residual")));
    }

    static ResourceValues resource(Record row)
    {
        ResourceValues resource = new ResourceValues(
                attributes(row, "resource_attributes", "resource_attribute_types"),
                (Long) row.getField("resource_dropped_attributes_count"),
                (String) row.getField("resource_schema_url"),
                ((List<?>) row.getField("resource_entity_refs")).stream().map(LogRows::entityRef).toList());
        same(resource.serviceName(), row.getField("service_name"));
        same(resource.serviceNamespace(), row.getField("service_namespace"));
        same(resource.serviceInstanceId(), row.getField("service_instance_id"));
        return resource;
    }

    static ScopeValues scope(Record row)
    {
        return new ScopeValues(
                (String) row.getField("scope_name"),
                (String) row.getField("scope_version"),
                attributes(row, "scope_attributes", "scope_attribute_types"),
                (Long) row.getField("scope_dropped_attributes_count"),
                (String) row.getField("scope_schema_url"));
    }

    private static @Nullable CanonicalText body(@Nullable String text, @Nullable String type)
    {
        if (type != null) {
            return new CanonicalText(type.charAt(0), text);
        }
        return text == null ? null : new CanonicalText(CanonicalText.STRING, text);
    }

    @SuppressWarnings("unchecked")
    static Attributes attributes(Record row, String name, String typesName)
    {
        return Attributes.fromStored((Map<String, @Nullable String>) row.getField(name), (String) row.getField(typesName));
    }

    @SuppressWarnings("unchecked")
    private static EntityRef entityRef(Object ref)
    {
        Record struct = (Record) ref;
        return new EntityRef(
                (String) struct.getField("schema_url"),
                (String) struct.getField("type"),
                (List<String>) struct.getField("id_keys"),
                (List<String>) struct.getField("description_keys"));
    }

    static long micros(Object timestamp)
    {
        return ChronoUnit.MICROS.between(Instant.EPOCH.atOffset(UTC), (OffsetDateTime) timestamp);
    }

    static byte @Nullable [] bytes(@Nullable Object value)
    {
        if (value == null) {
            return null;
        }
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    static void same(@Nullable Object expected, @Nullable Object actual)
    {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("expected %s, found %s".formatted(expected, actual));
        }
    }
}
