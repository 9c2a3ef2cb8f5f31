package io.icegate.standalone.process;

import java.util.function.Predicate;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * A program of a stack.
 *
 * @param name for messages and {@code ./icegate status}
 * @param process starts a process of it; throws {@code CommandException} when it cannot
 * @param ready whether the process that was started last does its work
 */
public record Program(String name, Supplier<ChildProcess> process, Predicate<Http> ready)
{
    public Program
    {
        requireNonNull(name, "name is null");
        requireNonNull(process, "process is null");
        requireNonNull(ready, "ready is null");
    }
}
