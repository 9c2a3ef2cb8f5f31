package io.icegate.standalone;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static java.util.Objects.requireNonNullElse;

/**
 * Prints query results for people or for machines.
 */
final class ResultTable
{
    /** Rows whose widths decide the columns' widths: a result of any size is printed in bounded memory. */
    private static final int SAMPLE_ROWS = 1_000;

    private static final int COLUMN_WIDTH_MAX = 100;

    private static final JsonFactory JSON_FACTORY = new JsonFactory();

    enum Format
    {
        TABLE,
        JSON,
    }

    private ResultTable() {}

    static void print(ResultSet rows, Format format, PrintStream out)
            throws SQLException
    {
        switch (format) {
            case JSON -> printJson(rows, out);
            case TABLE -> printTable(rows, out);
        }
    }

    private static void printJson(ResultSet rows, PrintStream out)
            throws SQLException
    {
        ResultSetMetaData metadata = rows.getMetaData();
        while (rows.next()) {
            StringWriter line = new StringWriter();
            try (JsonGenerator json = JSON_FACTORY.createGenerator(line)) {
                json.writeStartObject();
                for (int column = 1; column <= metadata.getColumnCount(); column++) {
                    json.writeFieldName(metadata.getColumnLabel(column));
                    writeJson(json, rows.getObject(column));
                }
                json.writeEndObject();
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            out.println(line);
        }
        out.flush();
    }

    private static void writeJson(JsonGenerator json, @Nullable Object value)
            throws IOException, SQLException
    {
        switch (value) {
            case null -> json.writeNull();
            case Boolean bool -> json.writeBoolean(bool);
            case Byte number -> json.writeNumber(number);
            case Short number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(number);
            case byte[] bytes -> json.writeString(Base64.getEncoder().encodeToString(bytes));
            case Array array -> writeJsonArray(json, Arrays.asList((Object[]) array.getArray()));
            case List<?> list -> writeJsonArray(json, list);
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(String.valueOf(entry.getKey()));
                    writeJson(json, entry.getValue());
                }
                json.writeEndObject();
            }
            default -> json.writeString(value.toString());
        }
    }

    private static void writeJsonArray(JsonGenerator json, List<?> values)
            throws IOException, SQLException
    {
        json.writeStartArray();
        for (Object value : values) {
            writeJson(json, value);
        }
        json.writeEndArray();
    }

    private static void printTable(ResultSet rows, PrintStream out)
            throws SQLException
    {
        ResultSetMetaData metadata = rows.getMetaData();
        int columns = metadata.getColumnCount();
        List<String> header = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
            header.add(metadata.getColumnLabel(column));
        }
        List<List<String>> sample = new ArrayList<>();
        while (sample.size() < SAMPLE_ROWS && rows.next()) {
            sample.add(cells(rows, columns));
        }
        int[] widths = IntStream.range(0, columns)
                .map(column -> Math.max(
                        header.get(column).length(),
                        sample.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)))
                .map(width -> Math.min(width, COLUMN_WIDTH_MAX))
                .toArray();
        out.println(line(header, widths));
        out.println(Arrays.stream(widths).mapToObj("-"::repeat).collect(Collectors.joining("-+-")));
        sample.forEach(row -> out.println(line(row, widths)));
        long count = sample.size();
        while (sample.size() == SAMPLE_ROWS && rows.next()) {
            out.println(line(cells(rows, columns), widths));
            count++;
        }
        out.println("(%s %s)".formatted(count, count == 1 ? "row" : "rows"));
        out.flush();
    }

    private static List<String> cells(ResultSet rows, int columns)
            throws SQLException
    {
        List<String> cells = new ArrayList<>(columns);
        for (int column = 1; column <= columns; column++) {
            Object value = rows.getObject(column);
            String text = switch (value) {
                case null -> "NULL";
                case byte[] bytes -> HexFormat.of().formatHex(bytes);
                case Array array -> Arrays.toString((Object[]) array.getArray());
                default -> requireNonNullElse(value.toString(), "");
            };
            cells.add(text.replace("\r", "\\r").replace("\n", "\\n"));
        }
        return cells;
    }

    private static String line(List<String> cells, int[] widths)
    {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String separator = column == 0 ? "" : " | ";
            boolean last = column == widths.length - 1;
            String cell = cells.get(column);
            line.append(separator).append(cell).append(" ".repeat(last ? 0 : Math.max(0, widths[column] - cell.length())));
        }
        return line.toString();
    }
}
