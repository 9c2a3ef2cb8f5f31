package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Finds the built parts in the source tree.
 */
public record Installation(Path home)
{
    private static final String HOME_PROPERTY = "icegate.home";

    public Installation
    {
        requireNonNull(home, "home is null");
    }

    /**
     * The tree that the script {@code icegate} runs from.
     */
    public static Installation current()
    {
        String home = System.getProperty(HOME_PROPERTY);
        if (home == null) {
            throw new CommandException("Cannot find the IceGate folder: start IceGate with the script ./icegate");
        }
        return new Installation(Path.of(home).toAbsolutePath());
    }

    /**
     * The class path of a module of the build: its own jar, and what Maven resolved for it.
     */
    public String classPath(String module)
    {
        try {
            return artifact(module) + File.pathSeparator + Files.readString(home.resolve(module).resolve("target/classpath.txt"), UTF_8).strip();
        }
        catch (IOException e) {
            throw notBuilt(module, e);
        }
    }

    /**
     * The jar with {@link Supervised}, which every class path needs.
     */
    public String supervisor()
    {
        return artifact("standalone");
    }

    /**
     * The folder with the plugin's jars.
     */
    public Path trinoPlugin()
    {
        String module = "trino-plugin-icegate";
        try {
            return oneOf(home.resolve(module).resolve("target"), module + "-", "");
        }
        catch (IOException e) {
            throw notBuilt(module, e);
        }
    }

    /**
     * The configuration that Trino is started from.
     */
    public Path trinoConfiguration()
    {
        return home.resolve("docker/trino/etc");
    }

    private String artifact(String module)
    {
        try {
            return oneOf(home.resolve(module).resolve("target"), Path.of(module).getFileName() + "-", ".jar").toString();
        }
        catch (IOException e) {
            throw notBuilt(module, e);
        }
    }

    private static Path oneOf(Path target, String prefix, String suffix)
            throws IOException
    {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(target)) {
            entries.filter(entry -> isMainArtifact(entry, prefix, suffix)).forEach(found::add);
        }
        if (found.size() != 1) {
            throw new IOException("%s has %s entries %s*%s".formatted(target, found.size(), prefix, suffix));
        }
        return found.getFirst();
    }

    private static boolean isMainArtifact(Path entry, String prefix, String suffix)
    {
        String name = entry.getFileName().toString();
        return name.startsWith(prefix) &&
                name.endsWith(suffix) &&
                !name.endsWith("sources.jar") &&
                !name.endsWith("tests.jar") &&
                !name.endsWith("services.jar") &&
                suffix.isEmpty() == Files.isDirectory(entry);
    }

    private static CommandException notBuilt(String module, IOException cause)
    {
        return new CommandException("Cannot run %s: it is not built (%s); start IceGate with the script ./icegate".formatted(module, cause.getMessage()), cause);
    }
}
