package io.icegate.maintenance.orphan;

import io.icegate.objectstore.ObjectHead;

import java.util.List;

/**
 * Files that belong to no snapshot of a table.
 *
 * @param complete false when there are more, which the next plan finds
 */
public record OrphanPlan(List<ObjectHead> files, boolean complete)
{
    public OrphanPlan
    {
        files = List.copyOf(files);
    }

    public long bytes()
    {
        return files.stream().mapToLong(ObjectHead::size).sum();
    }
}
