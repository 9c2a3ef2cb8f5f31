package io.icegate.catalog.state;

import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * The process that wrote a record.
 *
 * @param id new with each start
 * @param program what it calls itself, as {@code receiver@host-1:4711}; empty in records from before there were names
 */
public record CatalogWriter(UUID id, Optional<String> program)
{
    public static final int PROGRAM_LENGTH_MAX = 256;

    public CatalogWriter
    {
        requireNonNull(id, "id is null");
        program.ifPresent(name -> {
            if (name.isEmpty() || name.length() > PROGRAM_LENGTH_MAX) {
                throw new IllegalArgumentException("Cannot name a program '%s': its length must be 1 to %s".formatted(name, PROGRAM_LENGTH_MAX));
            }
        });
    }

    /**
     * The name of the program, or else the id.
     */
    @Override
    public String toString()
    {
        return program.orElseGet(id::toString);
    }
}
