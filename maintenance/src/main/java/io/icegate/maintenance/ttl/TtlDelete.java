package io.icegate.maintenance.ttl;

import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * Takes the files of a plan out of a table, all of them or none. What waits in the WAL is not touched, and neither are the offset
 * vector and the window of committed batches: rows that come late are due after their commit.
 */
public final class TtlDelete
{
    /**
     * @return false when another commit changed these files first; nothing has changed then
     */
    public boolean run(Table table, TtlPlan plan)
    {
        DeleteFiles delete = table.newDelete().validateFilesExist();
        plan.files().forEach(delete::deleteFile);
        try {
            delete.commit();
            return true;
        }
        catch (ValidationException e) {
            table.refresh();
            return false;
        }
    }
}
