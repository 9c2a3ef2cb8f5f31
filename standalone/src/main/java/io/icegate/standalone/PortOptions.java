package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Ports;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks the ports that a command was told to listen on.
 */
final class PortOptions
{
    private static final int PORT_MAX = 65_535;

    record Choice(int port, String purpose, String option) {}

    private PortOptions() {}

    /**
     * @throws CommandException when they are none, equal, or taken
     */
    static void check(List<Choice> choices)
    {
        Set<Integer> different = new HashSet<>();
        for (Choice choice : choices) {
            if (choice.port() < 1 || choice.port() > PORT_MAX) {
                throw new CommandException("Cannot listen on port %s: ports are 1 to %s".formatted(choice.port(), PORT_MAX));
            }
            different.add(choice.port());
        }
        if (different.size() < choices.size()) {
            List<String> ports = choices.stream().map(choice -> Integer.toString(choice.port())).toList();
            String listed = ports.subList(0, ports.size() - 1).stream().collect(Collectors.joining(", ")) + " and " + ports.getLast();
            throw new CommandException("Cannot listen on ports %s: they must differ".formatted(listed));
        }
        choices.forEach(choice -> Ports.requireFree(choice.port(), choice.purpose(), choice.option()));
    }
}
