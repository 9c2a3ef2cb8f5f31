package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.DictionaryTexts;
import io.icegate.maintenance.merge.PageValues.PlainTexts;
import io.icegate.maintenance.merge.PageValues.RowTexts;
import io.icegate.wal.parquet.ForeignDictionary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

final class TestSharedValues
{
    private static final int DEFINITION_MAX = 3;
    private static final PageValues.Rows FLAT = new PageValues.Rows(0, 0, DEFINITION_MAX, null, null, null);

    @TempDir
    private Path folder;

    /**
     * Shapes give back the levels that there were, also when they are more than are recognised.
     */
    @Test
    void testShapes()
    {
        Random random = new Random(1);
        RowShapes shapes = new RowShapes(DEFINITION_MAX);
        for (int page = 0; page < 20; page++) {
            int count = 20_000;
            byte[] repetitions = new byte[count];
            byte[] definitions = page % 3 == 0 ? null : new byte[count];
            int lists = page % 2 == 0 ? 2 : 20;
            for (int i = 0; i < count; i++) {
                repetitions[i] = (byte) (i == 0 || random.nextInt(lists) == 0 ? 0 : 1 + random.nextInt(2));
                if (definitions != null) {
                    definitions[i] = (byte) (random.nextInt(9) == 0 ? random.nextInt(DEFINITION_MAX) : DEFINITION_MAX);
                }
            }
            assertShapes(shapes, repetitions, definitions);
        }
    }

    /**
     * Rows that repeat are compared many at a time: a longer row may begin as they do, and a page may end within what is compared.
     */
    @Test
    void testShapesThatRepeat()
    {
        Random random = new Random(2);
        for (int page = 0; page < 2_000; page++) {
            ByteArrayOutputStream repetitions = new ByteArrayOutputStream();
            ByteArrayOutputStream definitions = new ByteArrayOutputStream();
            for (int stretch = random.nextInt(6); stretch >= 0; stretch--) {
                byte[] levels = new byte[1 + random.nextInt(4)];
                byte[] present = new byte[levels.length];
                Arrays.fill(levels, 1, levels.length, (byte) 1);
                for (int i = 0; i < present.length; i++) {
                    present[i] = (byte) (DEFINITION_MAX - random.nextInt(2));
                }
                for (int row = random.nextInt(40); row >= 0; row--) {
                    repetitions.writeBytes(levels);
                    definitions.writeBytes(present);
                }
                if (random.nextBoolean()) {
                    // the last row goes on
                    repetitions.write(1);
                    definitions.write(DEFINITION_MAX);
                }
            }
            assertShapes(new RowShapes(DEFINITION_MAX), repetitions.toByteArray(), random.nextBoolean() ? null : definitions.toByteArray());
        }
    }

    private static void assertShapes(RowShapes shapes, byte[] repetitions, byte @Nullable [] definitions)
    {
        PageValues.Rows rows = shapes.rows(7, repetitions, definitions);
        int at = 0;
        int values = 0;
        for (int row = 0; row < rows.count(); row++) {
            RowShape shape = rows.shape(row);
            assertThat(rows.valueStart(row)).isEqualTo(values);
            for (int i = 0; i < shape.levels(); i++, at++) {
                byte[] known = shape.definitions();
                byte definition = known == null ? DEFINITION_MAX : known[i];
                if (shape.repetitions()[i] != repetitions[at] || definition != (definitions == null ? DEFINITION_MAX : definitions[at])) {
                    throw new AssertionError("level %s is another".formatted(at));
                }
                values += definition == DEFINITION_MAX ? 1 : 0;
            }
        }
        assertThat(at).isEqualTo(repetitions.length);
        assertThat(rows.valueStart(rows.count())).isEqualTo(values);
    }

    /**
     * A row that has the bytes of the one before has its texts, and one of other texts in as many bytes has others.
     */
    @Test
    void testTextsOfRowsThatRepeat()
    {
        SharedValues shared = new SharedValues(DEFINITION_MAX, true);
        PageValues.Rows pairs = shared.shapes().rows(0, repetitions(8), null);
        byte[] content = plain("a", "bc", "a", "bc", "ab", "c", "ab", "c");
        int[] offsets = {4, 9, 15, 20, 26, 32, 37, 43, 48};
        assertThat(shared.ids(pairs, content, offsets, Integer.BYTES)).containsExactly(0, 1, 0, 1, 2, 3, 2, 3);
        // where lengths lie apart all rows have the same bytes
        assertThat(shared.ids(pairs, "abcabcabcabc".getBytes(UTF_8), new int[] {0, 1, 3, 4, 6, 8, 9, 11, 12}, 0)).containsExactly(0, 1, 0, 1, 2, 3, 2, 3);
    }

