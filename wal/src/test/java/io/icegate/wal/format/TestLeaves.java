package io.icegate.wal.format;

import io.icegate.schema.Attributes;
import io.icegate.schema.AttributesBuilder;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.Column;
import io.icegate.schema.TableShape;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.parquet.BooleanLeaf;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Doubles, booleans, and attributes within lists, read back with Iceberg's reader.
 */
final class TestLeaves
{
    private static final long SEED = Long.getLong("icegate.seed", System.nanoTime());
    private static final double[] ODD_DOUBLES = {0.0, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, Double.MIN_VALUE, 0.1};

    private static final TableShape SHAPE = new TableShape(
            "things",
            List.of(
                    Column.optional("ratio", Types.DoubleType.get(), ""),
                    Column.optional("good", Types.BooleanType.get(), ""),
                    Column.required("weight", Types.DoubleType.get(), "").withEncoding(Column.Encoding.PLAIN),
                    Column.required("time", Types.LongType.get(), "").withEncoding(Column.Encoding.DELTA),
                    Column.optional("id", Types.StringType.get(), "").withEncoding(Column.Encoding.DELTA),
                    Column.required("parts", Types.ListType.ofRequired(1, Types.StructType.of(
                            NestedField.optional(2, "share", Types.DoubleType.get()),
                            NestedField.optional(3, "spare", Types.BooleanType.get()),
                            NestedField.required(4, "attributes", Types.MapType.ofOptional(5, 6, Types.StringType.get(), Types.StringType.get())),
                            NestedField.optional(7, "attribute_types", Types.StringType.get()),
                            NestedField.required(8, "sizes", Types.ListType.ofRequired(9, Types.LongType.get())))), "")),
            List.of(),
            List.of(),
            Map.of());

    private record Thing(@Nullable Double ratio, @Nullable Boolean good, double weight, long time, @Nullable String id, List<Part> parts) {}

    private record Part(@Nullable Double share, @Nullable Boolean spare, Attributes attributes, List<Long> sizes) {}

    private record Things(BatchId id, List<Thing> rows)
            implements RowBatch
    {
        @Override
        public long acceptedMillis()
        {
            return 0;
        }

        @Override
        public RowBatch admitted(BatchId newId, long acceptedMillis)
        {
            return new Things(newId, rows);
        }

        @Override
        public String tenant()
        {
            return "acme";
        }

        @Override
        public int rowCount()
        {
            return rows.size();
        }

        @Override
        public long requestBytes()
        {
            return rows.size();
        }

        @Override
        public Times times()
        {
            return Times.NONE;
        }

        @Override
        public ColumnWriters openColumns(RowGroupWriter group, long ingestMicros)
        {
            return new Writers(group);
        }

        @Override
        public void writeTo(ColumnWriters columns, int from, int to)
        {
            rows.subList(from, to).forEach(((Writers) columns)::write);
        }
    }

    private static final class Writers
            implements ColumnWriters
    {
        private final RowGroupWriter group;
        private final SharedBytes shared = new SharedBytes();
        private final NumberLeaf ratio;
        private final BooleanLeaf good;
        private final NumberLeaf weight;
        private final NumberLeaf time;
        private final BytesLeaf id;
        private final NumberLeaf share;
        private final BooleanLeaf spare;
        private final AttributeColumns attributes;
        private final NumberLeaf sizes;

        private Writers(RowGroupWriter group)
        {
            this.group = group;
            ratio = group.number("ratio");
            good = group.booleans("good");
            weight = group.number("weight");
            time = group.number("time");
            id = group.bytes("id");
            share = group.number("parts.list.element.share");
            spare = group.booleans("parts.list.element.spare");
            attributes = new AttributeColumns(group, "parts.list.element.attributes", "parts.list.element.attribute_types");
            sizes = group.number("parts.list.element.sizes.list.element");
        }

        private void write(Thing thing)
        {
            number(ratio, thing.ratio(), 0);
            bool(good, thing.good(), 0);
            weight.write(thing.weight(), 0);
            time.write(thing.time());
            id.writeBytes(thing.id() == null ? null : thing.id().getBytes(UTF_8));
            int empty = group.definition("parts");
            if (thing.parts().isEmpty()) {
                share.absent(0, empty);
                spare.absent(0, empty);
                attributes.absent(0, empty);
                sizes.absent(0, empty);
            }
            for (int i = 0; i < thing.parts().size(); i++) {
                Part part = thing.parts().get(i);
                int repetition = i == 0 ? 0 : 1;
                number(share, part.share(), repetition);
                bool(spare, part.spare(), repetition);
                attributes.write(shared.rowAttributes(part.attributes()), repetition);
                if (part.sizes().isEmpty()) {
                    sizes.absent(repetition, sizes.definitionMax() - 1);
                }
                for (int size = 0; size < part.sizes().size(); size++) {
                    sizes.write(part.sizes().get(size), size == 0 ? repetition : sizes.repetitionMax());
                }
            }
            group.endRow();
        }

        private static void number(NumberLeaf leaf, @Nullable Double value, int repetition)
        {
            if (value == null) {
                leaf.absent(repetition, leaf.definitionMax() - 1);
            }
            else {
                leaf.write(value, repetition);
            }
        }

        private static void bool(BooleanLeaf leaf, @Nullable Boolean value, int repetition)
        {
            if (value == null) {
                leaf.absent(repetition, leaf.definitionMax() - 1);
            }
            else {
                leaf.write(value, repetition);
            }
        }
    }

