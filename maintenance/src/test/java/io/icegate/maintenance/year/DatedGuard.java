package io.icegate.maintenance.year;

import io.icegate.guard.CommitGuard;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives snapshots the time of the model. Iceberg takes it from the machine, whose clock is ahead of the model's.
 */
final class DatedGuard
        implements CommitGuard
{
    private static final Pattern TIME = Pattern.compile("(\"(?:timestamp-ms|last-updated-ms)\"\\s*:\\s*)(\\d+)");

    private final InstantSource clock;

    DatedGuard(InstantSource clock)
    {
        this.clock = clock;
    }

    @Override
    public TableMetadata check(@Nullable TableMetadata base, TableMetadata next)
    {
        if (next.lastUpdatedMillis() <= clock.millis()) {
            return next;
        }
        Matcher times = TIME.matcher(TableMetadataParser.toJson(next));
        String dated = times.replaceAll(time -> time.group(1) + Math.min(Long.parseLong(time.group(2)), clock.millis()));
        return TableMetadataParser.fromJson(dated);
    }
}