    private static byte[] plain(String... texts)
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String text : texts) {
            out.writeBytes(new byte[] {(byte) text.length(), 0, 0, 0});
            out.writeBytes(text.getBytes(UTF_8));
        }
        return out.toByteArray();
    }

    /**
     * Rows that repeat are found once; when they stop repeating, pages are as they were.
     */
    @Test
    void testRowsThatRepeat()
    {
        SharedValues shared = new SharedValues(DEFINITION_MAX, true);
        int[] ids = shared.ids(FLAT, text(5_000), offsets(5_000), 0);
        assertThat(ids).isEqualTo(IntStream.range(0, 5_000).toArray());
        PageValues.Rows pairs = shared.shapes().rows(0, repetitions(2_000), null);
        RowTexts same = (RowTexts) entries(shared, pairs, IntStream.range(0, 2_000).map(value -> value % 4).toArray());
        assertThat(same.entries(0)).isSameAs(same.entries(2)).isNotSameAs(same.entries(1));
        assertThat(same.entries(1).entries()).containsExactly(2, 3);
        assertThat(entries(shared, pairs, IntStream.range(0, 2_000).toArray())).isInstanceOf(RowTexts.class);
        assertThat(entries(shared, pairs, IntStream.range(2_000, 4_000).toArray())).isInstanceOf(RowTexts.class);
        DictionaryTexts others = (DictionaryTexts) entries(shared, pairs, IntStream.range(0, 2_000).toArray());
        assertThat(others.id(1_999)).isEqualTo(1_999);
    }

    private static PageValues entries(SharedValues shared, PageValues.Rows rows, int[] ids)
    {
        ForeignDictionary dictionary = shared.dictionary();
        if (dictionary == null) {
            throw new AssertionError("no dictionary");
        }
        return shared.entries(rows, dictionary, ids);
    }

    /**
     * Texts that are too many stay in their pages, and those that were found stay found.
     */
    @Test
    void testTooManyTexts()
    {
        SharedValues shared = new SharedValues(DEFINITION_MAX, true);
        int count = 300_000;
        assertThat(shared.ids(FLAT, text(count), offsets(count), 0)).isNull();
        assertThat(shared.ids(FLAT, text(10), offsets(10), 0)).isNull();
        assertThat(new SharedValues(DEFINITION_MAX, false).ids(FLAT, text(10), offsets(10), 0)).isNull();
    }

    /**
     * Texts on the disk are those of the page, in whatever order they are asked for.
     */
    @Test
    void testTextsOnTheDisk()
            throws IOException
    {
        int count = 9_000;
        PageValues.Rows rows = new PageValues.Rows(0, count, 1, null, null, null);
        try (TextSpill spill = TextSpill.create(folder.resolve("texts"))) {
            PlainTexts before = new PlainTexts(rows, text(count), offsets(count), 0).spilled(spill);
            PlainTexts page = new PlainTexts(rows, text(count), offsets(count), 0).spilled(spill);
            for (int value : new int[] {0, 1, 2, 5_000, 5_001, 4_999, 8_999, 0}) {
                assertThat(page.text(value).toStringUsingUTF8()).isEqualTo("%06d".formatted(value));
                assertThat(before.text(value).toStringUsingUTF8()).isEqualTo("%06d".formatted(value));
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    /**
     * What was read stays in memory until more was read than may stay.
     */
    @Test
    void testMemoryOfTexts()
            throws IOException
    {
        int count = 9_000;
        PageValues.Rows rows = new PageValues.Rows(0, count, 1, null, null, null);
        try (TextSpill spill = TextSpill.create(folder.resolve("texts"), 34_000)) {
            PlainTexts page = new PlainTexts(rows, text(count), offsets(count), 0).spilled(spill);
            byte[] first = page.bytes(0);
            page.bytes(5_000);
            assertThat(page.bytes(1)).isSameAs(first);
            page.bytes(8_999);
            assertThat(page.bytes(0)).isNotSameAs(first).isEqualTo(first);
        }
    }

    private static byte[] repetitions(int count)
    {
        byte[] repetitions = new byte[count];
        for (int i = 0; i < count; i++) {
            repetitions[i] = (byte) (i % 2);
        }
        return repetitions;
    }

    private static byte[] text(int count)
    {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("%06d".formatted(i));
        }
        return text.toString().getBytes(UTF_8);
    }

    private static int[] offsets(int count)
    {
        return IntStream.rangeClosed(0, count).map(value -> 6 * value).toArray();
    }
}