    @Test
    void testReadBack()
    {
        Random random = new Random(SEED);
        List<Thing> things = new ArrayList<>();
        for (int i = 0; i < 25_000; i++) {
            things.add(thing(random));
        }
        List<Record> rows = SegmentRows.read(encode(SHAPE, things), SHAPE.schema());
        assertThat(rows).as("seed %s", SEED).hasSameSizeAs(things);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(text(rows.get(i))).as("row %s, seed %s", i, SEED).isEqualTo(text(things.get(i)));
        }
    }

    @Test
    void testBoundsOfDoublesAreRefused()
    {
        TableShape bounded = new TableShape("things", List.of(Column.required("weight", Types.DoubleType.get(), "").withBounds(Column.Bounds.FULL)), List.of(), List.of(), Map.of());
        assertThatThrownBy(() -> encode(bounded, List.of(new Thing(null, null, 1, 1, null, List.of()))))
                .hasMessage("Cannot write bounds of column 'weight': doubles have none in segments");
    }

    @Test
    void testDifferencesOfDoublesAreRefused()
    {
        Column weight = Column.required("weight", Types.DoubleType.get(), "");
        assertThatThrownBy(() -> weight.withEncoding(Column.Encoding.DELTA))
                .hasMessage("Cannot describe column 'weight': double has no differences that could be stored");
    }

    private static byte[] encode(TableShape shape, List<Thing> things)
    {
        SegmentKey key = new SegmentKey(new UUID(0, 0), new WriterId(new UUID(0, 0)), Sequence.FIRST);
        Schema schema = shape.schema();
        return new SegmentEncoder(shape)
                .encode(new SegmentHeader(key, new SegmentId("0".repeat(32)), Instant.EPOCH), 0, schema, List.of(new Things(new BatchId(1, 2), things)))
                .content();
    }

    private static Thing thing(Random random)
    {
        List<Part> parts = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            parts.add(new Part(
                    random.nextBoolean() ? null : number(random),
                    random.nextBoolean() ? null : random.nextBoolean(),
                    attributes(random),
                    random.longs(random.nextInt(3)).boxed().toList()));
        }
        return new Thing(random.nextBoolean() ? null : number(random), random.nextBoolean() ? null : random.nextBoolean(), number(random), time(random), id(random), parts);
    }

    /**
     * Close together, or as far apart as they can be.
     */
    private static long time(Random random)
    {
        return switch (random.nextInt(20)) {
            case 0 -> Long.MIN_VALUE;
            case 1 -> Long.MAX_VALUE;
            case 2 -> random.nextLong();
            default -> 1_790_000_000_000_000_000L + random.nextInt(1_000_000);
        };
    }

    private static @Nullable String id(Random random)
    {
        return switch (random.nextInt(10)) {
            case 0 -> null;
            case 1 -> "ä".repeat(random.nextInt(300));
            default -> "%016x".formatted(random.nextLong());
        };
    }

    private static double number(Random random)
    {
        return random.nextBoolean() ? ODD_DOUBLES[random.nextInt(ODD_DOUBLES.length)] : random.nextGaussian();
    }

    private static Attributes attributes(Random random)
    {
        AttributesBuilder builder = new AttributesBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            switch (random.nextInt(3)) {
                case 0 -> builder.add("text" + i, CanonicalText.STRING, "value " + random.nextInt(5));
                case 1 -> builder.add("number" + i, CanonicalText.INT, Integer.toString(random.nextInt()));
                default -> builder.add("nothing" + i, CanonicalText.EMPTY, null);
            }
        }
        return builder.build();
    }

    private static String text(Thing thing)
    {
        return "%s %s %s %s %s %s".formatted(bits(thing.ratio()), thing.good(), bits(thing.weight()), thing.time(), thing.id(), thing.parts().stream().map(TestLeaves::text).toList());
    }

    private static String text(Part part)
    {
        Map<String, @Nullable String> map = new TreeMap<>();
        for (int i = 0; i < part.attributes().size(); i++) {
            map.put(part.attributes().keys().asList().get(i), part.attributes().text(i));
        }
        return "%s %s %s %s %s".formatted(bits(part.share()), part.spare(), map, part.attributes().typesOrNull(), part.sizes());
    }

    private static String text(Record row)
    {
        return "%s %s %s %s %s %s".formatted(
                bits((Double) row.getField("ratio")),
                row.getField("good"),
                bits((Double) row.getField("weight")),
                row.getField("time"),
                row.getField("id"),
                ((List<?>) row.getField("parts")).stream().map(part -> part((Record) part)).toList());
    }

    private static String part(Record part)
    {
        return "%s %s %s %s %s".formatted(
                bits((Double) part.getField("share")),
                part.getField("spare"),
                new TreeMap<Object, Object>((Map<?, ?>) part.getField("attributes")),
                part.getField("attribute_types"),
                part.getField("sizes"));
    }

    private static @Nullable String bits(@Nullable Double value)
    {
        return value == null ? null : Long.toHexString(Double.doubleToRawLongBits(value));
    }
}
