package io.icegate.alerting.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * What bounds a column of a table where a query reads it, as {@code EXPLAIN (TYPE IO, FORMAT JSON)} tells.
 *
 * @param column empty when the scan of the table has no bounds
 * @param bounds as intervals, such as {@code [17, ∞)}
 */
public record ScanBounds(String table, String column, String bounds)
{
    /**
     * Intervals of one column that are written out.
     */
    private static final int RANGES_MAX = 5;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public ScanBounds
    {
        requireNonNull(table, "table is null");
        requireNonNull(column, "column is null");
        requireNonNull(bounds, "bounds is null");
    }

    /**
     * The bounds of each scan.
     *
     * @param plan the answer of the engine
     * @throws IllegalArgumentException when it is no plan
     */
    public static List<ScanBounds> parse(String plan)
    {
        JsonNode root;
        try {
            root = MAPPER.readTree(plan);
        }
        catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Cannot read the plan: " + e.getMessage(), e);
        }
        List<ScanBounds> scans = new ArrayList<>();
        for (JsonNode scan : root.path("inputTableColumnInfos")) {
            JsonNode table = scan.path("table");
            String name = "%s.%s.%s".formatted(table.path("catalog").asText(), table.path("schemaTable").path("schema").asText(), table.path("schemaTable").path("table").asText());
            JsonNode constraint = scan.path("constraint");
            if (constraint.path("none").asBoolean()) {
                scans.add(new ScanBounds(name, "", "reads nothing"));
            }
            else if (constraint.path("columnConstraints").isEmpty()) {
                scans.add(new ScanBounds(name, "", "reads all"));
            }
            for (JsonNode column : constraint.path("columnConstraints")) {
                scans.add(new ScanBounds(name, column.path("columnName").asText(), bounds(column.path("domain"))));
            }
        }
        return scans;
    }

    private static String bounds(JsonNode domain)
    {
        List<String> ranges = new ArrayList<>();
        for (JsonNode range : domain.path("ranges")) {
            ranges.add(low(range.path("low")) + ", " + high(range.path("high")));
        }
        if (domain.path("nullsAllowed").asBoolean()) {
            ranges.add("NULL");
        }
        String more = ranges.size() > RANGES_MAX ? " and %s more".formatted(ranges.size() - RANGES_MAX) : "";
        return String.join(" or ", ranges.stream().limit(RANGES_MAX).toList()) + more;
    }

    private static String low(JsonNode marker)
    {
        return marker.hasNonNull("value") ? (isExact(marker) ? "[" : "(") + marker.path("value").asText() : "(-∞";
    }

    private static String high(JsonNode marker)
    {
        return marker.hasNonNull("value") ? marker.path("value").asText() + (isExact(marker) ? "]" : ")") : "∞)";
    }

    private static boolean isExact(JsonNode marker)
    {
        return marker.path("bound").asText().equals("EXACTLY");
    }
}
