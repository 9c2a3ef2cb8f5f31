package io.icegate.standalone.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of a Java program that runs below {@link Supervised}, on the JDK of this process. The class path comes in the
 * environment, as {@code CLASSPATH}.
 */
public record JavaCommand(List<String> options, String mainClass, List<String> arguments)
{
    public JavaCommand
    {
        options = List.copyOf(options);
        arguments = List.copyOf(arguments);
    }

    public List<String> commandLine()
    {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
        command.addAll(options);
        command.add(Supervised.class.getName());
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }
}
