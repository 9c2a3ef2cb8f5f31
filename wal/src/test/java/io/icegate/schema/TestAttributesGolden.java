package io.icegate.schema;

import io.icegate.schema.AttributeValue.Array;
import io.icegate.schema.AttributeValue.Bool;
import io.icegate.schema.AttributeValue.Bytes;
import io.icegate.schema.AttributeValue.Empty;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.AttributeValue.Int;
import io.icegate.schema.AttributeValue.KeyValues;
import io.icegate.schema.AttributeValue.Real;
import io.icegate.schema.AttributeValue.Text;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The canonical texts in {@code attributes.tsv} are written by hand from docs/format/schema.md and never change: tables hold
 * them. Each line is key, type code and, unless there is no value, text; lines are in the order of the map column.
 */
final class TestAttributesGolden
{
    private static final List<Entry> VALUES = List.of(
            new Entry("", new Text("empty key")),
            new Entry("array.empty", array()),
            new Entry("array.of.all", array(new Text("a\"b\\c\n\u0001/"), new Int(-1), new Real(2.5), new Bool(true), new Empty(), array(new Int(1)), map(new Entry("k", new Text("v"))))),
            new Entry("array.with.bytes", array(bytes("00ff10"), new Text("x"), new Int(-7), new Bool(false), new Empty())),
            new Entry("array.with.nan", array(new Real(Double.NaN), new Real(Double.NEGATIVE_INFINITY), new Real(0.5))),
            new Entry("bool.false", new Bool(false)),
            new Entry("bool.true", new Bool(true)),
            new Entry("bytes", bytes("00ff10")),
            new Entry("bytes.empty", bytes("")),
            new Entry("bytes.one", bytes("00")),
            new Entry("double.infinity", new Real(Double.POSITIVE_INFINITY)),
            new Entry("double.large", new Real(1e7)),
            new Entry("double.max", new Real(Double.MAX_VALUE)),
            new Entry("double.min", new Real(Double.MIN_VALUE)),
            new Entry("double.nan", new Real(Double.NaN)),
            new Entry("double.shortest", new Real(2e-3)),
            new Entry("double.tenth", new Real(0.1)),
            new Entry("double.zero.negative", new Real(-0.0)),
            new Entry("empty", new Empty()),
            new Entry("int.max", new Int(Long.MAX_VALUE)),
            new Entry("int.min", new Int(Long.MIN_VALUE)),
            new Entry("map.empty", map()),
            new Entry("map.nested", map(new Entry("b", new Int(1)), new Entry("a", map(new Entry("c", array()))), new Entry("", new Empty()))),
            new Entry("map.repeated.key", map(new Entry("k", new Int(1)), new Entry("k", new Int(2)))),
            new Entry("map.with.infinity", map(new Entry("k", new Real(Double.POSITIVE_INFINITY)))),
            new Entry("string", new Text("GET")),
            new Entry("string.empty", new Text("")),
            new Entry("string.of.digits", new Text("42")),
            new Entry("string.unicode", new Text("grüße \uD83D\uDE80")),
            new Entry("ä", new Text("after ASCII")),
            new Entry("\uFFFD", new Text("before the next one, unlike in UTF-16")),
            new Entry("\uD834\uDD1E", new Text("last")));

    @Test
    void testValuesAreWrittenAsEver()
            throws IOException
    {
        List<Entry> shuffled = new ArrayList<>(VALUES);
        Collections.shuffle(shuffled, new Random(1));
        Attributes attributes = Attributes.of(shuffled);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < attributes.size(); i++) {
            String text = attributes.text(i);
            lines.append(attributes.keys().key(i)).append('\t').append(attributes.type(i)).append(text == null ? "" : "\t" + text).append('\n');
        }
        assertThat(lines.toString()).isEqualTo(golden());
    }

    @Test
    void testOldTextsAreReadBack()
            throws IOException
    {
        Map<String, String> map = new LinkedHashMap<>();
        StringBuilder types = new StringBuilder();
        golden().lines().map(line -> line.split("\t", -1)).forEach(line -> {
            map.put(line[0], line.length == 2 ? null : line[2]);
            types.append(line[1]);
        });
        assertThat(Attributes.fromStored(map, types.toString()).entries()).isEqualTo(VALUES);
    }

    private static String golden()
            throws IOException
    {
        try (InputStream in = requireNonNull(TestAttributesGolden.class.getResourceAsStream("attributes.tsv"), "attributes.tsv is missing")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static Array array(AttributeValue... values)
    {
        return new Array(List.of(values));
    }

    private static KeyValues map(Entry... entries)
    {
        return new KeyValues(List.of(entries));
    }

    private static Bytes bytes(String hex)
    {
        return new Bytes(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }
}
