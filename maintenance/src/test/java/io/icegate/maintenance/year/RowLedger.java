package io.icegate.maintenance.year;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What clients were promised. A row whose acknowledgement got lost may be there or not, but never twice.
 */
final class RowLedger
{
    private static final int SHOWN_MAX = 10;

    private final Map<UUID, Map<String, Integer>> accepted = new HashMap<>(); // row → day
    private final Map<UUID, Map<String, Integer>> unknown = new HashMap<>(); // row → day

    void accepted(UUID table, List<String> rows, int day)
    {
        Map<String, Integer> known = accepted.computeIfAbsent(table, _table -> new HashMap<>());
        rows.forEach(row -> known.put(row, day));
    }

    void unknown(UUID table, List<String> rows, int day)
    {
        Map<String, Integer> known = unknown.computeIfAbsent(table, _table -> new HashMap<>());
        rows.forEach(row -> known.put(row, day));
    }

    /**
     * Rows that were sent before a day may be gone, and those before an earlier one must be.
     */
    void due(UUID table, int mayBeGone, int mustBeGone)
    {
        Map<String, Integer> known = accepted.getOrDefault(table, new HashMap<>());
        Map<String, Integer> possible = unknown.computeIfAbsent(table, _table -> new HashMap<>());
        known.forEach((row, day) -> {
            if (day < mayBeGone) {
                possible.put(row, day);
            }
        });
        known.values().removeIf(day -> day < mayBeGone);
        possible.values().removeIf(day -> day < mustBeGone);
    }

    int count(UUID table)
    {
        return accepted.getOrDefault(table, Map.of()).size();
    }

    /**
     * What is wrong with the rows that a reader sees; empty when all is well.
     *
     * @param visible row → how often it is there
     */
    List<String> violations(UUID table, Map<String, Integer> visible)
    {
        Map<String, Integer> promised = accepted.getOrDefault(table, Map.of());
        Set<String> possible = unknown.getOrDefault(table, Map.of()).keySet();
        List<String> violations = new ArrayList<>();
        promised.keySet().stream().filter(row -> !visible.containsKey(row)).forEach(row -> violations.add(row + " is lost"));
        visible.forEach((row, count) -> {
            if (count > 1) {
                violations.add("%s is there %s times".formatted(row, count));
            }
            if (!promised.containsKey(row) && !possible.contains(row)) {
                violations.add(row + " was never sent");
            }
        });
        int more = Math.max(0, violations.size() - SHOWN_MAX);
        List<String> shown = new ArrayList<>(violations.subList(0, violations.size() - more));
        if (more > 0) {
            shown.add("and %s more".formatted(more));
        }
        return shown;
    }
}
