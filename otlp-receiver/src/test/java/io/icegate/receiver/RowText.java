package io.icegate.receiver;

import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Rows as lines of text, {@code column=value}, for comparisons that show what differs. Leaves out what says nothing, and what the
 * receiver adds. Attributes show their types.
 */
final class RowText
{
    private static final Set<String> ADDED = Set.of("tenant_id", "ingest_time", "timestamp");

    private RowText() {}

    /**
     * The rows of a table by tenant.
     */
    static Map<String, List<String>> byTenant(String warehouse, String table)
            throws IOException
    {
        return StoredLogs.read(warehouse, table, row -> row.getField("tenant_id") + "\n" + of(row)).all().stream()
                .map(text -> text.split("\n", 2))
                .collect(Collectors.groupingBy(text -> text[0], TreeMap::new, Collectors.mapping(text -> text[1], Collectors.toList())));
    }

    static String of(Record row)
    {
        return fields(row).entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining("\n"));
    }

    private static Map<String, String> fields(Record row)
    {
        Map<String, String> fields = new TreeMap<>();
        for (NestedField field : row.struct().fields()) {
            String name = field.name();
            Object value = row.getField(name);
            if (value == null || ADDED.contains(name) || name.endsWith("_types") || value.equals(0L) || value.equals(0)) {
                continue;
            }
            String text = switch (value) {
                case Map<?, ?> map -> attributes(map, types(row, name));
                case ByteBuffer _ -> "kept";
                default -> text(value);
            };
            if (!text.equals("{}") && !text.equals("[]")) {
                fields.put(name, text);
            }
        }
        return fields;
    }

    private static String text(Object value)
    {
        return switch (value) {
            case Record struct -> fields(struct).toString();
            case Collection<?> values -> values.stream().map(RowText::text).toList().toString();
            default -> value.toString();
        };
    }

    private static String types(Record row, String map)
    {
        String name = switch (map) {
            case "metadata" -> "metadata_types";
            case "filtered_attributes" -> "attribute_types";
            default -> map.substring(0, map.length() - 1) + "_types";
        };
        Object types = row.getField(name);
        return types == null ? "" : types.toString();
    }

    private static String attributes(Map<?, ?> map, String types)
    {
        List<String> keys = new ArrayList<>(map.keySet().stream().map(Object::toString).toList());
        keys.sort((left, right) -> Arrays.compareUnsigned(left.getBytes(UTF_8), right.getBytes(UTF_8)));
        Map<String, String> typed = new TreeMap<>();
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            typed.put(key, "%s:%s".formatted(types.length() == keys.size() ? types.charAt(i) : 's', map.get(key)));
        }
        return typed.toString();
    }
}
