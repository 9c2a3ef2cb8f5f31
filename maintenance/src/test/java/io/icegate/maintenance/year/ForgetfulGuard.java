package io.icegate.maintenance.year;

import io.icegate.guard.CommitGuard;
import io.icegate.wal.batches.BatchWindow;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.jspecify.annotations.Nullable;

import java.util.regex.Pattern;

/**
 * Makes every commit forget which batches are committed: its window is empty, and its snapshot says so.
 */
final class ForgetfulGuard
        implements CommitGuard
{
    private static final String NAME = "(\"%s\"\\s*:\\s*)".formatted(Pattern.quote(BatchWindow.PROPERTY));
    private static final Pattern WINDOW = Pattern.compile(NAME + "\"1;[^\"]*\"");
    private static final Pattern DIGEST = Pattern.compile(NAME + "\"[0-9a-f]{64}\"");

    @Override
    public TableMetadata check(@Nullable TableMetadata base, TableMetadata next)
    {
        String json = TableMetadataParser.toJson(next);
        String forgotten = DIGEST.matcher(WINDOW.matcher(json).replaceAll("$1\"\"")).replaceAll("$1\"%s\"".formatted(BatchWindow.EMPTY.digest()));
        return forgotten.equals(json) ? next : TableMetadataParser.fromJson(forgotten);
    }
}
