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
import io.icegate.wal.format.LogRows;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Expected texts come from docs/format/schema.md.
 */
final class TestAttributes
{
    @Test
    void testExampleOfTheFormat()
    {
        Attributes attributes = Attributes.of(List.of(
                new Entry("http.method", new Text("GET")),
                new Entry("http.status", new Int(200)),
                new Entry("retry", new Bool(false)),
                new Entry("ratio", new Real(1e10)),
                new Entry("blob", bytes("00ff10")),
                new Entry("tags", new Array(List.of(new Text("a"), new Int(1), new Real(2), new Empty()))),
                new Entry("ctx", new KeyValues(List.of(new Entry("user", new Text("ann")), new Entry("n", new Int(3))))),
                new Entry("none", new Empty())));
        assertThat(attributes.asMap().toString()).isEqualTo("{blob=AP8Q, ctx={\"user\":\"ann\",\"n\":3}, http.method=GET, http.status=200, none=null, ratio=1.0E10, retry=false, tags=[\"a\",1,2.0,null]}");
        assertThat(attributes.types()).isEqualTo(Optional.of("yksiedba"));
    }

    @Test
    void testCanonicalTexts()
    {
        assertText(new Text("GET"), 's', "GET");
        assertText(new Text(""), 's', "");
        assertText(new Int(-42), 'i', "-42");
        assertText(new Int(Long.MIN_VALUE), 'i', "-9223372036854775808");
        assertText(new Bool(true), 'b', "true");
        assertText(bytes("00ff10"), 'y', "AP8Q");
        assertText(bytes("00"), 'y', "AA==");
        assertText(new Array(List.of()), 'a', "[]");
        assertText(new KeyValues(List.of()), 'k', "{}");
        assertText(new Array(List.of(new Text("\"\\\b\t\n\f\r\u0000\u001f\u007f/ü\uD83D\uDE00"))), 'a', "[\"\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001f\u007f/ü\uD83D\uDE00\"]");
        assertText(new KeyValues(List.of(new Entry("b", new Real(1)), new Entry("", new Array(List.of(new Bool(false), new Empty()))))), 'k', "{\"b\":1.0,\"\":[false,null]}");
        assertText(new Array(List.of(bytes("00ff10"))), 'A', "{\"arrayValue\":{\"values\":[{\"bytesValue\":\"AP8Q\"}]}}");
        assertText(new Array(List.of(new Real(Double.NaN), new Real(0.5), new Int(7), new Text("x"), new Bool(true), new Empty())),
                'A',
                "{\"arrayValue\":{\"values\":[{\"doubleValue\":\"NaN\"},{\"doubleValue\":0.5},{\"intValue\":\"7\"},{\"stringValue\":\"x\"},{\"boolValue\":true},{}]}}");
        assertText(new KeyValues(List.of(new Entry("k", new Int(1)), new Entry("k", new Int(2)))),
                'K',
                "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{\"intValue\":\"1\"}},{\"key\":\"k\",\"value\":{\"intValue\":\"2\"}}]}}");
        assertThat(CanonicalText.of(new Empty())).isEqualTo(new CanonicalText('e', null));
    }

    /**
     * As JDK 19 and later write them, on every JDK.
     */
    @Test
    void testDoubles()
    {
        Map<Double, String> golden = new LinkedHashMap<>();
        golden.put(1.0, "1.0");
        golden.put(0.1, "0.1");
        golden.put(1e10, "1.0E10");
        golden.put(-0.0, "-0.0");
        golden.put(Double.MIN_VALUE, "4.9E-324");
        golden.put(Double.MAX_VALUE, "1.7976931348623157E308");
        golden.put(Double.MIN_NORMAL, "2.2250738585072014E-308");
        golden.put(Double.NaN, "NaN");
        golden.put(Double.NEGATIVE_INFINITY, "-Infinity");
        golden.put(Double.POSITIVE_INFINITY, "Infinity");
        golden.put(1e7, "1.0E7");
        golden.put(9999999.0, "9999999.0");
        golden.put(1e-3, "0.001");
        golden.put(9.999e-4, "9.999E-4");
        // older JDKs write some of these longer
        golden.put(2e-3, "0.002");
        golden.put(2e23, "2.0E23");
        golden.put(1.0e23, "1.0E23");
        golden.put(8.41e21, "8.41E21");
        golden.put(2.0e-322, "2.0E-322");
        golden.forEach((number, text) -> assertText(new Real(number), 'd', text));
    }

