package io.icegate.spark;

import org.apache.iceberg.IcebergBuild;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of Iceberg's Spark runtime. Before 1.12 its vectorized reader fails on a column that is NULL in a whole file
 * of Trino.
 */
final class RuntimeVersion
{
    private static final int MAJOR_MIN = 1;
    private static final int MINOR_MIN = 12;
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

    private RuntimeVersion() {}

    /**
     * Refuses a runtime that cannot read every file of the warehouse.
     *
     * @throws IllegalArgumentException when the runtime is too old
     */
    static void check(String catalog)
    {
        check(catalog, IcebergBuild.version());
    }

    static void check(String catalog, String version)
    {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            // somebody's own build
            return;
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        if (major < MAJOR_MIN || (major == MAJOR_MIN && minor < MINOR_MIN)) {
            throw new IllegalArgumentException("Cannot open catalog '%s': Iceberg's Spark runtime is %s and cannot read every file that Trino writes, %s.%s or later is needed"
                    .formatted(catalog, version, MAJOR_MIN, MINOR_MIN));
        }
    }
}
