package io.icegate.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions of the jars that a process runs with.
 */
final class ClassPathVersion
{
    private ClassPathVersion() {}

    /**
     * @param artifact the name of its jar without the version
     */
    static String of(String artifact, String classPath)
    {
        Matcher matcher = Pattern.compile("/" + Pattern.quote(artifact) + "-(\\d[^/]*)\\.jar").matcher(classPath);
        return matcher.find() ? matcher.group(1) : "unknown";
    }
}
