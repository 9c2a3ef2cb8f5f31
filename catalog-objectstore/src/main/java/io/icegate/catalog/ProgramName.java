package io.icegate.catalog;

import io.icegate.catalog.state.CatalogWriter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;

/**
 * What this process calls itself in the log of a catalog, so that people know who committed.
 */
public final class ProgramName
{
    /**
     * A property of catalogs: how the program that opens one wants to be called.
     */
    public static final String PROGRAM = "catalog.program";
    private static final String MAIN = "sun.java.command";

    private ProgramName() {}

    /**
     * {@code program@host:process}, with the program of the properties or else the main class of this process.
     */
    static String of(Map<String, String> properties)
    {
        String place = "@%s:%s".formatted(host(), ProcessHandle.current().pid());
        String program = Optional.ofNullable(properties.get(PROGRAM)).filter(name -> !name.isBlank()).orElseGet(ProgramName::main);
        return program.substring(0, Math.min(program.length(), Math.max(0, CatalogWriter.PROGRAM_LENGTH_MAX - place.length()))) + place;
    }

    /**
     * Without arguments, which may hold secrets.
     */
    private static String main()
    {
        String main = System.getProperty(MAIN, "").split(" ", 2)[0];
        String name = main.endsWith(".jar") ? main.substring(main.lastIndexOf('/') + 1) : main.substring(main.lastIndexOf('.') + 1);
        return name.isEmpty() ? "java" : name;
    }

    private static String host()
    {
        try {
            return InetAddress.getLocalHost().getHostName();
        }
        catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