    @Test
    void testEveryValueReadsBack()
    {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            AttributeValue value = LogRows.value(random, 0);
            assertThat(CanonicalText.of(value).value()).isEqualTo(value);
        }
    }

    @Test
    void testKeyOrderIsTheOneOfUtf8()
    {
        List<String> keys = new ArrayList<>(List.of("\uD83D\uDE00", "\uE000", "\uFFFF", "b", "", "a", "aa", "\u0000", "é", "\uD7FF"));
        List<String> expected = new ArrayList<>(keys);
        expected.sort((a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
        keys.sort(AttributeKeys.ORDER);
        assertThat(keys).isEqualTo(expected);
        assertThat(Attributes.of(expected.stream().map(key -> new Entry(key, new Text(""))).toList()).keys().asList()).isEqualTo(expected);
    }

    @Test
    void testLastOfRepeatedKeysCounts()
    {
        AttributesBuilder builder = new AttributesBuilder();
        builder.add("b", 's', "first");
        builder.add("a", 'i', "1");
        builder.add("b", 'e', null);
        Attributes attributes = builder.build();
        assertThat(builder.repeatedKey()).isTrue();
        assertThat(attributes.asMap().toString()).isEqualTo("{a=1, b=null}");
        assertThat(attributes.types()).isEqualTo(Optional.of("ie"));
        builder.add("b", 's', "x");
        assertThat(builder.build().types()).isEmpty();
        assertThat(builder.repeatedKey()).isFalse();
    }

    @Test
    void testSidecarOfTheSameKeysButOtherTypes()
    {
        AttributesBuilder builder = new AttributesBuilder();
        for (String types : List.of("is", "si", "ss", "is")) {
            builder.add("a", types.charAt(0), "1");
            builder.add("b", types.charAt(1), "2");
            assertThat(builder.build().types()).isEqualTo(types.equals("ss") ? Optional.empty() : Optional.of(types));
        }
    }

    @Test
    void testStoredByOthers()
    {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("b", "2");
        map.put("a", "1");
        assertThat(Attributes.fromStored(map, "is").entries()).containsExactly(new Entry("a", new Int(1)), new Entry("b", new Text("2")));
        assertThat(Attributes.fromStored(map, "ss")).isEqualTo(Attributes.fromStored(map, null));
        // a sidecar of another length belongs to another map
        assertThat(Attributes.fromStored(map, "iii").entries()).containsExactly(new Entry("a", new Text("1")), new Entry("b", new Text("2")));
        assertThat(Attributes.isDamaged(map, "iii")).isTrue();
        assertThat(Attributes.isDamaged(map, "is")).isFalse();
    }

    @Test
    void testTextThatIsNotOfItsType()
    {
        for (CanonicalText text : List.of(
                new CanonicalText('i', "x"),
                new CanonicalText('b', "TRUE"),
                new CanonicalText('a', "[1"),
                new CanonicalText('a', ""),
                new CanonicalText('a', "[] []"),
                new CanonicalText('K', "{\"kvlistValue\":[]}"),
                new CanonicalText('y', "%"),
                new CanonicalText('q', "x"))) {
            assertThatThrownBy(text::value).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void assertText(AttributeValue value, char type, String text)
    {
        CanonicalText canonical = CanonicalText.of(value);
        assertThat(canonical).isEqualTo(new CanonicalText(type, text));
        assertThat(canonical.value()).isEqualTo(value);
    }

    private static Bytes bytes(String hex)
    {
        return new Bytes(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }
}
