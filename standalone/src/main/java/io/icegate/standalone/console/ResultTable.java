package io.icegate.standalone.console;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.trino.jdbc.Row;
import io.trino.jdbc.RowField;
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
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints rows for people or for machines.
 */
public final class ResultTable
{
    /**
     * Rows whose widths decide the columns' widths: a result of any size is printed in bounded memory.
     */
    private static final int SAMPLE_ROWS = 1_000;

    private static final int COLUMN_WIDTH_MAX = 100;

    private static final JsonFactory JSON_FACTORY = new JsonFactory();

    public enum Format
    {
        /**
         * Columns under each other, for people.
         */
        ALIGNED,
        /**
         * One object per row.
         */
        JSON,
        /**
         * RFC 4180. NULL is a field without quotes and without text.
         */
        CSV,
        /**
         * CSV whose first line names the columns.
         */
        CSV_HEADER,
    }

    private interface Rows
    {
        @Nullable
        List<? extends @Nullable Object> next()
                throws SQLException;
    }

    private ResultTable() {}

    public static void print(ResultSet rows, Format format, PrintStream out)
            throws SQLException
    {
        ResultSetMetaData metadata = rows.getMetaData();
        List<String> header = new ArrayList<>();
        for (int column = 1; column <= metadata.getColumnCount(); column++) {
            header.add(metadata.getColumnLabel(column));
        }
        print(header, () -> rows.next() ? values(rows, header.size()) : null, format, out);
    }

    public static void print(List<String> header, List<? extends List<?>> rows, Format format, PrintStream out)
    {
        var remaining = rows.iterator();
        try {
            print(header, () -> remaining.hasNext() ? remaining.next() : null, format, out);
        }
        catch (SQLException e) {
            throw new IllegalStateException("rows come from no database", e);
        }
    }

    private static void print(List<String> header, Rows rows, Format format, PrintStream out)
            throws SQLException
    {
        switch (format) {
            case JSON -> printJson(header, rows, out);
            case ALIGNED -> printTable(header, rows, out);
            case CSV -> printCsv(rows, out);
            case CSV_HEADER -> {
                out.println(csvLine(header));
                printCsv(rows, out);
            }
        }
        out.flush();
    }

    private static List<@Nullable Object> values(ResultSet rows, int columns)
            throws SQLException
    {
        List<@Nullable Object> values = new ArrayList<>(columns);
        for (int column = 1; column <= columns; column++) {
            Object value = rows.getObject(column);
            // Java's types of points in time know neither all digits nor the zone; the text of Trino does
            values.add(value instanceof java.util.Date ? rows.getString(column) : value);
        }
        return values;
    }

    private static void printJson(List<String> header, Rows rows, PrintStream out)
            throws SQLException
    {
        for (List<?> row = rows.next(); row != null; row = rows.next()) {
            StringWriter line = new StringWriter();
            try (JsonGenerator json = JSON_FACTORY.createGenerator(line)) {
                json.writeStartObject();
                for (int column = 0; column < header.size(); column++) {
                    json.writeFieldName(header.get(column));
                    writeJson(json, row.get(column));
                }
                json.writeEndObject();
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            out.println(line);
        }
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
            case Row row -> {
                json.writeStartObject();
                List<RowField> fields = row.getFields();
                for (int field = 0; field < fields.size(); field++) {
                    json.writeFieldName(fields.get(field).getName().orElse("field" + field));
                    writeJson(json, fields.get(field).getValue());
                }
                json.writeEndObject();
            }
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

    private static void printCsv(Rows rows, PrintStream out)
            throws SQLException
    {
        for (List<?> row = rows.next(); row != null; row = rows.next()) {
            out.println(csvLine(row));
        }
    }

    private static String csvLine(List<? extends @Nullable Object> values)
            throws SQLException
    {
        StringJoiner line = new StringJoiner(",");
        for (Object value : values) {
            line.add(value == null ? "" : '"' + text(value).replace("\"", "\"\"") + '"');
        }
        return line.toString();
    }

    private static void printTable(List<String> header, Rows rows, PrintStream out)
            throws SQLException
    {
        List<List<String>> sample = new ArrayList<>();
        List<?> row = rows.next();
        while (row != null && sample.size() < SAMPLE_ROWS) {
            sample.add(cells(row));
            row = rows.next();
        }
        int[] widths = IntStream.range(0, header.size())
                .map(column -> Math.max(
                        header.get(column).length(),
                        sample.stream().mapToInt(cells -> cells.get(column).length()).max().orElse(0)))
                .map(width -> Math.min(width, COLUMN_WIDTH_MAX))
                .toArray();
        out.println(line(header, widths));
        out.println(Arrays.stream(widths).mapToObj("-"::repeat).collect(Collectors.joining("-+-")));
        sample.forEach(cells -> out.println(line(cells, widths)));
        long count = sample.size();
        while (row != null) {
            out.println(line(cells(row), widths));
            count++;
            row = rows.next();
        }
        out.println("(%s %s)".formatted(count, count == 1 ? "row" : "rows"));
    }

    private static List<String> cells(List<?> row)
            throws SQLException
    {
        List<String> cells = new ArrayList<>(row.size());
        for (Object value : row) {
            cells.add(printable(text(value)));
        }
        return cells;
    }

    private static String text(@Nullable Object value)
            throws SQLException
    {
        return switch (value) {
            case null -> "NULL";
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case Array array -> text(Arrays.asList((Object[]) array.getArray()));
            case List<?> list -> {
                StringJoiner joiner = new StringJoiner(", ", "[", "]");
                for (Object element : list) {
                    joiner.add(text(element));
                }
                yield joiner.toString();
            }
            case Map<?, ?> map -> {
                StringJoiner joiner = new StringJoiner(", ", "{", "}");
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    joiner.add(text(entry.getKey()) + "=" + text(entry.getValue()));
                }
                yield joiner.toString();
            }
            case Row row -> {
                StringJoiner joiner = new StringJoiner(", ", "{", "}");
                for (RowField field : row.getFields()) {
                    joiner.add(field.getName().map(name -> name + "=").orElse("") + text(field.getValue()));
                }
                yield joiner.toString();
            }
            default -> value.toString();
        };
    }

    /**
     * One line that does nothing to a terminal: what a log record says was written by strangers.
     */
    private static String printable(String text)
    {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            switch (character) {
                case '\r' -> printable.append("\\r");
                case '\n' -> printable.append("\\n");
                case '\t' -> printable.append("\\t");
                default -> {
                    if (Character.isISOControl(character)) {
                        printable.append("\\u%04x".formatted(character));
                    }
                    else {
                        printable.appendCodePoint(character);
                    }
                }
            }
        });
        return printable.toString();
    }

    private static String line(List<String> cells, int[] widths)
    {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            boolean last = column == widths.length - 1;
            String cell = cells.get(column);
            line.append(column == 0 ? "" : " | ")
                    .append(cell)
                    .append(" ".repeat(last ? 0 : Math.max(0, widths[column] - cell.length())));
        }
        return line.toString();
    }
}
