package io.icegate.maintenance.merge;

import org.apache.iceberg.DataFile;

import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often the rows of a file were merged, which its name tells.
 */
final class MergeLevel
{
    /**
     * Rows that were written again so often stay where they are.
     */
    static final int MAX = 3;

    private static final Pattern NAME = Pattern.compile(".*/merged-([1-9])-[0-9a-f]{32}-[0-9]+\\.parquet");

    private MergeLevel() {}

    static int of(DataFile file)
    {
        Matcher name = NAME.matcher(file.location());
        return name.matches() ? Integer.parseInt(name.group(1)) : 0;
    }

    static String name(Collection<MergePlan.Input> inputs, String id, int number)
    {
        int level = inputs.stream().mapToInt(input -> of(input.file())).max().orElse(0) + 1;
        return "merged-%s-%s-%05d.parquet".formatted(Math.min(level, 9), id, number);
    }
}
