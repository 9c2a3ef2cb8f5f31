package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.merge.MergePlan;
import org.apache.iceberg.Table;

import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * A plan that is not merged here.
 *
 * @param reason why not
 */
record RefusedPlan(MergePlan plan, String reason)
{
    RefusedPlan
    {
        requireNonNull(plan, "plan is null");
        requireNonNull(reason, "reason is null");
    }

    /**
     * Files of one plan, by the hash of their locations. Two plans that meet in it only wait for each other.
     */
    record Key(UUID table, int files)
    {
        static Key of(Table table, MergePlan plan)
        {
            return new Key(table.uuid(), plan.inputs().stream().map(input -> input.file().location()).toList().hashCode());
        }
    }
}
