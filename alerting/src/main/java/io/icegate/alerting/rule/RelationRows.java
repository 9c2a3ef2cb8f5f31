package io.icegate.alerting.rule;

import io.icegate.server.NearestName;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows of a relation as SQL, for tests of rules. Columns that no row gives are made once and not for each row, which keeps the text short.
 */
public final class RelationRows
{
    private static final String MAP = "map(varchar, varchar)";
    private static final String EMPTY_MAP = "CAST(MAP() AS map(varchar, varchar))";

    private RelationRows() {}

    /**
     * A query that returns rows with all columns of a relation, in its order.
     *
     * @param rows for each column its value as SQL, such as {@code 17} or {@code 'cart'}, or as {@link #string} and {@link #map} make it; a column that is
     *         missing is NULL, and a map that is missing is empty, as in the tables
     * @throws IllegalArgumentException when the relation has no such column
     */
    public static String of(Relation relation, List<Map<String, String>> rows)
    {
        Set<String> given = new LinkedHashSet<>();
        rows.forEach(row -> given.addAll(row.keySet()));
        for (String name : given) {
            if (!relation.columns().containsKey(name)) {
                throw new IllegalArgumentException("%s has no column '%s'%s".formatted(relation.text(), name, NearestName.hint(name, relation.columns().keySet())));
            }
        }
        List<String> selected = new ArrayList<>();
        relation.columns().forEach((name, type) -> selected.add("%s AS %s".formatted(
                given.contains(name) ? "CAST(%s AS %s)".formatted(SqlText.identifier(name), type) : missing(type), SqlText.identifier(name))));
        String select = "SELECT " + String.join(", ", selected);
        if (rows.isEmpty()) {
            return select + " WHERE false";
        }
        List<String> tuples = new ArrayList<>();
        for (Map<String, String> row : rows) {
            List<String> values = new ArrayList<>(List.of("1"));
            given.forEach(name -> values.add(row.getOrDefault(name, missing(relation.columns().getOrDefault(name, "")))));
            tuples.add("(%s)".formatted(String.join(", ", values)));
        }
        // a first column of its own, because VALUES needs one
        List<String> names = new ArrayList<>(List.of(SqlText.identifier("row")));
        given.forEach(name -> names.add(SqlText.identifier(name)));
        return "%s FROM (VALUES %s) AS given(%s)".formatted(select, String.join(", ", tuples), String.join(", ", names));
    }

    /**
     * A text as a value.
     */
    public static String string(String text)
    {
        return SqlText.string(text);
    }

    /**
     * A time as a value.
     */
    public static String time(Instant time)
    {
        return SqlText.time(time);
    }

    /**
     * Attributes as a value.
     */
    public static String map(Map<String, String> map)
    {
        if (map.isEmpty()) {
            return EMPTY_MAP;
        }
        List<String> keys = new ArrayList<>();
        List<String> values = new ArrayList<>();
        map.forEach((key, value) -> {
            keys.add(SqlText.string(key));
            values.add(SqlText.string(value));
        });
        return "MAP(ARRAY[%s], ARRAY[%s])".formatted(String.join(", ", keys), String.join(", ", values));
    }

    private static String missing(String type)
    {
        return type.equals(MAP) ? EMPTY_MAP : "CAST(NULL AS %s)".formatted(type);
    }
}
