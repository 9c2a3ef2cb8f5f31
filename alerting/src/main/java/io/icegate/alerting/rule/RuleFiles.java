package io.icegate.alerting.rule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Files of rules on a disk: those that are named, and of a folder those below it that end with {@code .yaml} or {@code .yml}. Tests of rules, which end with {@code .test.yaml}, are none.
 */
public final class RuleFiles
{
    public static final int FILES_MAX = 1_000;
    /**
     * How the name of a file with tests of rules ends.
     */
    public static final String TEST = ".test.yaml";

    private RuleFiles() {}

    /**
     * Reads them in the order of their names.
     *
     * @throws IOException when one cannot be read, or there are too many
     */
    public static List<RuleFile> read(Collection<Path> paths)
            throws IOException
    {
        List<RuleFile> files = new ArrayList<>();
        for (Path path : paths) {
            for (Path file : Files.isDirectory(path) ? below(path) : List.of(path)) {
                if (files.size() == FILES_MAX) {
                    throw new IOException("There are more than %s files of rules".formatted(FILES_MAX));
                }
                files.add(new RuleFile(file.toString(), Files.readString(file, UTF_8)));
            }
        }
        return files;
    }

    private static List<Path> below(Path folder)
            throws IOException
    {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).filter(RuleFiles::isRules).sorted().limit(FILES_MAX + 1L).toList();
        }
    }

    private static boolean isRules(Path file)
    {
        String name = file.getFileName().toString();
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && !name.endsWith(TEST) && !name.startsWith(".");
    }
}
