package io.icegate.standalone;

import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepStatus;
import io.icegate.maintenance.upkeep.UpkeepStatuses;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What maintenance did in the tables of a warehouse, wherever it ran, as the warehouse itself tells.
 */
final class UpkeepOfWarehouse
{
    static final List<String> COLUMNS = List.of("upkeep", "table", "at", "millis", "state", "reason", "result");
    private static final int TABLES_MAX = 100;

    private UpkeepOfWarehouse() {}

    /**
     * Returns the last action of each kind in each table.
     *
     * @param actionsMax of each kind
     */
    static List<List<Object>> rows(String warehouse, int actionsMax)
    {
        UpkeepStatuses statuses = new UpkeepStatuses(WritersOfWarehouse.open(warehouse).store());
        List<UpkeepStatus> found = new ArrayList<>();
        for (UUID table : statuses.tables().stream().limit(TABLES_MAX).toList()) {
            statuses.read(table).ifPresent(found::add);
        }
        found.sort(Comparator.comparing(UpkeepStatus::name));
        List<List<Object>> rows = new ArrayList<>();
        for (UpkeepStatus status : found) {
            Map<String, List<UpkeepAction>> kinds = new TreeMap<>();
            status.actions().forEach(action -> kinds.computeIfAbsent(action.kind(), _ -> new ArrayList<>()).add(action));
            kinds.values().forEach(Collections::reverse);
            kinds.values().forEach(actions -> actions.stream().limit(actionsMax).map(UpkeepOfWarehouse::row).forEach(rows::add));
        }
        return rows;
    }

    private static List<Object> row(UpkeepAction action)
    {
        return List.of(
                action.kind(),
                action.table(),
                action.started().truncatedTo(ChronoUnit.SECONDS).toString(),
                action.time().toMillis(),
                action.state(),
                action.reason(),
                action.result());
    }
}
