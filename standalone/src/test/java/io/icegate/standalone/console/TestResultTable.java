package io.icegate.standalone.console;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

final class TestResultTable
{
    private static final List<String> HEADER = List.of("name", "n");

    @Test
    void testTable()
    {
        List<List<?>> rows = List.of(List.of("a\nb", 1L), Arrays.asList("longer than the header", null));
        assertThat(print(rows, ResultTable.Format.ALIGNED)).isEqualTo(
                """
                name                   | n
                -----------------------+-----
                a\\nb                   | 1
                longer than the header | NULL
                (2 rows)
                """);
    }

    @Test
    void testTableOfOneRow()
    {
        assertThat(print(List.of(List.of("x", 12.5)), ResultTable.Format.ALIGNED)).isEqualTo(
                """
                name | n
                -----+-----
                x    | 12.5
                (1 row)
                """);
    }

    @Test
    void testTableOfNestedAndHostileValues()
    {
        List<List<?>> rows = List.of(List.of(Map.of("k", List.of(1, new byte[] {1, (byte) 0xAB})), "\u001b[31mred\ttab ü"));
        assertThat(print(rows, ResultTable.Format.ALIGNED).lines().skip(2).findFirst()).hasValue("{k=[1, 01ab]} | \\u001b[31mred\\ttab ü");
    }

    @Test
    void testJsonOfNoNumbersAndBytes()
    {
        List<List<?>> rows = List.of(List.of(Double.NaN, Float.NEGATIVE_INFINITY), List.of(new byte[] {1, 2, 3}, List.of()));
        assertThat(print(rows, ResultTable.Format.JSON).lines()).containsExactly(
                "{\"name\":\"NaN\",\"n\":\"-Infinity\"}",
                "{\"name\":\"AQID\",\"n\":[]}");
    }

    @Test
    void testJson()
    {
        List<List<?>> rows = List.of(
                List.of("quote \" and ❄", 9_007_199_254_740_993L),
                Arrays.asList(null, new BigDecimal("1.50")),
                List.of(List.of(1, true), Map.of("k", List.of("v"))));
        assertThat(print(rows, ResultTable.Format.JSON).lines()).containsExactly(
                "{\"name\":\"quote \\\" and ❄\",\"n\":9007199254740993}",
                "{\"name\":null,\"n\":1.50}",
                "{\"name\":[1,true],\"n\":{\"k\":[\"v\"]}}");
    }

    @Test
    void testCsv()
    {
        List<List<?>> rows = List.of(
                Arrays.asList("quote \" and, comma\nand line", null),
                List.of("", Map.of("k", List.of(1, new byte[] {1, (byte) 0xAB}))));
        assertThat(print(rows, ResultTable.Format.CSV)).isEqualTo(
                """
                "quote "" and, comma
                and line",
                "","{k=[1, 01ab]}"
                """);
        assertThat(print(List.of(), ResultTable.Format.CSV)).isEmpty();
        assertThat(print(List.of(), ResultTable.Format.CSV_HEADER)).isEqualTo("\"name\",\"n\"\n");
    }

    private static String print(List<? extends List<?>> rows, ResultTable.Format format)
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ResultTable.print(HEADER, rows, format, new PrintStream(bytes, true, UTF_8));
        return bytes.toString(UTF_8);
    }
}
